package io.ballast.net.linux;

import io.ballast.messages.RateLimit;

/**
 * A limit as a token bucket of the kernel keeps it.
 *
 * @param bytesPerSecond over time
 * @param burst bytes that may pass at once after a pause
 */
public record Rate(long bytesPerSecond, long burst) {
  private static final long BYTES_OF_KILOBIT = 125;

  /** A packet of 64 KiB as guests make them, with the headers of all that it is cut into. */
  private static final long LARGEST_PACKET = 75_000;

  /** The kernel keeps a burst as the time that it takes, which it can't count any further. */
  private static final long LONGEST_SECONDS = 250;

  private static final long LARGEST_BURST = 1L << 31;
  private static final long LARGEST_QUEUE = 4_000_000_000L;

  /** What a port wants, as far as the kernel can have it. */
  static Rate of(RateLimit limit) {
    long bytesPerSecond = limit.kilobitsPerSecond() * BYTES_OF_KILOBIT;
    long most = Math.min(LARGEST_BURST, bytesPerSecond * LONGEST_SECONDS);
    return new Rate(
        bytesPerSecond,
        Math.max(LARGEST_PACKET, Math.min(most, limit.kilobits() * BYTES_OF_KILOBIT)));
  }

  /** Bytes that may wait: what passes in a twentieth of a second, and a burst. */
  long queue() {
    return Math.min(LARGEST_QUEUE, burst + bytesPerSecond / 20);
  }

  /** Whether the kernel, which rounds, tells this of the same limit. */
  boolean isToldAs(Rate told) {
    long rounding = 64 + burst / 1_000 + bytesPerSecond / 1_000_000;
    return told.bytesPerSecond == bytesPerSecond && Math.abs(told.burst - burst) <= rounding;
  }
}
