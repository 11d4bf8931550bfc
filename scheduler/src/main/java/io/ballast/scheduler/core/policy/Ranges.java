package io.ballast.scheduler.core.policy;

import java.time.Duration;

/**
 * Checks of a policy's values, each failing with a text that names the field. They stand apart from
 * {@link Policy}, whose constants and those of its parts need each other.
 */
final class Ranges {
  private Ranges() {}

  static void notNegative(Duration value, String field) {
    require(!value.isNegative(), field, value, "at least 0");
  }

  static void positive(Duration value, String field) {
    require(value.toMillis() >= 1, field, value, "at least 1 ms");
  }

  static void require(boolean holds, String field, Object value, String range) {
    if (!holds) {
      throw new IllegalArgumentException(
          "policy: '" + field + "' is " + value + "; it must be " + range);
    }
  }
}
