package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Moves that don't pay by themselves, and what follows them. */
final class EjectionTest {
  private static final double PRICE = 1e-4;
  private static final int TRIALS = 600;
  private static final double ROUNDING = 1e-9;

  private static Layout weighed(Crowd crowd) {
    Layout layout = new Layout(crowd.problem());
    Objective.EVENNESS.weigh(layout, PRICE);
    return layout;
  }

  @Test
  void aLargeGuestComesForSeveralSmallOnes() {
    // h1 wants 9 of 10 CPUs, h2 has 4 of 10: 5 there for 1 and 1.5 back.
    Crowd crowd =
        new Crowd()
            .host(10, 10240, false)
            .host(10, 10240, false)
            .guest(0, 5, 2048, 2048, false)
            .guest(0, 4, 2048, 2048, true)
            .guest(1, 1, 1024, 1024, false)
            .guest(1, 1.5, 1024, 1024, false)
            .guest(1, 1.5, 2048, 2048, true);
    Layout layout = weighed(crowd);

    assertTrue(new Ejection(layout, () -> false).run(TRIALS));

    assertArrayEquals(new int[] {1, 0, 0, 0, 1}, layout.at);
  }

  /** A busy host of which a guest fits on the second host once one has left that for the third. */
  private static Crowd full(double roomOfTheThird, boolean fixed) {
    return new Crowd()
        .host(10, 37888, false)
        .host(10, 10240, false)
        .host(2, roomOfTheThird, false)
        .guest(0, 4, 6144, 6144, false)
        .guest(0, 4, 30720, 30720, true)
        .guest(1, 0.5, 4096, 8192, fixed)
        .guest(1, 0.5, 4096, 4096, true);
  }

  @Test
  void aFullHostMakesRoom() {
    Layout layout = weighed(full(8192, false));

    assertTrue(new Ejection(layout, () -> false).run(TRIALS));

    assertArrayEquals(new int[] {1, 0, 2, 1}, layout.at);
  }

  @Test
  void aFullHostMakesRoomAlsoAtALoss() {
    // Both small guests would better stay, were they not in the way; only h3 has room for them.
    Crowd crowd =
        new Crowd()
            .host(10, 61440, false)
            .host(10, 10240, false)
            .host(2, 262144, false)
            .guest(0, 4, 512, 6144, false)
            .guest(0, 4, 30720, 30720, true)
            .guest(1, 0.3, 2048, 32000, false)
            .guest(1, 0.3, 2048, 32000, false)
            .guest(1, 0.5, 4096, 4096, true)
            .guest(2, 1.2, 196608, 196608, true);
    Layout layout = weighed(crowd);
    assertTrue(layout.change(2, 2) > 0);

    assertTrue(new Ejection(layout, () -> false).run(TRIALS));

    assertArrayEquals(new int[] {1, 0, 2, 2, 1, 2}, layout.at);
  }

  @Test
  void whereRoomCannotBeMadeAllStaysAsItWas() {
    for (Crowd crowd : new Crowd[] {full(8191, false), full(8192, true)}) {
      Layout layout = weighed(crowd);

      assertFalse(new Ejection(layout, () -> false).run(TRIALS));

      assertArrayEquals(crowd.problem().homes(), layout.at);
      assertEquals(2048, layout.free[1]);
    }
  }

  @Test
  void onceItIsEnoughNothingIsTried() {
    Layout layout = weighed(full(8192, false));

    assertFalse(new Ejection(layout, () -> true).run(TRIALS));

    assertArrayEquals(layout.problem.homes(), layout.at);
  }

  @Test
  void whatPaysIsPossibleAndElseNothingChanges() {
    int better = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      String fleet = "fleet " + seed;
      Layout layout = weighed(Crowd.tight(seed));
      Problem problem = layout.problem;
      new Descent(layout, () -> false).run(PRICE);
      int[] before = layout.at.clone();
      double total = layout.total();

      if (new Ejection(layout, () -> false).run(TRIALS)) {
        better++;
        assertTrue(layout.total() < total, fleet);
      } else {
        assertArrayEquals(before, layout.at, fleet);
        assertEquals(total, layout.total(), Layout.FORCED * ROUNDING, fleet);
      }
      for (int g = 0; g < problem.guests; g++) {
        int host = layout.at[g];
        if (host != problem.home[g]) {
          assertFalse(problem.fixed[g], fleet);
          assertFalse(problem.emptied[host], fleet);
          assertTrue(layout.free[host] >= -ROUNDING, fleet);
          assertTrue(layout.demand[host] * problem.perCpu[host] <= 1 + 1e-6, fleet);
        }
      }
    }
    assertTrue(better > 500, "better: " + better);
  }
}
