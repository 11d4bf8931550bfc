package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Finds where the guests of a cluster should be: as even as is worth moving them for.
 *
 * <p><b>Algorithm.</b> A {@link Descent}, and in clusters that are not too large an {@link
 * Ejection} whenever that comes to its end, at a high price of what is moved and then at the true
 * one: so what gains most for its cost is moved first. What still has to leave its host then is
 * found a place by an {@link Evacuation}, and where there are few guests a {@link Shake} looks for
 * better ends. The outcome is solved as a problem of its own, until nothing comes of that: planning
 * again finds nothing. Last comes the {@link Course}. Where it comes to a circle of guests that
 * wait for each other's room, the cheapest are let alone, and what is left is solved anew from
 * there.
 */
public final class Solver {
  /** What a GiB has to take off the standard deviations, times the number of hosts. */
  public static final double WORTH = 0.0008;

  /** Up to so many pairs of guest and host, moves that don't pay by themselves are tried, too. */
  private static final int SMALL = 20_000;

  /** So many of them. */
  private static final int TRIALS = 600;

  /** In small problems a move has to be worth so many times its price, one after the other. */
  private static final double[] DEAR_FIRST = {8, 1};

  private static final double[] AT_ONCE = {1};

  private static final int MOST_ROUNDS = 10;

  /** So often guests that wait for each other's room are dealt with at most. */
  private static final int MOST_CIRCLES = 16;

  /** One of so many guests that wait for each other is let alone at a time. */
  private static final int LET_ALONE = 16;

  private final double worth;
  private final boolean detours;
  private final Limit enough;

  /**
   * @param worth what a GiB has to take off the objective, above 0
   * @param detours whether a guest may go over a third host where there is no other way
   * @param enough asked now and then whether to stop with the best that was found so far
   */
  public Solver(double worth, boolean detours, BooleanSupplier enough) {
    this.worth = worth;
    this.detours = detours;
    this.enough = new Limit(enough);
  }

  /** The moves that are worth it, and what comes of them. */
  public Solution solve(Problem problem) {
    List<Solution.Move> moves = new ArrayList<>();
    BitSet stuck = new BitSet();
    BitSet staying = new BitSet();
    Course course = Course.of(problem, searched(problem), detours);
    moves.addAll(course.moves());
    Problem left = problem;
    for (int round = 0;
        round < MOST_CIRCLES && !course.stuck().isEmpty() && !enough.getAsBoolean();
        round++) {
      Layout layout = new Layout(left);
      course.moves().forEach(move -> layout.move(move.guest(), move.to()));
      course.moves().forEach(move -> staying.set(move.guest()));
      BitSet alone = cheapest(problem, course.stuck());
      stuck.or(alone);
      staying.or(alone);
      left = left.from(layout).with(staying);
      course = Course.of(left, searched(left), detours);
      moves.addAll(course.moves());
    }
    stuck.or(course.stuck());
    List<Solution.Move> kept = stuck.isEmpty() ? moves : new Retreat(problem, worth).from(moves);
    return new Solution(
        kept,
        problem.unevenness(List.of()),
        problem.unevenness(kept),
        problem.bound(),
        stuck,
        !enough.hasPassed());
  }

  /** Of guests that wait for each other some that are let alone; those that have to leave last. */
  static BitSet cheapest(Problem problem, BitSet stuck) {
    BitSet cheapest = new BitSet();
    stuck.stream()
        .boxed()
        .sorted(
            Comparator.<Integer, Boolean>comparing(problem::isForced)
                .thenComparingDouble(guest -> problem.cost[guest]))
        .limit(1 + stuck.cardinality() / LET_ALONE)
        .forEach(cheapest::set);
    return cheapest;
  }

  /** The hosts of all guests as the search finds them. */
  int[] searched(Problem problem) {
    Layout layout = descended(problem);
    for (int round = 0; round < MOST_ROUNDS; round++) {
      Layout again = descended(problem.from(layout));
      if (Arrays.equals(again.at, layout.at)) {
        break;
      }
      layout.moveAll(again.at);
      descend(layout, AT_ONCE);
    }
    return layout.at;
  }

  private Layout descended(Problem problem) {
    Layout layout = descend(new Layout(problem), isSmall(problem) ? DEAR_FIRST : AT_ONCE);
    if (Shake.isFor(problem) && new Shake(layout, enough).run(worth)) {
      descend(layout, AT_ONCE);
    }
    return layout;
  }

  /**
   * Goes down from a layout.
   *
   * @param way how many times its price a move has to be worth, one after the other; the last is 1
   */
  private Layout descend(Layout layout, double... way) {
    Descent descent = new Descent(layout, enough);
    Ejection ejection = new Ejection(layout, enough);
    Evacuation evacuation = new Evacuation(layout, enough);
    boolean small = isSmall(layout.problem);
    for (double eagerness : way) {
      int[] best = layout.at.clone();
      double least = Double.MAX_VALUE;
      while (!enough.getAsBoolean()) {
        boolean better =
            descent.run(worth * eagerness)
                || descent.refine()
                || (small && ejection.run(TRIALS))
                || evacuation.run();
        double total = Objective.EVENNESS.total(layout);
        if (total < least - Descent.ROUNDING) {
          least = total;
          best = layout.at.clone();
        } else if (better) {
          // What the weights call better is not always: they go on and on where all is even.
          layout.moveAll(best);
          break;
        }
        if (!better) {
          break;
        }
      }
    }
    return layout;
  }

  private static boolean isSmall(Problem problem) {
    return (long) problem.hosts * problem.guests <= SMALL;
  }
}
