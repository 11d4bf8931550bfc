package io.ballast.scheduler.core.search;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Finds where the guests of a cluster should be: as even as is worth moving them for.
 *
 * <p><b>Algorithm.</b> A {@link Descent}, and in clusters that are not too large an {@link
 * Ejection} whenever that comes to its end, at a high price of what is moved and then at the true
 * one: so what gains most for its cost is moved first. Then the outcome is solved as a problem of
 * its own, until nothing comes of that: planning again finds nothing. Last comes the {@link
 * Course}; what it finds no way for stays, and the rest is solved anew.
 */
public final class Solver {
  /** What a GiB has to take off the standard deviations, times the number of hosts. */
  public static final double WORTH = 0.0008;

  /** Up to so many pairs of guest and host, moves that don't pay by themselves are tried, too. */
  private static final int SMALL = 20_000;

  /** So many of them. */
  private static final int TRIALS = 600;

  /** How many times its price a move has to be worth at first. */
  private static final double[] EAGERNESS = {4, 1};

  private static final int MOST_ROUNDS = 10;

  private final double worth;
  private final boolean detours;
  private final BooleanSupplier enough;

  /**
   * @param worth what a GiB has to take off the objective, above 0
   * @param detours whether a guest may go over a third host where there is no other way
   * @param enough asked now and then whether to stop with the best that was found so far
   */
  public Solver(double worth, boolean detours, BooleanSupplier enough) {
    this.worth = worth;
    this.detours = detours;
    this.enough = enough;
  }

  /** The moves that are worth it, and what comes of them. */
  public Solution solve(Problem problem) {
    double before = problem.unevenness(List.of());
    BitSet stuck = new BitSet();
    Problem left = problem;
    for (int round = 0; ; round++) {
      Course course = Course.of(left, targets(left), detours);
      stuck.or(course.stuck());
      if (course.stuck().isEmpty() || round == MOST_ROUNDS) {
        return new Solution(
            course.moves(),
            before,
            problem.unevenness(course.moves()),
            problem.bound(),
            stuck,
            !enough.getAsBoolean());
      }
      left = problem.with(stuck);
    }
  }

  private int[] targets(Problem problem) {
    return Enumeration.isFor(problem) ? Enumeration.best(problem, worth) : searched(problem);
  }

  /** The hosts of all guests as the search finds them. */
  int[] searched(Problem problem) {
    Layout layout = new Layout(problem);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      descend(layout);
      if (!isSmall(problem)) {
        return layout.at;
      }
      Layout again = new Layout(problem.from(layout));
      descend(again);
      if (Arrays.equals(again.at, layout.at)) {
        return layout.at;
      }
      for (int g = 0; g < problem.guests; g++) {
        if (layout.at[g] != again.at[g]) {
          layout.move(g, again.at[g]);
        }
      }
    }
    return layout.at;
  }

  private void descend(Layout layout) {
    Descent descent = new Descent(layout, enough);
    Ejection ejection = new Ejection(layout, enough);
    boolean small = isSmall(layout.problem);
    for (int i = small ? 0 : EAGERNESS.length - 1; i < EAGERNESS.length; i++) {
      boolean better = true;
      while (better && !enough.getAsBoolean()) {
        better =
            descent.run(worth * EAGERNESS[i])
                || descent.refine()
                || (small && ejection.run(TRIALS));
      }
    }
  }

  private static boolean isSmall(Problem problem) {
    return (long) problem.hosts * problem.guests <= SMALL;
  }
}
