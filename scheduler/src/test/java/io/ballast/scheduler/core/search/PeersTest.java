package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a guest adds to some hosts at least, against what it adds to each. */
final class PeersTest {
  private static final double ROUNDING = 1e-9;

  @Test
  void eachHostThatStaysIsOneOfThem() {
    for (int seed = 0; seed < 100; seed++) {
      Problem problem = Crowd.of(seed, 20, 4).problem();

      int[] hosts =
          Peers.of(new Layout(problem)).stream()
              .flatMapToInt(peers -> Arrays.stream(peers.hosts))
              .sorted()
              .toArray();

      assertEquals(
          IntStream.range(0, problem.hosts).filter(host -> !problem.emptied[host]).boxed().toList(),
          Arrays.stream(hosts).boxed().toList());
    }
  }

  /** Hosts of nearly one size. */
  private static Crowd alike(long seed) {
    Random random = new Random(seed);
    Crowd crowd = new Crowd();
    for (int h = 0; h < 6; h++) {
      crowd.host(15.5 + random.nextDouble(), 64000 + 2000 * random.nextDouble(), false);
      for (int g = random.nextInt(6); g > 0; g--) {
        double memory = 1024 << random.nextInt(3);
        crowd.guest(h, 2 * random.nextDouble(), memory, memory, false);
      }
    }
    return crowd;
  }

  @Test
  void noneOfThemIsChangedByLess() {
    for (int seed = 0; seed < 200; seed++) {
      Crowd crowd = seed % 2 == 0 ? alike(seed) : Crowd.of(seed, 20, 4);
      Problem problem = crowd.problem();
      Layout layout = new Layout(problem);
      layout.weigh(2, 3, 0);
      List<Peers> all = Peers.of(layout);
      all.forEach(Peers::look);
      for (int g = 0; g < problem.guests; g++) {
        double departure = problem.isForced(g) ? 0 : layout.departure(g);
        for (Peers peers : all) {
          for (int host : peers.hosts) {
            if (host != layout.at[g]) {
              double added = layout.change(g, host) + departure;
              assertTrue(peers.entry(g) <= added + ROUNDING, "guest " + g + " of fleet " + seed);
            }
          }
        }
      }
    }
  }
}
