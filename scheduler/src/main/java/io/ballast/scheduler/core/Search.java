package io.ballast.scheduler.core;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.VmId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the move with the best worth, again and again, until none is left; changes its forecast
 * accordingly. One search, one plan.
 */
final class Search {
  private final Forecast forecast;
  private final Rules rules;
  private final Set<Metric> ripe;
  private final Set<VmId> planned = new HashSet<>();
  private Objections objections = new Objections();

  /**
   * @param ripe the metrics that have to become better
   */
  Search(Forecast forecast, Rules rules, Set<Metric> ripe) {
    this.forecast = forecast;
    this.rules = rules;
    this.ripe = ripe;
  }

  /** A move that is allowed and gains enough. */
  private record Candidate(Guest guest, Site from, Site to, double worth) {
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
      if (!isAboveLow(from)) {
        continue;
      }
      for (Guest guest : forecast.guests(from.id())) {
        Optional<Objection> objection = againstGuest(guest);
        if (objection.isPresent()) {
          objections.count(objection.get());
          continue;
        }
        Candidate candidate = bestTarget(guest, from, free, score);
        if (candidate != null && (best == null || candidate.worth() > best.worth())) {
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
      Optional<Objection> objection = rules.against(guest, to, toAfter);
      if (objection.isPresent()) {
        objections.count(objection.get());
        continue;
      }
      Score after = score.after(from, to, fromAfter, toAfter);
      double gain = score.total() - after.total();
      double least = rules.policy().worth().minGain();
      if (gain < least || gainInRipe(score, after) < least) {
        objections.count(Objection.NO_GAIN);
        continue;
      }
      double worth = gain / cost(guest).toMiB();
      if (best == null || worth > best.worth()) {
        best = new Candidate(guest, from, to, worth);
      }
    }
    return best;
  }

  private Optional<Objection> againstGuest(Guest guest) {
    return planned.contains(guest.vm().id())
        ? Optional.of(Objection.COOL_DOWN)
        : rules.against(guest, forecast);
  }

  private boolean isAboveLow(Site site) {
    return ripe.stream()
        .anyMatch(metric -> site.value(metric) > rules.policy().thresholds().of(metric).low());
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

  private Bytes cost(Guest guest) {
    return guest.held().plus(rules.policy().worth().effort());
  }
}
