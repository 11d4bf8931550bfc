package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.RateLimit;
import org.junit.jupiter.api.Test;

final class RateTest {
  @Test
  void aBurstHoldsTheLargestPacket() {
    assertEquals(new Rate(1_000, 75_000), Rate.of(new RateLimit(8, 8)));
  }

  @Test
  void aBurstIsWhatIsWanted() {
    assertEquals(new Rate(1_250_000, 125_000), Rate.of(new RateLimit(10_000, 1_000)));
  }

  @Test
  void aBurstIsNoLongerThanTheKernelCounts() {
    assertEquals(new Rate(1_000, 250_000), Rate.of(new RateLimit(8, 100_000_000)));
    assertEquals(
        new Rate(125_000_000_000L, 1L << 31), Rate.of(new RateLimit(1_000_000_000, 100_000_000)));
  }

  @Test
  void theKernelRoundsTheBurstAndNeverTheRate() {
    Rate rate = new Rate(250_000, 131_072);

    assertTrue(rate.isToldAs(new Rate(250_000, 131_000)));
    assertFalse(rate.isToldAs(new Rate(250_000, 120_000)));
    assertFalse(rate.isToldAs(new Rate(250_001, 131_072)));
  }
}
