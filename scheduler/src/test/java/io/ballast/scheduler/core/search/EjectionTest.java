package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
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
    // Once the fourth guest has come to h3 that is at 85 % of CPU.
    Layout layout = weighed(full(8192, false).guest(2, 1.2, 0, 0, true));

    assertTrue(new Ejection(layout, () -> false).run(TRIALS));

    assertArrayEquals(new int[] {1, 0, 2, 1, 2}, layout.at);
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

  /** Hosts with little left of memory or of CPU; some guests are to get more than they hold. */
  private static Crowd tight(long seed) {
    Random random = new Random(seed);
    Crowd crowd = new Crowd();
    int hosts = 3 + random.nextInt(4);
    for (int h = 0; h < hosts; h++) {
      double size = 1 + random.nextInt(2);
      crowd.host(8 * size, 16384 * size, h == 0 && random.nextInt(3) == 0);
      double most = 0.75 + 0.25 * random.nextDouble();
      for (int i = 0; i < 12; i++) {
        double memory = 512 * (1 + random.nextInt(12));
        double cpus = 0.1 + 3 * random.nextDouble();
        Problem.Host host = crowd.hosts.get(h);
        if (host.used() + memory <= most * host.memory()
            && host.demand() + cpus <= most * host.cpus()) {
          double room = random.nextInt(3) == 0 ? memory * 1.25 : memory;
          crowd.guest(h, cpus, memory, room, random.nextInt(8) == 0);
        }
      }
    }
    return crowd;
  }

  @Test
  void whatPaysIsPossibleAndElseNothingChanges() {
    int better = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      String fleet = "fleet " + seed;
      Layout layout = weighed(tight(seed));
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
