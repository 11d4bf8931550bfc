package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.storage.testing.FakeVolumes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ballast migrate --dry-run}. */
final class DryRunTest {
  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeHypervisor h1;

  @BeforeEach
  void threeHosts() {
    fleet.scheduler();
    h1 = fleet.host("h1", Bytes.ofMiB(4000));
    fleet.host("h2", Bytes.ofMiB(4000));
    fleet.host("h3", Bytes.ofMiB(400));
    fleet.host("far", Bytes.ofMiB(4000), "elsewhere");
    h1.boot(id("web"), "web", 1, Bytes.ofMiB(1024), 0.1);
    fleet.until(
        seen ->
            seen.hosts().size() == 4
                && seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void everyHostOfTheClusterIsLookedAt() {
    Ran ran = fleet.run("migrate", "web", "--dry-run");

    assertEquals(0, ran.code(), ran.toString());
    assertTrue(
        ran.out()
            .startsWith(
                """
                web on h1: live, sends 1 GiB of memory at least; how long that takes is not known, for no move was measured yet

                TO  CHECK  WHAT
                h2  ok     nothing is in its way
                h3  room   web needs 1 GiB of memory;\
                """),
        ran.out());
    assertEquals(0, fleet.until(seen -> true).moves().size());
  }

  @Test
  void whatTiesItToItsHostIsInTheWayToAll() {
    h1.tie();

    Ran ran = fleet.run("migrate", "web", "h2", "--dry-run");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(
        ran.out().contains("h2  device  its <hostdev> uses a device of its host"), ran.out());
  }

  @Test
  void aDiskIsCopiedWholeWhereItsBaseIsNot() {
    FakeVolumes here = fleet.storage("h1");
    FakeVolumes there = fleet.storage("h2");
    VolumeId base = new VolumeId("images", "base");
    VolumeId disk = new VolumeId("images", "web");
    here.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    there.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    here.put(volume(base, Optional.empty()));
    here.put(volume(disk, Optional.of("images/base")));
    here.machine(id("web").toString(), true, disk);
    fleet.until(
        seen -> seen.hosts().stream().filter(host -> host.storage().isPresent()).count() == 2);

    Ran without = fleet.run("migrate", "web", "h2", "--dry-run");
    there.put(volume(base, Optional.empty()));
    Ran with = fleet.run("migrate", "web", "h2", "--dry-run");

    assertEquals(0, without.code(), without.toString());
    assertTrue(
        without
            .out()
            .contains("h2  ok     nothing is in its way, but its disks are copied whole: there is"),
        without.out());
    assertTrue(with.out().contains("h2  ok     nothing is in its way\n"), with.out());
    assertTrue(without.out().contains(", and what it builds upon: images/base"), without.out());
    assertTrue(with.out().startsWith("web on h1: live with its disks, sends "), with.out());
    assertTrue(with.out().contains("and not what it builds upon: images/base"), with.out());
    assertTrue(
        fleet.run("migrate", "web", "h2", "--dry-run", "--no-copy").out().contains("of memory at"));
  }

  private static Volume volume(VolumeId id, Optional<String> base) {
    return new Volume(id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), base, List.of());
  }

  @Test
  void theLastMovesSayHowLongItTakes() {
    assertEquals(0, fleet.run("migrate", "web", "h2").code());

    Ran ran = fleet.run("migrate", "web", "h1", "--dry-run");

    assertEquals(0, ran.code(), ran.toString());
    assertTrue(ran.out().contains(" MiB a second, as the last move\n"), ran.out());
  }
}
