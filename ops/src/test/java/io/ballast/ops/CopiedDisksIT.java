package io.ballast.ops;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.testing.Lab.Guest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Moves that take along a disk which its host alone has, all the way: the command line, a RabbitMQ,
 * a scheduler, the host and storage agents of two hosts of the lab, libvirt, and a guest that
 * writes to its disk and checks what it holds. Needs the built jar.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CopiedDisksIT {
  private static final Duration LONG = Duration.ofMinutes(2);

  /** The same path on both hosts, and a folder of its own on each. */
  private static final String FOLDER = "/var/lib/libvirt/images";

  @TempDir static Path world;

  private @Nullable FleetInLab started;

  private FleetInLab fleet() {
    return requireNonNull(started);
  }

  @BeforeAll
  void start() throws IOException {
    started = new FleetInLab(world, 2, "host,storage", "uplinks: []");
    for (int host : List.of(1, 2)) {
      await()
          .atMost(LONG)
          .until(() -> fleet().ran("pool", "list", "--host", "h" + host).code() == 0);
      fleet().done("pool", "define", "images", "--host", "h" + host, "--folder", FOLDER);
    }
  }

  @AfterEach
  void cleanUp() {
    fleet().clear();
    for (int host : List.of(1, 2)) {
      await().atMost(LONG).until(() -> deleted(host));
    }
  }

  /** What others build upon goes last. */
  private boolean deleted(int host) {
    volumes(host).reversed().stream()
        .forEach(
            volume -> fleet().ran("volume", "delete", "images/" + volume, "--host", "h" + host));
    return volumes(host).isEmpty();
  }

  @AfterAll
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  private List<String> volumes(int host) {
    return fleet().lab().exec(host, "ls", FOLDER).lines().toList();
  }

  /** A guest on the first host that writes to a disk of 256 MiB, of which so much is written. */
  private Guest writing(String volume, int written) throws IOException {
    fleet().done("volume", "create", "images/" + volume, "256MiB", "--host", "h1");
    fleet()
        .lab()
        .exec(
            1,
            "qemu-io",
            "-f",
            "qcow2",
            "-c",
            "write -P 7 64M %dM".formatted(written),
            FOLDER + "/" + volume);
    Guest guest = fleet().running(1, "--disk", "qcow2:" + FOLDER + "/" + volume);
    fleet().awaitKnown(guest);
    guest.awaitTold("wrote", 5);
    return guest;
  }

  @Test
  void aDiskGoesWithItsGuestAndComesBack(TestReporter reporter) throws IOException {
    Guest guest = writing("web", 100);
    fleet().lab().virsh(1, "blkdeviotune", guest.name(), "vda", "--total-iops-sec", "777");
    fleet().lab().virsh(1, "desc", guest.name(), "--title", "--new-desc", "kept");

    String plan = fleet().done("migrate", guest.name(), "h2", "--dry-run");
    assertTrue(plan.contains("copies vda: images/web, "), plan);
    assertTrue(plan.contains("nothing is in its way"), plan);
    String moved = fleet().done("migrate", guest.name(), "h2");
    reporter.publishEntry("moved", moved.lines().toList().getLast());
    await().atMost(LONG).until(() -> volumes(1).isEmpty());
    assertEquals(List.of("web"), volumes(2));
    String limits = fleet().lab().virsh(2, "blkdeviotune", guest.name(), "vda");
    assertTrue(limits.lines().anyMatch(line -> line.matches("total_iops_sec *: 777")), limits);
    assertEquals("kept", fleet().lab().virsh(2, "desc", guest.name(), "--title").strip());
    assertTrue(
        fleet().lab().virsh(2, "dominfo", guest.name()).contains("Persistent:     no"),
        "it was only in memory");
    guest.awaitTold("wrote", 5);
    assertEquals(List.of(), guest.breaks());

    fleet().done("migrate", guest.name(), "h1");
    await().atMost(LONG).until(() -> volumes(2).isEmpty());
    assertEquals(List.of(), guest.breaks());
    assertKept(1, guest);
    fleet().lab().exec(1, "qemu-img", "check", "-U", FOLDER + "/web");
    fleet()
        .lab()
        .exec(1, "qemu-io", "-U", "-r", "-f", "qcow2", "-c", "read -P 7 64M 100M", FOLDER + "/web");
  }

  @Test
  void ofADiskThatBuildsUponAnotherOnlyItsOwnIsCopied(TestReporter reporter) throws IOException {
    base(1);
    fleet().lab().exec(1, "cp", "--sparse=always", FOLDER + "/base", world + "/base");
    fleet().lab().exec(2, "cp", "--sparse=always", world + "/base", FOLDER + "/base");
    Guest guest = upon("base");

    String plan = fleet().done("migrate", guest.name(), "h2", "--dry-run");
    assertTrue(plan.contains("and not what it builds upon: images/base"), plan);
    assertTrue(plan.contains("nothing is in its way"), plan);
    String moved = fleet().done("migrate", guest.name(), "h2");
    reporter.publishEntry("moved", moved.lines().toList().getLast());

    await().atMost(LONG).until(() -> volumes(1).equals(List.of("base")));
    assertEquals(List.of("base", "web"), volumes(2));
    long copied = taken(2, "web");
    assertTrue(copied < 40_000_000, () -> copied + " bytes of a base of 100 MiB and more");
    guest.awaitTold("wrote", 5);
    assertEquals(List.of(), guest.breaks());
    assertKept(2, guest);
    fleet().lab().virsh(2, "destroy", guest.name());
    fleet()
        .lab()
        .exec(2, "qemu-io", "-r", "-f", "qcow2", "-c", "read -P 7 64M 100M", FOLDER + "/web");
    fleet().lab().exec(2, "qemu-img", "check", FOLDER + "/web");
  }

  /** A disk of 256 MiB of which 100 MiB are written. */
  private void base(int host) {
    fleet().done("volume", "create", "images/base", "256MiB", "--host", "h" + host);
    fleet()
        .lab()
        .exec(host, "qemu-io", "-f", "qcow2", "-c", "write -P 7 64M 100M", FOLDER + "/base");
  }

  /** A guest on the first host that writes to a disk which builds upon another. */
  private Guest upon(String base) throws IOException {
    fleet().done("volume", "clone", "images/" + base, "images/web", "--linked", "--host", "h1");
    Guest guest = fleet().running(1, "--disk", "qcow2:" + FOLDER + "/web");
    fleet().awaitKnown(guest);
    guest.awaitTold("wrote", 5);
    return guest;
  }

  @Test
  void whereTheTargetHoldsSomethingElseBelowAllOfItIsCopied(TestReporter reporter)
      throws IOException {
    base(1);
    Guest guest = upon("base");
    fleet().lab().virsh(1, "define", world.resolve(guest.name()).toString());
    String without = fleet().done("migrate", guest.name(), "h2", "--dry-run");
    assertTrue(without.contains("copied whole: there is no volume images/base"), without);
    fleet().done("volume", "create", "images/base", "256MiB", "--host", "h2");

    String moved = fleet().done("migrate", guest.name(), "h2");
    reporter.publishEntry("moved", moved.lines().toList().getLast());

    await().atMost(LONG).until(() -> volumes(1).equals(List.of("base")));
    assertEquals(List.of("base", "web"), volumes(2));
    String shown = fleet().done("move", "show", guest.name());
    assertTrue(shown.contains("copied whole"), shown);
    guest.awaitTold("wrote", 5);
    assertEquals(List.of(), guest.breaks());
    String image = fleet().lab().exec(2, "qemu-img", "info", "-U", FOLDER + "/web");
    assertTrue(!image.contains("backing file"), image);
    fleet().done("volume", "delete", "images/base", "--host", "h2");
    assertKept(2, guest);
    fleet().lab().virsh(2, "destroy", guest.name());
    read(2, "qcow2", "7 64M 100M", "web");
    fleet().lab().exec(2, "qemu-img", "check", FOLDER + "/web");
  }

  @Test
  void whatDoesNotRunStaysWhereTheTargetHoldsSomethingElseBelow() throws IOException {
    base(1);
    Guest guest = upon("base");
    define(guest);
    fleet().done("volume", "create", "images/base", "256MiB", "--host", "h2");

    Ran other = fleet().ran("migrate", guest.name(), "h2", "--offline");

    assertEquals(1, other.code(), other::toString);
    assertTrue(
        Stream.of(other.out(), other.err()).anyMatch(text -> text.contains("something else")),
        other::toString);
    await().atMost(LONG).until(() -> volumes(2).equals(List.of("base")));
    await().atMost(LONG).until(() -> isFree(1, "web"));
    fleet().lab().virsh(1, "undefine", guest.name());
  }

  @Test
  void whatDoesNotRunGoesWithWhatDefinesItUnlessItsHostAloneHasADisk() throws IOException {
    Guest guest = fleet().running(1);
    fleet().awaitKnown(guest);
    Ran lost = fleet().ran("migrate", guest.name(), "h2", "--offline", "--shutdown");
    assertTrue(lost.err().contains("is only in memory"), lost::toString);
    define(guest);
    fleet().lab().virsh(1, "autostart", guest.name());
    fleet().lab().virsh(1, "desc", guest.name(), "--config", "--title", "--new-desc", "kept");

    String moved = fleet().done("migrate", guest.name(), "h2", "--offline");

    assertTrue(moved.contains("moved in "), moved);
    assertEquals("", fleet().lab().virsh(1, "list", "--all", "--name").strip());
    String there = fleet().lab().virsh(2, "dominfo", guest.name());
    assertTrue(there.contains("Autostart:      enable"), there);
    assertEquals(
        "kept", fleet().lab().virsh(2, "desc", guest.name(), "--config", "--title").strip());
    fleet().lab().virsh(2, "start", guest.name());
    guest.awaitTicks(5);
    awaitSeen(guest, "running");
    fleet().done("migrate", guest.name(), "h1", "--offline", "--shutdown");
    assertEquals(guest.name(), fleet().lab().virsh(1, "list", "--name").strip());
    guest.awaitTicks(5);
    fleet().lab().virsh(1, "destroy", guest.name());
    fleet().lab().virsh(1, "undefine", guest.name());

    Guest other = writing("web", 1);
    define(other);
    Ran ran = fleet().ran("migrate", other.name(), "h2", "--offline", "--no-copy");
    assertEquals(1, ran.code(), ran::toString);
    assertTrue(
        Stream.of(ran.out(), ran.err()).anyMatch(text -> text.contains("lies on h1 alone")),
        ran::toString);
    assertEquals(other.name(), fleet().lab().virsh(1, "list", "--all", "--name").strip());
  }

  @Test
  void theDisksOfWhatDoesNotRunGoAlong(TestReporter reporter) throws IOException {
    base(1);
    fleet().lab().exec(1, "cp", "--sparse=always", FOLDER + "/base", world + "/base");
    fleet().lab().exec(2, "cp", "--sparse=always", world + "/base", FOLDER + "/base");
    fleet().done("volume", "create", "images/raw", "256MiB", "--format", "raw", "--host", "h1");
    fleet().lab().exec(1, "qemu-io", "-f", "raw", "-c", "write -P 9 200M 8M", FOLDER + "/raw");
    fleet().done("volume", "clone", "images/base", "images/web", "--linked", "--host", "h1");
    Guest guest = fleet().running(1, "--disk", "qcow2:" + FOLDER + "/web");
    fleet().awaitKnown(guest);
    guest.awaitTold("wrote", 5);
    define(guest);
    fleet().lab().virsh(1, "attach-disk", guest.name(), FOLDER + "/raw", "vdb", "--config");
    long wrote = guest.told("wrote").getLast();

    String moved = fleet().done("migrate", guest.name(), "h2", "--offline");
    reporter.publishEntry("moved", moved.lines().toList().getLast());

    await().atMost(LONG).until(() -> volumes(1).equals(List.of("base")));
    assertEquals(List.of("base", "raw", "web"), volumes(2));
    assertEquals("", fleet().lab().virsh(1, "list", "--all", "--name").strip());
    assertTrue(taken(2, "web") < 40_000_000, "it holds no more than itself");
    assertTrue(taken(2, "raw") < 40_000_000, "its holes are none of it");
    fleet().lab().exec(2, "qemu-img", "check", FOLDER + "/web");
    read(2, "qcow2", "7 64M 100M", "web");
    read(2, "raw", "9 200M 8M", "raw");
    read(2, "raw", "0 0 200M", "raw");
    int before = guest.told("kept").size();
    fleet().lab().virsh(2, "start", guest.name());
    await().atMost(LONG).until(() -> guest.told("kept").size() > before);
    long kept = guest.told("kept").getLast();
    assertTrue(kept == wrote || kept == wrote + 1, () -> wrote + " written, " + kept + " kept");
  }

  /** Fails where a disk does not hold a pattern at a place for a length. */
  private void read(int host, String format, String pattern, String volume) {
    String told =
        fleet()
            .lab()
            .exec(
                host,
                "qemu-io",
                "-r",
                "-f",
                format,
                "-c",
                "read -P " + pattern,
                FOLDER + "/" + volume);
    assertTrue(!told.contains("failed"), told);
  }

  /** Has the first host define a guest that is there, and switches it off. */
  private void define(Guest guest) {
    fleet().awaitKnown(guest);
    fleet().lab().virsh(1, "define", world.resolve(guest.name()).toString());
    fleet().lab().virsh(1, "destroy", guest.name());
    awaitSeen(guest, "shut off");
  }

  private void awaitSeen(Guest guest, String state) {
    await()
        .atMost(LONG)
        .until(
            () ->
                fleet()
                    .done("vms")
                    .lines()
                    .anyMatch(line -> line.contains(guest.name()) && line.contains(state)));
  }

  /** Its disk holds all that it wrote. */
  private void assertKept(int host, Guest guest) {
    guest.awaitTold("wrote", 5);
    fleet().lab().virsh(host, "destroy", guest.name());
    long wrote = guest.told("wrote").getLast();
    int before = guest.told("kept").size();
    fleet().lab().virsh(host, "create", world.resolve(guest.name()).toString());
    await().atMost(LONG).until(() -> guest.told("kept").size() > before);
    long kept = guest.told("kept").getLast();
    assertTrue(kept == wrote || kept == wrote + 1, () -> wrote + " written, " + kept + " kept");
  }

  @Test
  void aCopyThatIsCancelledLeavesTheDiskWhereItIsAndNothingAtTheTarget() throws IOException {
    Guest guest = writing("web", 150);
    fleet().lab().virsh(1, "migrate-setspeed", guest.name(), "20"); // MiB/s
    fleet().done("migrate", guest.name(), "h2", "--detach");
    await().atMost(LONG).until(() -> taken(2, "web") > 40_000_000);

    fleet().done("cancel", guest.name());

    await().atMost(LONG).until(() -> volumes(2).isEmpty());
    assertEquals(List.of("web"), volumes(1));
    guest.awaitTold("wrote", 5);
    assertEquals(List.of(), guest.breaks());
    await().atMost(LONG).until(() -> isFree(1, "web"));
    assertKept(1, guest);
  }

  /** How many bytes a volume takes; 0 if there is none. */
  private long taken(int host, String volume) {
    return volumes(host).contains(volume)
        ? 512
            * Long.parseLong(
                fleet().lab().exec(host, "stat", "-c", "%b", FOLDER + "/" + volume).strip())
        : 0;
  }

  /** Whether no move keeps it any more: then the guest alone is in the way of its deletion. */
  private boolean isFree(int host, String volume) {
    return fleet()
        .ran("volume", "delete", "images/" + volume, "--host", "h" + host)
        .err()
        .contains("is used by VM");
  }

  @Test
  void whatIsInTheWayIsSaidBeforeAnythingIsTouched() throws IOException {
    Guest guest = writing("web", 1);
    fleet().done("volume", "create", "images/web", "8MiB", "--host", "h2");

    Ran plan = fleet().ran("migrate", guest.name(), "h2", "--dry-run");
    assertTrue(plan.out().contains("images/web is there"), plan::toString);
    Ran ran = fleet().ran("migrate", guest.name(), "h2");

    assertEquals(1, ran.code(), ran::toString);
    assertTrue(
        Stream.of(ran.out(), ran.err()).anyMatch(text -> text.contains("images/web is there")),
        ran::toString);
    assertEquals(List.of("web"), volumes(2));
    await().atMost(LONG).until(() -> isFree(1, "web"));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }
}
