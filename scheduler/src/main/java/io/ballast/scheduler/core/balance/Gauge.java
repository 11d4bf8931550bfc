package io.ballast.scheduler.core.balance;

import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;

/** One metric over the sites of a search, as plain numbers: its part of the {@link Score}. */
final class Gauge {
  private final double trigger;
  private final double weight;
  private final double limit;
  private final double[] heats;
  private double sum;

  /** Of sites whose values are all 0 so far. */
  Gauge(Metric metric, int sites, Policy policy) {
    trigger = policy.thresholds().of(metric).trigger();
    weight = Score.weight(metric);
    limit = trigger * (1 - policy.worth().headroom());
    heats = new double[sites];
  }

  void set(int site, double value) {
    double heat = value / trigger;
    sum += heat - heats[site];
    heats[site] = heat;
  }

  /** By how much this part of the score changes if two sites have other values. */
  double change(int one, double valueOfOne, int other, double valueOfOther) {
    double oneBefore = heats[one];
    double otherBefore = heats[other];
    double oneAfter = valueOfOne / trigger;
    double otherAfter = valueOfOther / trigger;
    double more = oneAfter - oneBefore + otherAfter - otherBefore;
    return weight
        * (oneAfter * oneAfter
            - oneBefore * oneBefore
            + otherAfter * otherAfter
            - otherBefore * otherBefore
            - more * (2 * sum + more) / heats.length
            + excess(oneAfter)
            - excess(oneBefore)
            + excess(otherAfter)
            - excess(otherBefore));
  }

  /** Whether a value is over the trigger, or nearer below it than the policy's headroom. */
  boolean isHot(double value) {
    return value > limit;
  }

  private static double excess(double heat) {
    return Math.max(0, heat - 1);
  }
}
