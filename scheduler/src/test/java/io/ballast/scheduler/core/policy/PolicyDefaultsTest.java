package io.ballast.scheduler.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PolicyDefaultsTest {
  /** A class that is initialised in the middle of another sees its constants as null. */
  @Test
  void theDefaultsAreWholeWhicheverIsTouchedFirst() {
    Policy.Thresholds touchedFirst = Policy.Thresholds.DEFAULT;
    assertEquals(
        new Policy(
            Policy.Mode.AUTOMATIC,
            touchedFirst,
            Policy.Caps.DEFAULT,
            Policy.Pace.DEFAULT,
            Policy.Worth.DEFAULT,
            Policy.Transfer.DEFAULT),
        Policy.DEFAULT);
  }
}
