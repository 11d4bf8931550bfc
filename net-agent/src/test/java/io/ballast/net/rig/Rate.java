package io.ballast.net.rig;

/** How fast a tap hears, from a moment on. */
final class Rate {
  private final Tap tap;
  private long from;
  private long at;

  Rate(Tap tap) {
    this.tap = tap;
  }

  /** Measures from now on. */
  void begin() {
    from = tap.heardBytes();
    at = System.nanoTime();
  }

  /** What it heard since then, in millions of bits per second. */
  double megabits() {
    return (tap.heardBytes() - from) * 8 * 1e3 / (System.nanoTime() - at);
  }
}
