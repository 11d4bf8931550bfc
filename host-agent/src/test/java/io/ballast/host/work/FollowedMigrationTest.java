package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Migrations that go on while the hypervisor is out of reach, and their aborts. */
final class FollowedMigrationTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Duration WITHIN = Duration.ofMinutes(5);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What a guest of {@value #MEBIBYTES} MiB needs to leave at 1 MiB/s. */
  private static final Duration JOURNEY = Duration.ofSeconds(200);

  private static final long MEBIBYTES = 200;

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(1), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(new HostId("h1"), 1, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(new HostId("h2"), 1, Bytes.ofMiB(1000));
  private final List<Event> events = new ArrayList<>();
  private final Migrate order =
      new Migrate(
          WEB,
          new HostId("h2"),
          Optional.empty(),
          Optional.empty(),
          Duration.ofMillis(300),
          WITHIN,
          Optional.empty());
  private final Migration migration = migration(false);

  @BeforeEach
  void aGuest() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(MEBIBYTES), 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"MAY_YET_HAPPEN", "INTERNAL"})
  void oneThatGoesOnIsFollowedToItsEnd(Reason reason) {
    Future<Outcome> outcome = broken(reason);
    int told = events.size();
    time.pass(Duration.ofSeconds(150));
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    assertTrue(events.size() > told + 100, "its progress is told");

    time.pass(JOURNEY.minusSeconds(150).plus(Patience.DEFAULT.settle()).plusSeconds(2));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  @Test
  void itsTimeIsStillLimited() {
    here.feed(WEB, 1);
    Future<Outcome> outcome = broken(Reason.MAY_YET_HAPPEN);

    time.pass(WITHIN);
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    time.pass(Duration.ofSeconds(10));

    assertEquals(
        new Outcome.Failed(
            Reason.DEADLINE_PASSED,
            "the migration was given up after 300 s; allow more time or more bandwidth"),
        outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void theTimeThatItTookInAnEarlierLifeOfTheAgentCounts() {
    here.feed(WEB, 1);
    var unused =
        here.migrate(new Journey(order, PeerAddress.of(there.peerUri()), false), progress -> {});
    time.pass(WITHIN.minusSeconds(10));

    Future<Outcome> outcome = migration(true).run(events::add);
    time.pass(Duration.ofSeconds(5));
    assertEquals(Optional.of(VmState.PAUSED), there.truth(WEB));
    time.pass(Duration.ofSeconds(15));

    assertEquals(
        new Outcome.Failed(
            Reason.DEADLINE_PASSED,
            "the migration was given up after 300 s; allow more time or more bandwidth"),
        outcome.result());
  }

  @Test
  void itCanBeCancelled() {
    Future<Outcome> outcome = broken(Reason.MAY_YET_HAPPEN);
    time.pass(Duration.ofSeconds(20));

    migration.cancel();
    time.pass(Duration.ofSeconds(10));

    assertCancelled(outcome);
  }

  @Test
  void oneOfWhichTheTargetShowsNothingYetHasNotFailed() {
    Future<Outcome> outcome = broken(Reason.MAY_YET_HAPPEN);
    there.lose(WEB);

    time.pass(Duration.ofSeconds(20));

    assertFalse(outcome.isComplete(), () -> "" + outcome);
  }

  @Test
  void oneThatDoesNotGoOnIsJudgedByBothHosts() {
    here.refuseNext(Reason.HYPERVISOR_STUCK, "the migration was not tried");

    Future<Outcome> outcome = migration.run(events::add);
    time.pass(Patience.DEFAULT.settle().plusSeconds(2));

    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_STUCK, "the migration was not tried"),
        outcome.result());
  }

  @Test
  void somebodyElsesMigrationIsNeitherFollowedNorAborted() {
    here.feed(WEB, 1);
    var unused =
        here.migrate(new Journey(order, PeerAddress.of(there.peerUri()), false), progress -> {});
    time.pass(WITHIN.minusSeconds(10));
    here.refuseNext(Reason.HYPERVISOR_STUCK, "cannot acquire state change lock");

    Future<Outcome> outcome = migration.run(events::add);
    time.pass(Duration.ofMinutes(2));

    assertTrue(outcome.result() instanceof Outcome.Unknown, () -> "" + outcome.result());
    assertEquals(List.of(), events, "its progress is not told as ours");
    assertEquals(Optional.of(VmState.PAUSED), there.truth(WEB), "it goes on");
  }

  @Test
  void aHypervisorThatDoesNotAnswerMeanwhileIsWaitedFor() {
    Future<Outcome> outcome = broken(Reason.MAY_YET_HAPPEN);
    here.hang();
    time.pass(Duration.ofMinutes(2));
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    here.recover();
    time.pass(JOURNEY.minusSeconds(100));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
  }

  @Test
  void anAbortThatTheHypervisorDidNotTakeIsTriedAgain() {
    Future<Outcome> outcome = migration.run(events::add);
    time.pass(SECOND);
    here.hang();
    migration.cancel();
    time.pass(SECOND);
    here.recover();

    time.pass(Patience.DEFAULT.abort().minus(SECOND));

    assertCancelled(outcome);
  }

  @Test
  void anAbortIsTriedForAsLongAsTheEndIsUnknown() {
    Future<Outcome> outcome = broken(Reason.MAY_YET_HAPPEN);
    here.hang();
    migration.cancel();
    time.pass(Patience.DEFAULT.abort().plusSeconds(20));
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    here.recover();

    time.pass(Duration.ofSeconds(20));

    assertCancelled(outcome);
  }

  private void assertCancelled(Future<Outcome> outcome) {
    assertEquals(
        new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  private Migration migration(boolean left) {
    return new Migration(
        new Migration.Trip(
            new OperationId("op"),
            new HostId("h1"),
            order,
            () -> Future.succeededFuture(PeerAddress.of(there.peerUri())),
            false,
            left ? Optional.empty() : Optional.of(List.of())),
        here,
        time,
        Patience.DEFAULT);
  }

  /** A migration whose call breaks off a few seconds after it began. */
  private Future<Outcome> broken(Reason reason) {
    Future<Outcome> outcome = migration.run(events::add);
    time.pass(SECOND.multipliedBy(3));
    here.breakOff(reason);
    time.pass(SECOND);
    return outcome;
  }
}
