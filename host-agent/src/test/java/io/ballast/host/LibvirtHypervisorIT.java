package io.ballast.host;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.Lab.Guest;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The hypervisor over real libvirt daemons and QEMU guests, in the two hosts of a lab that it
 * starts and removes. Needs root, Linux namespaces and what {@code ops/install lab} installs; the
 * tag {@code lab} keeps it out of a build unless that says {@code -Dtests.excluded=}.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LibvirtHypervisorIT {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final LibvirtSettings.Deadlines IMPATIENT =
      new LibvirtSettings.Deadlines(
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          LONG,
          Duration.ofSeconds(1),
          Duration.ofMinutes(1));

  private final Vertx vertx = Vertx.vertx();
  private final List<LibvirtHypervisor> opened = new ArrayList<>();
  private final List<Guest> guests = new ArrayList<>();
  private Lab lab;

  @BeforeAll
  void start() {
    lab = Lab.up(2);
  }

  @AfterEach
  void cleanUp() {
    opened.forEach(LibvirtHypervisor::close);
    opened.clear();
    for (int host = 1; host <= 2; host++) {
      LibvirtHypervisor hypervisor = hypervisor(host);
      for (Guest guest : guests) {
        hypervisor
            .destroy(guest.id())
            .transform(gone -> hypervisor.undefine(guest.id()))
            .toCompletionStage()
            .toCompletableFuture()
            .join();
      }
    }
    guests.clear();
    opened.forEach(LibvirtHypervisor::close);
    opened.clear();
  }

  @AfterAll
  void stop() {
    lab.close();
    answer(vertx.close());
  }

  private LibvirtHypervisor hypervisor(int host) {
    return hypervisor(LibvirtSettings.of(lab.uri(host)));
  }

  private LibvirtHypervisor hypervisor(LibvirtSettings settings) {
    LibvirtHypervisor hypervisor = new LibvirtHypervisor(vertx, settings);
    opened.add(hypervisor);
    return hypervisor;
  }

  private Guest guest(String... options) {
    Guest guest = lab.guest(options);
    guests.add(guest);
    return guest;
  }

  private Guest running(LibvirtHypervisor hypervisor, String... options) {
    Guest guest = guest(options);
    assertEquals(guest.id(), answer(hypervisor.define(guest.xml())));
    answer(hypervisor.start(guest.id()));
    guest.awaitTicks(3);
    return guest;
  }

  private Migrate order(Guest guest, int to, Optional<Bytes> bandwidth, Duration within) {
    return new Migrate(
        guest.id(), new HostId("h" + to), lab.uri(to), bandwidth, Duration.ofMillis(300), within);
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static RefusedException refusal(Future<?> future) {
    CompletionException e = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, e.getCause());
  }

  private static void assertRefused(Reason reason, Future<?> future) {
    RefusedException refused = refusal(future);
    assertEquals(reason, refused.reason(), refused.getMessage());
  }

  private static Optional<Domain> sampled(LibvirtHypervisor hypervisor, VmId vm) {
    return answer(hypervisor.sample()).stream()
        .filter(domain -> domain.id().equals(vm))
        .findFirst();
  }

  private static Optional<VmState> state(LibvirtHypervisor hypervisor, VmId vm) {
    return sampled(hypervisor, vm).map(Domain::state);
  }

  @Test
  void aSampleTakesAllDomainsAndTheirCountersGrow() {
    LibvirtHypervisor host = hypervisor(1);
    Guest busy = running(host, "--burn", "30");
    Guest idle = guest("--vcpus", "2");
    answer(host.define(idle.xml()));

    Domain first = sampled(host, busy.id()).orElseThrow();
    await()
        .atMost(LONG)
        .until(
            () -> sampled(host, busy.id()).orElseThrow().cpuTime().compareTo(first.cpuTime()) > 0);

    assertEquals(busy.name(), first.name());
    assertEquals(VmState.RUNNING, first.state());
    assertEquals(Bytes.ofMiB(80), first.memory());
    assertTrue(first.resident().compareTo(Bytes.ofMiB(20)) > 0, first.toString());
    Domain off = sampled(host, idle.id()).orElseThrow();
    assertEquals(VmState.SHUT_OFF, off.state());
    assertEquals(2, off.vcpus());
    assertEquals(Bytes.ZERO, off.resident());
  }

  @Test
  void aDomainGoesThroughItsLife() {
    LibvirtHypervisor host = hypervisor(1);
    Guest guest = guest();
    VmId vm = guest.id();

    assertEquals(vm, answer(host.define(guest.xml())));
    assertEquals(vm, answer(host.define(guest.xml())), "defining it again replaces it");
    answer(host.start(vm));
    guest.awaitTicks(3);
    assertRefused(Reason.WRONG_STATE, host.start(vm));
    assertRefused(Reason.WRONG_STATE, host.undefine(vm));
    Hypervisor.Description described = answer(host.inspect(vm)).orElseThrow();
    assertEquals(VmState.RUNNING, described.domain().state());
    assertTrue(described.xml().contains(vm.toString()), described.xml());

    answer(host.suspend(vm));
    assertEquals(Optional.of(VmState.PAUSED), state(host, vm));
    answer(host.resume(vm));
    guest.awaitTicks(3);
    answer(host.reboot(vm));
    answer(host.shutDown(vm));
    await().atMost(LONG).until(() -> state(host, vm).equals(Optional.of(VmState.SHUT_OFF)));
    assertRefused(Reason.WRONG_STATE, host.destroy(vm));
    assertRefused(Reason.WRONG_STATE, host.suspend(vm));
    answer(host.start(vm));
    answer(host.destroy(vm));
    assertEquals(Optional.of(VmState.SHUT_OFF), state(host, vm));
    answer(host.undefine(vm));
    answer(host.undefine(vm));

    assertEquals(Optional.empty(), state(host, vm));
    assertEquals(Optional.empty(), answer(host.inspect(vm)));
    assertRefused(Reason.UNKNOWN_VM, host.start(vm));
    assertRefused(Reason.UNKNOWN_VM, host.destroy(vm));
    assertRefused(Reason.UNKNOWN_VM, host.abortMigration(vm));
  }

  @Test
  void aDescriptionThatLibvirtDoesNotAcceptChangesNothing() {
    LibvirtHypervisor host = hypervisor(1);
    Guest known = guest();
    Guest other = guest();
    answer(host.define(known.xml()));
    String xml = other.xml();

    for (String bad :
        List.of(
            xml.replace("<memory unit='MiB'>80</memory>", "<memory unit='MiB'>lots</memory>"),
            xml.replace("<vcpu>1</vcpu>", "<vcpus>1</vcpus>"),
            xml.replace("machine='pc'", "machine='dishwasher'"),
            xml.replace(other.name(), known.name()),
            xml.replaceFirst("<uuid>.*</uuid>", ""),
            xml.replace("</domain>", ""))) {
      RefusedException refused = refusal(host.define(bad));
      assertEquals(Reason.INVALID_DOMAIN, refused.reason(), refused.getMessage());
    }

    assertEquals(Optional.empty(), state(host, other.id()));
    assertEquals(known.name(), sampled(host, known.id()).orElseThrow().name());
  }

  @Test
  void aGuestMovesThereAndBackWithoutLosingATick() {
    LibvirtHypervisor first = hypervisor(1);
    LibvirtHypervisor second = hypervisor(2);
    Guest guest = running(first);

    Outcome.Migration there =
        answer(first.migrate(order(guest, 2, Optional.empty(), LONG), now -> {}));

    assertEquals(Optional.empty(), state(first, guest.id()));
    assertEquals(Optional.of(VmState.RUNNING), state(second, guest.id()));
    assertEquals(Optional.of(VmState.RUNNING), answer(first.stateAt(lab.uri(2), guest.id())));
    assertEquals(Optional.empty(), answer(second.stateAt(lab.uri(1), guest.id())));
    guest.awaitTicks(5);
    Outcome.Migration back =
        answer(second.migrate(order(guest, 1, Optional.empty(), LONG), now -> {}));
    guest.awaitTicks(5);

    for (Outcome.Migration move : List.of(there, back)) {
      assertTrue(move.downtime().isPositive(), move.toString());
      assertTrue(move.total().compareTo(move.downtime()) > 0, move.toString());
      assertTrue(move.transferred().compareTo(Bytes.ofMiB(1)) > 0, move.toString());
      assertTrue(move.iterations() > 0, move.toString());
    }
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    assertEquals(Optional.empty(), state(second, guest.id()));
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aCancelledMigrationLeavesTheGuestWhereItWas() {
    LibvirtHypervisor first = hypervisor(1);
    Guest guest = running(first, "--memory", "160", "--dirty", "64", "--rate", "40");
    List<MigrationProgress> seen = new CopyOnWriteArrayList<>();

    Future<Outcome.Migration> move =
        first.migrate(order(guest, 2, Optional.of(Bytes.ofMiB(4)), LONG), seen::add);
    assertRefused(
        Reason.WRONG_STATE, first.migrate(order(guest, 2, Optional.empty(), LONG), now -> {}));
    await().atMost(LONG).until(() -> seen.size() >= 3);
    answer(first.abortMigration(guest.id()));

    assertRefused(Reason.CANCELLED, move);
    MigrationProgress last = seen.getLast();
    assertTrue(last.processed().compareTo(Bytes.ZERO) > 0, last.toString());
    assertTrue(last.remaining().compareTo(Bytes.ZERO) > 0, last.toString());
    assertTrue(last.rate().compareTo(Bytes.ofMiB(8)) < 0, last.toString());
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    await().atMost(LONG).until(() -> answer(first.stateAt(lab.uri(2), guest.id())).isEmpty());
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationThatIsCancelledBeforeItBeganDoesNotHappen() {
    LibvirtHypervisor first = hypervisor(1);
    Guest guest = running(first);

    Future<Outcome.Migration> move =
        first.migrate(order(guest, 2, Optional.of(Bytes.ofMiB(1)), LONG), now -> {});
    answer(first.abortMigration(guest.id()));

    assertRefused(Reason.CANCELLED, move);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
  }

  @Test
  void aGuestThatWritesFasterThanTheNetworkMovesIfItMayPauseLongEnough() {
    LibvirtHypervisor first = hypervisor(1);
    LibvirtHypervisor second = hypervisor(2);
    Guest guest = running(first, "--memory", "160", "--dirty", "64", "--rate", "100");
    Migrate patient =
        new Migrate(
            guest.id(),
            new HostId("h2"),
            lab.uri(2),
            Optional.of(Bytes.ofMiB(20)),
            Duration.ofSeconds(30),
            LONG);

    Outcome.Migration move = answer(first.migrate(patient, now -> {}));

    assertTrue(move.downtime().isPositive(), move.toString());
    assertEquals(Optional.of(VmState.RUNNING), state(second, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationThatTakesLongerThanItMayIsAborted() {
    LibvirtHypervisor first = hypervisor(1);
    Guest guest = running(first, "--memory", "160", "--dirty", "64", "--rate", "40");

    Future<Outcome.Migration> move =
        first.migrate(
            order(guest, 2, Optional.of(Bytes.ofMiB(4)), Duration.ofSeconds(3)), now -> {});

    assertRefused(Reason.DEADLINE_PASSED, move);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationToAHostThatCannotBeReachedLeavesTheGuestWhereItWas() {
    LibvirtHypervisor first = hypervisor(1);
    Guest guest = running(first);
    lab.libvirtd(2, "stop");
    try {
      assertRefused(
          Reason.HYPERVISOR_UNREACHABLE,
          first.migrate(order(guest, 2, Optional.empty(), LONG), now -> {}));
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, first.stateAt(lab.uri(2), guest.id()));
    } finally {
      lab.libvirtd(2, "start");
    }

    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    assertEquals(Optional.empty(), answer(first.stateAt(lab.uri(2), guest.id())));
  }

  @Test
  void aMigrationGoesOnWhileLibvirtHangsAndCanBeAbortedAfterwards() {
    LibvirtHypervisor first = hypervisor(1);
    Guest guest = running(first, "--memory", "160", "--dirty", "64", "--rate", "40");
    List<MigrationProgress> seen = new CopyOnWriteArrayList<>();
    Future<Outcome.Migration> move =
        first.migrate(order(guest, 2, Optional.of(Bytes.ofMiB(4)), LONG), seen::add);
    await().atMost(LONG).until(() -> !seen.isEmpty());
    lab.libvirtd(1, "freeze");
    try {
      assertRefused(Reason.HYPERVISOR_STUCK, move);
    } finally {
      lab.libvirtd(1, "thaw");
    }

    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> answer(first.abortMigration(guest.id())));
    await().atMost(LONG).until(() -> answer(first.stateAt(lab.uri(2), guest.id())).isEmpty());
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationOfWhatIsNotThereOrDoesNotRunIsRefused() {
    LibvirtHypervisor first = hypervisor(1);
    Guest off = guest();
    answer(first.define(off.xml()));
    Guest missing = new Guest(new VmId(UUID.randomUUID()), "missing", "");

    assertRefused(
        Reason.WRONG_STATE, first.migrate(order(off, 2, Optional.empty(), LONG), now -> {}));
    assertRefused(
        Reason.UNKNOWN_VM, first.migrate(order(missing, 2, Optional.empty(), LONG), now -> {}));
  }

  /** The daemon hangs for a shorter time than the keepalive is patient. */
  @RepeatedTest(5)
  void aLibvirtThatHangsIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(LibvirtSettings.KeepAlive.DEFAULT, Duration.ZERO);
  }

  /** The keepalive ends the connections of calls that were left behind long before. */
  @RepeatedTest(5)
  void aLibvirtThatHangsForLongIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(new LibvirtSettings.KeepAlive(Duration.ofSeconds(2), 1), Duration.ofSeconds(10));
  }

  /** The keepalive is faster than every deadline. */
  @RepeatedTest(5)
  void aLibvirtWhoseKeepaliveFailsIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(new LibvirtSettings.KeepAlive(Duration.ofSeconds(1), 1), Duration.ofSeconds(5));
  }

  private void hangAndRecover(LibvirtSettings.KeepAlive keepAlive, Duration longer) {
    LibvirtSettings usual = LibvirtSettings.of(lab.uri(1));
    LibvirtHypervisor host =
        hypervisor(
            new LibvirtSettings(
                usual.uri(), IMPATIENT, keepAlive, usual.control(), usual.migrations()));
    Guest guest = running(host);
    assertTrue(state(host, guest.id()).isPresent());
    lab.libvirtd(1, "freeze");
    try {
      List<Future<?>> calls =
          List.of(
              host.sample(),
              host.sample(),
              host.inspect(guest.id()),
              host.suspend(guest.id()),
              host.define(guest.xml()));
      calls.forEach(call -> assertRefused(Reason.HYPERVISOR_STUCK, call));
      RefusedException next = refusal(host.sample());
      assertEquals(Reason.HYPERVISOR_STUCK, next.reason());
      assertTrue(String.valueOf(next.getMessage()).contains("was not tried"), next.getMessage());
      assertRefused(Reason.HYPERVISOR_STUCK, host.stateAt(lab.uri(1), guest.id()));
      await().pollDelay(longer).atMost(LONG).until(() -> true);
    } finally {
      lab.libvirtd(1, "thaw");
    }

    await().atMost(LONG).ignoreExceptions().until(() -> state(host, guest.id()).isPresent());
    for (int i = 0; i < 4; i++) {
      await()
          .atMost(LONG)
          .ignoreExceptions()
          .until(() -> answer(host.inspect(guest.id())).isPresent());
    }
    await().atMost(LONG).until(() -> threads() <= 5);
  }

  /** Threads of lanes: samples, details, two for commands and a peer, unless some are lost. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("libvirt at"))
        .count();
  }

  @Test
  void aLibvirtThatHangsWhileNobodyWaitsTripsTheKeepalive() {
    LibvirtHypervisor host = hypervisor(1);
    Guest guest = running(host);
    lab.libvirtd(1, "freeze");
    try {
      // The deadline of a start is longer than the keepalive is patient.
      assertRefused(Reason.HYPERVISOR_STUCK, host.start(guest.id()));
    } finally {
      lab.libvirtd(1, "thaw");
    }
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> answer(host.inspect(guest.id())).isPresent());
  }

  @Test
  void aLibvirtThatIsGoneIsToldAndFoundAgain() {
    LibvirtHypervisor host = hypervisor(1);
    Guest guest = running(host);
    lab.libvirtd(1, "stop");
    try {
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.suspend(guest.id()));
    } finally {
      lab.libvirtd(1, "start");
    }

    assertEquals(Optional.of(VmState.RUNNING), state(host, guest.id()));
    answer(host.suspend(guest.id()));
  }

  @Test
  void aQemuThatHangsHoldsUpItsOwnCommandsOnly() {
    LibvirtHypervisor host = hypervisor(LibvirtSettings.of(lab.uri(1)).with(IMPATIENT));
    Guest stuck = running(host);
    Guest well = running(host);
    Domain before = sampled(host, stuck.id()).orElseThrow();
    lab.signalQemu(1, stuck, "STOP");
    try {
      for (int i = 0; i < 3; i++) {
        Domain during = sampled(host, stuck.id()).orElseThrow();
        assertTrue(during.cpuTime().compareTo(before.cpuTime()) >= 0, during.toString());
        assertEquals(before.memory(), during.memory());
        assertTrue(during.resident().compareTo(Bytes.ZERO) > 0, during.toString());
        assertEquals(
            VmState.RUNNING, answer(host.inspect(stuck.id())).orElseThrow().domain().state());
      }
      LibvirtHypervisor newcomer = hypervisor(LibvirtSettings.of(lab.uri(1)).with(IMPATIENT));
      assertEquals(before.memory(), sampled(newcomer, stuck.id()).orElseThrow().memory());

      assertRefused(Reason.HYPERVISOR_STUCK, host.suspend(stuck.id()));
      RefusedException next = refusal(host.resume(stuck.id()));
      assertEquals(Reason.HYPERVISOR_STUCK, next.reason());
      assertTrue(String.valueOf(next.getMessage()).contains("was not tried"), next.getMessage());
      await()
          .atMost(LONG)
          .ignoreExceptions()
          .until(() -> answer(host.inspect(well.id())).isPresent());
      answer(host.suspend(well.id()));
      answer(host.destroy(stuck.id()));
    } finally {
      if (state(host, stuck.id()).equals(Optional.of(VmState.RUNNING))) {
        lab.signalQemu(1, stuck, "CONT");
      }
    }
    assertEquals(Optional.of(VmState.SHUT_OFF), state(host, stuck.id()));
  }

  @Test
  void closingGivesEveryConnectionBack() throws IOException {
    LibvirtHypervisor warm = hypervisor(1);
    answer(warm.sample());
    warm.close();
    await().atMost(LONG).until(() -> threads() == 0);
    long before = sockets();

    for (int i = 0; i < 3; i++) {
      LibvirtHypervisor host = hypervisor(1);
      answer(host.sample());
      answer(host.inspect(new VmId(UUID.randomUUID())));
      answer(host.stateAt(lab.uri(2), new VmId(UUID.randomUUID())));
      assertTrue(sockets() > before);
      host.close();
    }

    await().atMost(LONG).until(() -> sockets() == before);
  }

  private static long sockets() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(LibvirtHypervisorIT::isSocket).count();
    }
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      return false; // closed since it was listed
    }
  }

  @Test
  void closingDoesNotWaitForALibvirtThatHangs() {
    LibvirtHypervisor host = hypervisor(1);
    assertFalse(answer(host.sample()).stream().anyMatch(domain -> domain.name().isBlank()));
    lab.libvirtd(1, "freeze");
    try {
      Future<List<Domain>> hanging = host.sample();
      host.close();
      assertRefused(Reason.HYPERVISOR_STUCK, hanging);
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
    } finally {
      lab.libvirtd(1, "thaw");
    }
  }
}
