package io.ballast.scheduler.core.search;

import java.util.stream.IntStream;

/** Looks at all layouts of a problem that has few of them, and finds the best. */
final class Enumeration {
  /** So many layouts are few. */
  private static final long FEW = 1 << 17;

  private final Layout layout;
  private final Problem problem;
  private final double price;
  private final int[] best;
  private final int[] movable;
  private double least;

  private Enumeration(Layout layout, double price) {
    this.layout = layout;
    this.problem = layout.problem;
    this.price = price;
    best = layout.at.clone();
    movable = movable(problem);
    least = Double.MAX_VALUE;
  }

  /** Whether a problem has few layouts. */
  static boolean isFor(Problem problem) {
    long layouts = 1;
    for (int i = movable(problem).length; i > 0 && layouts <= FEW; i--) {
      layouts *= problem.hosts;
    }
    return layouts <= FEW;
  }

  private static int[] movable(Problem problem) {
    return problem.hosts == 1
        ? new int[0]
        : IntStream.range(0, problem.guests).filter(g -> !problem.fixed[g]).toArray();
  }

  /**
   * The hosts of all guests in the best layout of all.
   *
   * @param price what a GiB has to take off the objective
   */
  static int[] best(Problem problem, double price) {
    Enumeration all = new Enumeration(new Layout(problem), price);
    all.place(0, 0);
    return all.best;
  }

  /** Tries all hosts for the movable guests from one on, those before it being where they are. */
  private void place(int next, double tolls) {
    if (next == movable.length) {
      double total = Objective.EVENNESS.of(layout) * problem.staying + tolls;
      if (total < least - Descent.ROUNDING && isPossible()) {
        least = total;
        System.arraycopy(layout.at, 0, best, 0, best.length);
      }
      return;
    }
    int guest = movable[next];
    int home = problem.home[guest];
    place(next + 1, tolls + (problem.isForced(guest) ? Layout.FORCED : 0));
    double toll = problem.isForced(guest) ? 0 : price * problem.cost[guest];
    for (int h = 0; h < problem.hosts; h++) {
      if (h != home && !problem.emptied[h]) {
        layout.move(guest, h);
        place(next + 1, tolls + toll);
        layout.move(guest, home);
      }
    }
  }

  /** Whether no host that someone came to has less than its guests need. */
  private boolean isPossible() {
    for (int g = 0; g < problem.guests; g++) {
      int h = layout.at[g];
      if (h != problem.home[g]
          && (layout.free[h] < 0 || layout.demand[h] * problem.perCpu[h] > 1 + Descent.ROUNDING)) {
        return false;
      }
    }
    return true;
  }
}
