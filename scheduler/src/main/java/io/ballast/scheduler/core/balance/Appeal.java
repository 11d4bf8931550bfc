package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import java.util.Set;

/**
 * What a search is about and how much a move has to gain for it.
 *
 * @param ripe the metrics that have to become better
 */
record Appeal(Set<Metric> ripe, Aim aim, Policy policy) {
  /** How much more than usual a move must gain in a cluster that was balanced before. */
  private static final double RELUCTANCE = 4;

  /**
   * From this many times its trigger on, a host is relieved also in a cluster that is full. CPU
   * counts as it is wanted, which may be more than there is.
   */
  private static final double FAR_OVER = 1.2;

  private static final Bytes PAID_FOR = Bytes.ofMiB(16 * 1024);

  /** Whether guests may be taken off a site. */
  boolean isSource(Site site) {
    return switch (aim) {
      case EVEN_OUT, AGAIN ->
          ripe.stream()
              .anyMatch(metric -> site.value(metric) > policy.thresholds().of(metric).low());
      case RELIEVE -> ripe.stream().anyMatch(metric -> site.value(metric) > farOver(metric));
    };
  }

  /** Memory has an end: for it, half-way from the trigger to that. */
  private double farOver(Metric metric) {
    double trigger = policy.thresholds().of(metric).trigger();
    return switch (metric) {
      case CPU, LOAD -> trigger * FAR_OVER;
      case MEMORY -> (1 + trigger) / 2;
    };
  }

  /** How sure it has to be that a target stays cool, in standard errors. */
  double margin() {
    return switch (aim) {
      case EVEN_OUT -> 0;
      case AGAIN, RELIEVE -> policy.worth().sureness();
    };
  }

  /** What a move must gain, in the ripe metrics and in total. */
  double leastGain() {
    double least = policy.worth().minGain();
    return switch (aim) {
      case EVEN_OUT -> least;
      case AGAIN, RELIEVE -> least * RELUCTANCE;
    };
  }

  /** What moving a guest must gain in total: one that sends more has to gain more. */
  double leastGain(Guest guest) {
    return leastGain() * Math.max(1, cost(guest).toMiB() / PAID_FOR.toMiB());
  }

  /** What moving a guest costs, as memory: a byte of a disk is as dear as one of that. */
  Bytes cost(Guest guest) {
    return guest.sent().plus(policy.worth().effort());
  }

  /** Whether a site is over a ripe trigger: it is relieved before all others. */
  boolean isHot(Site site) {
    return heat(site) > 1;
  }

  /** The heat of the ripe metric that is highest on a site. */
  double heat(Site site) {
    return heat(site, hottest(site));
  }

  /** The ripe metric that is highest on a site, compared to its trigger. */
  Metric hottest(Site site) {
    Metric hottest = ripe.iterator().next();
    for (Metric metric : ripe) {
      if (heat(site, metric) > heat(site, hottest)) {
        hottest = metric;
      }
    }
    return hottest;
  }

  private double heat(Site site, Metric metric) {
    return site.value(metric) / policy.thresholds().of(metric).trigger();
  }
}
