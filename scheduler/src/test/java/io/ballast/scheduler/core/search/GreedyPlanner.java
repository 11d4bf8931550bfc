package io.ballast.scheduler.core.search;

import java.util.function.BooleanSupplier;

/**
 * Makes the one move that lowers the unevenness most, again and again, until none does. Those that
 * have to leave their hosts go first; what a move costs does not matter.
 */
final class GreedyPlanner implements Planner {
  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    Trail trail = new Trail(fleet);
    while (!enough.getAsBoolean()) {
      if (!step(trail)) {
        return trail.moves();
      }
    }
    return trail.unfinished();
  }

  private static boolean step(Trail trail) {
    Layout layout = trail.layout;
    layout.weigh(1, 1, 0);
    double least = -Descent.ROUNDING;
    int best = -1;
    int target = -1;
    for (int g = 0; g < layout.problem.guests; g++) {
      for (int h = 0; h < layout.problem.hosts; h++) {
        if (h != layout.at[g]) {
          double change = layout.unevenness(g, h) + layout.toll(g, h);
          if (change < least && layout.fits(g, h)) {
            least = change;
            best = g;
            target = h;
          }
        }
      }
    }
    if (best >= 0) {
      trail.move(best, target);
    }
    return best >= 0;
  }
}
