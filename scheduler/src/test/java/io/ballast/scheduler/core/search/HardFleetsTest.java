package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fleets that are easily planned wrongly. */
final class HardFleetsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static Solution solve(Crowd crowd) {
    return new Solver(Solver.WORTH, false, () -> false).solve(crowd.problem());
  }

  /** Where memory is all but even its weight ends, and what it says of a move is not quite so. */
  @Test
  void aFleetThatIsAllButEvenInOneMetricIsPlannedToAnEnd() {
    for (double cpus : new double[] {0.12, 0.16, 0.2, 0.22, 0.24, 0.28}) {
      Crowd crowd = new Crowd();
      for (int h = 0; h < 40; h++) {
        crowd.host(100, 65536, false);
      }
      for (int h = 0; h < 40; h++) {
        crowd.guest(h, h == 0 ? 50 : h == 1 ? 40 : h % 2 == 1 ? 60 : 40, 10000, 10000, true);
        crowd.guest(h, 0, 20000 - (h == 0 ? 13 : 0), 20000, false);
      }
      crowd.guest(0, cpus, 13, 13, false);

      Solution plan = assertTimeoutPreemptively(LONG, () -> solve(crowd));

      assertTrue(plan.finished());
    }
  }

  @Test
  void aHostThatHoldsMoreThanItHasHasRoomOnlyOnceItHoldsLess() {
    // h1 holds 2100 of 1000 MiB. When its 900 have gone it still holds 1200.
    Crowd crowd =
        new Crowd()
            .host(100, 1000, false)
            .host(100, 10000, false)
            .guest(0, 5, 900, 900, false)
            .guest(0, 1, 1200, 1200, true)
            .guest(1, 60, 100, 100, false)
            .guest(1, 1, 10, 10, false);

    Solution plan = solve(crowd);

    for (Solution.Move move : plan.moves()) {
      assertTrue(crowd.allows(move), move::toString);
      crowd.make(move);
    }
  }

  @Test
  void roomIsMadeForAGuestThatHasToLeaveAlsoInALargeFleet() {
    // Each host but the last has room for 7 of the 8 GiB that must go; one small guest is in the
    // way.
    Crowd crowd = new Crowd();
    for (int h = 0; h < 120; h++) {
      crowd.host(100, 65536, h == 119);
    }
    for (int h = 0; h < 119; h++) {
      crowd.guest(h, 10, 57344, 57344, true);
      crowd.guest(h, 1, 1024, 1024, false);
    }
    crowd.guest(119, 1, 7680, 7680, false);
    assertTrue(120L * crowd.guests.size() > 20_000);

    Solution plan = solve(crowd);

    for (Solution.Move move : plan.moves()) {
      assertTrue(crowd.allows(move), move::toString);
      crowd.make(move);
    }
    assertEquals(0, crowd.guests.stream().filter(guest -> guest.home() == 119).count());
  }

  @Test
  void severalOthersMakeRoomForOneThatHasToLeave() {
    // Together the last three hosts have 2 GiB more than all guests take.
    Crowd crowd =
        new Crowd()
            .host(32, 32768, true)
            .host(32, 32768, false)
            .host(32, 32768, false)
            .host(32, 32768, false);
    int[][] gibs = {{11, 9, 5, 4}, {9, 9, 14}, {3, 14, 5}, {2, 11}};
    for (int h = 0; h < gibs.length; h++) {
      for (int gib : gibs[h]) {
        crowd.guest(h, 1, gib * 1024, gib * 1024, h == 1 && gib == 9);
      }
    }

    Solution plan = solve(crowd);

    for (Solution.Move move : plan.moves()) {
      assertTrue(crowd.allows(move), move::toString);
      crowd.make(move);
    }
    assertEquals(0, crowd.guests.stream().filter(guest -> guest.home() == 0).count());
  }

  @Test
  void aCircleOfGuestsKeepsNoOtherFromMoving() {
    // h0 and h1 are full of one guest each, whose exchange is impossible; h2 is hot, h3 is empty.
    Crowd crowd =
        new Crowd()
            .host(8, 8192, false)
            .host(8, 8192, false)
            .host(8, 8192, false)
            .host(8, 8192, false)
            .guest(0, 7, 6144, 6144, false)
            .guest(1, 1, 6656, 6656, false)
            .guest(2, 3, 2048, 2048, false)
            .guest(2, 3, 2048, 2048, false);

    Course course = Course.of(crowd.problem(), new int[] {1, 0, 2, 3}, false);

    assertEquals(List.of(new Solution.Move(3, 2, 3)), course.moves());
    Solution plan = solve(crowd);
    assertTrue(plan.after() < plan.before());
  }

  @Test
  void hostsWithoutGuestsHaveNothingToDo() {
    Solution plan = solve(new Crowd().host(8, 8192, false).host(8, 8192, true));

    assertEquals(List.of(), plan.moves());
    assertEquals(0, plan.after());
  }

  @Test
  void manyGuestsOnOneHostAreNoProblem() {
    Crowd crowd = new Crowd().host(1e6, 1e9, false);
    for (int g = 0; g < 30_000; g++) {
      crowd.guest(0, 0.1, 16, 16, false);
    }

    assertEquals(List.of(), solve(crowd).moves());
  }
}
