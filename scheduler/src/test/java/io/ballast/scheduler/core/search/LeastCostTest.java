package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How little memory any plan sends. */
final class LeastCostTest {
  private static final double ROUNDING = 1e-6;
  private static final int STEPS = 1000;

  @Test
  void noLayoutIsAsEvenForLess() {
    int fleets = 0;
    double bounds = 0;
    double costs = 0;
    for (int seed = 0; seed < 300; seed++) {
      Crowd crowd = Crowd.of(seed, 4, 2);
      boolean small = crowd.hosts.size() <= 4 && crowd.guests.size() <= 7;
      boolean plain =
          crowd.staying() == crowd.hosts.size()
              && crowd.guests.stream().allMatch(it -> it.room() <= it.held() && !it.fixed());
      if (small && plain) {
        Exhaustive best = Exhaustive.of(crowd);

        double bound = LeastCost.of(crowd.problem(), best.unevenness(), best.cost(), STEPS);

        assertTrue(bound <= best.cost() + ROUNDING, seed + ": " + bound + " of " + best.cost());
        fleets++;
        bounds += bound;
        costs += best.cost();
      }
    }
    assertTrue(fleets > 50, "fleets: " + fleets);
    assertTrue(bounds > 0.3 * costs, bounds + " of " + costs);
  }

  @Test
  void whatIsAsEvenAsItHasToBeNeedsNothing() {
    Problem problem = FleetMaker.fleet(8, 70, Scenario.RANDOM, 1).problem();

    assertEquals(0, LeastCost.of(problem, problem.unevenness(List.of()), 100, STEPS), ROUNDING);
  }

  @Test
  void theBoundOfALargeFleetWithNewHostsIsNearItsPlan() {
    PaperFleet fleet = FleetMaker.fleet(100, 2000, Scenario.NEWHOSTS, 1);
    Solution plan = new Solver(Solver.WORTH, false, () -> false).solve(fleet.problem());
    double sent = Referee.judge(fleet, plan.moves()).gibibytes();

    double bound = LeastCost.of(fleet.problem(), plan.after(), sent, STEPS);

    assertTrue(bound < sent && sent < 1.5 * bound, sent + " over " + bound);
  }
}
