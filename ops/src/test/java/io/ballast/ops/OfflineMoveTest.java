package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.storage.testing.FakeVolumes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code ballast migrate --offline}. */
final class OfflineMoveTest {
  private static final VolumeId DISK = new VolumeId("images", "web");

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeHypervisor h1;
  private FakeHypervisor h2;
  private FakeVolumes storage;

  @BeforeEach
  void oneThatDoesNotRun() {
    fleet.scheduler();
    h1 = fleet.host("h1", Bytes.ofMiB(4000));
    h2 = fleet.host("h2", Bytes.ofMiB(400));
    storage = fleet.storage("h1");
    h1.boot(id("web"), "web", 1, Bytes.ofMiB(1024), 0.1);
    h1.destroy(id("web")).await();
    storage.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    storage.put(
        new Volume(DISK, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
    fleet.until(
        seen ->
            seen.hosts().size() == 2
                && seen.hosts().stream().anyMatch(host -> !host.beat().vms().isEmpty()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void itIsDefinedAtItsTargetWhateverRoomThatHas() {
    storage.machine(id("web").toString(), false);

    Ran ran = fleet.run("migrate", "web", "h2", "--offline");

    assertEquals(0, ran.code(), ran.toString());
    assertTrue(ran.out().contains("web from h1 to h2: moved in "), ran.out());
    assertEquals(Optional.empty(), h1.truth(id("web")));
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("web")));
  }

  @Test
  void aDiskThatItsHostAloneHasIsInTheWay() {
    storage.machine(id("web").toString(), false, DISK);

    Ran ran = fleet.run("migrate", "web", "h2", "--offline", "--no-copy");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("disk vda, /srv/images/web, lies on h1 alone"), ran.err());
    assertEquals(Optional.of(VmState.SHUT_OFF), h1.truth(id("web")));
    assertEquals(Optional.empty(), h2.truth(id("web")));
  }

  @Test
  void aDiskGoesAlong() {
    FakeVolumes there = fleet.storage("h2");
    there.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    storage.machine(id("web").toString(), false, DISK);
    fleet.until(seen -> seen.hosts().stream().allMatch(host -> host.storage().isPresent()));

    Ran ran = fleet.run("migrate", "web", "h2", "--offline");

    assertEquals(0, ran.code(), ran.toString());
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("web")));
    assertTrue(
        fleet.run("volume", "list", "images", "--host", "h2").out().contains("web"), "it is made");
    Ran shown = fleet.run("move", "show", "web");
    assertTrue(shown.out().contains("h1 keeps as they are: images/web"), shown.out());
  }

  @Test
  void whatWouldBeDoneIsSaidBefore() {
    FakeVolumes there = fleet.storage("h2");
    there.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    storage.machine(id("web").toString(), false, DISK);
    running(Bytes.ofMiB(64));

    Ran off = fleet.run("migrate", "web", "--offline", "--dry-run");
    Ran on = fleet.run("migrate", "db", "h2", "--offline", "--dry-run");

    assertEquals(0, off.code(), off.toString());
    assertTrue(
        off.out().startsWith("web on h1: offline with its disks, sends 1 MiB of disks at least"),
        off.out());
    assertTrue(off.out().contains("h2  ok     nothing is in its way"), off.out());
    assertEquals(1, on.code(), on.toString());
    assertTrue(
        on.out().startsWith("db on h1: offline, sends what defines it, and nothing else\n"),
        on.out());
    assertTrue(on.out().contains("h2  state  db is running; shut it down first"), on.out());
    assertEquals(Optional.of(VmState.SHUT_OFF), h1.truth(id("web")));
  }

  @Test
  void whatRunsIsShutDownAndStartedAgainWhereThatIsWanted() {
    storage.machine(id("db").toString(), false);
    h1.boot(id("db"), "db", 1, Bytes.ofMiB(64), 0.1);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.beat().vms().size() == 2));

    Ran ran = fleet.run("migrate", "db", "h2", "--offline", "--shutdown");

    assertEquals(0, ran.code(), ran.toString());
    assertTrue(ran.out().contains("db from h1 to h2: moved in "), ran.out());
    assertEquals(Optional.empty(), h1.truth(id("db")));
    assertEquals(Optional.of(VmState.RUNNING), h2.truth(id("db")));
  }

  private void running(Bytes memory) {
    storage.machine(id("db").toString(), false);
    h1.boot(id("db"), "db", 1, memory, 0.1);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.beat().vms().size() == 2));
  }

  @Test
  void whatCouldNotStartThereIsNotShutDown() {
    running(Bytes.ofMiB(1024));

    Ran ran = fleet.run("migrate", "db", "h2", "--offline", "--shutdown");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("db was not shut down: "), ran.err());
    assertTrue(ran.err().contains("1 GiB"), ran.err());
    assertEquals(Optional.of(VmState.RUNNING), h1.truth(id("db")));
  }

  @Test
  void whatCantTakeItsDisksAlongIsNotShutDown() {
    FakeVolumes there = fleet.storage("h2");
    there.pool("images", Bytes.ofMiB(100), Bytes.ZERO);
    there.put(
        new Volume(DISK, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
    storage.machine(id("db").toString(), false, DISK);
    h1.boot(id("db"), "db", 1, Bytes.ofMiB(64), 0.1);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.beat().vms().size() == 2));

    Ran ran = fleet.run("migrate", "db", "h2", "--offline", "--shutdown");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("db was not shut down: "), ran.err());
    assertTrue(ran.err().contains("images/web is there"), ran.err());
    assertEquals(Optional.of(VmState.RUNNING), h1.truth(id("db")));
  }

  @Test
  void whatMovedAndDoesNotStartIsToldWithWhereItIs() {
    running(Bytes.ofMiB(64));
    h2.refuseNext(Reason.HYPERVISOR_REFUSED, "no such emulator");

    Ran ran = fleet.run("migrate", "db", "h2", "--offline", "--shutdown");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("db from h1 to h2: moved in "), ran.err());
    assertTrue(ran.err().contains("no such emulator"), ran.err());
    assertTrue(
        ran.err().contains("db is shut off on h2 now; 'ballast vm start db --host h2' starts it"),
        ran.err());
    assertEquals(Optional.of(VmState.SHUT_OFF), h2.truth(id("db")));
  }

  @Test
  void whatCantBeMovedRunsAgainWhereItWas() {
    storage.machine(id("db").toString(), false, DISK);
    h1.boot(id("db"), "db", 1, Bytes.ofMiB(64), 0.1);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.beat().vms().size() == 2));

    Ran ran = fleet.run("migrate", "db", "h2", "--offline", "--shutdown", "--no-copy");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("it was started again on h1"), ran.err());
    assertEquals(Optional.of(VmState.RUNNING), h1.truth(id("db")));
    assertEquals(2, fleet.run("migrate", "db", "h2", "--shutdown").code());
  }

  @Test
  void whatRunsIsNotMovedSoAndWhatDoesNotIsNotMovedLive() {
    assertTrue(fleet.run("migrate", "web", "h2").err().contains("or move it with --offline"));
    h1.boot(id("db"), "db", 1, Bytes.ofMiB(64), 0.1);
    fleet.until(seen -> seen.hosts().stream().anyMatch(host -> host.beat().vms().size() == 2));

    Ran ran = fleet.run("migrate", "db", "h2", "--offline");

    assertEquals(1, ran.code(), ran.toString());
    assertTrue(ran.err().contains("shut it down first, or move it live"), ran.err());
    assertEquals(2, fleet.run("migrate", "web", "--offline").code());
  }
}
