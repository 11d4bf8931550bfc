package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What holds for the plan of a fleet, whatever the fleet. {@code -Dballast.fleets=N} plans so many
 * large ones; {@code ops/soak fleets} does so.
 */
final class SolverTest {
  private static final int FLEETS = Integer.getInteger("ballast.fleets", 1_000);
  private static final int MOST_HOSTS = 60;
  private static final double ROUNDING = 1e-6;

  private static Solution solve(Problem problem) {
    return new Solver(Solver.WORTH, false, () -> false).solve(problem);
  }

  @Test
  void everyPlanIsPossibleStepByStepAndKeepsItsPromise() {
    int moves =
        IntStream.range(0, FLEETS)
            .parallel()
            .map(seed -> moves(seed, Crowd.of(seed, MOST_HOSTS, seed % 50 == 0 ? 8 : 2.5)))
            .sum();

    assertTrue(moves > FLEETS, "moves: " + moves);
  }

  @Test
  void soIsEveryPlanOfAFleetThatIsNearlyFull() {
    int moves =
        IntStream.range(0, 500).parallel().map(seed -> moves(seed, Crowd.tight(seed))).sum();

    assertTrue(moves > 500, "moves: " + moves);
  }

  private static int moves(int seed, Crowd crowd) {
    String fleet = "fleet " + seed;
    Crowd before = crowd.copy();

    Solution plan = solve(crowd.problem());

    assertTrue(plan.finished());
    assertEquals(before.unevenness(), plan.before(), ROUNDING, fleet);
    for (Solution.Move move : plan.moves()) {
      assertTrue(crowd.allows(move), () -> fleet + ": " + move);
      crowd.make(move);
    }
    assertEquals(crowd.unevenness(), plan.after(), ROUNDING, fleet);
    assertEquals(before.problem().bound(), plan.bound(), fleet);
    assertTrue(plan.bound() <= plan.after() + ROUNDING, fleet);
    assertNothingCanBeLeftOut(before, plan, fleet);
    if (seed % 10 == 0) {
      assertEquals(plan, solve(before.problem()), fleet);
    }
    if (plan.stuck().isEmpty()) {
      assertEquals(List.of(), solve(crowd.problem()).moves(), fleet);
    }
    return plan.moves().size();
  }

  private static void assertNothingCanBeLeftOut(Crowd before, Solution plan, String fleet) {
    for (Solution.Move left : plan.moves()) {
      Problem.Guest guest = before.guests.get(left.guest());
      if (before.hosts.get(left.from()).emptied()) {
        continue;
      }
      Crowd without = before.copy();
      boolean possible = true;
      for (Solution.Move move : plan.moves()) {
        if (move.guest() != left.guest()) {
          possible &= without.allows(move);
          without.make(move);
        }
      }
      double loss = without.staying() * (without.unevenness() - plan.after());
      assertTrue(
          !possible || loss >= Solver.WORTH * guest.cost() - ROUNDING,
          () -> fleet + " loses " + loss + " without " + left);
    }
  }

  @Test
  void smallFleetsArePlannedAsWellAsCanBe() {
    int fleets = 0;
    int optimal = 0;
    for (int seed = 0; seed < 400; seed++) {
      Crowd crowd = small(seed);
      Exhaustive best = Exhaustive.of(crowd);
      Solution plan = new Solver(1e-7, true, () -> false).solve(crowd.problem());
      double cost =
          plan.moves().stream().mapToDouble(m -> crowd.guests.get(m.guest()).cost()).sum();
      fleets++;
      if (plan.after() <= best.unevenness() + 1e-5 && cost <= 1.1 * best.cost() + 1e-9) {
        optimal++;
      }
    }
    System.out.printf("%d of %d small fleets are planned as well as can be%n", optimal, fleets);
    assertTrue(optimal >= 0.99 * fleets, optimal + " of " + fleets);
  }

  /** A part of the search that is left out makes some plans worse. */
  @Test
  void plansOfMadeFleetsAreAsGoodAsTheyWere() {
    double sum = 0;
    int fleets = 0;
    for (Scenario scenario : Scenario.values()) {
      for (int seed = 11; seed <= 16; seed++) {
        Problem problem = FleetMaker.fleet(20, 200, scenario, seed).problem();
        Solution plan = solve(problem);
        double cost =
            plan.moves().stream()
                .filter(move -> !problem.isForced(move.guest()))
                .mapToDouble(move -> problem.cost[move.guest()])
                .sum();
        sum += problem.staying * plan.after() + Solver.WORTH * cost;
        fleets++;
      }
    }
    System.out.printf("the objective of %d fleets is %.4f on average%n", fleets, sum / fleets);
    assertTrue(sum / fleets < 1.01, "the objective is " + sum / fleets);
  }

