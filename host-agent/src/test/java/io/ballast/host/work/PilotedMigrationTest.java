package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.Convergence;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Steer;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
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

/** A guest that writes half as much again as the link sends. */
final class PilotedMigrationTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Means POST_COPY = new Means(false, true, 1);

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(16), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(new HostId("h1"), 4, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(new HostId("h2"), 4, Bytes.ofMiB(1000));
  private final List<Convergence> told = new ArrayList<>();

  @BeforeEach
  void aGuest() {
    here.boot(WEB, "web", 3, Bytes.ofMiB(64), 3);
  }

  @Test
  void isGivenUpAndSaysWhatItWouldTake() {
    Future<Outcome> outcome = migration(Means.NONE).run(this::progressed);
    time.pass(Duration.ofSeconds(75));
    assertFalse(outcome.isComplete(), () -> "too early: " + outcome);
    time.pass(Duration.ofSeconds(20));

    Outcome.Failed failed = (Outcome.Failed) outcome.result();
    assertEquals(Reason.NOT_CONVERGING, failed.reason());
    assertTrue(failed.message().startsWith("the guest writes 24 MiB a second, and 16 MiB are"));
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  @Test
  void isToldAllTheWay() {
    var unused = migration(Means.NONE).run(this::progressed);
    time.pass(Duration.ofSeconds(60));

    assertEquals(Duration.ofMillis(150), told.getFirst().allowed());
    assertEquals(Duration.ofMillis(300), told.getLast().allowed());
    assertEquals(Optional.empty(), told.getLast().left());
  }

  @Test
  void arrivesByPostCopyWhereThatIsAllowed() {
    Future<Outcome> outcome = migration(POST_COPY).run(this::progressed);
    time.pass(Duration.ofSeconds(60));

    assertTrue(outcome.result() instanceof Outcome.Done, () -> "" + outcome);
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  @Test
  void arrivesWithinALongerPause() {
    here.feed(WEB, 2.1);
    Future<Outcome> outcome = migration(Means.NONE, Duration.ofSeconds(6)).run(this::progressed);
    time.pass(Duration.ofSeconds(70));

    assertTrue(outcome.result() instanceof Outcome.Done, () -> "" + outcome);
  }

  /** There is no way back, and nothing is lost by waiting. */
  @Test
  void canNotBeCancelledOnceItRunsThere() {
    Migration migration = migration(POST_COPY);
    Future<Outcome> outcome = migration.run(this::progressed);
    for (int second = 0; second < 60 && !isThere(); second++) {
      time.pass(Duration.ofSeconds(1));
    }
    assertFalse(outcome.isComplete(), () -> "" + outcome);

    Future<Void> cancel = migration.cancel();
    time.pass(Duration.ofSeconds(1));

    assertEquals(
        "it runs at h2 already, and its memory follows: wait for its end",
        ((RefusedException) cancel.cause()).getMessage());
    time.pass(Duration.ofSeconds(10));
    assertTrue(outcome.result() instanceof Outcome.Done, () -> "" + outcome);
  }

  @Test
  void arrivesWhenAPersonAllowsALongerPause() {
    Migration migration = migration(Means.NONE);
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(30));

    Future<Void> steered =
        migration.steer(
            new Steer(
                new OperationId("op"),
                Optional.of(Duration.ofSeconds(10)),
                Optional.of(Bytes.ofMiB(8)),
                false));
    time.pass(Duration.ofSeconds(2));

    assertTrue(steered.succeeded(), steered::toString);
    assertTrue(outcome.result() instanceof Outcome.Done, () -> "" + outcome);
  }

  @Test
  void aPersonsWordIsNotExceeded() {
    Migration migration = migration(Means.NONE);
    var unused = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(30));

    var steered =
        migration.steer(
            new Steer(
                new OperationId("op"),
                Optional.of(Duration.ofMillis(20)),
                Optional.empty(),
                false));
    time.pass(Duration.ofSeconds(30));

    assertTrue(steered.succeeded(), steered::toString);
    assertEquals(Duration.ofMillis(20), told.getLast().allowed());
  }

  @Test
  void anAcceptedPostCopyIsNotYetOne() {
    Migration migration = migration(POST_COPY);
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(2));
    var steered = migration.steer(postCopy());
    time.pass(Duration.ofMillis(1));
    assertTrue(steered.succeeded(), steered::toString);
    there.cutPower();
    time.pass(Duration.ofSeconds(2));
    there.recover();
    time.pass(Duration.ofSeconds(2));

    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "the migration's connection broke"),
        outcome.result());
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
  }

  @Test
  void whatIsLostInPostCopyIsSaid() {
    Migration migration = migration(POST_COPY);
    Future<Outcome> outcome = migration.run(this::progressed);
    runsThereSoon(migration);
    there.cutPower();
    time.pass(Duration.ofSeconds(2));
    there.recover();
    time.pass(Duration.ofSeconds(2));

    assertEquals(
        "the migration's connection broke; it is paused here; it ran at the target by post-copy,"
            + " and what it did there is lost: destroy it here and start it",
        ((Outcome.Failed) outcome.result()).message());
  }

  @Test
  void aPostCopyThatBreaksOffIsUnknownWithAWayOut() {
    Migration migration = migration(POST_COPY, Bytes.ofKiB(256));
    Future<Outcome> outcome = migration.run(this::progressed);
    runsThereSoon(migration);
    here.breakOff(Reason.HYPERVISOR_REFUSED);
    time.pass(Patience.DEFAULT.look().plusSeconds(2));

    assertEquals(
        "the call broke off; it is paused here and running at the target; post-copy broke off, and"
            + " a part of its memory is on either host: see 'Post-copy that breaks off' in the"
            + " runbook",
        ((Outcome.Unknown) outcome.result()).message());
  }

  /** The hypervisor did not take the abort in time, so that there is nothing to judge. */
  @Test
  void anAbortThatComesTooLateChangesNothing() {
    Migration migration = migration(POST_COPY, Bytes.ofMiB(1));
    Future<Outcome> outcome = migration.run(this::progressed);
    time.pass(Duration.ofSeconds(2));
    var steered = migration.steer(postCopy());
    time.pass(Duration.ofMillis(1));
    here.hang();
    var cancelled = migration.cancel();
    time.pass(Duration.ofSeconds(1));
    here.recover();
    time.pass(Patience.DEFAULT.abort().plusSeconds(20));
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    time.pass(Duration.ofSeconds(20));

    assertTrue(steered.succeeded() && cancelled.succeeded());
    assertTrue(outcome.result() instanceof Outcome.Done, () -> "" + outcome);
  }

  /** The longest pause is ordered at first, and the agent that raised it is gone. */
  @Test
  void oneThatWasLeftKeepsItsPause() {
    var unused =
        here.migrate(
            new Journey(
                order(Means.NONE, Duration.ofMillis(300), Optional.empty()),
                PeerAddress.of(there.peerUri()),
                false),
            now -> {});
    time.pass(Duration.ofSeconds(30));

    Future<Outcome> outcome =
        migration(order(Means.NONE, Duration.ofMillis(300), Optional.empty()), true)
            .run(this::progressed);
    time.pass(Duration.ofSeconds(60));

    assertEquals(
        List.of(Duration.ofMillis(300)),
        told.stream().map(Convergence::allowed).distinct().toList());
    assertEquals(Reason.NOT_CONVERGING, ((Outcome.Failed) outcome.result()).reason());
  }

  private void runsThereSoon(Migration migration) {
    time.pass(Duration.ofSeconds(2));
    var unused = migration.steer(postCopy());
    time.pass(Duration.ofMillis(600));
    assertTrue(isThere());
  }

  private static Steer postCopy() {
    return new Steer(new OperationId("op"), Optional.empty(), Optional.empty(), true);
  }

  private boolean isThere() {
    return there.truth(WEB).equals(Optional.of(VmState.RUNNING));
  }

  private Migration migration(Means means) {
    return migration(means, Duration.ofMillis(300));
  }

  private Migration migration(Means means, Bytes bandwidth) {
    return migration(order(means, Duration.ofMillis(300), Optional.of(bandwidth)), false);
  }

  private Migration migration(Means means, Duration most) {
    return migration(order(means, most, Optional.empty()), false);
  }

  private static Migrate order(Means means, Duration most, Optional<Bytes> bandwidth) {
    return new Migrate(
        WEB,
        new HostId("h2"),
        Optional.empty(),
        bandwidth,
        most,
        Duration.ofSeconds(100),
        Optional.of(means));
  }

  private Migration migration(Migrate order, boolean left) {
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

  private void progressed(Event event) {
    told.add(((Event.OperationProgressed) event).progress().convergence().orElseThrow());
  }
}
