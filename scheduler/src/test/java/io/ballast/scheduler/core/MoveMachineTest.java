package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MoveMachineTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId ID = new OperationId("m1");
  private static final VmId VM = World.vm("w1");
  private static final Outcome.Migration MEASURES =
      new Outcome.Migration(Duration.ofSeconds(2), Duration.ofMillis(40), Bytes.ofMiB(90), 3);

  private final List<Step> steps = new ArrayList<>();
  private MoveMachine machine = MoveMachine.of(Policy.DEFAULT);
  private Instant now = Instant.parse("2025-01-01T00:00:00Z");
  private int round;

  @Test
  void aPlannedMoveIsSentToItsSourceAtOnceWhenItsHostsAreFree() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    Effect.Send send = only(Effect.Send.class);
    assertEquals(H1, send.host());
    assertEquals(ID, send.move());
    assertEquals(H2, send.command().to());
    assertEquals("qemu+tcp://h2/system", send.command().peerUri());
    assertEquals(Move.State.REQUESTED, state());
  }

  @Test
  void aMoveWaitsForItsHostsAndPersonsComeFirst() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    OperationId balance = new OperationId("m2");
    OperationId person = new OperationId("m3");
    plan(balance, World.vm("w2"), H1, H2, Move.Priority.BALANCE);
    plan(person, World.vm("w3"), H1, H2, Move.Priority.PERSON);
    assertEquals(List.of(), all(Effect.Send.class));

    on(new MoveInput.Refused(ID, Reason.NOT_READY, "just starting"));

    assertEquals(person, only(Effect.Send.class).move());
    assertEquals(Move.State.PLANNED, state(balance));
  }

  @Test
  void aMoveThatNeverGetsItsTurnFails() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    OperationId second = new OperationId("m2");
    plan(second, World.vm("w2"), H1, H2, Move.Priority.BALANCE);

    for (int minute = 0; minute <= 15; minute++) {
      now = now.plusSeconds(10);
      on(new MoveInput.Progressed(progress()));
      pass(Duration.ofSeconds(50).minusSeconds(25));
      on(new MoveInput.Progressed(progress()));
      pass(Duration.ofSeconds(25));
    }

    assertEquals(Move.State.FAILED, state(second));
  }

  @Test
  void aVmOnItsWayGetsNoSecondMove() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    plan(new OperationId("m2"), VM, H1, new HostId("h3"), Move.Priority.PERSON);

    assertEquals(Reason.BUSY, only(Step.Ignored.class).reason());
    assertEquals(1, machine.moves().size());
  }

  @Test
  void aRefusedMoveFailsWithTheWordsOfTheAgent() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    on(new MoveInput.Refused(ID, Reason.NO_ROOM, "h2 has 10 MiB free, w1 needs 80 MiB"));

    assertEquals(Move.State.FAILED, state());
    assertEquals("h2 has 10 MiB free, w1 needs 80 MiB", move().note());
    assertEquals(List.of(), all(Effect.Look.class));
  }

  @Test
  void aMoveThatGoesWellIsDoneAndKeepsItsMeasuresAndItsReason() {
    migrating();
    on(new MoveInput.Progressed(progress()));
    assertTrue(move().progress().isPresent());

    finish(new Outcome.Done(Optional.of(MEASURES)));

    assertEquals(Move.State.DONE, state());
    assertEquals(Optional.of(MEASURES), move().measures());
    assertEquals("because", move().note());
    assertEquals(Optional.empty(), machine.nextDeadline());
  }

  @Test
  void anEventThatOvertakesTheReplyCounts() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    finish(new Outcome.Done(Optional.of(MEASURES)));
    assertEquals(Move.State.DONE, state());

    on(new MoveInput.Accepted(ID));
    assertEquals(Move.State.DONE, state());
    assertEquals("the end of this move was told already", only(Step.Ignored.class).message());
  }

  @Test
  void noAnswerIsNoRefusalBothHostsAreAsked() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    on(new MoveInput.Refused(ID, Reason.DEADLINE_PASSED, "no answer within 5 s"));

    assertEquals(Move.State.UNKNOWN, state());
    assertEquals(
        List.of(new Effect.Look(ID, H1, VM, 1), new Effect.Look(ID, H2, VM, 1)),
        all(Effect.Look.class));
  }

  @Test
  void theMachineItselfNoticesThatNoAnswerComes() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    pass(Duration.ofSeconds(10));

    assertEquals(Move.State.UNKNOWN, state());
  }

  @Test
  void aMigrationWithoutSignsOfLifeComesInDoubt() {
    migrating();
    pass(Duration.ofSeconds(29));
    assertEquals(Move.State.MIGRATING, state());

    pass(Duration.ofSeconds(1));

    assertEquals(Move.State.UNKNOWN, state());
  }

  @Test
  void aBeatThatListsTheWorkIsASignOfLife() {
    migrating();
    for (int i = 0; i < 30; i++) {
      pass(Duration.ofSeconds(3));
      beat(H1, Optional.of(VmState.RUNNING), List.of(ID));
    }

    assertEquals(Move.State.MIGRATING, state());
  }

  @Test
  void oneBeatWithoutTheWorkMayHaveOvertakenItsEndTwoHaveNot() {
    migrating();
    beat(H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(Move.State.MIGRATING, state());

    beat(H1, Optional.of(VmState.RUNNING), List.of());

    assertEquals(Move.State.UNKNOWN, state());
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());
    assertEquals(Move.State.FAILED, state());
    assertEquals("did not move: h1 running, h2 not known", move().note());
  }

  @Test
  void aLostEndHealsByBeatsAndALateOneBringsItsMeasures() {
    migrating();
    beat(H2, Optional.of(VmState.RUNNING), List.of());
    beat(H1, Optional.empty(), List.of());
    assertEquals(Move.State.MIGRATING, state());
    beat(H1, Optional.empty(), List.of());
    assertEquals(Move.State.DONE, state());

    finish(new Outcome.Done(Optional.of(MEASURES)));

    assertEquals(Move.State.DONE, state());
    assertEquals(Optional.of(MEASURES), move().measures());
  }

  @Test
  void aMoveInDoubtIsDoneWhenOnlyTheTargetRunsIt() {
    inDoubt();

    look(H2, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.UNKNOWN, state());
    look(H1, Optional.of(VmState.SHUT_OFF));

    assertEquals(Move.State.DONE, state());
  }

  @Test
  void aVmThatRunsNowhereFailsTheMoveAndIsSaid() {
    inDoubt();

    look(H1, Optional.of(VmState.SHUT_OFF));
    look(H2, Optional.empty());

    assertEquals(Move.State.FAILED, state());
    assertEquals(
        "active on neither host: h1 shut off, h2 not known; start it where its disks are",
        move().note());
  }

  @Test
  void aSilentHostKeepsTheMoveInDoubtUntilItSpeaks() {
    inDoubt();
    for (int i = 0; i < 100; i++) {
      look(H1, Optional.of(VmState.RUNNING));
      on(new MoveInput.LookFailed(ID, H2, round, "nobody serves host.h2"));
      pass(Duration.ofSeconds(10));
      assertEquals(Move.State.UNKNOWN, state());
      assertEquals(2, all(Effect.Look.class).size());
    }

    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());

    assertEquals(Move.State.FAILED, state());
  }

  @Test
  void onlyASecondRoundProvesThatAVmRunsTwiceAndTheAlarmIsRaisedOnce() {
    inDoubt();
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(), all(Step.Doubled.class));

    pass(Duration.ofSeconds(10));
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(H1, H2), only(Step.Doubled.class).hosts());
    assertEquals(Move.State.UNKNOWN, state());

    pass(Duration.ofSeconds(10));
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.of(VmState.RUNNING));
    assertEquals(List.of(), all(Step.Doubled.class));

    pass(Duration.ofSeconds(10));
    look(H1, Optional.empty());
    look(H2, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.DONE, state());
  }

  @Test
  void aCopyThatWaitsPausedOnTheTargetIsNoSecondOneUnlessItStays() {
    inDoubt();
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.of(VmState.PAUSED));
    assertEquals(Move.State.UNKNOWN, state());
    assertEquals(List.of(), all(Step.Doubled.class));

    List<Step> followed = new ArrayList<>();
    for (int i = 0; i < 96; i++) {
      pass(Duration.ofSeconds(10));
      followed.addAll(steps);
      look(H1, Optional.of(VmState.RUNNING));
      look(H2, Optional.of(VmState.PAUSED));
      followed.addAll(steps);
      if (i == 30) {
        assertEquals("between its hosts: h1 running, h2 paused", move().note());
        assertTrue(followed.stream().noneMatch(Step.Doubled.class::isInstance));
        assertTrue(followed.stream().noneMatch(Effect.Abort.class::isInstance));
      }
    }

    assertEquals(1, followed.stream().filter(Effect.Abort.class::isInstance).count());
    assertEquals(1, followed.stream().filter(Step.Doubled.class::isInstance).count());
  }

  @Test
  void aMigrationThatGoesOnAfterItsAgentRestartedStaysUnderWatchAndEndsAsWhatItIs() {
    inDoubt();
    for (int i = 0; i < 20; i++) {
      look(H1, Optional.of(VmState.RUNNING));
      look(H2, Optional.of(VmState.PAUSED));
      beat(H1, Optional.of(VmState.RUNNING), List.of());
      beat(H2, Optional.of(VmState.PAUSED), List.of());
      pass(Duration.ofSeconds(10));
      assertEquals(Move.State.UNKNOWN, state());
      assertEquals(List.of(), all(Step.Doubled.class));
    }

    beat(H1, Optional.empty(), List.of());
    beat(H2, Optional.of(VmState.RUNNING), List.of());

    assertEquals(Move.State.DONE, state());
  }

  @Test
  void aMigrationThatGoesOnAfterItsAgentRestartedCanBeGivenUp() {
    inDoubt();
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.of(VmState.PAUSED));

    on(new MoveInput.Cancelled(ID));
    only(Effect.Abort.class);

    pass(Duration.ofSeconds(10));
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());
    assertEquals(Move.State.FAILED, state());
    assertEquals("did not move: h1 running, h2 not known", move().note());
  }

  @Test
  void anAnswerOfAnEarlierRoundDoesNotCount() {
    inDoubt();
    int first = round;
    look(H1, Optional.of(VmState.RUNNING));
    pass(Duration.ofSeconds(10));

    on(new MoveInput.Looked(ID, H2, first, Optional.empty()));
    assertEquals(Reason.WRONG_STATE, only(Step.Ignored.class).reason());
    look(H1, Optional.of(VmState.RUNNING));
    assertEquals(Move.State.UNKNOWN, state(), "h2 has not said in this round");
  }

  @Test
  void anAnswerThatSaysNothingDecidesNothing() {
    for (Reason reason : List.of(Reason.INTERNAL, Reason.BUS_LOST, Reason.DEADLINE_PASSED)) {
      OperationId id = new OperationId("of-" + reason);
      machine = MoveMachine.of(Policy.DEFAULT);
      plan(id, VM, H1, H2, Move.Priority.BALANCE);

      on(new MoveInput.Refused(id, reason, "it failed, or its answer can't be read"));

      assertEquals(Move.State.UNKNOWN, state(id), reason::toString);
    }
  }

  @Test
  void aMoveCalledFailedWhoseWorkABeatListsIsTakenUpAgain() {
    migrating();
    beat(H1, Optional.of(VmState.RUNNING), List.of());
    beat(H1, Optional.of(VmState.RUNNING), List.of());
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());
    assertEquals(Move.State.FAILED, state());

    beat(H1, Optional.of(VmState.RUNNING), List.of(ID));
    assertEquals(Move.State.MIGRATING, state());
    finish(new Outcome.Done(Optional.of(MEASURES)));
    assertEquals(Move.State.DONE, state());
  }

  @Test
  void aBeatFromBeforeTheEndDoesNotTakeAMoveUpAgain() {
    migrating();
    finish(new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "no bridge br0"));

    beat(H1, Optional.of(VmState.RUNNING), List.of(ID));

    assertEquals(Move.State.FAILED, state());
  }

  @Test
  void theEndOfAMoveCountsOnce() {
    migrating();
    finish(new Outcome.Done(Optional.of(MEASURES)));
    assertEquals(1, all(Step.Ended.class).size());

    finish(new Outcome.Done(Optional.of(MEASURES)));
    assertEquals(1, all(Step.Ignored.class).size());
    assertEquals(1, steps.size(), steps::toString);

    finish(new Outcome.Failed(Reason.CANCELLED, "too late"));
    assertEquals(Move.State.DONE, state());
  }

  @Test
  void aCancelThatComesBeforeTheAgentAcceptsIsCarriedOutWhenItDoes() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    on(new MoveInput.Cancelled(ID));
    assertEquals(Move.State.REQUESTED, state());
    only(Effect.Abort.class);

    on(new MoveInput.Accepted(ID));

    assertEquals(Move.State.MIGRATING, state());
    only(Effect.Abort.class);
    on(new MoveInput.Accepted(ID));
    assertEquals(List.of(), all(Effect.Abort.class));
  }

  @Test
  void aPersonSettlesAMoveWhoseTargetNeverReturns() {
    inDoubt();
    on(new MoveInput.LookFailed(ID, H2, round, "nobody serves host.h2"));

    on(new MoveInput.Settled(ID, new HostId("h3")));
    assertEquals("h3 is no host of this move; say h1 or h2", only(Step.Ignored.class).message());

    on(new MoveInput.Settled(ID, H1));
    assertEquals(Move.State.FAILED, state());
    assertEquals("a person has seen it run on h1", move().note());

    on(new MoveInput.Settled(ID, H2));
    assertEquals(Reason.WRONG_STATE, only(Step.Ignored.class).reason());
  }

  @Test
  void aMoveThatGoesWellIsNotForAPersonToSettle() {
    migrating();

    on(new MoveInput.Settled(ID, H2));

    assertEquals(Move.State.MIGRATING, state());
    assertTrue(only(Step.Ignored.class).message().contains("cancel it"));
  }

  @Test
  void aVmOnTheSourceProvesNothingWhileItsAgentMayStillWorkOnIt() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    on(new MoveInput.Refused(ID, Reason.BUS_LOST, "the connection broke"));
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());
    assertEquals(Move.State.UNKNOWN, state());

    beat(H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(List.of(), all(Effect.Look.class), "the command may still be on its way");

    pass(Duration.ofSeconds(6));
    beat(H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(List.of(), all(Effect.Look.class), "one beat may have overtaken its start");
    beat(H1, Optional.of(VmState.RUNNING), List.of());
    assertEquals(2, all(Effect.Look.class).size());
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());

    assertEquals(Move.State.FAILED, state());
  }

  @Test
  void aBeatThatListsTheWorkTakesTheDoubtAway() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    on(new MoveInput.Refused(ID, Reason.BUS_LOST, "the connection broke"));

    beat(H1, Optional.of(VmState.RUNNING), List.of(ID));

    assertEquals(Move.State.MIGRATING, state());
    assertEquals("because", move().note());
  }

  @Test
  void anAgentThatCannotSayHowItEndedIsFollowedByLooks() {
    migrating();

    finish(new Outcome.Unknown("h2 does not answer"));

    assertEquals(Move.State.UNKNOWN, state());
    assertEquals(2, all(Effect.Look.class).size());
    on(new MoveInput.Progressed(progress()));
    assertEquals(Move.State.UNKNOWN, state(), "progress from before the end");
  }

  @Test
  void aPlannedMoveIsGivenUpAtOnceARunningOneByItsAgent() {
    migrating();
    OperationId second = new OperationId("m2");
    plan(second, World.vm("w2"), H1, H2, Move.Priority.BALANCE);

    on(new MoveInput.Cancelled(second));
    assertEquals(Move.State.FAILED, state(second));

    on(new MoveInput.Cancelled(ID));
    assertEquals(ID, only(Effect.Abort.class).command().operation());
    assertEquals(Move.State.MIGRATING, state());

    finish(new Outcome.Failed(Reason.CANCELLED, "given up"));
    assertEquals(Move.State.FAILED, state());
  }

  @Test
  void anEndedMoveCantBeGivenUp() {
    inDoubt();
    look(H1, Optional.of(VmState.RUNNING));
    look(H2, Optional.empty());
    on(new MoveInput.Cancelled(ID));
    assertEquals(Reason.WRONG_STATE, only(Step.Ignored.class).reason());

    on(new MoveInput.Cancelled(new OperationId("other")));
    assertEquals(Reason.UNKNOWN_OPERATION, only(Step.Ignored.class).reason());
  }

  @Test
  void anEndedMoveIsForgottenOnceTheBalancerNeedNotKnowIt() {
    migrating();
    finish(new Outcome.Done(Optional.empty()));
    pass(Policy.DEFAULT.pace().noReturn());
    assertEquals(1, machine.moves().size());

    pass(Duration.ofSeconds(1));

    assertEquals(List.of(), machine.moves());
  }

  @Test
  void twoMigrationsMayShareAHostWhenThePolicyAllows() {
    machine = MoveMachine.of(Policy.DEFAULT.with(new Policy.Caps(2, 5, 20)));
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);

    plan(new OperationId("m2"), World.vm("w2"), H1, H2, Move.Priority.BALANCE);

    assertEquals(new OperationId("m2"), only(Effect.Send.class).move());
  }

  private void migrating() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    on(new MoveInput.Accepted(ID));
    assertEquals(Move.State.MIGRATING, state());
  }

  private void inDoubt() {
    migrating();
    finish(new Outcome.Unknown("the connection to h2 broke"));
    assertEquals(Move.State.UNKNOWN, state());
  }

  private void plan(OperationId id, VmId vm, HostId from, HostId to, Move.Priority priority) {
    Move move =
        new Move(
            id,
            vm,
            "w",
            from,
            to,
            priority,
            Move.State.PLANNED,
            now,
            Optional.empty(),
            Optional.empty(),
            "because");
    on(new MoveInput.Planned(move, "qemu+tcp://" + to + "/system"));
  }

  private void finish(Outcome outcome) {
    on(new MoveInput.Finished(new Event.OperationFinished(ID, H1, VM, outcome, now)));
  }

  private static Event.OperationProgressed progress() {
    Bytes some = Bytes.ofMiB(10);
    return new Event.OperationProgressed(
        ID,
        H1,
        VM,
        new MigrationProgress(Duration.ofSeconds(1), some, some, some, some, Bytes.ZERO, 1));
  }

  private void look(HostId host, Optional<VmState> state) {
    on(new MoveInput.Looked(ID, host, round, state.map(MoveMachineTest::vm)));
  }

  private void beat(HostId host, Optional<VmState> state, List<OperationId> operations) {
    Fleet.Host like = new World().host(host.value(), 1, Bytes.ofMiB(1024)).beat(host);
    HostBeat beat = like.beat();
    on(
        new MoveInput.Beaten(
            new HostBeat(
                beat.pulse(),
                beat.capacity(),
                beat.load(),
                beat.hypervisor(),
                state.map(MoveMachineTest::vm).stream().toList(),
                operations,
                beat.epoch())));
  }

  private static Vm vm(VmState state) {
    Bytes memory = Bytes.ofMiB(80);
    return new Vm(VM, "w", state, 1, 0.1, memory, memory, Vm.Traffic.NONE);
  }

  private void pass(Duration duration) {
    now = now.plus(duration);
    on(new MoveInput.Passed());
  }

  private void on(MoveInput input) {
    MoveMachine.Result result = machine.on(input, Grounds.NONE, now);
    machine = result.machine();
    steps.clear();
    steps.addAll(result.steps());
    all(Effect.Look.class).forEach(look -> round = look.round());
  }

  private <S extends Step> List<S> all(Class<S> type) {
    return steps.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <S extends Step> S only(Class<S> type) {
    List<S> found = all(type);
    assertEquals(1, found.size(), () -> "steps: " + steps);
    return found.get(0);
  }

  private Move.State state() {
    return state(ID);
  }

  private Move.State state(OperationId id) {
    return move(id).state();
  }

  private Move move() {
    return move(ID);
  }

  private Move move(OperationId id) {
    return machine.moves().stream().filter(move -> move.id().equals(id)).findFirst().orElseThrow();
  }
}
