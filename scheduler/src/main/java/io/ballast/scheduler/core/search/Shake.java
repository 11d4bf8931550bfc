package io.ballast.scheduler.core.search;

import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Shakes a layout of few guests and goes down from there, again and again, and keeps the best that
 * comes of it (iterated local search).
 *
 * <p>Where there are few guests, the end of a {@link Descent} depends on what happened to move
 * first: some moves at random lead to others. The dice are always the same, so that the same
 * problem gives the same plan.
 *
 * <p>Source: H. R. Lourenço, O. C. Martin, T. Stützle, Iterated Local Search, in: Handbook of
 * Metaheuristics, 2003.
 */
final class Shake {
  /** Up to so many pairs of guest and host are few. */
  private static final int FEW = 2_000;

  private static final int MOST_TIMES = 100;

  /** So many pairs are shaken altogether: larger problems less often. */
  private static final int EFFORT = 40_000;

  /** So many guests move each time at most: those that are free to, where they find room. */
  private static final int MOVES = 3;

  private static final long DICE = 1;

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;
  private final Descent descent;
  private final SplittableRandom random = new SplittableRandom(DICE);

  /**
   * @param enough asked now and then whether to stop with the best that was found so far
   */
  Shake(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
    descent = new Descent(layout, enough);
  }

  /** Whether a problem has guests, and few enough for this to be worth its time. */
  static boolean isFor(Problem problem) {
    return problem.guests > 0 && (long) problem.hosts * problem.guests <= FEW;
  }

  /**
   * Shakes the layout, whose guests have gone where they are best by themselves.
   *
   * @param price what a GiB has to take off the objective
   * @return whether anything became better
   */
  boolean run(double price) {
    Objective.EVENNESS.weigh(layout, price);
    double first = Objective.EVENNESS.total(layout);
    double least = first;
    int[] best = layout.at.clone();
    int times = Math.min(MOST_TIMES, EFFORT / (problem.hosts * problem.guests));
    for (int i = 0; i < times && !enough.getAsBoolean(); i++) {
      shake();
      descent.run(price);
      descent.refine();
      double total = Objective.EVENNESS.total(layout);
      if (total < least - Descent.ROUNDING) {
        least = total;
        best = layout.at.clone();
      }
      layout.moveAll(best);
    }
    return least < first;
  }

  private void shake() {
    for (int i = 0; i < MOVES; i++) {
      int guest = random.nextInt(problem.guests);
      int host = random.nextInt(problem.hosts);
      if (host != layout.at[guest] && !problem.fixed[guest] && layout.fits(guest, host)) {
        layout.move(guest, host);
      }
    }
  }
}
