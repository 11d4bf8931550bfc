package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * Does as OpenStack Watcher's strategy {@code workload_stabilization}: an audit looks at one random
 * host for each VM, sorts what lowers the standard deviation of CPU, and takes of it what still
 * does when its turn comes. Audits follow each other until one finds nothing or the deviation is
 * below the threshold.
 */
final class WatcherPlanner implements Planner {
  private static final double THRESHOLD = 0.1;
  private static final long SEED = 1;

  /** A move that lowered the spread when it was looked at. */
  private record Candidate(int guest, int host, double change) {}

  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    Trail trail = new Trail(fleet);
    trail.evacuate();
    Random random = new Random(SEED);
    while (trail.layout.deviationCpu() > THRESHOLD) {
      if (enough.getAsBoolean()) {
        return trail.unfinished();
      }
      if (!audit(trail, random)) {
        break;
      }
    }
    return trail.moves();
  }

  private static boolean audit(Trail trail, Random random) {
    Layout layout = trail.layout;
    layout.weigh(1, 0, 0);
    int before = trail.length();
    for (Candidate each : candidates(layout, random)) {
      if (layout.change(each.guest(), each.host()) < -Descent.ROUNDING
          && layout.fits(each.guest(), each.host())) {
        trail.move(each.guest(), each.host());
        if (layout.deviationCpu() < THRESHOLD) {
          return false;
        }
      }
    }
    return trail.length() > before;
  }

  private static List<Candidate> candidates(Layout layout, Random random) {
    Problem problem = layout.problem;
    int[] staying = IntStream.range(0, problem.hosts).filter(h -> !problem.emptied[h]).toArray();
    List<Candidate> candidates = new ArrayList<>();
    for (int g = 0; g < problem.guests; g++) {
      int host = staying[random.nextInt(staying.length)];
      if (host != layout.at[g] && !problem.emptied[layout.at[g]]) {
        double change = layout.change(g, host);
        if (change < -Descent.ROUNDING) {
          candidates.add(new Candidate(g, host, change));
        }
      }
    }
    candidates.sort(Comparator.comparingDouble(Candidate::change));
    return candidates;
  }
}
