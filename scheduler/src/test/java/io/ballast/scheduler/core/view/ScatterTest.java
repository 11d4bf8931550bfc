package io.ballast.scheduler.core.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class ScatterTest {
  private static final double KEPT = 0.975;

  @Test
  void whatIsAlwaysTheSameDoesNotScatter() {
    assertEquals(0, Scatter.UNKNOWN.after(3, 3, KEPT).after(3, 3, KEPT).variance(3));
  }

  @Test
  void whatWasMeasuredOnceMayBeOffByAllThatItIs() {
    assertEquals(9, Scatter.UNKNOWN.variance(3));
  }

  @Test
  void noiseHasTheVarianceThatItHas() {
    Random random = new Random(1);
    Scatter scatter = Scatter.UNKNOWN;
    double sum = 0;
    double before = 10;
    for (int i = 0; i < 2_000; i++) {
      double now = 10 + 0.5 * random.nextGaussian();
      scatter = scatter.after(before, now, KEPT);
      sum += scatter.variance(10);
      before = now;
    }
    assertEquals(0.25, sum / 2_000, 0.05);
  }

  @Test
  void aStepIsHardlyNoise() {
    Scatter scatter = Scatter.UNKNOWN;
    for (int i = 0; i < 40; i++) {
      scatter = scatter.after(i < 20 ? 0 : 1, i < 19 ? 0 : 1, KEPT);
    }
    // As deviations from their mean the same values have a variance of a quarter.
    assertTrue(scatter.variance(10) < 0.025, scatter::toString);
  }

  @Test
  void oneDifferenceCountsForMoreThanItShows() {
    assertEquals(2.5, Scatter.UNKNOWN.after(0, 1, KEPT).variance(1));
  }
}
