package io.ballast.scheduler;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The time by which the core counts: what the wall clock showed in the beginning, and since then
 * what has passed, however the wall clock is stepped.
 */
final class SteadyTime {
  private final Instant start;
  private final LongSupplier ticks;
  private final long first;

  /**
   * A time that begins at {@code start}.
   *
   * @param ticks nanoseconds that never go back, such as {@link System#nanoTime}
   */
  SteadyTime(Instant start, LongSupplier ticks) {
    this.start = start;
    this.ticks = ticks;
    this.first = ticks.getAsLong();
  }

  Instant now() {
    return start.plusNanos(ticks.getAsLong() - first);
  }
}
