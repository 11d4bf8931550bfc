package io.ballast.scheduler.core;

import io.ballast.messages.Decision;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The life of all moves, from the plan to the proof that each VM runs once. */
public final class MoveMachine {
  private MoveMachine() {}

  /** What an input led to: the machine after it, and what is to be done, in this order. */
  public record Result(MoveMachine machine, List<Step> steps) {}

  /** A machine without moves. */
  public static MoveMachine of(Policy policy) {
    return new MoveMachine();
  }

  /** A move in its first state, as the machine wants it. */
  public static Move planned(
      OperationId id, Decision.PlannedMove move, Move.Priority priority, Instant now) {
    return new Move(
        id,
        move.vm(),
        move.name(),
        move.from(),
        move.to(),
        priority,
        Move.State.PLANNED,
        now,
        Optional.empty(),
        Optional.empty(),
        move.why());
  }

  /** The machine after an input. It never throws: what can't be, is ignored with a reason. */
  public Result on(MoveInput input, Instant now) {
    return new Result(this, List.of());
  }

  /** All open moves, and those that ended so lately that the balancer must know, oldest first. */
  public List<Move> moves() {
    return List.of();
  }

  /** When to say {@link MoveInput.Passed} at the latest; empty = no need. */
  public Optional<Instant> nextDeadline() {
    return Optional.empty();
  }
}
