package io.ballast.host.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.meter.HostMeter.LinkCounters;
import io.ballast.host.meter.HostMeter.Reading;
import io.ballast.host.trade.Domain;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FakeHypervisorTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final VmId LOG = VmId.of("22222222-2222-2222-2222-222222222222");
  private static final Duration PATIENCE = Duration.ofSeconds(9);

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(20), PATIENCE);
  private final FakeHypervisor here = world.host(new HostId("h1"), 1, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(new HostId("h2"), 1, Bytes.ofMiB(1000));
  private final List<MigrationProgress> progress = new ArrayList<>();

  @Test
  void guestsGetWhatTheyWantWhileThereIsEnough() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0.3);
    here.boot(LOG, "log", 1, Bytes.ofMiB(64), 0.5);

    time.pass(Duration.ofSeconds(10));

    assertEquals(List.of(3.0, 5.0), cpuSeconds(here));
    assertEquals(Duration.ofSeconds(8), reading(here).cpuUsed());
    assertEquals(0, reading(here).pressure().orElseThrow().cpu(), 1e-9);
  }

  @Test
  void guestsShareFairlyWhatIsTooLittle() {
    here.boot(WEB, "web", 2, Bytes.ofMiB(64), 1.5);
    here.boot(LOG, "log", 1, Bytes.ofMiB(64), 0.5);

    time.pass(Duration.ofSeconds(100));

    assertEquals(List.of(75.0, 25.0), cpuSeconds(here));
    assertEquals(Duration.ofSeconds(100), reading(here).cpuUsed());
    assertEquals(0.5, reading(here).pressure().orElseThrow().cpu(), 0.01);
    assertEquals(2 * (1 - Math.exp(-100 / 60.0)), reading(here).averages().getFirst(), 0.01);
  }

  @Test
  void aGuestUsesNoMoreThanItsProcessors() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 5);

    time.pass(Duration.ofSeconds(10));

    assertEquals(List.of(10.0), cpuSeconds(here));
  }

  @Test
  void memoryIsTakenByActiveGuestsAndTheHostItself() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(100), 0);
    assertEquals(Bytes.ofMiB(150), reading(here).memoryUsed());

    done(here.suspend(WEB));
    assertEquals(Bytes.ofMiB(150), reading(here).memoryUsed());

    done(here.destroy(WEB));
    assertEquals(Bytes.ofMiB(50), reading(here).memoryUsed());
  }

  @Test
  void aGuestGoesThroughItsLife() {
    String xml = FakeHypervisor.xml(WEB, "web", 2, Bytes.ofMiB(100), 0.25);

    assertEquals(WEB, done(here.define(xml)));
    Hypervisor.Description defined = done(here.inspect(WEB)).orElseThrow();
    assertEquals(xml, defined.xml());
    assertEquals("web", defined.domain().name());
    assertEquals(2, defined.domain().vcpus());
    assertEquals(Bytes.ofMiB(100), defined.domain().memory());
    assertState(VmState.SHUT_OFF, here);

    done(here.start(WEB));
    assertState(VmState.RUNNING, here);
    done(here.reboot(WEB));
    assertState(VmState.RUNNING, here);
    done(here.suspend(WEB));
    assertState(VmState.PAUSED, here);
    done(here.resume(WEB));
    done(here.shutDown(WEB, false));
    assertState(VmState.SHUTTING_DOWN, here);
    time.pass(FakeHypervisor.SHUTDOWN_TIME);
    assertState(VmState.SHUT_OFF, here);
    done(here.undefine(WEB));
    assertEquals(Optional.empty(), here.truth(WEB));
    done(here.undefine(WEB));
  }

  @Test
  void countersBeginAnewWithEachStart() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0.5);
    time.pass(Duration.ofSeconds(10));

    done(here.destroy(WEB));
    done(here.start(WEB));

    assertEquals(List.of(0.0), cpuSeconds(here));
  }

  @Test
  void aDeafGuestDoesNotShutDown() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.deafen(WEB);

    done(here.shutDown(WEB, false));
    time.pass(Duration.ofSeconds(60));

    assertState(VmState.RUNNING, here);
  }

  @Test
  void whatDoesNotFitTheStateIsRefused() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);

    assertRefused(Reason.WRONG_STATE, here.start(WEB));
    assertRefused(Reason.WRONG_STATE, here.resume(WEB));
    assertRefused(Reason.WRONG_STATE, here.undefine(WEB));
    assertRefused(Reason.WRONG_STATE, here.abortMigration(WEB));
    assertRefused(Reason.UNKNOWN_VM, here.start(LOG));
    assertRefused(Reason.INVALID_DOMAIN, here.define("<domain/>"));
  }

  @Test
  void aMigrationTakesTheTimeOfItsBytesAndOfWhatTheGuestWrites() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0.5);

    Future<Outcome.Migration> migration = migrate(Optional.empty());
    time.pass(Duration.ofSeconds(2));
    assertState(VmState.RUNNING, here);
    assertState(VmState.PAUSED, there);
    time.pass(Duration.ofSeconds(3));

    Outcome.Migration measures = migration.result();
    assertEquals(Duration.ofMillis(3750), measures.total());
    assertEquals(Bytes.ofMiB(78), measures.transferred());
    assertEquals(2, measures.iterations());
    assertEquals(Duration.ofMillis(45), measures.downtime());
    assertEquals(Optional.empty(), here.truth(WEB));
    assertState(VmState.RUNNING, there);
    assertEquals(14, progress.size());
    assertEquals(Bytes.ofMiB(5), progress.getFirst().processed());
    assertEquals(Bytes.ofMiB(59), progress.getFirst().remaining());
    Map<String, LinkCounters> sent = Map.of("eth0", new LinkCounters(Bytes.ZERO, Bytes.ofMiB(78)));
    Map<String, LinkCounters> received =
        Map.of("eth0", new LinkCounters(Bytes.ofMiB(78), Bytes.ZERO));
    assertEquals(sent, reading(here).links());
    assertEquals(received, reading(there).links());
  }

  @Test
  void aGuestThatWritesFasterThanTheLinkSendsNeverArrives() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 1);

    Future<Outcome.Migration> migration = migrate(Optional.of(Bytes.ofMiB(4)));
    time.pass(Duration.ofHours(1));
    assertFalse(migration.isComplete());

    done(here.abortMigration(WEB));
    time.pass(Duration.ofSeconds(1));
    assertRefused(Reason.HYPERVISOR_REFUSED, migration);
    assertState(VmState.RUNNING, here);
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void aMigrationEndsAsItWasTold() {
    assertEnds(FakeMigration.Ending.BREAKS, Optional.of(VmState.RUNNING), Optional.empty());
    assertEnds(
        FakeMigration.Ending.ARRIVES_WITH_ERROR, Optional.empty(), Optional.of(VmState.RUNNING));
    assertEnds(
        FakeMigration.Ending.DOUBLES, Optional.of(VmState.RUNNING), Optional.of(VmState.RUNNING));
    assertEnds(FakeMigration.Ending.LOSES, Optional.empty(), Optional.empty());
  }

  @Test
  void aSilentMigrationNeverEnds() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.nextMigration(FakeMigration.Ending.FALLS_SILENT);

    Future<Outcome.Migration> migration = migrate(Optional.empty());
    time.pass(Duration.ofHours(1));
    done(here.abortMigration(WEB));
    time.pass(Duration.ofHours(1));

    assertFalse(migration.isComplete());
    assertState(VmState.RUNNING, here);
  }

  @Test
  void aPowerCutEndsGuestsMigrationsAndAnswers() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    Future<Outcome.Migration> migration = migrate(Optional.empty());
    time.pass(Duration.ofSeconds(1));

    there.cutPower();
    time.pass(Duration.ofSeconds(1));

    assertRefused(Reason.HYPERVISOR_REFUSED, migration);
    assertState(VmState.RUNNING, here);
    assertRefused(Reason.HYPERVISOR_UNREACHABLE, there.sample());
    assertRefused(
        Reason.HYPERVISOR_UNREACHABLE, here.stateAt(PeerAddress.of(there.peerUri()), WEB));

    here.cutPower();
    here.recover();
    assertEquals(VmState.SHUT_OFF, done(here.sample()).getFirst().state());
  }

  @Test
  void aHangingHypervisorFailsEveryCallAfterItsPatience() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.hang();

    Future<List<Domain>> sample = here.sample();
    Future<Void> suspend = here.suspend(WEB);
    time.pass(PATIENCE.minusMillis(1));
    assertFalse(sample.isComplete());
    time.pass(Duration.ofMillis(1));
    assertRefused(Reason.HYPERVISOR_STUCK, sample);
    assertRefused(Reason.MAY_YET_HAPPEN, suspend);

    here.recover();
    assertTrue(done(here.sample()).size() == 1);
  }

  @Test
  void theNextChangeCanBeRefused() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.refuseNext(Reason.HYPERVISOR_REFUSED, "internal error");

    assertRefused(Reason.HYPERVISOR_REFUSED, here.suspend(WEB));
    done(here.suspend(WEB));
  }

  @Test
  void aGuestMayCrashVanishOrChangeItsAppetite() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.feed(WEB, 0.5);
    time.pass(Duration.ofSeconds(2));
    assertEquals(List.of(1.0), cpuSeconds(here));

    here.crash(WEB);
    assertState(VmState.CRASHED, here);
    here.lose(WEB);
    assertEquals(Optional.empty(), here.truth(WEB));
  }

  private void assertEnds(
      FakeMigration.Ending ending, Optional<VmState> left, Optional<VmState> arrived) {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
    here.nextMigration(ending);

    Future<Outcome.Migration> migration = migrate(Optional.empty());
    time.pass(Duration.ofSeconds(10));

    assertRefused(Reason.HYPERVISOR_REFUSED, migration);
    assertEquals(left, here.truth(WEB), ending::name);
    assertEquals(arrived, there.truth(WEB), ending::name);
    arrived.ifPresent(state -> there.lose(WEB));
  }

  private Future<Outcome.Migration> migrate(Optional<Bytes> bandwidth) {
    return here.migrate(
        new Journey(
            new Migrate(
                WEB,
                new HostId("h2"),
                Optional.empty(),
                bandwidth,
                Duration.ofMillis(300),
                Duration.ofMinutes(5),
                Optional.empty()),
            PeerAddress.of(there.peerUri()),
            false),
        now -> progress.add(now.progress()));
  }

  private <T> T done(Future<T> future) {
    time.pass(Duration.ZERO);
    assertTrue(future.succeeded(), () -> "failed: " + future.cause());
    return future.result();
  }

  private void assertRefused(Reason reason, Future<?> future) {
    time.pass(Duration.ZERO);
    assertTrue(future.failed(), "did not fail");
    assertEquals(reason, ((RefusedException) future.cause()).reason());
  }

  private static void assertState(VmState state, FakeHypervisor hypervisor) {
    assertEquals(Optional.of(state), hypervisor.truth(WEB));
  }

  private List<Double> cpuSeconds(FakeHypervisor hypervisor) {
    return done(hypervisor.sample()).stream()
        .map(domain -> domain.cpuTime().toMillis() / 1e3)
        .toList();
  }

  private static Reading reading(FakeHypervisor hypervisor) {
    return hypervisor.meter().read().result();
  }
}
