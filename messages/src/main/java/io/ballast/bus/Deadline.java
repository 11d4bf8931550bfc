package io.ballast.bus;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The moment after which something must not be begun any more, by ticks of this process.
 *
 * <p>It is never told to others, for their ticks and clocks are their own: what travels is the time
 * that is left, and who receives it counts from its arrival.
 *
 * @param ticks tells nanoseconds since some fixed moment and never jumps
 * @param at the moment, in those ticks
 */
public record Deadline(LongSupplier ticks, long at) {
  /** What is told to last longer lasts this long; in nanoseconds it still fits a long. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  /** So long from now. */
  public static Deadline in(Duration left) {
    return in(left, System::nanoTime);
  }

  /** So long from now, by the given ticks. */
  public static Deadline in(Duration left, LongSupplier ticks) {
    Duration bounded = left.compareTo(LONGEST) > 0 ? LONGEST : left;
    return new Deadline(ticks, ticks.getAsLong() + bounded.toNanos());
  }

  /** The time that is left; zero once it has passed. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, at - ticks.getAsLong()));
  }

  /** Whether no time is left. */
  public boolean passed() {
    return left().isZero();
  }
}
