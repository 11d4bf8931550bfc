package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** How even a cluster could be at best. */
final class BoundTest {
  @Test
  void whereAllCanMoveNothingStandsInTheWay() {
    Crowd crowd =
        new Crowd().host(8, 8192, false).host(16, 16384, false).guest(0, 6, 6144, 6144, false);

    assertEquals(0, crowd.problem().bound());
  }

  @Test
  void whatCannotMoveStandsOut() {
    Crowd crowd =
        new Crowd()
            .host(10, 10240, false)
            .host(10, 10240, false)
            .guest(0, 8, 1024, 1024, true)
            .guest(0, 2, 1024, 1024, false);

    // CPU 0.8 and 0.2 at best, memory even.
    assertEquals(0.3, crowd.problem().bound(), 1e-6);
  }

  @Test
  void noDivisionOfWhatMovesIsMoreEven() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      double[] has = random.doubles(3, 1, 4).toArray();
      double[] stays = random.doubles(3, 0, 1).toArray();
      double moves = random.nextDouble() * 2;
      double bound = Bound.deviation(has, stays, moves);
      double least = Double.MAX_VALUE;
      for (int a = 0; a <= 60; a++) {
        for (int b = 0; a + b <= 60; b++) {
          double[] shares = {
            (stays[0] + moves * a / 60) / has[0],
            (stays[1] + moves * b / 60) / has[1],
            (stays[2] + moves * (60 - a - b) / 60) / has[2]
          };
          least = Math.min(least, deviation(shares));
        }
      }
      assertTrue(bound <= least + 1e-9, bound + " > " + least);
      assertTrue(least - bound < 0.03, bound + " is far below " + least);
    }
  }

  private static double deviation(double[] shares) {
    double mean = (shares[0] + shares[1] + shares[2]) / 3;
    double squares = 0;
    for (double share : shares) {
      squares += (share - mean) * (share - mean);
    }
    return Math.sqrt(squares / 3);
  }
}
