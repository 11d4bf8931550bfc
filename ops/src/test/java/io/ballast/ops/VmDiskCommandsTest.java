package io.ballast.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** The commands on single disks of a VM against a real storage agent over a fake storage. */
final class VmDiskCommandsTest {
  private static final VolumeId ROOT = new VolumeId("images", "web1");
  private static final VolumeId DATA = new VolumeId("images", "data");

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeVolumes storage;

  @BeforeEach
  void aMachine() {
    fleet.scheduler();
    fleet
        .host("h1", Bytes.ofMiB(4096))
        .boot(SimulatedFleet.id("web1"), "web1", 1, Bytes.ofMiB(128), 0.1);
    storage = fleet.storage("h1");
    storage.pool("images", Bytes.ofMiB(4096), Bytes.ZERO);
    for (VolumeId id : List.of(ROOT, DATA)) {
      storage.put(
          new Volume(id, "qcow2", Bytes.ofMiB(1024), Bytes.ofMiB(1), Optional.empty(), List.of()));
    }
    storage.machine("web1", true, ROOT);
    storage.machine(SimulatedFleet.id("web1").toString(), true, ROOT);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aDiskIsPluggedInAndTakenOff() throws IOException {
    // A fake knows a machine by one name only.
    storage.machine(SimulatedFleet.id("web1").toString(), true);
    assertEquals(
        new Ran(0, "plugged images/data into web1 on h1 as vdb\n", ""),
        fleet.run("vm", "attach-disk", "web1", "images/data"));
    assertEquals(
        new Ran(0, "limited vdb of web1 on h1\n", ""),
        fleet.run("vm", "limit-disk", "web1", "vdb", "--bytes", "50MiB", "--read-requests", "9"));
    assertEquals(
        new Ran(0, "moved vdb to images/fast of web1 on h1; images/data is kept\n", ""),
        fleet.run("vm", "move-disk", "web1", "vdb", "images/fast", "--keep"));
    assertEquals(
        new Ran(0, "took vdb off web1 on h1\n", ""), fleet.run("vm", "detach-disk", "web1", "vdb"));
    Ran again = fleet.run("vm", "detach-disk", "web1", "vdb");
    assertEquals(1, again.code(), again::toString);
    assertTrue(again.err().contains("there is no disk vdb of VM web1; it has vda"), again.err());
  }

  @Test
  void theDisksAreShown() throws IOException {
    String[] lines = fleet.run("vm", "disks", "web1").out().split("\n", -1);

    assertTrue(lines[0].matches("DISK +LIES ON +SIZE +USED +LIMITS"), lines[0]);
    assertTrue(lines[1].matches("vda +images/web1 +1 GiB +1 MiB +-"), lines[1]);
    assertEquals(
        "vda",
        new ObjectMapper()
            .readTree(fleet.run("vm", "disks", "web1", "--json").out())
            .at("/disks/0/target")
            .asText());
  }

  @Test
  void whatCantBeMeantIsSaid() {
    for (List<String> wrong :
        List.of(
            List.of("limit-disk", "web1", "vda"),
            List.of("limit-disk", "web1", "vda", "--none", "--requests", "5"),
            List.of("limit-disk", "web1", "vda", "--bytes", "5MiB", "--read-bytes", "5MiB"),
            List.of("detach-disk", "web1", "/dev/vdb"))) {
      Ran ran =
          fleet.run(
              java.util.stream.Stream.concat(java.util.stream.Stream.of("vm"), wrong.stream())
                  .toArray(String[]::new));
      assertEquals(2, ran.code(), ran::toString);
    }
  }
}
