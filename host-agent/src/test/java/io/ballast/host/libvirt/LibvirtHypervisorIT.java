package io.ballast.host.libvirt;

import static io.ballast.host.libvirt.LibvirtHosts.LONG;
import static io.ballast.host.libvirt.LibvirtHosts.answer;
import static io.ballast.host.libvirt.LibvirtHosts.assertRefused;
import static io.ballast.host.libvirt.LibvirtHosts.refusal;
import static io.ballast.host.libvirt.LibvirtHosts.sampled;
import static io.ballast.host.libvirt.LibvirtHosts.state;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Samples, commands and migrations over real libvirt daemons and QEMU guests, in the two hosts of a
 * lab that it starts and removes. Needs root, Linux namespaces and what {@code ops/install lab}
 * installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LibvirtHypervisorIT {
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
  void aVmThatStartsWithItsHostOrIsOnlyInMemoryIsSoAtItsTargetToo() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest auto = hosts.running(first);
    Guest manual = hosts.running(first);
    Guest inMemory = hosts.running(first);
    hosts.lab().virsh(1, "autostart", auto.name());
    hosts.lab().virsh(1, "undefine", inMemory.name());

    for (Guest guest : List.of(auto, manual, inMemory)) {
      answer(
          first.migrate(
              new Journey(hosts.order(guest, 2, Optional.empty(), LONG), hosts.peer(2), false),
              progress -> {}));
    }

    assertEquals("enable", info(2, auto, "Autostart:"));
    assertEquals("disable", info(2, manual, "Autostart:"));
    assertEquals("yes", info(2, manual, "Persistent:"));
    assertEquals("no", info(2, inMemory, "Persistent:"));
  }

  private String info(int host, Guest guest, String field) {
    return hosts
        .lab()
        .virsh(host, "dominfo", guest.name())
        .lines()
        .filter(line -> line.startsWith(field))
        .map(line -> line.substring(field.length()).strip())
        .findFirst()
        .orElse("not told");
  }

  @Test
  void aSampleTakesAllDomainsAndTheirCountersGrow() {
    LibvirtHypervisor host = hosts.hypervisor(1);
    Guest busy = hosts.running(host, "--burn", "30");
    Guest idle = hosts.guest("--vcpus", "2");
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
    LibvirtHypervisor host = hosts.hypervisor(1);
    Guest guest = hosts.guest();
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
    await().atMost(LONG).until(() -> guest.ticks().stream().filter(tick -> tick == 1).count() == 2);
    guest.awaitTicks(3);
    answer(host.shutDown(vm, true));
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
    LibvirtHypervisor host = hosts.hypervisor(1);
    Guest known = hosts.guest();
    Guest other = hosts.guest();
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
    LibvirtHypervisor first = hosts.hypervisor(1);
    LibvirtHypervisor second = hosts.hypervisor(2);
    Guest guest = hosts.running(first);

    Outcome.Migration there =
        answer(
            first.migrate(
                new Journey(hosts.order(guest, 2, Optional.empty(), LONG), hosts.peer(2), false),
                now -> {}));

    assertEquals(Optional.empty(), state(first, guest.id()));
    assertEquals(Optional.of(VmState.RUNNING), state(second, guest.id()));
    assertEquals(Optional.of(VmState.RUNNING), answer(first.stateAt(hosts.peer(2), guest.id())));
    assertEquals(Optional.empty(), answer(second.stateAt(hosts.peer(1), guest.id())));
    guest.awaitTicks(5);
    Outcome.Migration back =
        answer(
            second.migrate(
                new Journey(hosts.order(guest, 1, Optional.empty(), LONG), hosts.peer(1), false),
                now -> {}));
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
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "40");
    List<Passage> seen = new CopyOnWriteArrayList<>();

    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(
                hosts.order(guest, 2, Optional.of(Bytes.ofMiB(4)), LONG), hosts.peer(2), false),
            seen::add);
    assertRefused(
        Reason.WRONG_STATE,
        first.migrate(
            new Journey(hosts.order(guest, 2, Optional.empty(), LONG), hosts.peer(2), false),
            now -> {}));
    await().atMost(LONG).until(() -> seen.size() >= 3);
    answer(first.abortMigration(guest.id()));

    assertRefused(Reason.CANCELLED, move);
    MigrationProgress last = seen.getLast().progress();
    assertTrue(last.processed().compareTo(Bytes.ZERO) > 0, last.toString());
    assertTrue(last.remaining().compareTo(Bytes.ZERO) > 0, last.toString());
    assertTrue(last.rate().compareTo(Bytes.ofMiB(8)) < 0, last.toString());
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    await().atMost(LONG).until(() -> answer(first.stateAt(hosts.peer(2), guest.id())).isEmpty());
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationThatAnotherProcessBeganCanBeCancelled() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    LibvirtHypervisor restarted = hosts.hypervisor(1);
    Guest guest = hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "40");
    List<Passage> seen = new CopyOnWriteArrayList<>();
    assertRefused(Reason.WRONG_STATE, restarted.abortMigration(guest.id()));

    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(
                hosts.order(guest, 2, Optional.of(Bytes.ofMiB(4)), LONG), hosts.peer(2), false),
            seen::add);
    await().atMost(LONG).until(() -> !seen.isEmpty());
    answer(restarted.abortMigration(guest.id()));

    // Whichever is told first: that it was cancelled, or that the target lost its source.
    await().atMost(LONG).until(move::isComplete);
    assertTrue(move.failed(), move::toString);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    assertRefused(Reason.WRONG_STATE, restarted.abortMigration(guest.id()));
  }

  @Test
  void aMigrationThatIsCancelledBeforeItBeganDoesNotHappen() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);

    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(
                hosts.order(guest, 2, Optional.of(Bytes.ofMiB(1)), LONG), hosts.peer(2), false),
            now -> {});
    answer(first.abortMigration(guest.id()));

    assertRefused(Reason.CANCELLED, move);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
  }

  @Test
  void aGuestThatWritesFasterThanTheNetworkMovesIfItMayPauseLongEnough() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    LibvirtHypervisor second = hosts.hypervisor(2);
    Guest guest = hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "100");
    Migrate patient =
        new Migrate(
            guest.id(),
            new HostId("h2"),
            Optional.of(hosts.lab().uri(2)),
            Optional.of(Bytes.ofMiB(20)),
            Duration.ofSeconds(30),
            LONG,
            Optional.empty());

    Outcome.Migration move =
        answer(first.migrate(new Journey(patient, hosts.peer(2), false), now -> {}));

    assertTrue(move.downtime().isPositive(), move.toString());
    assertEquals(Optional.of(VmState.RUNNING), state(second, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationThatTakesLongerThanItMayIsAborted() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first, "--memory", "160", "--dirty", "64", "--rate", "40");

    Future<Outcome.Migration> move =
        first.migrate(
            new Journey(
                hosts.order(guest, 2, Optional.of(Bytes.ofMiB(4)), Duration.ofSeconds(3)),
                hosts.peer(2),
                false),
            now -> {});

    assertRefused(Reason.DEADLINE_PASSED, move);
    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    guest.awaitTicks(5);
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aMigrationToAHostThatCannotBeReachedLeavesTheGuestWhereItWas() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest guest = hosts.running(first);
    hosts.lab().libvirtd(2, "stop");
    try {
      assertRefused(
          Reason.HYPERVISOR_UNREACHABLE,
          first.migrate(
              new Journey(hosts.order(guest, 2, Optional.empty(), LONG), hosts.peer(2), false),
              now -> {}));
      assertRefused(Reason.HYPERVISOR_UNREACHABLE, first.stateAt(hosts.peer(2), guest.id()));
    } finally {
      hosts.lab().libvirtd(2, "start");
    }

    assertEquals(Optional.of(VmState.RUNNING), state(first, guest.id()));
    assertEquals(Optional.empty(), answer(first.stateAt(hosts.peer(2), guest.id())));
  }

  @Test
  void aMigrationOfWhatIsNotThereOrDoesNotRunIsRefused() {
    LibvirtHypervisor first = hosts.hypervisor(1);
    Guest off = hosts.guest();
    answer(first.define(off.xml()));
    Guest missing = new Guest(new VmId(UUID.randomUUID()), "missing", "");

    assertRefused(
        Reason.WRONG_STATE,
        first.migrate(
            new Journey(hosts.order(off, 2, Optional.empty(), LONG), hosts.peer(2), false),
            now -> {}));
    assertRefused(
        Reason.UNKNOWN_VM,
        first.migrate(
            new Journey(hosts.order(missing, 2, Optional.empty(), LONG), hosts.peer(2), false),
            now -> {}));
  }
}
