package io.ballast.ops.demo;

import java.time.Duration;

/**
 * How much longer than on a quiet machine anything may take: the one number behind all limits of
 * time in the demo.
 *
 * @param factor at least 1
 */
record Patience(double factor) {
  static final Patience DEFAULT = new Patience(6);

  Patience {
    if (!(factor >= 1 && factor <= 1000)) {
      throw new IllegalArgumentException("patience is a number from 1 to 1000, not " + factor);
    }
  }

  /** The longest wait for what takes {@code usual} on a quiet machine. */
  Duration with(Duration usual) {
    return Duration.ofMillis(Math.round(usual.toMillis() * factor));
  }
}
