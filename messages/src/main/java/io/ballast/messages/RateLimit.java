package io.ballast.messages;

/**
 * How much may pass in one direction.
 *
 * @param kilobitsPerSecond over time, in 1000 bits per second: 8 to 1,000,000,000 (1 Tbit/s)
 * @param kilobits that may pass at once after a pause, in 1000 bits: 8 to 100,000,000
 */
public record RateLimit(long kilobitsPerSecond, long kilobits) {
  private static final long LEAST = 8;
  private static final long FASTEST = 1_000_000_000;
  private static final long LONGEST = 100_000_000;

  /** A full packet of the largest kind that guests make, 64 KiB, must fit. */
  private static final long LARGEST_PACKET = 600;

  public RateLimit {
    between(kilobitsPerSecond, "kilobitsPerSecond", FASTEST);
    between(kilobits, "kilobits", LONGEST);
  }

  /** The usual burst: a tenth of a second's worth, and no less than a large packet. */
  public static RateLimit of(long kilobitsPerSecond) {
    return new RateLimit(
        kilobitsPerSecond, Math.min(LONGEST, Math.max(LARGEST_PACKET, kilobitsPerSecond / 10)));
  }

  private static void between(long value, String field, long most) {
    if (value < LEAST || value > most) {
      throw new IllegalArgumentException(
          "field '%s' is %d; it must lie between %d and %d".formatted(field, value, LEAST, most));
    }
  }

  /** For people: {@code 2 Mbit/s}. */
  @Override
  public String toString() {
    long megabits = kilobitsPerSecond / 1000;
    return kilobitsPerSecond % 1000 == 0 ? megabits + " Mbit/s" : kilobitsPerSecond + " kbit/s";
  }
}
