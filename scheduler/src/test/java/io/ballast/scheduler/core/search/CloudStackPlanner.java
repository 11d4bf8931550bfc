package io.ballast.scheduler.core.search;

import java.util.function.BooleanSupplier;

/**
 * Does as Apache CloudStack's DRS algorithm {@code balanced} with the metric memory: the one move
 * that lowers the coefficient of variation of the hosts' memory most, again and again, up to 50
 * times or until the best would lead a VM home.
 */
final class CloudStackPlanner implements Planner {
  private static final int MOST_MOVES = 50;

  @Override
  public Proposal plan(PaperFleet fleet, BooleanSupplier enough) {
    Trail trail = new Trail(fleet);
    trail.evacuate();
    for (int i = 0; i < MOST_MOVES; i++) {
      if (enough.getAsBoolean()) {
        return trail.unfinished();
      }
      if (!step(trail)) {
        return trail.moves();
      }
    }
    return trail.moves();
  }

  /**
   * Makes the best move, if there is one. Of {@code n} shares the square of the coefficient is
   * {@code n * sum of squares / square of sum - 1}: the quotient says which is lower.
   */
  private static boolean step(Trail trail) {
    Layout layout = trail.layout;
    Problem problem = layout.problem;
    double sum = 0;
    double squares = 0;
    for (int h = 0; h < problem.hosts; h++) {
      if (!problem.emptied[h]) {
        sum += trail.memory(h);
        squares += square(trail.memory(h));
      }
    }
    double least = squares / square(sum) - Descent.ROUNDING;
    int best = -1;
    int target = -1;
    for (int g = 0; g < problem.guests; g++) {
      int from = layout.at[g];
      if (problem.emptied[from]) {
        continue;
      }
      double has = trail.memory(from);
      double left = has - problem.held[g] * problem.perMemory[from];
      for (int h = 0; h < problem.hosts; h++) {
        if (h != from) {
          double had = trail.memory(h);
          double filled = had + problem.held[g] * problem.perMemory[h];
          double quotient =
              (squares - square(has) - square(had) + square(left) + square(filled))
                  / square(sum - has - had + left + filled);
          if (quotient < least && layout.fits(g, h)) {
            least = quotient;
            best = g;
            target = h;
          }
        }
      }
    }
    if (best < 0 || target == problem.home[best]) {
      return false;
    }
    trail.move(best, target);
    return true;
  }

  private static double square(double number) {
    return number * number;
  }
}
