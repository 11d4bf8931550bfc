package io.ballast.scheduler.core.balance;

import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;

/**
 * How much of a move's gain may be chance: the standard error of the gain, by the propagation of
 * the errors of what was measured.
 *
 * <p>In units of a metric's trigger let the source be at {@code x} before and {@code x - a} after,
 * the target at {@code y} and {@code y + b}. The gain in unevenness is, but for the mean, {@code
 * x^2 - (x-a)^2 + y^2 - (y+b)^2}, and what is taken off the excess above 1. What was measured apart
 * from each other: the rest of the source, the target, and the guest. So
 *
 * <pre>
 * error^2 = sum over the metrics of weight^2 * (
 *             (2a + e)^2 * variance of the source without the guest
 *           + (2b)^2 * variance of the target
 *           + (2(ax - b(y+b)) + f)^2 * variance of the guest / its use^2)
 * </pre>
 *
 * <p>where {@code e} is 1 if the move takes the source below its trigger, and {@code f} is {@code
 * a} if the source was above it.
 */
public final class Chance {
  private Chance() {}

  /** The standard error of the gain of moving a guest, in units of the {@link Score}. */
  static double error(
      Guest guest, Site from, Site to, Site fromAfter, Site toAfter, Policy.Thresholds limits) {
    double sum = 0;
    for (Metric metric : Metric.values()) {
      double trigger = limits.of(metric).trigger();
      double x = from.value(metric) / trigger;
      double rest = fromAfter.value(metric) / trigger;
      double full = toAfter.value(metric) / trigger;
      double a = x - rest;
      double b = full - to.value(metric) / trigger;
      double source = 2 * a + (x > 1 && rest < 1 ? 1 : 0);
      double target = 2 * b;
      double moved = 2 * (a * x - b * full) + (x > 1 ? a : 0);
      double squares =
          (source * source * fromAfter.variance(metric) + target * target * to.variance(metric))
                  / (trigger * trigger)
              + moved * moved * guest.relativeVariance(metric);
      sum += Score.weight(metric) * Score.weight(metric) * squares;
    }
    return Math.sqrt(sum);
  }
}
