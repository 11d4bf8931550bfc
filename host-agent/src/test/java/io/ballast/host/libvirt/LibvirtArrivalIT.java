package io.ballast.host.libvirt;

import static io.ballast.host.libvirt.LibvirtHosts.LONG;
import static io.ballast.host.libvirt.LibvirtHosts.answer;
import static io.ballast.host.libvirt.LibvirtHosts.assertRefused;
import static io.ballast.host.libvirt.LibvirtHosts.state;
import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.trade.DomainNeeds;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Steering;
import io.ballast.host.work.Migration;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Guests that stand still at their target until their copy at the source is gone. */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LibvirtArrivalIT {
  /** Where the hosts of the lab reach this machine. */
  private static final String HERE = "10.213.0.1";

  private static final Duration LONG_PAUSE = Duration.ofSeconds(30);

  @TempDir static Path folder;

  private LibvirtHosts hosts;
  private Process server;

  @BeforeAll
  void start() throws IOException {
    hosts = new LibvirtHosts();
    Path image = folder.resolve("disk");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(Bytes.ofMiB(8).value());
    }
    server =
        new ProcessBuilder(
                "qemu-nbd",
                "--persistent",
                "--shared=4",
                "--bind=" + HERE,
                "--export-name=disk",
                "--format=raw",
                image.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
  }

  @AfterEach
  void cleanUp() {
    hosts.cleanUp();
  }

  @AfterAll
  void stop() throws InterruptedException {
    server.destroy();
    assertTrue(server.waitFor(10, TimeUnit.SECONDS));
    hosts.close();
  }

  @Test
  void aGuestRunsWhereItHasArrived() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);

    Outcome.Migration move =
        answer(
            first.migrate(
                new Journey(order(guest, Optional.empty()), hosts.peer(2), true), now -> {}));

    assertRunsThere(guest);
    assertTrue(move.downtime().compareTo(Duration.ZERO) > 0, move::toString);
  }

  /** The agent that was to let it run died. */
  @Test
  void oneThatWasLeftStandingIsLetRunByTheNextLifeOfItsAgent() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);
    hosts
        .lab()
        .virsh(
            1,
            "migrate",
            guest.name(),
            hosts.lab().uri(2),
            "--live",
            "--p2p",
            "--persistent",
            "--undefinesource",
            "--suspend");
    assertEquals(Optional.of(VmState.PAUSED), state(hosts.hypervisor(2), guest.id()));

    Future<Outcome> outcome = hosts.migrated(trip(guest, Optional.empty(), true), first);

    assertInstanceOf(Outcome.Done.class, answer(outcome));
    assertRunsThere(guest);
  }

  @Test
  void oneThatRunsIsNotDropped() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(hosts.hypervisor(2));

    assertRefused(Reason.WRONG_STATE, first.dropAt(hosts.peer(2), guest.id()));

    guest.awaitTicks(3);
  }

  /**
   * The target's daemon hangs just before the guest switches over, for longer than the source is
   * patient: that lets the guest run on, and the target goes through with what it was told when it
   * is back. Without care the guest runs twice then.
   */
  @Test
  void aGuestNeverRunsTwice() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    List<Guest> guests = List.of(busy(first), busy(first, "--disk", "nbd:" + HERE + "/disk"));
    Map<Guest, Future<Outcome>> outcomes =
        guests.stream()
            .collect(
                Collectors.toMap(
                    guest -> guest,
                    guest ->
                        hosts.migrated(trip(guest, Optional.of(Bytes.ofMiB(20)), false), first)));
    guests.forEach(guest -> await().atMost(LONG).until(() -> sendsAgain(first, guest)));
    hosts.lab().libvirtd(2, "freeze");
    try {
      guests.forEach(guest -> answer(first.steer(guest.id(), new Steering.Pause(LONG_PAUSE))));
      guests.forEach(
          guest -> await().atMost(LONG).until(() -> answer(first.migrating(guest.id())).isEmpty()));
    } finally {
      hosts.lab().libvirtd(2, "thaw");
    }

    for (Guest guest : guests) {
      Outcome.Failed failed =
          assertInstanceOf(Outcome.Failed.class, answer(requireNonNull(outcomes.get(guest))));
      assertFalse(failed.message().isBlank());
      assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
      assertEquals(Optional.empty(), state(hosts.hypervisor(2), guest.id()));
      guest.awaitTicks(10);
      assertEquals(List.of(), guest.breaks());
    }
    assertKept(first, guests.getLast());
  }

  /** Its disk holds all that it wrote, and nothing that another copy of it did. */
  private static void assertKept(LibvirtHypervisor at, Guest guest) {
    guest.awaitTold("wrote", 5);
    answer(at.destroy(guest.id()));
    long wrote = guest.told("wrote").getLast();
    answer(at.start(guest.id()));
    await().atMost(LONG).until(() -> guest.told("kept").size() > 1);
    long kept = guest.told("kept").getLast();
    assertTrue(kept == wrote || kept == wrote + 1, () -> wrote + " written, " + kept + " kept");
  }

  private Guest busy(LibvirtHypervisor first, String... more) {
    return hosts.running(
        first,
        Stream.concat(
                Stream.of("--memory", "160", "--dirty", "64", "--rate", "60"), Stream.of(more))
            .toArray(String[]::new));
  }

  private static boolean sendsAgain(LibvirtHypervisor first, Guest guest) {
    return answer(first.migrating(guest.id()))
        .filter(now -> now.progress().iteration() > 1)
        .isPresent();
  }

  private void assertRunsThere(Guest guest) {
    assertEquals(Optional.of(VmState.RUNNING), state(hosts.hypervisor(2), guest.id()));
    assertEquals(Optional.empty(), state(hosts.hypervisor(1), guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  private Migration.Trip trip(Guest guest, Optional<Bytes> bandwidth, boolean left) {
    return new Migration.Trip(
        new OperationId("op-" + guest.name()),
        new HostId("h1"),
        order(guest, bandwidth),
        () -> Future.succeededFuture(hosts.peer(2)),
        true,
        left
            ? Optional.empty()
            : Optional.of(DomainNeeds.disks(hosts.lab().virsh(1, "dumpxml", guest.name()))));
  }

  private static Migrate order(Guest guest, Optional<Bytes> bandwidth) {
    return new Migrate(
        guest.id(),
        new HostId("h2"),
        Optional.empty(),
        bandwidth,
        Duration.ofMillis(50),
        LONG,
        Optional.empty());
  }
}
