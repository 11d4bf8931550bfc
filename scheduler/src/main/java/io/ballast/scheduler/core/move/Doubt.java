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
 * @param alarmed whether the alarm was raised
 */
record Doubt(
    int round,
    boolean over,
    Sight source,
    Sight target,
    Instant lookAt,
    boolean bothBefore,
    boolean alarmed) {
  static Doubt begin(boolean over, Instant now) {
    return new Doubt(0, over, Sight.UNSEEN, Sight.UNSEEN, now, false, false);
  }

  /** This at the start of a round. */
  Doubt round(Instant next) {
    boolean complete = source.isSeen() && target.isSeen();
    boolean both = complete ? isOnBoth() : bothBefore;
    return new Doubt(round + 1, over, Sight.UNSEEN, Sight.UNSEEN, next, both, alarmed);
  }

  Doubt withSource(Sight sight) {
    return new Doubt(round, over, sight, target, lookAt, bothBefore, alarmed);
  }

  Doubt withTarget(Sight sight) {
    return new Doubt(round, over, source, sight, lookAt, bothBefore, alarmed);
  }

  /** This now that the agent no longer works on it: what was seen before does not count. */
  Doubt whenOver(Instant now) {
    return new Doubt(round, true, Sight.UNSEEN, Sight.UNSEEN, now, bothBefore, alarmed);
  }

  Doubt whenAlarmed() {
    return new Doubt(round, over, source, target, lookAt, bothBefore, true);
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
    if (target.isActive()) {
      return Optional.of(Sign.BETWEEN);
    }
    if (!over) {
      return Optional.empty();
    }
    return Optional.of(source.isActive() ? Sign.ON_SOURCE : Sign.NOWHERE);
  }

  private boolean isOnBoth() {
    return source == Sight.RUNNING && target == Sight.RUNNING;
  }
}
