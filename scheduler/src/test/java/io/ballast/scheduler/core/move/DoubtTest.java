package io.ballast.scheduler.core.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Moves of which it is not known whether they have begun, or how they ended. */
final class DoubtTest {
  private final MoveBench bench = new MoveBench();

  @Test
  void noAnswerIsNoRefusalBothHostsAreAsked() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.on(new MoveInput.Refused(MoveBench.ID, Reason.DEADLINE_PASSED, "no answer within 5 s"));

    assertEquals(Move.State.UNKNOWN, bench.state());
    assertEquals(
        List.of(
            new Effect.Look(MoveBench.ID, MoveBench.H1, MoveBench.VM, 1),
            new Effect.Look(MoveBench.ID, MoveBench.H2, MoveBench.VM, 1)),
        bench.all(Effect.Look.class));
  }

  @Test
  void aMoveInDoubtIsDoneWhenOnlyTheTargetRunsIt() {
    bench.inDoubt();

    bench.look(MoveBench.H2, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.UNKNOWN, bench.state());
    bench.look(MoveBench.H1, Optional.of(VmState.SHUT_OFF));

    assertEquals(Move.State.DONE, bench.state());
  }

  @Test
  void aVmThatRunsNowhereFailsTheMoveAndIsSaid() {
    bench.inDoubt();

    bench.look(MoveBench.H1, Optional.of(VmState.SHUT_OFF));
    bench.look(MoveBench.H2, Optional.empty());

    assertEquals(Move.State.FAILED, bench.state());
    assertEquals(
        "active on neither host: h1 shut off, h2 not known; start it where its disks are",
        bench.move().note());
  }

  @Test
  void aSilentHostKeepsTheMoveInDoubtUntilItSpeaks() {
    bench.inDoubt();
    for (int i = 0; i < 100; i++) {
      bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
      bench.on(
          new MoveInput.LookFailed(
              MoveBench.ID, MoveBench.H2, bench.round, "nobody serves host.h2"));
      bench.pass(Duration.ofSeconds(10));
      assertEquals(Move.State.UNKNOWN, bench.state());
      assertEquals(2, bench.all(Effect.Look.class).size());
    }

    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());

    assertEquals(Move.State.FAILED, bench.state());
  }

  @Test
  void onlyASecondRoundProvesThatAVmRunsTwiceAndTheAlarmIsRaisedOnce() {
    bench.inDoubt();
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(), bench.all(Step.Doubled.class));

    bench.pass(Duration.ofSeconds(10));
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(MoveBench.H1, MoveBench.H2), bench.only(Step.Doubled.class).hosts());
    assertEquals(Move.State.UNKNOWN, bench.state());

    bench.pass(Duration.ofSeconds(10));
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(), bench.all(Step.Doubled.class));

    bench.pass(Duration.ofSeconds(10));
    bench.look(MoveBench.H1, Optional.empty());
    bench.look(MoveBench.H2, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.DONE, bench.state());
  }

  @Test
  void aCopyThatWaitsPausedOnTheTargetIsNoSecondOneUnlessItStays() {
    bench.inDoubt();
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));
    assertEquals(Move.State.UNKNOWN, bench.state());
    assertEquals(List.of(), bench.all(Step.Doubled.class));

    List<Step> followed = new ArrayList<>();
    for (int i = 0; i < 125; i++) {
      bench.pass(Duration.ofSeconds(10));
      followed.addAll(bench.steps);
      bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
      bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));
      followed.addAll(bench.steps);
      if (i == 30) {
        assertEquals("between its hosts: h1 running, h2 paused", bench.move().note());
        assertTrue(followed.stream().noneMatch(Step.Doubled.class::isInstance));
        assertTrue(followed.stream().noneMatch(Effect.Abort.class::isInstance));
      }
    }

    assertTrue(followed.stream().filter(Effect.Abort.class::isInstance).count() > 20);
    assertEquals(1, followed.stream().filter(Step.Doubled.class::isInstance).count());
  }

  @Test
  void theOnlyCopyThatIsPausedOnTheTargetIsNoDouble() {
    bench.inDoubt();
    bench.look(MoveBench.H1, Optional.empty());
    bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));
    assertEquals(Move.State.UNKNOWN, bench.state(), "it may be just about to run");

    bench.pass(Duration.ofSeconds(10));
    bench.look(MoveBench.H1, Optional.empty());
    bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));

    assertEquals(Move.State.DONE, bench.state());
    assertEquals(
        "moved, and does not run: h1 not known, h2 paused; resume it if nobody paused it on"
            + " purpose",
        bench.move().note());
    assertEquals(List.of(), bench.all(Step.Doubled.class));
  }

  @Test
  void aCancelWhoseWayToTheAgentWasLostIsSentAgainAsLongAsTheMigrationGoesOn() {
    bench.inDoubt();
    bench.on(new MoveInput.Cancelled(MoveBench.ID));
    bench.only(Effect.Abort.class);

    for (int i = 0; i < 3; i++) {
      bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
      bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));
      bench.pass(Duration.ofSeconds(10));
      bench.only(Effect.Abort.class);
    }
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());

    assertEquals(Move.State.FAILED, bench.state());
    assertEquals(
        Optional.of(Reason.CANCELLED),
        bench.only(Step.Ended.class).reason(),
        "what a person gave up is nobody's failure");
  }

  @Test
  void aMigrationThatGoesOnAfterItsAgentRestartedStaysUnderWatchAndEndsAsWhatItIs() {
    bench.inDoubt();
    for (int i = 0; i < 20; i++) {
      bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
      bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));
      bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
      bench.beat(MoveBench.H2, Optional.of(VmState.PAUSED), List.of());
      bench.pass(Duration.ofSeconds(10));
      assertEquals(Move.State.UNKNOWN, bench.state());
      assertEquals(List.of(), bench.all(Step.Doubled.class));
    }

    bench.beat(MoveBench.H1, Optional.empty(), List.of());
    bench.beat(MoveBench.H2, Optional.of(VmState.RUNNING), List.of());

    assertEquals(Move.State.DONE, bench.state());
  }

  @Test
  void aMigrationThatGoesOnAfterItsAgentRestartedCanBeGivenUp() {
    bench.inDoubt();
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.of(VmState.PAUSED));

    bench.on(new MoveInput.Cancelled(MoveBench.ID));
    bench.only(Effect.Abort.class);

    bench.pass(Duration.ofSeconds(10));
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());
    assertEquals(Move.State.FAILED, bench.state());
    assertEquals("did not move: h1 running, h2 not known", bench.move().note());
  }

  @Test
  void anAnswerOfAnEarlierRoundDoesNotCount() {
    bench.inDoubt();
    int first = bench.round;
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.pass(Duration.ofSeconds(10));

    bench.on(new MoveInput.Looked(MoveBench.ID, MoveBench.H2, first, Optional.empty()));
    assertEquals(Reason.WRONG_STATE, bench.only(Step.Ignored.class).reason());
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.UNKNOWN, bench.state(), "h2 has not said in this round");
  }

  @Test
  void anAnswerThatSaysNothingDecidesNothing() {
    for (Reason reason : List.of(Reason.INTERNAL, Reason.BUS_LOST, Reason.DEADLINE_PASSED)) {
      OperationId id = new OperationId("of-" + reason);
      bench.machine = MoveMachine.of(Policy.DEFAULT);
      bench.plan(id, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

      bench.on(new MoveInput.Refused(id, reason, "it failed, or its answer can't be read"));

      assertEquals(Move.State.UNKNOWN, bench.state(id), reason::toString);
    }
  }

  @Test
  void aMoveCalledFailedWhoseWorkABeatListsIsTakenUpAgain() {
    bench.migrating();
    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());
    assertEquals(Move.State.FAILED, bench.state());

    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of(MoveBench.ID));
    assertEquals(Move.State.MIGRATING, bench.state());
    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));
    assertEquals(Move.State.DONE, bench.state());
  }

  @Test
  void aBeatFromBeforeTheEndDoesNotTakeAMoveUpAgain() {
    bench.migrating();
    bench.finish(new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "no bridge br0"));

    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of(MoveBench.ID));

    assertEquals(Move.State.FAILED, bench.state());
  }

  @Test
  void aPersonSettlesAMoveWhoseTargetNeverReturns() {
    bench.inDoubt();
    bench.on(
        new MoveInput.LookFailed(MoveBench.ID, MoveBench.H2, bench.round, "nobody serves host.h2"));

    bench.on(new MoveInput.Settled(MoveBench.ID, new HostId("h3")));
    assertEquals(
        "h3 is no host of this move; say h1 or h2", bench.only(Step.Ignored.class).message());

    bench.on(new MoveInput.Settled(MoveBench.ID, MoveBench.H1));
    assertEquals(Move.State.FAILED, bench.state());
    assertEquals("a person has seen it run on h1", bench.move().note());

    bench.on(new MoveInput.Settled(MoveBench.ID, MoveBench.H2));
    assertEquals(Reason.WRONG_STATE, bench.only(Step.Ignored.class).reason());
  }

  @Test
  void aVmOnTheSourceProvesNothingWhileItsAgentMayStillWorkOnIt() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    bench.on(new MoveInput.Refused(MoveBench.ID, Reason.BUS_LOST, "the connection broke"));
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());
    assertEquals(Move.State.UNKNOWN, bench.state());

    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(List.of(), bench.all(Effect.Look.class), "the command may still be on its way");

    bench.pass(Duration.ofSeconds(6));
    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(List.of(), bench.all(Effect.Look.class), "one beat may have overtaken its start");
    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(2, bench.all(Effect.Look.class).size());
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());

    assertEquals(Move.State.FAILED, bench.state());
  }

  @Test
  void aBeatThatListsTheWorkTakesTheDoubtAway() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    bench.on(new MoveInput.Refused(MoveBench.ID, Reason.BUS_LOST, "the connection broke"));

    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of(MoveBench.ID));

    assertEquals(Move.State.MIGRATING, bench.state());
    assertEquals("because", bench.move().note());
  }

  @Test
  void anAgentThatCannotSayHowItEndedIsFollowedByLooks() {
    bench.migrating();

    bench.finish(new Outcome.Unknown("h2 does not answer"));

    assertEquals(Move.State.UNKNOWN, bench.state());
    assertEquals(2, bench.all(Effect.Look.class).size());
    bench.on(new MoveInput.Progressed(MoveBench.progress()));
    assertEquals(Move.State.UNKNOWN, bench.state(), "progress from before the end");
  }
}
