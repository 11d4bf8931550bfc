package io.ballast.messages;

/** An amount of data or memory in bytes, never negative. */
public record Bytes(long value) implements Comparable<Bytes> {
  public static final Bytes ZERO = new Bytes(0);

  /** The most that is counted, 2^63 - 1; larger amounts and sums are this. */
  public static final Bytes MOST = new Bytes(Long.MAX_VALUE);

  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  public Bytes {
    if (value < 0) {
      throw new IllegalArgumentException("an amount of bytes can't be " + value);
    }
  }

  public static Bytes ofKiB(long kib) {
    return new Bytes(Math.multiplyExact(kib, KIB));
  }

  public static Bytes ofMiB(long mib) {
    return new Bytes(Math.multiplyExact(mib, MIB));
  }

  /** An amount as others count it, in 64 bits without a sign. */
  public static Bytes ofUnsigned(long value) {
    return value < 0 ? MOST : new Bytes(value);
  }

  public Bytes plus(Bytes other) {
    return ofUnsigned(value + other.value);
  }

  /** This less {@code other}, and zero where {@code other} is more. */
  public Bytes minusOrZero(Bytes other) {
    return new Bytes(Math.max(0, value - other.value));
  }

  /** This as a share of {@code whole}; 0 of nothing is 0. */
  public double shareOf(Bytes whole) {
    return whole.value == 0 ? 0 : (double) value / whole.value;
  }

  public double toMiB() {
    return (double) value / MIB;
  }

  @Override
  public int compareTo(Bytes other) {
    return Long.compare(value, other.value);
  }

  /**
   * For people: three digits at most and a binary unit, such as {@code 96 MiB} or {@code 1.5 GiB}.
   */
  @Override
  public String toString() {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double amount = value;
    int unit = 0;
    while (amount >= 999.5 && unit < units.length - 1) {
      amount /= 1024;
      unit++;
    }
    boolean whole = amount >= 9.95 || amount == Math.rint(amount);
    return String.format(java.util.Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", amount, units[unit]);
  }
}
