package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** What the distance of two hosts says of all that may go from one to the other. */
final class GapTest {
  private static final double ROUNDING = 1e-9;

  /** Looks at the gap of any two hosts of many layouts. */
  private static void each(BiConsumer<Layout, int[]> check) {
    for (int seed = 0; seed < 200; seed++) {
      Problem problem = Crowd.of(seed, 12, 5).problem();
      Layout layout = new Layout(problem);
      layout.weigh(2, 3, 0);
      for (int from = 0; from < problem.hosts; from++) {
        for (int to = 0; to < problem.hosts; to++) {
          if (from != to && !problem.emptied[from] && !problem.emptied[to]) {
            check.accept(layout, new int[] {from, to});
          }
        }
      }
    }
  }

  private static Gap gap(Layout layout, int[] hosts) {
    Gap gap = new Gap(layout);
    gap.between(hosts[0], hosts[1]);
    return gap;
  }

  @Test
  void itChangesByAGuestAsALayoutDoes() {
    each(
        (layout, hosts) -> {
          Gap gap = gap(layout, hosts);
          for (int i = 0; i < layout.counts[hosts[0]]; i++) {
            int guest = layout.guests[hosts[0]][i];
            assertEquals(
                layout.change(guest, hosts[1]),
                gap.change(layout.problem.appetite[guest], layout.problem.held[guest]),
                ROUNDING);
          }
        });
  }

  @Test
  void nothingGainsMoreThanItSays() {
    Random random = new Random(1);
    each(
        (layout, hosts) -> {
          Gap gap = gap(layout, hosts);
          assertEquals(-gap.mostCpu(), gap.change(gap.middle(), 0), ROUNDING);
          double memory = gap.apartMemory / gap.curveMemory;
          assertEquals(-gap.mostMemory(), gap.change(0, memory), ROUNDING);
          for (int i = 0; i < 10; i++) {
            double cpus = 20 * random.nextDouble() - 10;
            double mib = 65536 * (random.nextDouble() - 0.5);
            assertTrue(gap.change(cpus, mib) >= -gap.mostCpu() - gap.mostMemory() - ROUNDING);
          }
        });
  }

  @Test
  void whatIsAsFarFromTheMiddleAsItReachesLosesThatMuch() {
    each(
        (layout, hosts) -> {
          Gap gap = gap(layout, hosts);
          for (double loss : new double[] {0.001, 0.1, 2}) {
            double reach = gap.reach(loss);
            assertEquals(loss - gap.mostCpu(), gap.change(gap.middle() + reach, 0), ROUNDING);
            assertEquals(loss - gap.mostCpu(), gap.change(gap.middle() - reach, 0), ROUNDING);
          }
        });
  }
}
