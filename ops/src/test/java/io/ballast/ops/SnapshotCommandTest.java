package io.ballast.ops;

import static io.ballast.ops.SimulatedFleet.id;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.snapshot.Guest;
import io.ballast.ops.snapshot.Host;
import io.ballast.ops.snapshot.Snapshot;
import io.ballast.ops.snapshot.SnapshotReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The picture of a simulated fleet, as a person gets it into a file. */
final class SnapshotCommandTest {
  private final SimulatedFleet fleet = new SimulatedFleet();

  @TempDir Path folder;

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aPictureOfTheFleetGoesIntoAFile() throws IOException {
    fleet.scheduler();
    FakeHypervisor h1 = fleet.host("h1", Bytes.ofMiB(4096));
    fleet.host("h2", Bytes.ofMiB(2048));
    h1.boot(id("web1"), "web1", 2, Bytes.ofMiB(256), 0.3);
    h1.boot(id("web2"), "web2", 1, Bytes.ofMiB(128), 0.2);
    fleet.until(seen -> seen.hosts().size() == 2 && vms(seen) == 2);

    Ran ran = fleet.run("snapshot");

    assertEquals(0, ran.code(), ran.err());
    assertEquals("", ran.err());
    assertEquals(List.of(1L, 1L, 1L, 1L), lines(ran, "h1", "h2", id("web1") + "", id("web2") + ""));
    Snapshot snapshot = read(ran);
    assertEquals("lab", snapshot.header().cluster());
    assertEquals(Set.of(new HostId("h1"), new HostId("h2")), snapshot.hosts().keySet());
    Host host = requireNonNull(snapshot.hosts().get(new HostId("h1")));
    assertEquals(new HostBeat.Capacity(2, Bytes.ofMiB(4096)), host.capacity());
    assertEquals(Fleet.Status.UP, host.standing().status());
    assertEquals(Optional.of("test"), host.standing().agent());
    Guest web = requireNonNull(snapshot.guests().get(id("web1")));
    assertEquals("web1", web.vm().name());
    assertEquals(new HostId("h1"), web.host());
    assertEquals(2, web.vm().vcpus());
    assertEquals(Bytes.ofMiB(256), web.vm().memory());
    assertEquals(id("web1").toString(), snapshot.idOf(id("web1")));
  }

  @Test
  void oneOfSeveralClustersIsNamed() throws IOException {
    fleet.scheduler();
    fleet.host("h1", Bytes.ofMiB(4096));
    fleet.host("s1", Bytes.ofMiB(4096), "shop");
    fleet.until(seen -> seen.hosts().size() == 2);

    assertFails("the fleet has several clusters; name one with --cluster: lab, shop\n", "snapshot");
    assertFails(
        "the fleet has no cluster 'shep'; did you mean 'shop'? (clusters: lab, shop)\n",
        "snapshot",
        "--cluster",
        "shep");
    Ran ran = fleet.run("snapshot", "--cluster", "shop");
    assertEquals(0, ran.code(), ran.err());
    assertEquals(Set.of(new HostId("s1")), read(ran).hosts().keySet());
  }

  @Test
  void aFleetOfNobodyMakesNoPicture() {
    fleet.scheduler();

    assertFails("no host has been heard of yet; start 'ballast agent' on one\n", "snapshot");
  }

  @Test
  void withoutASchedulerThereIsNoPicture() {
    Ran ran = fleet.run("snapshot");

    assertEquals(4, ran.code());
    assertEquals("", ran.out());
    assertTrue(ran.err().contains("no scheduler is on the bus"), ran.err());
  }

  @Test
  void helpSaysWhereThePictureGoes() {
    Ran ran = fleet.run("help", "snapshot");

    assertEquals(0, ran.code());
    assertTrue(ran.out().contains("ballast snapshot > fleet.json"), ran.out());
    assertTrue(ran.out().lines().allMatch(line -> line.length() <= 100), ran.out());
    assertTrue(fleet.run("--help").out().contains("snapshot"));
  }

  private static long vms(Fleet seen) {
    return seen.hosts().stream().mapToLong(host -> host.beat().vms().size()).sum();
  }

  /** How many lines begin with each of some ids. */
  private static List<Long> lines(Ran ran, String... ids) {
    return List.of(ids).stream()
        .map(each -> ran.out().lines().filter(line -> line.startsWith("{\"id\":\"" + each)).count())
        .toList();
  }

  private Snapshot read(Ran ran) throws IOException {
    return SnapshotReader.read(Files.writeString(folder.resolve("fleet.json"), ran.out()));
  }

  private void assertFails(String said, String... args) {
    assertEquals(new Ran(1, "", "ballast: " + said), fleet.run(args));
  }
}
