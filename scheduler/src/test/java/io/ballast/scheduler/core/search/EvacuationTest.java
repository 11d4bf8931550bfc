package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Places for those that have to leave. */
final class EvacuationTest {
  private static boolean evacuated(Layout layout) {
    return new Evacuation(layout, () -> false).run();
  }

  /**
   * A guest of 4.5 GiB that has to leave, and three hosts of which each has less than that left.
   */
  private static Crowd chain(boolean fixed) {
    return new Crowd()
        .host(8, 8192, true)
        .host(8, 8192, false)
        .host(8, 8192, false)
        .host(8, 8192, false)
        .guest(0, 1, 4608, 4608, false)
        .guest(1, 1, 3072, 3072, false)
        .guest(1, 1, 3072, 3072, true)
        .guest(2, 1, 2560, 2560, fixed)
        .guest(2, 1, 4096, 4096, true)
        .guest(3, 1, 5632, 5632, true);
  }

  @Test
  void oneMakesRoomForAnotherThatMakesRoom() {
    Layout layout = new Layout(chain(false).problem());

    assertTrue(evacuated(layout));

    assertArrayEquals(new int[] {1, 2, 1, 3, 2, 3}, layout.at);
  }

  @Test
  void whereTheLastCannotMoveNoneDoes() {
    Layout layout = new Layout(chain(true).problem());

    assertFalse(evacuated(layout));

    assertArrayEquals(layout.problem.homes(), layout.at);
  }

  @Test
  void onceItIsEnoughNothingIsTried() {
    Layout layout = new Layout(chain(false).problem());

    assertFalse(new Evacuation(layout, () -> true).run());
  }

  private static Crowd tight(Random random) {
    Crowd crowd = new Crowd();
    int hosts = 3 + random.nextInt(3);
    for (int h = 0; h < hosts; h++) {
      crowd.host(32, 32768, h == 0);
    }
    for (int g = 0; g < 40; g++) {
      int host = random.nextInt(hosts);
      double memory = 1024 * (1 + random.nextInt(14));
      double most = host == 0 ? 0.4 : 0.85;
      if (crowd.hosts.get(host).used() + memory <= most * 32768) {
        crowd.guest(host, 2 * random.nextDouble(), memory, memory, random.nextInt(10) == 0);
      }
    }
    return crowd;
  }

  @Test
  void itsMovesArePossibleOneAfterTheOther() {
    int found = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      String fleet = "fleet " + seed;
      Problem problem = tight(new Random(seed)).problem();
      Layout layout = new Layout(problem);
      int leavers = layout.leavers().length;

      boolean better = evacuated(layout);

      found += better ? 1 : 0;
      assertEquals(better, layout.leavers().length < leavers, fleet);
      assertEquals(new BitSet(), Course.of(problem, layout.at, false).stuck(), fleet);
      for (int g = 0; g < problem.guests; g++) {
        assertTrue(!problem.fixed[g] || layout.at[g] == problem.home[g], fleet);
      }
    }
    assertTrue(found > 500, "found: " + found);
  }
}
