package io.ballast.scheduler.core.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.balance.World;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class MoveMachineTest {
  private final MoveBench bench = new MoveBench();

  @Test
  void aPlannedMoveIsSentToItsSourceAtOnceWhenItsHostsAreFree() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    Effect.Send send = bench.only(Effect.Send.class);
    assertEquals(MoveBench.H1, send.host());
    assertEquals(MoveBench.ID, send.move());
    assertEquals(MoveBench.H2, send.command().to());
    assertEquals(Optional.of("qemu+tcp://h2/system"), send.command().peerUri());
    assertEquals(Move.State.REQUESTED, bench.state());
  }

  @Test
  void aMoveWaitsForItsHostsAndPersonsComeFirst() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    OperationId balance = new OperationId("m2");
    OperationId person = new OperationId("m3");
    bench.plan(balance, World.vm("w2"), MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    bench.plan(person, World.vm("w3"), MoveBench.H1, MoveBench.H2, Move.Priority.PERSON);
    assertEquals(List.of(), bench.all(Effect.Send.class));

    bench.on(new MoveInput.Refused(MoveBench.ID, Reason.NOT_READY, "just starting"));

    assertEquals(person, bench.only(Effect.Send.class).move());
    assertEquals(Move.State.PLANNED, bench.state(balance));
  }

  @Test
  void whatSpeaksAgainstAWaitingMoveIsWorkedOutAnewOnlyWhenItsOwnHostsHaveSpoken() {
    AtomicInteger asked = new AtomicInteger();
    bench.migrating();
    OperationId second = new OperationId("m2");
    bench.plan(second, World.vm("w2"), MoveBench.H1, MoveBench.H2, Move.Priority.PERSON);
    bench.grounds = late(asked);
    bench.now = bench.now.plusSeconds(10);

    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));
    assertEquals(1, asked.get());
    bench.beat(new HostId("h3"), Optional.empty(), List.of());
    assertEquals(1, asked.get());
    bench.beat(MoveBench.H2, Optional.empty(), List.of());
    assertEquals(2, asked.get());
    assertEquals(Move.State.PLANNED, bench.state(second));

    bench.grounds = Grounds.NONE;
    bench.beat(MoveBench.H1, Optional.empty(), List.of());
    assertEquals(second, bench.only(Effect.Send.class).move());
  }

  private static Grounds late(AtomicInteger asked) {
    return new Grounds() {
      @Override
      public Optional<Reply.Refused> against(Move move) {
        asked.incrementAndGet();
        return Optional.of(new Reply.Refused(Reason.NOT_READY, "h2 is late"));
      }

      @Override
      public Set<OperationId> work(HostId host) {
        return Set.of();
      }

      @Override
      public boolean isSilent(HostId host) {
        return false;
      }
    };
  }

  @Test
  void aMoveThatNeverGetsItsTurnFails() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    OperationId second = new OperationId("m2");
    bench.plan(second, World.vm("w2"), MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    for (int minute = 0; minute <= 15; minute++) {
      bench.now = bench.now.plusSeconds(10);
      bench.on(new MoveInput.Progressed(MoveBench.progress()));
      bench.pass(Duration.ofSeconds(50).minusSeconds(25));
      bench.on(new MoveInput.Progressed(MoveBench.progress()));
      bench.pass(Duration.ofSeconds(25));
    }

    assertEquals(Move.State.FAILED, bench.state(second));
  }

  @Test
  void aVmOnItsWayGetsNoSecondMove() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.plan(
        new OperationId("m2"), MoveBench.VM, MoveBench.H1, new HostId("h3"), Move.Priority.PERSON);

    assertEquals(Reason.BUSY, bench.only(Step.Ignored.class).reason());
    assertEquals(1, bench.machine.moves().size());
  }

  @Test
  void aRefusedMoveFailsWithTheWordsOfTheAgent() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.on(
        new MoveInput.Refused(MoveBench.ID, Reason.NO_ROOM, "h2 has 10 MiB free, w1 needs 80 MiB"));

    assertEquals(Move.State.FAILED, bench.state());
    assertEquals("h2 has 10 MiB free, w1 needs 80 MiB", bench.move().note());
    assertEquals(List.of(), bench.all(Effect.Look.class));
  }

  @Test
  void aMoveThatGoesWellIsDoneAndKeepsItsMeasuresAndItsReason() {
    bench.migrating();
    bench.on(new MoveInput.Progressed(MoveBench.progress()));
    assertTrue(bench.move().progress().isPresent());

    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));

    assertEquals(Move.State.DONE, bench.state());
    assertEquals(Optional.of(MoveBench.MEASURES), bench.move().measures());
    assertEquals("because", bench.move().note());
    assertEquals(Optional.empty(), bench.machine.nextDeadline());
  }

  @Test
  void anEventThatOvertakesTheReplyCounts() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));
    assertEquals(Move.State.DONE, bench.state());

    bench.on(new MoveInput.Accepted(MoveBench.ID));
    assertEquals(Move.State.DONE, bench.state());
    assertEquals("the end of this move was told already", bench.only(Step.Ignored.class).message());
  }

  @Test
  void theMachineItselfNoticesThatNoAnswerComes() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.pass(Duration.ofSeconds(10));

    assertEquals(Move.State.UNKNOWN, bench.state());
  }

  @Test
  void aMigrationWithoutSignsOfLifeComesInDoubt() {
    bench.migrating();
    bench.pass(Duration.ofSeconds(29));
    assertEquals(Move.State.MIGRATING, bench.state());

    bench.pass(Duration.ofSeconds(1));

    assertEquals(Move.State.UNKNOWN, bench.state());
  }

  @Test
  void aBeatThatListsTheWorkIsASignOfLife() {
    bench.migrating();
    for (int i = 0; i < 30; i++) {
      bench.pass(Duration.ofSeconds(3));
      bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of(MoveBench.ID));
    }

    assertEquals(Move.State.MIGRATING, bench.state());
  }

  @Test
  void oneBeatWithoutTheWorkMayHaveOvertakenItsEndTwoHaveNot() {
    bench.migrating();
    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(Move.State.MIGRATING, bench.state());

    bench.beat(MoveBench.H1, Optional.of(VmState.RUNNING), List.of());

    assertEquals(Move.State.UNKNOWN, bench.state());
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());
    assertEquals(Move.State.FAILED, bench.state());
    assertEquals("did not move: h1 running, h2 not known", bench.move().note());
  }

  @Test
  void aLostEndHealsByBeatsAndALateOneBringsItsMeasures() {
    bench.migrating();
    bench.beat(MoveBench.H2, Optional.of(VmState.RUNNING), List.of());
    bench.beat(MoveBench.H1, Optional.empty(), List.of());
    assertEquals(Move.State.MIGRATING, bench.state());
    bench.beat(MoveBench.H1, Optional.empty(), List.of());
    assertEquals(Move.State.DONE, bench.state());

    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));

    assertEquals(Move.State.DONE, bench.state());
    assertEquals(Optional.of(MoveBench.MEASURES), bench.move().measures());
  }

  @Test
  void theEndOfAMoveCountsOnce() {
    bench.migrating();
    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));
    assertEquals(1, bench.all(Step.Ended.class).size());

    bench.finish(new Outcome.Done(Optional.of(MoveBench.MEASURES)));
    assertEquals(1, bench.all(Step.Ignored.class).size());
    assertEquals(1, bench.steps.size(), bench.steps::toString);

    bench.finish(new Outcome.Failed(Reason.CANCELLED, "too late"));
    assertEquals(Move.State.DONE, bench.state());
  }

  @Test
  void aCancelThatComesBeforeTheAgentAcceptsIsCarriedOutWhenItDoes() {
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);
    bench.on(new MoveInput.Cancelled(MoveBench.ID));
    assertEquals(Move.State.REQUESTED, bench.state());
    bench.only(Effect.Abort.class);

    bench.on(new MoveInput.Accepted(MoveBench.ID));

    assertEquals(Move.State.MIGRATING, bench.state());
    bench.only(Effect.Abort.class);
    bench.on(new MoveInput.Accepted(MoveBench.ID));
    assertEquals(List.of(), bench.all(Effect.Abort.class));
  }

  @Test
  void aMoveThatGoesWellIsNotForAPersonToSettle() {
    bench.migrating();

    bench.on(new MoveInput.Settled(MoveBench.ID, MoveBench.H2));

    assertEquals(Move.State.MIGRATING, bench.state());
    assertTrue(bench.only(Step.Ignored.class).message().contains("cancel it"));
  }

  @Test
  void aPlannedMoveIsGivenUpAtOnceARunningOneByItsAgent() {
    bench.migrating();
    OperationId second = new OperationId("m2");
    bench.plan(second, World.vm("w2"), MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.on(new MoveInput.Cancelled(second));
    assertEquals(Move.State.FAILED, bench.state(second));

    bench.on(new MoveInput.Cancelled(MoveBench.ID));
    assertEquals(MoveBench.ID, bench.only(Effect.Abort.class).command().operation());
    assertEquals(Move.State.MIGRATING, bench.state());

    bench.finish(new Outcome.Failed(Reason.CANCELLED, "given up"));
    assertEquals(Move.State.FAILED, bench.state());
  }

  @Test
  void anEndedMoveCantBeGivenUp() {
    bench.inDoubt();
    bench.look(MoveBench.H1, Optional.of(VmState.RUNNING));
    bench.look(MoveBench.H2, Optional.empty());
    bench.on(new MoveInput.Cancelled(MoveBench.ID));
    assertEquals(Reason.WRONG_STATE, bench.only(Step.Ignored.class).reason());

    bench.on(new MoveInput.Cancelled(new OperationId("other")));
    assertEquals(Reason.UNKNOWN_OPERATION, bench.only(Step.Ignored.class).reason());
  }

  @Test
  void anEndedMoveIsForgottenOnceTheBalancerNeedNotKnowIt() {
    bench.migrating();
    bench.finish(new Outcome.Done(Optional.empty()));
    bench.pass(Policy.DEFAULT.pace().noReturn());
    assertEquals(1, bench.machine.moves().size());

    bench.pass(Duration.ofSeconds(1));

    assertEquals(List.of(), bench.machine.moves());
  }

  @Test
  void twoMigrationsMayShareAHostWhenThePolicyAllows() {
    bench.machine = MoveMachine.of(Policy.DEFAULT.with(new Policy.Caps(2, 5, 20)));
    bench.plan(MoveBench.ID, MoveBench.VM, MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    bench.plan(
        new OperationId("m2"), World.vm("w2"), MoveBench.H1, MoveBench.H2, Move.Priority.BALANCE);

    assertEquals(new OperationId("m2"), bench.only(Effect.Send.class).move());
  }
}
