package io.ballast.scheduler.core.search;

import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * Changes a layout, one guest or two at a time, until no such change makes it better.
 *
 * <p>Each guest in turn goes to the host that is best for it; then the guests of each two hosts
 * change places, the best pair first. A guest that has moved may move on, come home again, or give
 * its place to another: so moves that bring nothing are taken back, and heavy ones replaced.
 *
 * <p>Most of it is left out unseen. A guest is looked at only if the gain at its host can exceed
 * what the emptiest host would lose by it. Of two hosts that are {@code D} apart the exchange of
 * {@code t} gains {@code 2Dt - ct^2} in a metric, {@code c} being the sum of their squares of one
 * over what they have; so the pair is left out if {@code D^2/c} of both metrics is too little, and
 * otherwise each guest meets only those whose CPU differs from its own by what can gain.
 */
final class Descent {
  /** Gains up to this are rounding. */
  static final double ROUNDING = 1e-9;

  private static final int MOST_ROUNDS = 200;

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;
  private double lowestCpu;
  private double lowestMemory;
  private double leastPerCpu;
  private double mostPerCpu;
  private double leastPerMemory;
  private double mostPerMemory;
  private final double[] tolls;
  private final int[][] seen;
  private final int[] changed;
  private int clock;

  /**
   * @param enough asked now and then whether to stop where it is
   */
  Descent(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
    tolls = new double[problem.guests];
    seen = new int[problem.hosts][problem.hosts];
    changed = new int[problem.hosts];
    leastPerCpu = Double.MAX_VALUE;
    leastPerMemory = Double.MAX_VALUE;
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h]) {
        leastPerCpu = Math.min(leastPerCpu, problem.perCpu[h]);
        mostPerCpu = Math.max(mostPerCpu, problem.perCpu[h]);
        leastPerMemory = Math.min(leastPerMemory, problem.perMemory[h]);
        mostPerMemory = Math.max(mostPerMemory, problem.perMemory[h]);
      }
    }
  }

  /** Whether anything became better. */
  boolean run() {
    boolean better = false;
    clock++;
    Arrays.fill(changed, clock);
    for (int round = 0; round < MOST_ROUNDS && !enough.getAsBoolean(); round++) {
      if (!relocate() && !exchange()) {
        return better;
      }
      better = true;
    }
    return better;
  }

  /**
   * Lets each guest go where the standard deviations themselves become least, which the weights
   * only follow: near the end they tell too much of a loss.
   *
   * @return whether anything became better
   */
  boolean refine() {
    boolean better = false;
    for (int g = 0; g < problem.guests && !enough.getAsBoolean(); g++) {
      if (problem.fixed[g]) {
        continue;
      }
      double least = -ROUNDING;
      int best = -1;
      for (int h = 0; h < problem.hosts; h++) {
        if (h != layout.at[g]) {
          double change = layout.unevenness(g, h) + layout.toll(g, h);
          if (change < least && layout.fits(g, h)) {
            least = change;
            best = h;
          }
        }
      }
      if (best >= 0) {
        layout.move(g, best);
        better = true;
      }
    }
    return better;
  }

  private boolean relocate() {
    boolean better = false;
    findLowest();
    for (int g = 0; g < problem.guests; g++) {
      if (!problem.fixed[g] && mayGain(g)) {
        int best = best(g);
        if (best >= 0) {
          changed[layout.at[g]] = ++clock;
          changed[best] = clock;
          layout.move(g, best);
          findLowest();
          better = true;
        }
      }
    }
    return better;
  }

  private int best(int guest) {
    int from = layout.at[guest];
    double least = -ROUNDING;
    int best = -1;
    for (int h = 0; h < problem.hosts; h++) {
      if (h != from) {
        double change = layout.change(guest, h) + layout.toll(guest, h);
        if (change < least && layout.fits(guest, h)) {
          least = change;
          best = h;
        }
      }
    }
    return best;
  }

  private void findLowest() {
    lowestCpu = 0;
    lowestMemory = 0;
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h]) {
        lowestCpu = Math.min(lowestCpu, layout.deviationCpu(h));
        lowestMemory = Math.min(lowestMemory, layout.deviationMemory(h));
      }
    }
  }

  /** Whether the best host that there could be for a guest would be better than its own. */
  private boolean mayGain(int guest) {
    int from = layout.at[guest];
    if (problem.emptied[from]) {
      return true;
    }
    double cpus = problem.appetite[guest];
    double memory = problem.held[guest];
    double lessCpu = cpus * problem.perCpu[from];
    double lessMemory = memory * problem.perMemory[from];
    double gain =
        layout.weightCpu()
                * (lessCpu * (2 * layout.deviationCpu(from) - lessCpu)
                    - entry(cpus, lowestCpu, leastPerCpu, mostPerCpu))
            + layout.weightMemory()
                * (lessMemory * (2 * layout.deviationMemory(from) - lessMemory)
                    - entry(memory, lowestMemory, leastPerMemory, mostPerMemory));
    return gain > layout.toll(guest, problem.home[guest]) + ROUNDING;
  }

  /** The least that a guest adds to any host, {@code lowest} being the emptiest's deviation. */
  private static double entry(double amount, double lowest, double least, double most) {
    return 2 * lowest * amount * most + amount * amount * least * least;
  }

  private boolean exchange() {
    boolean better = false;
    for (int a = 0; a < problem.hosts && !enough.getAsBoolean(); a++) {
      for (int b = a + 1; b < problem.hosts; b++) {
        if (!problem.emptied[a]
            && !problem.emptied[b]
            && Math.max(changed[a], changed[b]) > seen[a][b]) {
          while (exchange(a, b)) {
            better = true;
            changed[a] = ++clock;
            changed[b] = clock;
          }
          seen[a][b] = clock;
        }
      }
    }
    return better;
  }

  /** Lets the two guests of two hosts change places that gain most by it. */
  private boolean exchange(int a, int b) {
    double perCpuA = problem.perCpu[a];
    double perCpuB = problem.perCpu[b];
    double perMemoryA = problem.perMemory[a];
    double perMemoryB = problem.perMemory[b];
    double apartCpu = layout.deviationCpu(a) * perCpuA - layout.deviationCpu(b) * perCpuB;
    double apartMemory =
        layout.deviationMemory(a) * perMemoryA - layout.deviationMemory(b) * perMemoryB;
    double curveCpu =
        square(perCpuA) + square(perCpuB) - square(perCpuA - perCpuB) / problem.staying;
    double curveMemory =
        square(perMemoryA) + square(perMemoryB) - square(perMemoryA - perMemoryB) / problem.staying;
    double weightCpu = layout.weightCpu();
    double weightMemory = layout.weightMemory();
    double most =
        weightCpu * apartCpu * apartCpu / curveCpu
            + weightMemory * apartMemory * apartMemory / curveMemory
            - ROUNDING;
    if (most <= 0) {
      return false;
    }
    int[] here = layout.guests[a];
    int[] there = layout.guests[b];
    int countHere = layout.counts[a];
    int countThere = layout.counts[b];
    double cheapest = Double.MAX_VALUE;
    for (int j = 0; j < countThere; j++) {
      tolls[j] = layout.toll(there[j], a);
      cheapest = Math.min(cheapest, tolls[j]);
    }
    double middle = apartCpu / curveCpu;
    double least = -ROUNDING;
    int one = -1;
    int other = -1;
    int first = 0;
    for (int i = 0; i < countHere; i++) {
      int guest = here[i];
      double toll = layout.toll(guest, b);
      double left = most - toll - cheapest;
      if (left <= 0 || problem.fixed[guest]) {
        continue;
      }
      double reach = Math.sqrt(left / (weightCpu * curveCpu));
      double appetite = problem.appetite[guest];
      double held = problem.held[guest];
      double largest = appetite - middle + reach;
      double smallest = appetite - middle - reach;
      int j = first;
      while (j < countThere && problem.appetite[there[j]] > largest) {
        j++;
      }
      for (; j < countThere; j++) {
        int with = there[j];
        double cpus = appetite - problem.appetite[with];
        if (appetite - cpus < smallest) {
          break;
        }
        double memory = held - problem.held[with];
        double change =
            weightCpu * cpus * (curveCpu * cpus - 2 * apartCpu)
                + weightMemory * memory * (curveMemory * memory - 2 * apartMemory)
                + toll
                + tolls[j];
        if (change < least
            && !problem.fixed[with]
            && layout.fits(guest, b, with)
            && layout.fits(with, a, guest)) {
          least = change;
          one = guest;
          other = with;
        }
      }
    }
    if (one < 0) {
      return false;
    }
    layout.move(one, b);
    layout.move(other, a);
    return true;
  }

  private static double square(double number) {
    return number * number;
  }
}
