package io.ballast.host.libvirt;

import static io.ballast.host.libvirt.LibvirtHosts.LONG;
import static io.ballast.host.libvirt.LibvirtHosts.answer;
import static io.ballast.host.libvirt.LibvirtHosts.assertRefused;
import static io.ballast.host.libvirt.LibvirtHosts.refusal;
import static io.ballast.host.libvirt.LibvirtHosts.sampled;
import static io.ballast.host.libvirt.LibvirtHosts.state;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Daemons and QEMU processes that hang, vanish and come back, in the two hosts of a lab that it
 * starts and removes. Needs root, Linux namespaces and what {@code ops/install lab} installs:
 * {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LibvirtTroubleIT {
  private static final LibvirtSettings.Deadlines IMPATIENT =
      new LibvirtSettings.Deadlines(
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          LONG,
          Duration.ofSeconds(1),
          Duration.ofMinutes(1));

  private LibvirtHosts hosts;

  @BeforeAll
  void start() {
    hosts = new LibvirtHosts();
  }

  @AfterEach
  void cleanUp() {
    hosts.cleanUp();
  }

  @AfterAll
  void stop() {
    hosts.close();
  }

  @Test
  void aMigrationGoesOnWhileLibvirtHangsAndCanBeAbortedAfterwards() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "40");
    List<Passage> seen = new CopyOnWriteArrayList<>();
    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(
                hosts.order(guest, 2, Optional.of(Bytes.ofMiB(4)), LONG), hosts.peer(2), false),
            seen::add);
    await().atMost(LONG).until(() -> !seen.isEmpty());
    hosts.lab().libvirtd(1, "freeze");
    try {
      assertRefused(Reason.MAY_YET_HAPPEN, move);
    } finally {
      hosts.lab().libvirtd(1, "thaw");
    }

    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> answer(first.abortMigration(guest.id())));
    await().atMost(LONG).until(() -> answer(first.stateAt(hosts.peer(2), guest.id())).isEmpty());
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  /** The daemon hangs for a shorter time than the keepalive is patient. */
  @Test
  void aLibvirtThatHangsIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(LibvirtSettings.KeepAlive.DEFAULT, Duration.ZERO);
  }

  /** The keepalive ends the connections of calls that were left behind long before. */
  @Test
  void aLibvirtThatHangsForLongIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(new LibvirtSettings.KeepAlive(Duration.ofSeconds(2), 1), Duration.ofSeconds(10));
  }

  /** The keepalive is faster than every deadline. */
  @Test
  void aLibvirtWhoseKeepaliveFailsIsToldAndRecoversWithoutANewProcess() {
    hangAndRecover(new LibvirtSettings.KeepAlive(Duration.ofSeconds(1), 1), Duration.ofSeconds(5));
  }

  private void hangAndRecover(LibvirtSettings.KeepAlive keepAlive, Duration longer) {
    LibvirtSettings usual = LibvirtSettings.of(hosts.lab().uri(1));
    LibvirtHypervisor host =
        hosts.hypervisor(
            new LibvirtSettings(
                usual.uri(),
                IMPATIENT,
                keepAlive,
                usual.control(),
                usual.migrations(),
                usual.ports()));
    Guest guest = running();
    await().atMost(LONG).ignoreExceptions().until(() -> state(host, guest.id()).isPresent());
    hosts.lab().libvirtd(1, "freeze");
    try {
      List<Future<?>> looks = List.of(host.sample(), host.sample(), host.inspect(guest.id()));
      List<Future<?>> changes = List.of(host.suspend(guest.id()), host.define(guest.xml()));
      looks.forEach(look -> assertRefused(Reason.HYPERVISOR_STUCK, look));
      // It depends on whether its lane had a connection already, and so could begin it.
      changes.forEach(
          change ->
              assertTrue(
                  Set.of(Reason.HYPERVISOR_STUCK, Reason.MAY_YET_HAPPEN)
                      .contains(refusal(change).reason())));
      RefusedException next = refusal(host.sample());
      assertEquals(Reason.HYPERVISOR_STUCK, next.reason());
      assertTrue(String.valueOf(next.getMessage()).contains("was not tried"), next.getMessage());
      assertRefused(Reason.HYPERVISOR_STUCK, host.stateAt(hosts.peer(1), guest.id()));
      await().pollDelay(longer).atMost(LONG).until(() -> true);
    } finally {
      hosts.lab().libvirtd(1, "thaw");
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

  /** A guest of the first host that was started with patience. */
  private Guest running() {
    LibvirtHypervisor patient = hosts.hypervisor(1);
    Guest guest = hosts.running(patient);
    patient.close();
    return guest;
  }

  /** Threads of lanes: samples, details, two for commands and a peer, unless some are lost. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("libvirt at"))
        .count();
  }

  @Test
  void aLibvirtThatHangsWhileNobodyWaitsTripsTheKeepalive() {
    LibvirtHypervisor host = hosts.hypervisor(1);
    Guest guest = hosts.running(host);
    hosts.lab().libvirtd(1, "freeze");
    try {
      // The deadline of a start is longer than the keepalive is patient.
      assertRefused(Reason.MAY_YET_HAPPEN, host.start(guest.id()));
    } finally {
      hosts.lab().libvirtd(1, "thaw");
    }
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> answer(host.inspect(guest.id())).isPresent());
  }

  @Test
  void aLibvirtThatIsGoneIsToldAndFoundAgain() {
    LibvirtHypervisor host = hosts.hypervisor(1);
    Guest guest = hosts.running(host);
    hosts.lab().libvirtd(1, "stop");
    try {
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.suspend(guest.id()));
    } finally {
      hosts.lab().libvirtd(1, "start");
    }

    assertEquals(Optional.of(VmState.RUNNING), state(host, guest.id()));
    answer(host.suspend(guest.id()));
  }

  @Test
  void aQemuThatHangsHoldsUpItsOwnCommandsOnly() {
    LibvirtHypervisor host =
        hosts.hypervisor(LibvirtSettings.of(hosts.lab().uri(1)).with(IMPATIENT));
    Guest stuck = running();
    Guest well = running();
    await().atMost(LONG).ignoreExceptions().until(() -> sampled(host, well.id()).isPresent());
    Domain before = sampled(host, stuck.id()).orElseThrow();
    Domain wellBefore = sampled(host, well.id()).orElseThrow();
    hosts.lab().signalQemu(1, stuck, "STOP");
    try {
      for (int i = 0; i < 3; i++) {
        Domain during = sampled(host, stuck.id()).orElseThrow();
        assertTrue(during.cpuTime().compareTo(before.cpuTime()) >= 0, during.toString());
        assertEquals(before.memory(), during.memory());
        assertTrue(during.resident().compareTo(Bytes.ZERO) > 0, during.toString());
        assertEquals(
            VmState.RUNNING, answer(host.inspect(stuck.id())).orElseThrow().domain().state());
      }
      await()
          .atMost(LONG)
          .until(
              () ->
                  sampled(host, well.id())
                      .filter(now -> now.cpuTime().compareTo(wellBefore.cpuTime()) > 0)
                      .isPresent());
      LibvirtHypervisor newcomer =
          hosts.hypervisor(LibvirtSettings.of(hosts.lab().uri(1)).with(IMPATIENT));
      assertEquals(before.memory(), sampled(newcomer, stuck.id()).orElseThrow().memory());

      assertRefused(Reason.MAY_YET_HAPPEN, host.suspend(stuck.id()));
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
        hosts.lab().signalQemu(1, stuck, "CONT");
      }
    }
    assertEquals(Optional.of(VmState.SHUT_OFF), state(host, stuck.id()));
  }

  @Test
  void closingGivesEveryConnectionBack() throws IOException {
    LibvirtHypervisor warm = hosts.hypervisor(1);
    answer(warm.sample());
    warm.close();
    await().atMost(LONG).until(() -> threads() == 0);
    long before = sockets();

    for (int i = 0; i < 3; i++) {
      LibvirtHypervisor host = hosts.hypervisor(1);
      answer(host.sample());
      answer(host.inspect(new VmId(UUID.randomUUID())));
      answer(host.stateAt(hosts.peer(2), new VmId(UUID.randomUUID())));
      assertTrue(sockets() > before);
      host.close();
    }

    // What the first one had may not have been quite gone yet.
    await().atMost(LONG).until(() -> sockets() <= before);
  }

  private static long sockets() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(LibvirtTroubleIT::isSocket).count();
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
    LibvirtHypervisor host = hosts.hypervisor(1);
    assertFalse(answer(host.sample()).stream().anyMatch(domain -> domain.name().isBlank()));
    hosts.lab().libvirtd(1, "freeze");
    try {
      Future<?> hanging = host.inspect(new VmId(UUID.randomUUID()));
      host.close();
      // It depends on whether its thread had taken it up when the agent stopped.
      assertTrue(
          Set.of(Reason.HYPERVISOR_STUCK, Reason.HYPERVISOR_UNREACHABLE)
              .contains(refusal(hanging).reason()));
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, host.sample());
    } finally {
      hosts.lab().libvirtd(1, "thaw");
    }
  }
}
