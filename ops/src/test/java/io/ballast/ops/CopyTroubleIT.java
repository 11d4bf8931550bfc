package io.ballast.ops;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.testing.Lab.Guest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of moves that copy a disk when something goes wrong at some point of the copy:
 * afterwards the guest runs once and holds all that it wrote, and its disk lies where it runs and
 * nowhere else. Needs the built jar.
 */
@Tag("lab")
@Tag("migration")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CopyTroubleIT {
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final String FOLDER = "/var/lib/libvirt/images";
  private static final String DISK = FOLDER + "/web";

  /** What the guest's disk holds before it starts. */
  private static final int WRITTEN_MIB = 150;

  @TempDir static Path world;

  private @Nullable FleetInLab started;

  /** What goes wrong. */
  enum Trouble {
    CANCELLED,
    TARGET_LOSES_POWER,
    LIBVIRTD_OF_TARGET_DIES,
    LIBVIRTD_OF_TARGET_HANGS,
    LIBVIRTD_OF_SOURCE_DIES,
    AGENT_OF_SOURCE_DIES,
    AGENT_OF_TARGET_DIES,
    SCHEDULER_DIES,
    LINK_CUT_FOR_10_S,
    LINK_CUT_FOR_45_S,
    POOL_TOO_SMALL,
    SOMEBODY_STARTS_IT
  }

  /**
   * A trouble and when it comes.
   *
   * @param percent of the disk that is copied by then
   * @param offline whether the guest does not run
   */
  record Case(Trouble trouble, int percent, boolean offline) {}

  static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Trouble trouble : Trouble.values()) {
      switch (trouble) {
        case CANCELLED -> {
          List.of(10, 50, 90).forEach(it -> cases.add(new Case(trouble, it, false)));
          cases.add(new Case(trouble, 50, true));
        }
        case POOL_TOO_SMALL -> cases.add(new Case(trouble, 0, false));
        case SOMEBODY_STARTS_IT -> cases.add(new Case(trouble, 50, true));
        case TARGET_LOSES_POWER,
            LIBVIRTD_OF_TARGET_DIES,
            LIBVIRTD_OF_TARGET_HANGS,
            LIBVIRTD_OF_SOURCE_DIES,
            AGENT_OF_SOURCE_DIES,
            AGENT_OF_TARGET_DIES,
            SCHEDULER_DIES,
            LINK_CUT_FOR_10_S,
            LINK_CUT_FOR_45_S -> {
          cases.add(new Case(trouble, 50, false));
          cases.add(new Case(trouble, 50, true));
        }
      }
    }
    return cases.stream();
  }

  private FleetInLab fleet() {
    return requireNonNull(started);
  }

  @BeforeAll
  void start() throws IOException {
    String slow = "max-downtime: 20ms, bandwidth: 20MiB"; // it takes 8 s
    started = new FleetInLab(world, 2, "host,storage", "uplinks: []", slow);
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
      await()
          .atMost(LONG)
          .until(
              () ->
                  volumes(host).isEmpty()
                      || fleet().ran("volume", "delete", "images/web", "--host", "h" + host).code()
                          == 0);
    }
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

  @ParameterizedTest
  @MethodSource("cases")
  void theGuestRunsOnceWithItsDisk(Case of, TestReporter reporter)
      throws IOException, InterruptedException {
    Guest guest = writing();
    if (of.trouble() == Trouble.POOL_TOO_SMALL) {
      fleet().lab().exec(2, "mount", "-t", "tmpfs", "-o", "size=90M", "tmpfs", FOLDER);
    }
    if (of.offline()) {
      switchOff(guest);
      fleet().done("migrate", guest.name(), "h2", "--detach", "--offline");
    } else {
      fleet().done("migrate", guest.name(), "h2", "--detach");
    }
    if (of.trouble() == Trouble.POOL_TOO_SMALL) {
      await().atMost(LONG).until(() -> moveHasEnded(guest));
      fleet().lab().exec(2, "umount", "--lazy", FOLDER);
    } else {
      await().atMost(LONG).until(() -> copied() >= of.percent());
      happen(of.trouble(), guest);
    }

    await().atMost(LONG).until(() -> moveHasEnded(guest));
    await().atMost(LONG).until(() -> isSettled(guest));
    int home = homes(guest).getFirst();
    reporter.publishEntry(of.toString(), lastOf(guest) + "; it is on h" + home);
    assertEquals(List.of("web"), volumes(home));
    assertEquals(1, homes(guest).size());
    if (!of.offline()) {
      guest.awaitTicks(5);
      assertEquals(List.of(), guest.breaks());
      guest.awaitTold("wrote", 5);
    }
    assertKept(home, guest);
  }

  /** Has its host define a guest that is there, and cuts its power. */
  private void switchOff(Guest guest) {
    fleet().lab().virsh(1, "define", world.resolve(guest.name()).toString());
    fleet().lab().virsh(1, "destroy", guest.name());
    await()
        .atMost(LONG)
        .until(
            () ->
                fleet()
                    .done("vms")
                    .lines()
                    .anyMatch(line -> line.contains(guest.name()) && line.contains("shut off")));
  }

  private Guest writing() throws IOException {
    fleet().done("volume", "create", "images/web", "256MiB", "--host", "h1");
    String written = "write -P 7 64M %dM".formatted(WRITTEN_MIB);
    fleet().lab().exec(1, "qemu-io", "-f", "qcow2", "-c", written, DISK);
    Guest guest = fleet().running(1, "--disk", "qcow2:" + DISK);
    fleet().awaitKnown(guest);
    guest.awaitTold("wrote", 5);
    return guest;
  }

  /** How much of the disk the target has, in percent. */
  private long copied() {
    if (volumes(2).isEmpty()) {
      return 0;
    }
    long blocks = Long.parseLong(fleet().lab().exec(2, "stat", "-c", "%b", DISK).strip());
    return blocks * 512 * 100 / (WRITTEN_MIB * (1L << 20));
  }

  private void happen(Trouble trouble, Guest guest) throws IOException, InterruptedException {
    switch (trouble) {
      case CANCELLED -> fleet().done("cancel", guest.name());
      case TARGET_LOSES_POWER -> {
        fleet().lab().power(2, "cut");
        Thread.sleep(5_000);
        fleet().lab().power(2, "up");
      }
      case LIBVIRTD_OF_TARGET_DIES -> {
        fleet().lab().libvirtd(2, "stop");
        fleet().lab().libvirtd(2, "start");
      }
      case LIBVIRTD_OF_TARGET_HANGS -> {
        fleet().lab().libvirtd(2, "freeze");
        Thread.sleep(45_000);
        fleet().lab().libvirtd(2, "thaw");
      }
      case LIBVIRTD_OF_SOURCE_DIES -> {
        fleet().lab().libvirtd(1, "stop");
        fleet().lab().libvirtd(1, "start");
      }
      case AGENT_OF_SOURCE_DIES -> fleet().agent(1).destroyForcibly();
      case AGENT_OF_TARGET_DIES -> fleet().agent(2).destroyForcibly();
      case SCHEDULER_DIES -> fleet().restartScheduler();
      case LINK_CUT_FOR_10_S -> cutLink(10);
      case LINK_CUT_FOR_45_S -> cutLink(45);
      case SOMEBODY_STARTS_IT -> {
        fleet().lab().virsh(1, "start", guest.name());
        guest.awaitTicks(5);
      }
      case POOL_TOO_SMALL -> throw new IllegalStateException("it was so before");
    }
  }

  private void cutLink(int seconds) throws InterruptedException {
    fleet().lab().link(2, "down");
    Thread.sleep(seconds * 1_000L);
    fleet().lab().link(2, "up");
  }

  /** Whether one host has it and its disk, and keeps that for no move. */
  private boolean isSettled(Guest guest) {
    List<Integer> homes = homes(guest);
    return homes.size() == 1 && volumes(3 - homes.getFirst()).isEmpty() && isFree(homes.getFirst());
  }

  /** Whether no move of it is open by what the scheduler knows, which may have forgotten it. */
  private boolean moveHasEnded(Guest guest) {
    String state = lastOf(guest);
    return Stream.of("planned", "requested", "migrating", "unknown").noneMatch(state::contains);
  }

  private String lastOf(Guest guest) {
    SimulatedFleet.Ran ran = fleet().ran("move", "show", guest.name());
    return ran.code() == 0 ? ran.out().lines().findFirst().orElse("") : ran.err();
  }

  /** On which hosts it is in memory, or defined. */
  private List<Integer> homes(Guest guest) {
    return Stream.of(1, 2).filter(host -> isThere(host, guest, "--all")).toList();
  }

  private boolean isThere(int host, Guest guest, String which) {
    return fleet()
        .lab()
        .virsh(host, "list", which, "--name")
        .lines()
        .anyMatch(guest.name()::equals);
  }

  /** Whether no move keeps its disk any more: then the guest alone is in the way of deleting it. */
  private boolean isFree(int host) {
    return fleet()
        .ran("volume", "delete", "images/web", "--host", "h" + host)
        .err()
        .contains("is used by VM");
  }

  /** Its disk holds all that it wrote, and what was there before. */
  private void assertKept(int host, Guest guest) {
    if (isThere(host, guest, "--state-running")) {
      fleet().lab().virsh(host, "destroy", guest.name());
    }
    long wrote = guest.told("wrote").getLast();
    fleet()
        .lab()
        .exec(
            host,
            "sh",
            "-c",
            "qemu-io -r -f qcow2 -c 'read -P 7 64M %dM' %s | grep -q %d/%d"
                .formatted(WRITTEN_MIB, DISK, WRITTEN_MIB * (1L << 20), WRITTEN_MIB * (1L << 20)));
    int before = guest.told("kept").size();
    if (isThere(host, guest, "--inactive")) {
      fleet().lab().virsh(host, "start", guest.name());
    } else {
      fleet().lab().virsh(host, "create", world.resolve(guest.name()).toString());
    }
    await().atMost(LONG).until(() -> guest.told("kept").size() > before);
    long kept = guest.told("kept").getLast();
    assertTrue(kept == wrote || kept == wrote + 1, () -> wrote + " written, " + kept + " kept");
  }
}
