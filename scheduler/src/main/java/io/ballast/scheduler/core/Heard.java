package io.ballast.scheduler.core;

import io.ballast.messages.Beat;
import io.ballast.messages.Pulse;
import java.time.Duration;
import java.time.Instant;

/**
 * A beat and when it came.
 *
 * @param at by the scheduler's clock
 */
record Heard<B extends Beat>(B beat, Instant at) {
  /**
   * How many of its intervals an agent must have been unheard before a beat of a seemingly earlier
   * life is believed: then no late beat can be meant, but a host whose clock was set back.
   */
  private static final int FORGOTTEN = 20;

  /** Whether {@code later}, come at {@code now}, replaces this. */
  boolean yieldsTo(B later, Instant now) {
    Pulse known = beat.pulse();
    Pulse told = later.pulse();
    return told.isAfter(known)
        || (told.incarnation() < known.incarnation()
            && age(now).compareTo(known.interval().multipliedBy(FORGOTTEN)) > 0);
  }

  Duration age(Instant now) {
    return Duration.between(at, now);
  }
}
