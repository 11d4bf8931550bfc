package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * How uneven and how overloaded a cluster is; less is better, 0 is even and cool.
 *
 * <p>Each metric of each host is put in units of its trigger, so that 1 is at the trigger whatever
 * the metric. For a metric with these values {@code x} over the hosts that take part:
 *
 * <pre>
 * unevenness = weight * sum of (x - mean)^2
 * excess     = weight * sum of max(0, x - 1)
 * score      = unevenness and excess of CPU, memory and load, added
 * </pre>
 *
 * <p>The sum of squares is not divided by the number of hosts: so what a move gains depends on its
 * two hosts and not on how many others there are, and one least gain is right for fleets of all
 * sizes. Moving {@code d} between two hosts that are {@code D} apart gains {@code 2d(D - d)} times
 * the weight. Since each move lowers the score, no sequence of moves leads back to where it began.
 */
public record Score(Part cpu, Part memory, Part load) {

  static Score of(Collection<Site> sites, Policy.Thresholds thresholds) {
    return new Score(
        Part.of(Metric.CPU, sites, thresholds),
        Part.of(Metric.MEMORY, sites, thresholds),
        Part.of(Metric.LOAD, sites, thresholds));
  }

  /**
   * The score after two hosts have changed and all others have not; takes the same time whatever
   * the number of hosts.
   */
  Score after(Site source, Site target, Site sourceAfter, Site targetAfter) {
    return new Score(
        cpu.replaced(source, sourceAfter).replaced(target, targetAfter),
        memory.replaced(source, sourceAfter).replaced(target, targetAfter),
        load.replaced(source, sourceAfter).replaced(target, targetAfter));
  }

  /** The part of one metric. */
  double of(Metric metric) {
    return switch (metric) {
      case CPU -> cpu.value();
      case MEMORY -> memory.value();
      case LOAD -> load.value();
    };
  }

  double total() {
    return cpu.value() + memory.value() + load.value();
  }

  /** Load is worth less: it is mostly an echo of the CPU, and lags. */
  static double weight(Metric metric) {
    return switch (metric) {
      case CPU, MEMORY -> 1;
      case LOAD -> 0.25;
    };
  }

  /** All parts and their sum, each before and after. */
  static List<Decision.Term> terms(Score before, Score after) {
    List<Decision.Term> terms = new ArrayList<>();
    terms.addAll(terms(before.cpu, after.cpu));
    terms.addAll(terms(before.memory, after.memory));
    terms.addAll(terms(before.load, after.load));
    terms.add(new Decision.Term("score", before.total(), after.total()));
    return terms;
  }

  private static List<Decision.Term> terms(Part before, Part after) {
    String name = before.metric.name().toLowerCase(Locale.ROOT);
    return List.of(
        new Decision.Term(name + "-unevenness", before.unevenness(), after.unevenness()),
        new Decision.Term(name + "-excess", before.overTrigger(), after.overTrigger()));
  }

  /**
   * The part of one metric, as sums over the hosts of their values in units of the trigger.
   *
   * @param excess sum of what is above 1
   */
  record Part(Metric metric, double trigger, int hosts, double sum, double squares, double excess) {

    static Part of(Metric metric, Collection<Site> sites, Policy.Thresholds thresholds) {
      Part part = new Part(metric, thresholds.of(metric).trigger(), sites.size(), 0, 0, 0);
      for (Site site : sites) {
        part = part.with(site, 1);
      }
      return part;
    }

    Part replaced(Site old, Site other) {
      return with(old, -1).with(other, 1);
    }

    double unevenness() {
      return hosts == 0 ? 0 : weight(metric) * Math.max(0, squares - sum * sum / hosts);
    }

    double overTrigger() {
      return weight(metric) * Math.max(0, excess);
    }

    double value() {
      return unevenness() + overTrigger();
    }

    private Part with(Site site, int sign) {
      double heat = site.value(metric) / trigger;
      return new Part(
          metric,
          trigger,
          hosts,
          sum + sign * heat,
          squares + sign * heat * heat,
          excess + sign * Math.max(0, heat - 1));
    }
  }
}
