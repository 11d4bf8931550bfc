package io.ballast.scheduler.core.move;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.balance.World;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One move machine and what was told to it: the bench on which moves are tried. */
final class MoveBench {
  static final HostId H1 = new HostId("h1");
  static final HostId H2 = new HostId("h2");
  static final OperationId ID = new OperationId("m1");
  static final VmId VM = World.vm("w1");
  static final Outcome.Migration MEASURES =
      new Outcome.Migration(Duration.ofSeconds(2), Duration.ofMillis(40), Bytes.ofMiB(90), 3);

  final List<Step> steps = new ArrayList<>();
  Grounds grounds = Grounds.NONE;
  MoveMachine machine = MoveMachine.of(Policy.DEFAULT);
  Instant now = Instant.parse("2025-01-01T00:00:00Z");
  int round;

  void migrating() {
    plan(ID, VM, H1, H2, Move.Priority.BALANCE);
    on(new MoveInput.Accepted(ID));
    assertEquals(Move.State.MIGRATING, state());
  }

  void inDoubt() {
    migrating();
    finish(new Outcome.Unknown("the connection to h2 broke"));
    assertEquals(Move.State.UNKNOWN, state());
  }

  /** A move of one that does not run. */
  void planResting() {
    Move move = planned(ID, VM, H1, H2, Move.Priority.PERSON);
    on(new MoveInput.Planned(move, "qemu+tcp://h2/system", false, true));
  }

  void plan(OperationId id, VmId vm, HostId from, HostId to, Move.Priority priority) {
    Move move = planned(id, vm, from, to, priority);
    on(new MoveInput.Planned(move, "qemu+tcp://" + to + "/system"));
  }

  private Move planned(OperationId id, VmId vm, HostId from, HostId to, Move.Priority priority) {
    return new Move(
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
  }

  void finish(Outcome outcome) {
    on(new MoveInput.Finished(ID, outcome));
  }

  static Event.OperationProgressed progress() {
    Bytes some = Bytes.ofMiB(10);
    return new Event.OperationProgressed(
        ID,
        H1,
        VM,
        new MigrationProgress(
            Duration.ofSeconds(1), some, some, some, some, Bytes.ZERO, 1, Optional.empty()));
  }

  void look(HostId host, Optional<VmState> state) {
    on(new MoveInput.Looked(ID, host, round, state.map(MoveBench::vm)));
  }

  void beat(HostId host, Optional<VmState> state, List<OperationId> operations) {
    Fleet.Host like = new World().host(host.value(), 1, Bytes.ofMiB(1024)).beat(host);
    HostBeat beat = like.beat();
    on(
        new MoveInput.Beaten(
            new HostBeat(
                beat.pulse(),
                beat.capacity(),
                beat.load(),
                beat.hypervisor(),
                state.map(MoveBench::vm).stream().toList(),
                operations,
                beat.epoch())));
  }

  static Vm vm(VmState state) {
    Bytes memory = Bytes.ofMiB(80);
    return new Vm(VM, "w", state, 1, 0.1, memory, memory, Vm.Traffic.NONE);
  }

  void pass(Duration duration) {
    now = now.plus(duration);
    on(new MoveInput.Passed());
  }

  void on(MoveInput input) {
    MoveMachine.Result result = machine.on(input, grounds, now);
    machine = result.machine();
    steps.clear();
    steps.addAll(result.steps());
    all(Effect.Look.class).forEach(look -> round = look.round());
  }

  <S extends Step> List<S> all(Class<S> type) {
    return steps.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <S extends Step> S only(Class<S> type) {
    List<S> found = all(type);
    assertEquals(1, found.size(), () -> "steps: " + steps);
    return found.get(0);
  }

  Move.State state() {
    return state(ID);
  }

  Move.State state(OperationId id) {
    return move(id).state();
  }

  Move move() {
    return move(ID);
  }

  Move move(OperationId id) {
    return machine.moves().stream().filter(move -> move.id().equals(id)).findFirst().orElseThrow();
  }
}
