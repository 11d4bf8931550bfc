package io.ballast.net.rig;

/** How fast a tap hears, from a moment on. */
final class Rate {
  private final Tap tap;
  private final long from;
  private final long at = System.nanoTime();

  /** Measures from now on. */
  Rate(Tap tap) {
    this.tap = tap;
    this.from = tap.heardBytes();
  }

  /** What it heard since then, in millions of bits per second. */
  double megabits() {
    return (tap.heardBytes() - from) * 8 * 1e3 / (System.nanoTime() - at);
  }
}
