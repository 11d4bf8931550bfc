package io.ballast.scheduler.core.move;

import io.ballast.scheduler.core.view.Sight;
import java.time.Instant;

/**
 * What was heard of a move since it was sent.
 *
 * @param sentAt when the source's agent was asked
 * @param heardAt the last sign of life
 * @param missing beats of the source in a row that don't have it
 * @param source what the source's beats show of the VM
 * @param target what the target's beats show of the VM
 * @param ended whether its one final event came
 * @param givenUp whether its agent was asked, or is to be asked, to give it up
 */
record Life(
    Instant sentAt,
    Instant heardAt,
    int missing,
    Sight source,
    Sight target,
    boolean ended,
    boolean givenUp) {
  /** Beats in a row without the work after which it is over: one may have overtaken its end. */
  private static final int GONE = 2;

  static Life begin(Instant now) {
    return new Life(now, now, 0, Sight.UNSEEN, Sight.UNSEEN, false, false);
  }

  Life heard(Instant now) {
    return new Life(sentAt, now, 0, source, target, ended, givenUp);
  }

  Life missed() {
    return new Life(sentAt, heardAt, missing + 1, source, target, ended, givenUp);
  }

  /** This with the beats without the work counted anew. */
  Life missedNever() {
    return new Life(sentAt, heardAt, 0, source, target, ended, givenUp);
  }

  Life withSource(Sight sight) {
    return new Life(sentAt, heardAt, missing, sight, target, ended, givenUp);
  }

  Life withTarget(Sight sight) {
    return new Life(sentAt, heardAt, missing, source, sight, ended, givenUp);
  }

  Life whenEnded() {
    return new Life(sentAt, heardAt, missing, source, target, true, givenUp);
  }

  Life whenGivenUp() {
    return new Life(sentAt, heardAt, missing, source, target, ended, true);
  }

  /** Whether enough beats of the source lack the work. */
  boolean isGone() {
    return missing >= GONE;
  }

  /** Whether beats show the VM running on the target and not active on the source. */
  boolean hasArrived() {
    return target == Sight.RUNNING && source.isSeen() && !source.isActive();
  }
}
