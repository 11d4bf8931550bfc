package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.storage.testing.FakeVolumes;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands on snapshots of a VM against a real storage agent over a fake storage. */
final class VmSnapshotCommandsTest {
  private static final VolumeId DISK = new VolumeId("images", "web1");

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeVolumes storage;

  @BeforeEach
  void aMachine() {
    fleet.scheduler();
    fleet
        .host("h1", Bytes.ofMiB(4096))
        .boot(SimulatedFleet.id("web1"), "web1", 1, Bytes.ofMiB(128), 0.1);
    storage = fleet.storage("h1");
    storage.put(
        new Volume(DISK, "qcow2", Bytes.ofMiB(1024), Bytes.ofMiB(1), Optional.empty(), List.of()));
    storage.machine("web1", false, DISK);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void theDisksOfAMachineAreKeptAndComeBack() throws IOException {
    assertEquals(
        new Ran(0, "no snapshots of web1 on h1\n", ""), fleet.run("vm", "snapshots", "web1"));
    assertEquals(
        new Ran(0, "kept the disks of web1 on h1: the VM was off\n", ""),
        fleet.run("vm", "snapshot", "web1", "before"));
    fleet.run("vm", "snapshot", "web1", "after", "--quiesce", "never");
    assertEquals(
        new Ran(0, "reverted the disks of web1 on h1\n", ""),
        fleet.run("vm", "revert", "web1", "before"));

    String[] lines = fleet.run("vm", "snapshots", "web1").out().split("\n", -1);
    assertTrue(lines[0].matches("SNAPSHOT +MADE +KEPT IN"), lines[0]);
    assertTrue(
        lines[1].matches("before \\* +\\d{4}-\\d\\d-\\d\\d [0-9:]{8} +images/web1"), lines[1]);
    assertTrue(lines[2].matches("  after +.* images/web1@before@\\d{8}T\\d{6}Z"), lines[2]);
    JsonNode tree =
        new ObjectMapper().readTree(fleet.run("vm", "snapshots", "web1", "--json").out());
    assertEquals("h1", tree.at("/host").asText());
    assertEquals("before", tree.at("/snapshots/1/parent").asText());

    assertEquals(
        new Ran(0, "deleted a snapshot of web1 on h1\n", ""),
        fleet.run("vm", "delete-snapshot", "web1", "after"));
    assertEquals(3, fleet.run("vm", "snapshots", "web1").out().split("\n", -1).length);
  }

  @Test
  void whatIsRefusedIsSaid() {
    storage.machine("web1", true, DISK);
    assertEquals(
        new Ran(1, "", "ballast: VM web1 runs; shut it down first, then it can go back\n"),
        fleet.run("vm", "revert", "web1", "before"));
    Ran unknown = fleet.run("vm", "snapshot", "web2", "before");
    assertTrue(unknown.err().contains("the fleet has no VM 'web2'"), unknown::toString);
    Ran wrong = fleet.run("vm", "snapshot", "web1", "a/b");
    assertEquals(2, wrong.code(), wrong::toString);
    assertTrue(wrong.err().contains("has a slash"), wrong::toString);
  }
}
