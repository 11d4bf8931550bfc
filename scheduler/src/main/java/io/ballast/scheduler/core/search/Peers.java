package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Hosts that stay and are of about one size, so that one bound tells what a guest would add to any
 * of them at least.
 */
final class Peers {
  /** Sizes that differ by up to the eighth root of 2 from a step count as that. */
  private static final double STEPS = 4 / Math.log(2);

  final int[] hosts;
  private final Layout layout;
  private final double leastPerCpu;
  private final double mostPerCpu;
  private final double leastPerMemory;
  private final double mostPerMemory;
  private double lowestCpu;
  private double lowestMemory;

  private Peers(Layout layout, List<Integer> hosts) {
    this.layout = layout;
    this.hosts = hosts.stream().mapToInt(Integer::intValue).toArray();
    double[] perCpu = layout.problem.perCpu;
    double[] perMemory = layout.problem.perMemory;
    leastPerCpu = hosts.stream().mapToDouble(host -> perCpu[host]).min().orElse(0);
    mostPerCpu = hosts.stream().mapToDouble(host -> perCpu[host]).max().orElse(0);
    leastPerMemory = hosts.stream().mapToDouble(host -> perMemory[host]).min().orElse(0);
    mostPerMemory = hosts.stream().mapToDouble(host -> perMemory[host]).max().orElse(0);
  }

  /** All hosts of a layout that stay, by their size. */
  static List<Peers> of(Layout layout) {
    Problem problem = layout.problem;
    Map<Long, List<Integer>> sizes = new TreeMap<>();
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h]) {
        long cpu = Math.round(Math.log(problem.perCpu[h]) * STEPS);
        long memory = Math.round(Math.log(problem.perMemory[h]) * STEPS);
        sizes.computeIfAbsent((cpu << 32) + memory, size -> new ArrayList<>()).add(h);
      }
    }
    return sizes.values().stream().map(hosts -> new Peers(layout, hosts)).toList();
  }

  /** Looks which of them is emptiest, by each metric alone. */
  void look() {
    lowestCpu = Double.MAX_VALUE;
    lowestMemory = Double.MAX_VALUE;
    for (int host : hosts) {
      lowestCpu = Math.min(lowestCpu, layout.deviationCpu(host));
      lowestMemory = Math.min(lowestMemory, layout.deviationMemory(host));
    }
  }

  /** What a guest adds to any of them at least: to its part of the spread, and by the means. */
  double entry(int guest) {
    Problem problem = layout.problem;
    int from = layout.at[guest];
    boolean stays = !problem.emptied[from];
    double perCpu = stays ? problem.perCpu[from] : 0;
    double perMemory = stays ? problem.perMemory[from] : 0;
    return layout.weightCpu()
            * entry(problem.appetite[guest], perCpu, lowestCpu, leastPerCpu, mostPerCpu)
        + layout.weightMemory()
            * entry(problem.held[guest], perMemory, lowestMemory, leastPerMemory, mostPerMemory);
  }

  private double entry(double amount, double left, double lowest, double least, double most) {
    double apart = Math.max(most - left, left - least);
    return 2 * lowest * amount * (lowest < 0 ? most : least)
        + amount * amount * (least * least - apart * apart * layout.problem.perStaying);
  }
}