  private static Crowd small(long seed) {
    java.util.Random random = new java.util.Random(seed);
    Crowd crowd = new Crowd();
    int hosts = 2 + random.nextInt(3);
    for (int h = 0; h < hosts; h++) {
      double size = new double[] {1, 1, 1.5, 2}[random.nextInt(4)];
      crowd.host(8 * size, 32768 * size, false);
    }
    int guests = 2 + random.nextInt(7);
    for (int g = 0; g < guests; g++) {
      int home = random.nextInt(hosts);
      double memory = 1024 << random.nextInt(4);
      double cpus = 0.1 + 2 * random.nextDouble();
      Problem.Host host = crowd.hosts.get(home);
      if (host.free() >= memory && host.demand() + cpus <= host.cpus()) {
        crowd.guest(home, cpus, memory, memory, false);
      }
    }
    return crowd;
  }

  @Test
  void aSearchThatIsStoppedSaysSo() {
    Solution plan = new Solver(Solver.WORTH, false, () -> true).solve(Crowd.of(7, 60, 6).problem());

    assertFalse(plan.finished());
    assertEquals(new BitSet(), plan.stuck());
  }

  @Test
  void aLimitThatComesAfterTheEndIsNone() {
    Problem problem = Crowd.of(7, 60, 6).problem();
    AtomicInteger asked = new AtomicInteger();
    BooleanSupplier counting = () -> asked.incrementAndGet() < 0;
    Solution whole = new Solver(Solver.WORTH, false, counting).solve(problem);
    int all = asked.get();

    asked.set(0);
    Solution late =
        new Solver(Solver.WORTH, false, () -> asked.incrementAndGet() > all).solve(problem);
    asked.set(0);
    Solution early =
        new Solver(Solver.WORTH, false, () -> asked.incrementAndGet() >= all).solve(problem);

    assertEquals(whole, late);
    assertTrue(late.finished());
    assertFalse(early.finished());
  }

  @Test
  void noMoveIsLeftThatWouldBeWorthIt() {
    for (int seed = 0; seed < 200; seed++) {
      Problem problem = Crowd.of(seed, 20, 6).problem();
      Layout found = new Layout(problem);
      found.moveAll(new Solver(Solver.WORTH, false, () -> false).searched(problem));
      Layout layout = new Layout(problem.from(found));
      Objective.EVENNESS.weigh(layout, Solver.WORTH);
      for (int g = 0; g < problem.guests; g++) {
        for (int h = 0; h < problem.hosts && !problem.fixed[g]; h++) {
          if (h != layout.at[g] && layout.fits(g, h)) {
            double change = layout.unevenness(g, h) + layout.toll(g, h);
            assertTrue(change > -ROUNDING, "guest " + g + " to " + h + " of fleet " + seed);
          }
        }
      }
    }
  }

  @Test
  void ofThoseThatWaitForEachOtherTheCheapestIsLetAloneAndWhoHasToLeaveLast() {
    Crowd crowd =
        new Crowd()
            .host(8, 65536, true)
            .host(8, 65536, false)
            .guest(0, 1, 1024, 1024, false)
            .guest(1, 1, 3072, 3072, false)
            .guest(1, 1, 2048, 2048, false);

    assertEquals(bits(2), Solver.cheapest(crowd.problem(), bits(0, 1, 2)));
    assertEquals(bits(1), Solver.cheapest(crowd.problem(), bits(0, 1)));
    assertEquals(bits(0), Solver.cheapest(crowd.problem(), bits(0)));
  }

  private static BitSet bits(int... guests) {
    BitSet bits = new BitSet();
    IntStream.of(guests).forEach(bits::set);
    return bits;
  }

  @Test
  void whereGuestsAreToBeTheyHaveRoom() {
    for (int seed = 0; seed < 200; seed++) {
      Problem problem = Crowd.of(seed, 20, 6).problem();
      Layout layout = new Layout(problem);
      layout.moveAll(new Solver(Solver.WORTH, false, () -> false).searched(problem));
      for (int g = 0; g < problem.guests; g++) {
        int host = layout.at[g];
        if (host != problem.home[g]) {
          String guest = "guest " + g + " of fleet " + seed;
          assertFalse(problem.fixed[g], guest);
          assertFalse(problem.emptied[host], guest);
          assertTrue(layout.free[host] >= -ROUNDING, guest);
          assertTrue(layout.demand[host] * problem.perCpu[host] <= 1 + ROUNDING, guest);
        }
      }
    }
  }
}
