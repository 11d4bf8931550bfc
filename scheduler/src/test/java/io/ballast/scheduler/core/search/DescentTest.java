package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What one guest, or two that change places, make better. */
final class DescentTest {
  private static final double PRICE = 1e-6;

  private static int[] after(Crowd crowd, double price) {
    Layout layout = new Layout(crowd.problem());
    new Descent(layout, () -> false).run(price);
    return layout.at;
  }

  /**
   * A hot host with one guest that may go, and another one with a guest that may come for it.
   *
   * @param hot the place of the hot host, 0 or 1
   * @param left memory that nobody holds on the other one, in MiB
   */
  private static Crowd apart(int hot, double left) {
    return new Crowd()
        .host(10, hot == 0 ? 10240 : 1024 + 4096 + left, false)
        .host(10, hot == 0 ? 1024 + 4096 + left : 10240, false)
        .guest(hot, 2, 4096, 4096, true)
        .guest(hot, 5, 1536, 4096, false)
        .guest(1 - hot, 0.5, 4096, 4096, true)
        .guest(1 - hot, 1, 1024, 1024, false);
  }

  @Test
  void twoGuestsChangePlacesWhereTheSecondLeavesRoomForTheFirst() {
    assertArrayEquals(new int[] {0, 1, 1, 0}, after(apart(0, 3072), PRICE));
    assertArrayEquals(new int[] {1, 0, 0, 1}, after(apart(1, 3072), PRICE));
  }

  @Test
  void noneChangesPlacesWithAnotherThatLeavesTooLittleRoom() {
    assertArrayEquals(new int[] {0, 0, 1, 1}, after(apart(0, 3071), PRICE));
    assertArrayEquals(new int[] {1, 1, 0, 0}, after(apart(1, 3071), PRICE));
  }

  /**
   * A host full of memory, and another that is busy: memory gains by an exchange, CPU loses.
   *
   * @param full the place of the full host, 0 or 1
   * @param busy CPUs of a fixed guest of the other one
   */
  private static Crowd fullAndBusy(int full, double busy) {
    return new Crowd()
        .host(10, 10240, false)
        .host(10, 10240, false)
        .guest(full, 3, 4096, 4096, true)
        .guest(full, 1, 6144, 6144, false)
        .guest(1 - full, busy, 512, 512, true)
        .guest(1 - full, 0.5, 512, 512, false);
  }

  @Test
  void noneChangesPlacesWithAnotherThatLeavesTooLittleCpu() {
    assertArrayEquals(new int[] {0, 1, 1, 0}, after(fullAndBusy(0, 9), PRICE));
    assertArrayEquals(new int[] {1, 0, 0, 1}, after(fullAndBusy(1, 9), PRICE));
    assertArrayEquals(new int[] {0, 0, 1, 1}, after(fullAndBusy(0, 9.01), PRICE));
    assertArrayEquals(new int[] {1, 1, 0, 0}, after(fullAndBusy(1, 9.01), PRICE));
  }

  /** Looks at all that it leaves out, one after the other. */
  @Test
  void nothingIsLeftThatWouldMakeItBetter() {
    for (int seed = 0; seed < 400; seed++) {
      String fleet = "fleet " + seed;
      Problem problem = Crowd.of(seed, 12, 6).problem();
      Layout layout = new Layout(problem);
      double price = seed % 2 == 0 ? PRICE : Solver.WORTH;

      boolean better = new Descent(layout, () -> false).run(price);

      Objective.EVENNESS.weigh(layout, price);
      assertFalse(new Descent(layout, () -> false).run(price), fleet);
      assertTrue(better || Arrays.equals(layout.at, problem.homes()), fleet);
      for (int g = 0; g < problem.guests; g++) {
        for (int h = 0; h < problem.hosts && !problem.fixed[g]; h++) {
          assertFalse(
              h != layout.at[g]
                  && layout.fits(g, h)
                  && layout.change(g, h) + layout.toll(g, h) < -2 * Descent.ROUNDING,
              fleet + ": " + g + " to " + h);
        }
        for (int other = 0; other < g; other++) {
          assertFalse(isWorthIt(layout, g, other), fleet + ": " + g + " for " + other);
        }
      }
    }
  }

  private static boolean isWorthIt(Layout layout, int one, int other) {
    Problem problem = layout.problem;
    int here = layout.at[one];
    int there = layout.at[other];
    return here != there
        && !problem.fixed[one]
        && !problem.fixed[other]
        && !problem.emptied[here]
        && !problem.emptied[there]
        && layout.fits(one, there, other)
        && layout.fits(other, here, one)
        && layout.exchange(one, other) + layout.toll(one, there) + layout.toll(other, here)
            < -2 * Descent.ROUNDING;
  }

  @Test
  void whatIsFixedStaysAndWhatHasToLeaveDoes() {
    for (int seed = 0; seed < 400; seed++) {
      Problem problem = Crowd.of(seed, 12, 6).problem();
      int[] at = after(Crowd.of(seed, 12, 6), PRICE);
      for (int g = 0; g < problem.guests; g++) {
        assertTrue(at[g] == problem.home[g] || !problem.fixed[g]);
        assertTrue(at[g] == problem.home[g] || !problem.emptied[at[g]]);
      }
    }
  }
}
