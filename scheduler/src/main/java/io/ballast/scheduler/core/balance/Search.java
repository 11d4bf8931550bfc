package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Objections;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the move with the best worth, again and again, until none is left; changes its forecast
 * accordingly. Moves away from a host that is over a trigger come before all others. One search,
 * one plan.
 */
final class Search {
  /** How much more than usual a move must gain in a cluster that was balanced before. */
  private static final double RELUCTANCE = 4;

  /**
   * From this many times its trigger on, a host is relieved also in a cluster that is full. CPU
   * counts as it is wanted, which may be more than there is.
   */
  private static final double FAR_OVER = 1.2;

  private static final Bytes PAID_FOR = Bytes.ofMiB(16 * 1024);

  private final Forecast forecast;
  private final Rules rules;
  private final Set<Metric> ripe;
  private final Aim aim;
  private final Set<VmId> planned = new HashSet<>();
  private Objections objections = new Objections();

  /**
   * @param ripe the metrics that have to become better
   */
  Search(Forecast forecast, Rules rules, Set<Metric> ripe, Aim aim) {
    this.forecast = forecast;
    this.rules = rules;
    this.ripe = ripe;
    this.aim = aim;
  }

  /** A move that is allowed and gains enough. */
  private record Candidate(Guest guest, Site from, Site to, boolean urgent, double worth) {
    boolean isBetterThan(@Nullable Candidate other) {
      return other == null || (urgent == other.urgent ? worth > other.worth : urgent);
    }

    PlannedMove move(Metric metric) {
      String why = Explanation.why(metric, from, from.without(guest), to, to.with(guest));
      return new PlannedMove(guest.vm().id(), guest.vm().name(), from.id(), to.id(), 1, why);
    }
  }

  List<PlannedMove> run() {
    List<PlannedMove> moves = new ArrayList<>();
    while (true) {
      objections = new Objections();
      Candidate best = best();
      if (best == null) {
        return moves;
      }
      if (moves.size() == rules.policy().caps().perDecision()) {
        objections.count(Objection.PLAN_FULL);
        return moves;
      }
      planned.add(best.guest().vm().id());
      forecast.move(best.guest(), best.from(), best.to());
      moves.add(best.move(hottest(best.from())));
    }
  }

  /**
   * Whether only its cool-down speaks against moving some guest once more, so that there will be
   * something to do soon.
   */
  boolean hasMoreLater() {
    Objections counted = objections;
    objections = new Objections();
    List<Site> free = forecast.sites().stream().filter(site -> !rules.isBusy(site.id())).toList();
    Score score = forecast.score(rules.policy());
    boolean more =
        free.stream()
            .filter(this::isSource)
            .anyMatch(
                from ->
                    forecast.guests(from.id()).stream()
                        .filter(
                            guest -> againstGuest(guest).equals(Optional.of(Objection.COOL_DOWN)))
                        .filter(guest -> rules.hasArrived(guest.vm().id()))
                        .anyMatch(guest -> bestTarget(guest, from, free, score) != null));
    objections = counted;
    return more;
  }

  /** What spoke against the moves that the plan does not have. */
  Objections objections() {
    return objections;
  }

  private @Nullable Candidate best() {
    forecast.absent().values().forEach(objections::count);
    List<Site> free = new ArrayList<>();
    for (Site site : forecast.sites()) {
      if (rules.isBusy(site.id())) {
        objections.count(Objection.HOST_BUSY);
      } else {
        free.add(site);
      }
    }
    Score score = forecast.score(rules.policy());
    Candidate best = null;
    for (Site from : free) {
      if (!isSource(from)) {
        continue;
      }
      for (Guest guest : forecast.guests(from.id())) {
        Optional<Objection> objection = againstGuest(guest);
        if (objection.isPresent()) {
          objections.count(objection.get());
          continue;
        }
        Candidate candidate = bestTarget(guest, from, free, score);
        if (candidate != null && candidate.isBetterThan(best)) {
          best = candidate;
        }
      }
    }
    return best;
  }

  private @Nullable Candidate bestTarget(Guest guest, Site from, List<Site> free, Score score) {
    Site fromAfter = from.without(guest);
    Candidate best = null;
    for (Site to : free) {
      if (to.id().equals(from.id())) {
        continue;
      }
      Site toAfter = to.with(guest);
      Optional<Objection> objection = rules.against(guest, from.id(), to, toAfter, margin());
      if (objection.isPresent()) {
        objections.count(objection.get());
        continue;
      }
      Score after = score.after(from, to, fromAfter, toAfter);
      double gain = score.total() - after.total();
      Policy.Worth worth = rules.policy().worth();
      double leastGain = leastGain() * weight(guest);
      if (gain < leastGain || gainInRipe(score, after) < leastGain) {
        objections.count(Objection.NO_GAIN);
        continue;
      }
      double error = Chance.error(guest, from, to, fromAfter, toAfter, rules.policy().thresholds());
      if (gain < leastGain + worth.sureness() * error) {
        objections.count(Objection.UNSURE_GAIN);
        continue;
      }
      double perMiB = gain / cost(guest).toMiB();
      Candidate candidate = new Candidate(guest, from, to, isHot(from), perMiB);
      if (candidate.isBetterThan(best)) {
        best = candidate;
      }
    }
    return best;
  }

  private Optional<Objection> againstGuest(Guest guest) {
    return planned.contains(guest.vm().id())
        ? Optional.of(Objection.COOL_DOWN)
        : rules.against(guest, forecast);
  }

  private boolean isSource(Site site) {
    return switch (aim) {
      case EVEN_OUT, AGAIN ->
          ripe.stream()
              .anyMatch(
                  metric -> site.value(metric) > rules.policy().thresholds().of(metric).low());
      case RELIEVE -> ripe.stream().anyMatch(metric -> site.value(metric) > farOver(metric));
    };
  }

  /** Memory has an end: for it, half-way from the trigger to that. */
  private double farOver(Metric metric) {
    double trigger = rules.policy().thresholds().of(metric).trigger();
    return switch (metric) {
      case CPU, LOAD -> trigger * FAR_OVER;
      case MEMORY -> (1 + trigger) / 2;
    };
  }

  /** How sure it has to be that a target stays cool, in standard errors. */
  private double margin() {
    return switch (aim) {
      case EVEN_OUT -> 0;
      case AGAIN, RELIEVE -> rules.policy().worth().sureness();
    };
  }

  private double leastGain() {
    double least = rules.policy().worth().minGain();
    return switch (aim) {
      case EVEN_OUT -> least;
      case AGAIN, RELIEVE -> least * RELUCTANCE;
    };
  }

  private boolean isHot(Site site) {
    return ripe.stream().anyMatch(metric -> heat(site, metric) > 1);
  }

  /** The ripe metric that is highest on a host, compared to its trigger. */
  private Metric hottest(Site site) {
    return ripe.stream()
        .max(Comparator.comparingDouble(metric -> heat(site, metric)))
        .orElseThrow();
  }

  private double heat(Site site, Metric metric) {
    return site.value(metric) / rules.policy().thresholds().of(metric).trigger();
  }

  private double gainInRipe(Score before, Score after) {
    return ripe.stream().mapToDouble(metric -> before.of(metric) - after.of(metric)).sum();
  }

  /** The least gain pays for so much to be sent; a move that sends more has to gain more. */
  private double weight(Guest guest) {
    return Math.max(1, cost(guest).toMiB() / PAID_FOR.toMiB());
  }

  private Bytes cost(Guest guest) {
    return guest.held().plus(rules.policy().worth().effort());
  }
}
