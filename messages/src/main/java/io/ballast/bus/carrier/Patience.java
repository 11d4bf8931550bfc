package io.ballast.bus.carrier;

import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.messages.Reply;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long a cast that was refused for now is tried again: after 0.5 s, and each time after twice
 * as long up to 10 s, until its deadline. One without a deadline has five minutes from its arrival.
 *
 * @param next the pause before the next try
 * @param until after which there is none
 */
record Patience(Duration next, Deadline until) {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration WITHOUT_DEADLINE = Duration.ofMinutes(5);

  static Patience of(Envelope envelope, LongSupplier ticks) {
    return new Patience(
        FIRST, envelope.deadline().orElseGet(() -> Deadline.in(WITHOUT_DEADLINE, ticks)));
  }

  Patience longer() {
    Duration doubled = next.multipliedBy(2);
    return new Patience(doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled, until);
  }

  /** The next pause; never beyond the deadline, and at least 1 ms. */
  Duration pause() {
    Duration left = until.left().plusMillis(1);
    return left.compareTo(next) < 0 ? left : next;
  }

  boolean over() {
    return until.passed();
  }

  /** The last refusal, and that its time is over. */
  Reply.Refused ended(Reply.Refused last) {
    return new Reply.Refused(last.reason(), last.message() + "; its time is over");
  }

  /** The refusal, and that it can't wait. */
  Reply.Refused crowded(Reply.Refused refused) {
    return new Reply.Refused(
        refused.reason(),
        refused.message()
            + "; it could not wait to be tried again, for "
            + Reception.MOST_WAITING
            + " others wait already");
  }
}
