package io.ballast.scheduler.core.move;

import io.ballast.scheduler.core.view.Sight;
import java.time.Instant;
import java.util.Optional;

/**
 * What is being found out about a move in doubt.
 *
 * <p>Hosts are looked at in rounds, both in each. One round that finds the VM running on both is no
 * proof: it may have switched over between the two looks. The second is, for it ran on the target
 * before it was seen on the source.
 *
 * @param round counts the rounds; what an earlier one asked for does not count
 * @param over whether the source's agent has said that it no longer works on it; before, a VM on
 *     the source proves nothing, for the migration may go on
 * @param source what the source said in this round
 * @param target what the target said in this round
 * @param lookAt when the next round begins
 * @param bothBefore whether the VM ran on both in the last round in which both hosts answered
 * @param heldBefore whether it was only held on the target, not running, in that round
 * @param alarmed whether the alarm was raised
 */
record Doubt(
    int round,
    boolean over,
    Sight source,
    Sight target,
    Instant lookAt,
    boolean bothBefore,
    boolean heldBefore,
    boolean alarmed) {
  static Doubt begin(boolean over, Instant now) {
    return new Doubt(0, over, Sight.UNSEEN, Sight.UNSEEN, now, false, false, false);
  }

  /** This at the start of a round. */
  Doubt round(Instant next) {
    boolean complete = source.isSeen() && target.isSeen();
    boolean both = complete ? isOnBoth() : bothBefore;
    boolean held = complete ? isOnlyHeldOnTarget() : heldBefore;
    return new Doubt(round + 1, over, Sight.UNSEEN, Sight.UNSEEN, next, both, held, alarmed);
  }

  Doubt withSource(Sight sight) {
    return new Doubt(round, over, sight, target, lookAt, bothBefore, heldBefore, alarmed);
  }

  Doubt withTarget(Sight sight) {
    return new Doubt(round, over, source, sight, lookAt, bothBefore, heldBefore, alarmed);
  }

  /** This now that the agent no longer works on it: what was seen before does not count. */
  Doubt whenOver(Instant now) {
    return new Doubt(round, true, Sight.UNSEEN, Sight.UNSEEN, now, bothBefore, heldBefore, alarmed);
  }

  Doubt whenAlarmed() {
    return new Doubt(round, over, source, target, lookAt, bothBefore, heldBefore, true);
  }

  /** What the looks of this round mean; empty = not enough is known. */
  Optional<Sign> sign() {
    if (!source.isSeen() || !target.isSeen()) {
      return Optional.empty();
    }
    if (target == Sight.RUNNING && !source.isActive()) {
      return Optional.of(Sign.ON_TARGET);
    }
    if (isOnBoth() && bothBefore) {
      return Optional.of(Sign.ON_BOTH);
    }
    if (isOnlyHeldOnTarget() && heldBefore && over) {
      return Optional.of(Sign.HELD_ON_TARGET);
    }
    if (target.isActive()) {
      return Optional.of(Sign.BETWEEN);
    }
    if (!over) {
      return Optional.empty();
    }
    return Optional.of(source.isActive() ? Sign.ON_SOURCE : Sign.NOWHERE);
  }

  private boolean isOnlyHeldOnTarget() {
    return target == Sight.HELD && source.isSeen() && !source.isActive();
  }

  /** Whether it is active on both, as in a migration that goes on. */
  boolean isActiveOnBoth() {
    return source.isActive() && target.isActive();
  }

  private boolean isOnBoth() {
    return source == Sight.RUNNING && target == Sight.RUNNING;
  }
}
