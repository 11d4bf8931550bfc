package io.ballast.scheduler.core.search;

import java.util.function.DoubleUnaryOperator;

/**
 * How even a cluster could be at best, whatever is moved and however much of it: a lower bound of
 * the objective for every plan.
 *
 * <p>Guests are taken to be divisible, and to fit everywhere. What stays on a host is only what
 * can't move: guests that are fixed, and what the host uses itself. So each share {@code x} is at
 * least what stays, {@code f}, and all shares times what the hosts have, {@code c}, add up to all
 * that is wanted, {@code T}. Of those the standard deviation is least where, for some {@code m} and
 * {@code v},
 *
 * <pre>x = max(f, m + v * c)   and   sum of c * x = T</pre>
 *
 * <p>(the conditions of Karush, Kuhn and Tucker for the sum of {@code (x - m)^2}); {@code m} is
 * found by a golden section, for the sum is convex in it. It is 0 wherever nothing that can't move
 * stands out.
 */
final class Bound {
  private static final int HALVINGS = 60;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private Bound() {}

  static double of(Problem problem) {
    double[] cpus = new double[problem.staying];
    double[] memory = new double[problem.staying];
    double[] stayingCpus = new double[problem.staying];
    double[] stayingMemory = new double[problem.staying];
    int[] place = new int[problem.hosts];
    int n = 0;
    for (int h = 0; h < problem.hosts; h++) {
      place[h] = problem.emptied[h] ? -1 : n;
      if (!problem.emptied[h]) {
        cpus[n] = 1 / problem.perCpu[h];
        memory[n] = 1 / problem.perMemory[h];
        stayingCpus[n] = problem.demand[h];
        stayingMemory[n] = problem.used[h];
        n++;
      }
    }
    double movableCpus = 0;
    double movableMemory = 0;
    for (int g = 0; g < problem.guests; g++) {
      if (!problem.fixed[g]) {
        movableCpus += problem.appetite[g];
        movableMemory += problem.held[g];
        int home = place[problem.home[g]];
        if (home >= 0) {
          stayingCpus[home] -= problem.appetite[g];
          stayingMemory[home] -= problem.held[g];
        }
      }
    }
    return deviation(cpus, stayingCpus, movableCpus)
        + deviation(memory, stayingMemory, movableMemory);
  }

  /**
   * The least standard deviation of shares.
   *
   * @param has what each host has
   * @param stays what of it is used and can't move
   * @param moves what is used and can move, of all hosts together
   */
  static double deviation(double[] has, double[] stays, double moves) {
    int n = has.length;
    double all = 0;
    double total = moves;
    double highest = 0;
    for (int h = 0; h < n; h++) {
      all += has[h];
      total += stays[h];
      highest = Math.max(highest, stays[h] / has[h]);
    }
    if (n == 0 || highest * all <= total) {
      return 0;
    }
    double wanted = total;
    DoubleUnaryOperator squares = mean -> squares(has, stays, wanted, mean);
    double low = 0;
    double high = highest;
    double one = high - GOLDEN * (high - low);
    double other = low + GOLDEN * (high - low);
    for (int i = 0; i < HALVINGS; i++) {
      if (squares.applyAsDouble(one) <= squares.applyAsDouble(other)) {
        high = other;
      } else {
        low = one;
      }
      one = high - GOLDEN * (high - low);
      other = low + GOLDEN * (high - low);
    }
    return Math.sqrt(squares.applyAsDouble((low + high) / 2) / n);
  }

  /** The least sum of {@code (x - mean)^2} of shares that add up to what is wanted. */
  private static double squares(double[] has, double[] stays, double wanted, double mean) {
    double low = 0;
    double high = 0;
    for (int h = 0; h < has.length; h++) {
      low = Math.min(low, (stays[h] / has[h] - mean) / has[h] - 1);
      high = Math.max(high, (wanted / has[h] - mean) / has[h] + 1);
    }
    for (int i = 0; i < HALVINGS; i++) {
      double slope = (low + high) / 2;
      double sum = 0;
      for (int h = 0; h < has.length; h++) {
        sum += has[h] * share(has[h], stays[h], mean, slope);
      }
      if (sum < wanted) {
        low = slope;
      } else {
        high = slope;
      }
    }
    double squares = 0;
    for (int h = 0; h < has.length; h++) {
      double apart = share(has[h], stays[h], mean, low) - mean;
      squares += apart * apart;
    }
    return squares;
  }

  private static double share(double has, double stays, double mean, double slope) {
    return Math.max(stays / has, mean + slope * has);
  }
}
