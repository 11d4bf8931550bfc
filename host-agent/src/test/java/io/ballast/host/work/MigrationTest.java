package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeMigration.Ending;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
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

final class MigrationTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Duration WITHIN = Duration.ofSeconds(100);

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(16), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(new HostId("h1"), 1, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(new HostId("h2"), 1, Bytes.ofMiB(1000));
  private final List<MigrationProgress> progress = new ArrayList<>();
  private final Migration migration =
      new Migration(trip(Optional.empty(), false), here, time, Patience.DEFAULT);

  @BeforeEach
  void aGuest() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
  }

  @Test
  void aMigrationThatIsDoneHasItsMeasuresAndItsProgress() {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(4));

    Outcome.Migration measures = ((Outcome.Done) outcome.result()).migration().orElseThrow();
    assertEquals(Duration.ofSeconds(4), measures.total());
    assertEquals(Bytes.ofMiB(64), measures.transferred());
    assertEquals(15, progress.size());
  }

  @Test
  void anErrorWithTheGuestStillHereIsAFailure() {
    here.nextMigration(Ending.BREAKS);

    Outcome outcome = ended(Duration.ofSeconds(5));

    assertEquals(new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "the migration broke"), outcome);
  }

  @Test
  void anErrorWithTheGuestArrivedIsDone() {
    here.nextMigration(Ending.ARRIVES_WITH_ERROR);

    assertEquals(new Outcome.Done(Optional.empty()), ended(Duration.ofSeconds(5)));
  }

  @Test
  void aGuestThatRunsTwiceIsUnknownAfterAllPatience() {
    here.nextMigration(Ending.DOUBLES);

    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Patience.DEFAULT.look());
    assertFalse(outcome.isComplete());
    time.pass(Duration.ofSeconds(10));

    assertEquals(
        new Outcome.Unknown(
            "client socket is closed; it is running here and running at the target"),
        outcome.result());
  }

  @Test
  void aDoubledGuestOfWhichOneEndsIsDecidedWithinPatience() {
    here.nextMigration(Ending.DOUBLES);

    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(10));
    assertFalse(outcome.isComplete());
    here.lose(WEB);
    time.pass(Duration.ofSeconds(2));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
  }

  @Test
  void aGuestThatIsGoneEverywhereIsUnknown() {
    here.nextMigration(Ending.LOSES);

    Outcome outcome = ended(Duration.ofSeconds(70));

    assertEquals(
        new Outcome.Unknown(
            "domain is not running; it is not defined here and not defined at the target"),
        outcome);
  }

  @Test
  void aTargetThatDiesOnTheWayIsUnknownUntilItSpeaks() {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(1));
    there.cutPower();
    time.pass(Duration.ofSeconds(20));
    assertFalse(outcome.isComplete());
    there.recover();
    time.pass(Duration.ofSeconds(2));

    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "the migration's connection broke"),
        outcome.result());
  }

  @Test
  void ofOneThatWasNotBegunTheTargetNeedNotSpeak() {
    here.destroy(WEB);
    time.pass(Duration.ofSeconds(1));
    there.cutPower();

    Future<Outcome> outcome =
        new Migration(
                trip(order(Optional.empty()).ofResting(), false), here, time, Patience.DEFAULT)
            .run(this::progressed);
    time.pass(Duration.ofSeconds(1));

    assertTrue(outcome.result() instanceof Outcome.Failed, () -> "" + outcome.result());
  }

  @Test
  void ofOneThatDidNotRunAndMayGoOnNothingIsSaidBeforeItsEnd() {
    here.destroy(WEB);
    time.pass(Duration.ofSeconds(1));
    Future<Outcome> outcome =
        new Migration(trip(order(Optional.empty()).ofResting(), true), here, time, Patience.DEFAULT)
            .run(this::progressed);

    time.pass(Duration.ofSeconds(128));
    assertFalse(outcome.isComplete(), "a connection may yet be made");
    time.pass(Duration.ofSeconds(60));

    assertTrue(outcome.result() instanceof Outcome.Failed, () -> "" + outcome.result());
  }

  @Test
  void aTargetThatNeverSpeaksAgainLeavesItUnknown() {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(1));
    there.cutPower();
    time.pass(Duration.ofSeconds(70));

    assertTrue(outcome.result() instanceof Outcome.Unknown, () -> "" + outcome.result());
    assertTrue(outcome.result().toString().contains("the target does not say"));
  }

  @Test
  void aHypervisorThatHangsOnTheWayIsUnknown() {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(1));
    here.crash(WEB);
    here.hang();
    time.pass(Duration.ofSeconds(90));

    assertTrue(outcome.result().toString().contains("this host does not say"));
  }

  @Test
  void aTargetThatCantBeReachedAtAllIsUnknown() {
    there.disconnect();

    Outcome outcome = ended(Duration.ofSeconds(70));

    assertTrue(outcome instanceof Outcome.Unknown, outcome::toString);
  }

  @Test
  void aCancelledMigrationFailsAsCancelledOnceTheGuestWasSeenHere() {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(1));
    assertTrue(migration.cancel().succeeded());
    assertTrue(migration.cancel().succeeded());
    time.pass(Duration.ofSeconds(1));

    assertEquals(
        new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void aCancelThatComesTooLateIsDone() {
    here.nextMigration(Ending.ARRIVES_WITH_ERROR);
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(4));
    migration.cancel();
    time.pass(Duration.ofSeconds(1));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
  }

  @Test
  void aMigrationThatTakesTooLongIsAborted() {
    here.feed(WEB, 2);
    FakeHypervisor slow = here;
    Migration endless =
        new Migration(trip(Optional.of(Bytes.ofMiB(1)), false), slow, time, Patience.DEFAULT);

    Future<Outcome> outcome = endless.run(this::progressed);
    time.pass(WITHIN.plusSeconds(2));

    assertEquals(
        new Outcome.Failed(
            Reason.DEADLINE_PASSED,
            "the migration was given up after 100 s; allow more time or more bandwidth"),
        outcome.result());
  }

  @Test
  void aMigrationThatNeverEndsIsLookedUpAfterItsAbort() {
    here.nextMigration(Ending.FALLS_SILENT);

    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(WITHIN.plus(Patience.DEFAULT.abort()));
    time.pass(Duration.ofSeconds(2));

    assertTrue(outcome.result().toString().contains("DEADLINE_PASSED"));
    assertTrue(outcome.result() instanceof Outcome.Failed);
  }

  @Test
  void aMigrationThatAnEarlierLifeBeganIsWatchedToItsEnd() {
    var unused =
        here.migrate(
            new Journey(
                trip(Optional.empty(), true).order(), PeerAddress.of(there.peerUri()), false),
            ignored -> {});
    time.pass(Duration.ofSeconds(1));
    Migration adopted = new Migration(trip(Optional.empty(), true), here, time, Patience.DEFAULT);

    Future<Outcome> outcome = adopted.run(this::progressed);
    time.pass(Duration.ofSeconds(20));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
    assertFalse(progress.isEmpty(), "its progress is told");
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  @Test
  void aMigrationThatAnEarlierLifeMayHaveBegunAndDidNotIsNotBegun() {
    Migration adopted = new Migration(trip(Optional.empty(), true), here, time, Patience.DEFAULT);

    Future<Outcome> outcome = adopted.run(this::progressed);
    time.pass(Patience.DEFAULT.settle().plusSeconds(2));

    assertEquals(
        new Outcome.Failed(
            Reason.INTERRUPTED, "the agent restarted while the migration was under way"),
        outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void aMigrationThatAnEarlierLifeBeganCanBeCancelled() {
    here.feed(WEB, 2);
    var unused =
        here.migrate(
            new Journey(
                trip(Optional.empty(), true).order(), PeerAddress.of(there.peerUri()), false),
            ignored -> {});
    time.pass(Duration.ofSeconds(1));
    Migration adopted = new Migration(trip(Optional.empty(), true), here, time, Patience.DEFAULT);
    Future<Outcome> outcome = adopted.run(this::progressed);

    adopted.cancel();
    time.pass(Patience.DEFAULT.abort().plusSeconds(2));

    assertEquals(
        new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
  }

  private Migration.Trip trip(Optional<Bytes> bandwidth, boolean left) {
    return trip(order(bandwidth), left);
  }

  private static Migrate order(Optional<Bytes> bandwidth) {
    return new Migrate(
        WEB,
        new HostId("h2"),
        Optional.empty(),
        bandwidth,
        Duration.ofMillis(300),
        WITHIN,
        Optional.empty());
  }

  private Migration.Trip trip(Migrate order, boolean left) {
    return new Migration.Trip(
        new OperationId("op"),
        new HostId("h1"),
        order,
        () -> Future.succeededFuture(PeerAddress.of(there.peerUri())),
        false,
        left ? Optional.empty() : Optional.of(List.of()));
  }

  private void progressed(Event event) {
    progress.add(((Event.OperationProgressed) event).progress());
  }

  private Outcome ended(Duration after) {
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(after);
    assertTrue(outcome.succeeded(), () -> "not ended: " + outcome.cause());
    return outcome.result();
  }
}
