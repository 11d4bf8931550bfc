package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a layout says of a change before it is made. */
final class LayoutTest {
  private static final double ROUNDING = 1e-9;
  private static final double PRICE = 0.1;

  /** A host with 5 of its 8 CPUs and 4 of its 6 GiB taken, two larger ones, one to be emptied. */
  private static Crowd nearlyFull() {
    return new Crowd()
        .host(8, 6144, false)
        .host(64, 65536, false)
        .host(64, 65536, true)
        .guest(0, 2, 1024, 1024, false)
        .guest(0, 3, 3072, 3072, false);
  }

  @Test
  void aGuestFitsWhereItsRoomAndItsCpuAre() {
    Crowd crowd =
        nearlyFull()
            .guest(1, 3, 1024, 2048, false)
            .guest(1, 3, 1024, 2049, false)
            .guest(1, 3.01, 1024, 1024, false);
    Layout layout = new Layout(crowd.problem());

    assertTrue(layout.fits(2, 0));
    assertFalse(layout.fits(3, 0));
    assertFalse(layout.fits(4, 0));
    assertTrue(layout.fits(0, 1));
    assertFalse(layout.fits(0, 2));
  }

  @Test
  void inPlaceOfAnotherItFitsWhereWhatThatOneTakesIsEnough() {
    Crowd crowd =
        nearlyFull()
            .guest(1, 5, 1024, 3072, false)
            .guest(1, 5, 1024, 3073, false)
            .guest(1, 5.01, 1024, 1024, false);
    Layout layout = new Layout(crowd.problem());

    assertTrue(layout.fits(2, 0, 0));
    assertFalse(layout.fits(3, 0, 0));
    assertTrue(layout.fits(3, 0, 1));
    assertFalse(layout.fits(4, 0, 0));
  }

  @Test
  void onAHostThatHasTooLittleOneComesInPlaceOfAnotherThatWantsNoLess() {
    Crowd crowd =
        new Crowd()
            .host(4, 8192, false)
            .host(64, 65536, false)
            .guest(0, 3, 1024, 1024, false)
            .guest(0, 3, 1024, 1024, false)
            .guest(1, 3, 1024, 1024, false)
            .guest(1, 3.01, 1024, 1024, false);
    Layout layout = new Layout(crowd.problem());

    assertTrue(layout.fits(2, 0, 0));
    assertFalse(layout.fits(3, 0, 0));
  }

  @Test
  void atHomeAGuestTakesWhatItHoldsAndElsewhereItsRoom() {
    Crowd crowd =
        new Crowd()
            .host(8, 4096, false)
            .host(8, 65536, false)
            .guest(0, 1, 3072, 4000, false)
            .guest(0, 1, 1024, 1024, false);
    Layout layout = new Layout(crowd.problem());

    layout.move(0, 1);

    assertEquals(3072, layout.free[0]);
    assertEquals(65536 - 4000, layout.free[1]);
    assertTrue(layout.fits(0, 0));
    layout.move(0, 0);
    assertEquals(0, layout.free[0]);
    assertEquals(65536, layout.free[1]);
  }

  @Test
  void aMoveIsWeighedAsItIsWhenMade() {
    for (int seed = 0; seed < 200; seed++) {
      Problem problem = Crowd.of(seed, 12, 5).problem();
      Layout layout = new Layout(problem);
      layout.weigh(2, 3, PRICE);
      Random random = new Random(seed);
      for (int i = 0; i < 50 && problem.guests > 1; i++) {
        int guest = random.nextInt(problem.guests);
        int host = random.nextInt(problem.hosts);
        if (host == layout.at[guest] || problem.emptied[host]) {
          continue;
        }
        double spread = layout.spread();
        double tolls = layout.tolls();
        double uneven = layout.deviationCpu() + layout.deviationMemory();
        double change = layout.change(guest, host);
        double toll = layout.toll(guest, host);
        double unevenness = layout.unevenness(guest, host);
        assertTrue(layout.leastToll(guest) <= toll);

        layout.move(guest, host);

        assertEquals(layout.spread() - spread, change, ROUNDING);
        assertEquals(layout.tolls() - tolls, toll, ROUNDING * Layout.FORCED);
        double worse = layout.deviationCpu() + layout.deviationMemory() - uneven;
        // Near 0 the root of a difference of sums is not exact.
        assertEquals(worse * problem.staying, unevenness, 1e-5);
      }
    }
  }

  @Test
  void anExchangeIsWeighedAsItIsWhenMade() {
    for (int seed = 0; seed < 200; seed++) {
      Problem problem = Crowd.of(seed, 12, 5).problem();
      Layout layout = new Layout(problem);
      layout.weigh(2, 3, PRICE);
      Random random = new Random(seed);
      for (int i = 0; i < 50 && problem.guests > 1; i++) {
        int one = random.nextInt(problem.guests);
        int other = random.nextInt(problem.guests);
        int from = layout.at[one];
        int to = layout.at[other];
        if (from == to || problem.emptied[from] || problem.emptied[to]) {
          continue;
        }
        double spread = layout.spread();
        double change = layout.exchange(one, other);

        layout.move(one, to);
        layout.move(other, from);

        assertEquals(layout.spread() - spread, change, ROUNDING);
      }
    }
  }

  @Test
  void thePartsOfTheHostsAreTheSpread() {
    for (int seed = 0; seed < 50; seed++) {
      Problem problem = Crowd.of(seed, 12, 5).problem();
      Layout layout = new Layout(problem);
      layout.weigh(2, 3, PRICE);

      double parts =
          IntStream.range(0, problem.hosts)
              .filter(host -> !problem.emptied[host])
              .mapToDouble(layout::part)
              .sum();

      assertEquals(layout.spread(), parts, ROUNDING);
    }
  }
}
