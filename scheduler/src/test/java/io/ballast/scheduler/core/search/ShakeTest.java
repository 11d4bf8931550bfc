package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What comes of going down again from elsewhere. */
final class ShakeTest {
  private static Layout descended(int seed) {
    Layout layout = new Layout(Crowd.tight(seed).problem());
    new Descent(layout, () -> false).run(Solver.WORTH);
    return layout;
  }

  @Test
  void itKeepsOnlyWhatIsBetter() {
    int better = 0;
    for (int seed = 0; seed < 500; seed++) {
      String fleet = "fleet " + seed;
      Layout layout = descended(seed);
      Problem problem = layout.problem;
      int[] at = layout.at.clone();
      double total = Objective.EVENNESS.total(layout);

      boolean changed = new Shake(layout, () -> false).run(Solver.WORTH);

      better += changed ? 1 : 0;
      if (changed) {
        assertTrue(Objective.EVENNESS.total(layout) < total, fleet);
      } else {
        assertArrayEquals(at, layout.at, fleet);
      }
      for (int g = 0; g < problem.guests; g++) {
        if (layout.at[g] != at[g]) {
          assertFalse(problem.fixed[g], fleet);
          int host = layout.at[g];
          assertTrue(host == problem.home[g] || layout.free[host] >= -1e-6, fleet);
          assertTrue(layout.demand[host] * problem.perCpu[host] <= 1 + 1e-6, fleet);
        }
      }
    }
    assertTrue(better > 300, "better: " + better);
  }

  @Test
  void theSameLayoutIsShakenAlike() {
    Layout one = descended(3);
    Layout other = descended(3);
    new Shake(one, () -> false).run(Solver.WORTH);
    new Shake(other, () -> false).run(Solver.WORTH);

    assertArrayEquals(one.at, other.at);
  }

  @Test
  void onceItIsEnoughNothingIsShaken() {
    Layout layout = descended(3);
    int[] at = layout.at.clone();

    assertFalse(new Shake(layout, () -> true).run(Solver.WORTH));

    assertArrayEquals(at, layout.at);
  }

  @Test
  void itIsForFewGuests() {
    assertTrue(Shake.isFor(FleetMaker.fleet(5, 40, Scenario.RANDOM, 1).problem()));
    assertFalse(Shake.isFor(new Crowd().host(8, 8192, false).problem()));
    assertFalse(Shake.isFor(FleetMaker.fleet(20, 200, Scenario.RANDOM, 1).problem()));
  }
}
