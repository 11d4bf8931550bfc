package io.ballast.scheduler.core;

import io.ballast.messages.HostBeat;
import io.ballast.scheduler.core.effect.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The number under which a scheduler commands: larger than every one that agents have followed
 * before it. One thread at a time.
 *
 * <p>It begins as the one after the last that was written down where the scheduler runs. Elsewhere
 * another one may have gone further; so for the time of its grace, in which everyone speaks, it
 * goes beyond whatever it hears, and later beyond what a host says that is heard for the first
 * time. A larger number that is heard otherwise is that of a successor.
 */
final class Leadership {
  private final Instant settled;
  private long epoch;
  private long successor;

  Leadership(long epoch, Instant start, Duration grace) {
    this.epoch = epoch;
    this.settled = start.plus(grace);
  }

  long epoch() {
    return epoch;
  }

  /**
   * Takes note of whom an agent follows; gives a warning, once, if that is a successor.
   *
   * @param first whether its host was not heard before
   */
  Optional<Effect> heard(HostBeat beat, boolean first, Instant now) {
    long followed = beat.epoch().orElse(0L);
    if (followed <= epoch) {
      return Optional.empty();
    }
    if (first || now.isBefore(settled)) {
      epoch = followed + 1;
      return Optional.empty();
    }
    boolean told = followed <= successor;
    successor = Math.max(successor, followed);
    return told
        ? Optional.empty()
        : Optional.of(
            new Effect.Warn(
                beat.pulse().host()
                    + " follows another scheduler, of epoch "
                    + followed
                    + "; this one's is "
                    + epoch
                    + ", and its commands are refused there. If there is another scheduler, stop"
                    + " one of the two; if not, restart this one"));
  }
}
