package io.ballast.scheduler.core.search;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a planner proposes, and how long that takes: the median of five runs after two, or the only
 * run where that is long.
 *
 * @param peakMiB most that was on the heap at a time, garbage included, in MiB
 */
record Timing(Proposal proposal, double seconds, double peakMiB) {
  private static final double LONG = 10;
  private static final double MOST = 60;
  private static final int WARM_UPS = 2;
  private static final int RUNS = 5;

  static Timing of(Planner planner, PaperFleet fleet) {
    Timing first = once(planner, fleet);
    if (first.seconds() > LONG || first.proposal() instanceof Proposal.GaveUp) {
      return first;
    }
    for (int i = 1; i < WARM_UPS; i++) {
      once(planner, fleet);
    }
    List<Double> seconds = new ArrayList<>();
    double peak = 0;
    for (int i = 0; i < RUNS; i++) {
      Timing run = once(planner, fleet);
      seconds.add(run.seconds());
      peak = Math.max(peak, run.peakMiB());
    }
    Collections.sort(seconds);
    return new Timing(first.proposal(), seconds.get(RUNS / 2), peak);
  }

  private static Timing once(Planner planner, PaperFleet fleet) {
    System.gc();
    List<MemoryPoolMXBean> heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();
    heap.forEach(MemoryPoolMXBean::resetPeakUsage);
    long begun = System.nanoTime();
    BooleanSupplier enough = () -> since(begun) > MOST;
    Proposal proposal = planner.plan(fleet, enough);
    double seconds = since(begun);
    double peak = heap.stream().mapToDouble(pool -> pool.getPeakUsage().getUsed()).sum();
    return new Timing(proposal, seconds, peak / (1 << 20));
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }
}
