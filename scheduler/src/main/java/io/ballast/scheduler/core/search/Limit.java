package io.ballast.scheduler.core.search;

import java.util.function.BooleanSupplier;

/**
 * Tells a search when to stop where it is; once it has, it goes on to, and it is known that it did.
 */
final class Limit implements BooleanSupplier {
  private final BooleanSupplier enough;
  private boolean passed;

  Limit(BooleanSupplier enough) {
    this.enough = enough;
  }

  @Override
  public boolean getAsBoolean() {
    passed = passed || enough.getAsBoolean();
    return passed;
  }

  /** Whether a search was told to stop. */
  boolean hasPassed() {
    return passed;
  }
}
