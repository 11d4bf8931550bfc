package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.scheduler.core.balance.Statement.Kind;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Objections;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds the few moves that make a cluster even again once a host has too much to do.
 *
 * <p><b>Goals.</b> No host over a trigger; a cluster that had one becomes even; few moves and light
 * ones; rest afterwards. <b>Constraints.</b> The {@link Rules}. <b>Algorithm.</b> A cluster is
 * balanced from when a host is ripe until no move is worth it, see {@link Overload}. Sources are
 * all hosts above the low mark of a metric that the episode is about; those over a trigger come
 * first. Again and again the move with the best worth is taken, until none is left:
 *
 * <pre>worth = (score before - score after) / (memory to send + effort)</pre>
 *
 * <p>A move counts only if it takes the policy's least gain off the whole score and off the part of
 * it that the episode is about: so it helps what triggered, and does no harm elsewhere. And it has
 * to gain more than {@link Chance} explains. What is weighed are {@link Averages}; nothing is
 * planned before the hosts of ended moves were heard again.
 */
public final class Balancer {
  private Balancer() {}

  /**
   * Decides what should be moved now, and why; perhaps nothing. Equal arguments, equal decision.
   *
   * <p>Only the first wave of a plan is meant to be carried out: after it, plan again.
   *
   * @param past what became of earlier moves
   */
  static Proposal plan(
      ClusterView view,
      Averages averages,
      Overload overload,
      Past past,
      Policy policy,
      Instant now) {
    List<Move> moves = past.moves();
    Forecast forecast = Forecast.of(view, averages, moves, policy, now);
    Explanation explanation = new Explanation(forecast, overload, policy);
    LeftOut leftOut = LeftOut.of(view, past.setbacks(), now);
    Score before = forecast.score(policy);
    Optional<Statement> reasonToWait = reasonToWait(view, forecast, moves, explanation, policy);
    List<Move> own = moves.stream().filter(move -> concerns(move, view)).toList();
    boolean calm = own.stream().noneMatch(move -> isRecent(move, view, policy, now));
    Set<Metric> about = about(overload, forecast, policy);
    if (reasonToWait.isPresent() || about.isEmpty()) {
      Statement statement = reasonToWait.orElseGet(explanation::quiet).without(leftOut);
      Objections objections =
          reasonToWait.isEmpty() && explanation.isHelpless()
              ? overload.objections()
              : new Objections();
      boolean atRest =
          isForgotten(overload, policy)
              || (reasonToWait.isEmpty() && calm && !overload.balancing().isEmpty());
      return new Proposal(
          decision(now, view, List.of(), statement, Score.terms(before, before), objections.wire()),
          statement,
          atRest,
          objections);
    }
    Aim aim = aim(about, overload, forecast, policy);
    Appeal appeal = new Appeal(about, aim, policy);
    Search search = new Search(forecast, new Rules(view, past, policy, now), appeal);
    List<PlannedMove> found = search.run();
    List<PlannedMove> waves = Waves.of(found, freeSlots(view, moves, policy));
    Optional<Statement> reasonToGoOn =
        reasonToGoOn(search, calm, isYoung(overload, own, policy, now));
    boolean atRest = isForgotten(overload, policy) || (waves.isEmpty() && reasonToGoOn.isEmpty());
    Statement statement =
        (waves.isEmpty()
                ? reasonToGoOn.orElseGet(() -> explanation.stuck(search.objections()))
                : explanation.moves(waves))
            .without(leftOut);
    Decision decision =
        decision(
            now,
            view,
            waves,
            statement,
            Score.terms(before, forecast.score(policy)),
            search.objections().wire());
    return new Proposal(decision, statement, atRest, search.objections());
  }

  /** The metrics of the episode for which some host is still above its low mark. */
  private static Set<Metric> about(Overload overload, Forecast forecast, Policy policy) {
    return overload.balancing().stream()
        .filter(
            metric ->
                forecast.sites().stream()
                    .anyMatch(site -> site.value(metric) > policy.thresholds().of(metric).low()))
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Metric.class)));
  }

  /**
   * Whether an episode in which nothing is moved, because the policy says so, has lost its cause.
   */
  private static boolean isForgotten(Overload overload, Policy policy) {
    return policy.mode() != Policy.Mode.AUTOMATIC
        && !overload.balancing().isEmpty()
        && overload.spells().stream().noneMatch(Overload.Spell::over);
  }

  private static boolean concerns(Move move, ClusterView view) {
    return view.host(move.from()).isPresent() || view.host(move.to()).isPresent();
  }

  /** Why an episode is not over although nothing is to be moved now. */
  private static Optional<Statement> reasonToGoOn(Search search, boolean calm, boolean young) {
    if (!calm) {
      return Optional.of(
          waiting("what the latest moves bring", "nothing else is worth moving so far"));
    }
    if (young && search.objections().has(Objection.UNSURE_GAIN)) {
      return Optional.of(
          waiting("surer measurements", "what seems worth moving may be chance so far"));
    }
    return search.hasMoreLater()
        ? Optional.of(
            Statement.of(
                Kind.WAITING,
                Stream.of("cool-down"),
                "waiting for the cool-down of VMs that are worth moving once more"))
        : Optional.empty();
  }

  private static Statement waiting(String what, String why) {
    return Statement.of(Kind.WAITING, Stream.of(what), "waiting for " + what + ": " + why);
  }

  /**
   * Whether the scatter of what happened before the episode, or before its latest move, may not be
   * forgotten yet, and make gains look unsure that are not.
   */
  private static boolean isYoung(Overload overload, List<Move> moves, Policy policy, Instant now) {
    List<Overload.Spell> ripe = overload.ripe();
    if (!ripe.isEmpty() && ripe.stream().allMatch(Overload.Spell::judged)) {
      return false; // it was waited for at the end of the episode before
    }
    Duration memory = policy.thresholds().window().multipliedBy(Averages.MEMORY);
    Instant last = moves.stream().map(Move::since).max(Instant::compareTo).orElse(overload.began());
    Instant latest = last.isAfter(overload.began()) ? last : overload.began();
    return latest.isAfter(now.minus(memory));
  }

  private static Aim aim(Set<Metric> about, Overload overload, Forecast forecast, Policy policy) {
    if (!overload.settled().containsAll(about)) {
      return Aim.EVEN_OUT;
    }
    boolean full = about.stream().anyMatch(metric -> forecast.isFull(metric, policy));
    return full ? Aim.RELIEVE : Aim.AGAIN;
  }

  /** How many moves may start side by side now, at least one. */
  private static int freeSlots(ClusterView view, List<Move> moves, Policy policy) {
    Set<HostId> silent = view.silent();
    long open =
        moves.stream()
            .filter(move -> view.host(move.from()).isPresent() && Rules.takesPlace(move, silent))
            .count();
    return (int) Math.max(1, policy.caps().perCluster() - open);
  }

  /** Whether a move is under way, or ended so lately that averages tell little of its hosts. */
  private static boolean isRecent(Move move, ClusterView view, Policy policy, Instant now) {
    return move.state().open()
        ? isUnderWay(move, view)
        : move.since().plus(policy.thresholds().window()).isAfter(now);
  }

  private static boolean isUnderWay(Move move, ClusterView view) {
    return view.host(move.from()).isPresent() && Unsettled.isUnderWay(move);
  }

  private static Optional<Statement> reasonToWait(
      ClusterView view,
      Forecast forecast,
      List<Move> moves,
      Explanation explanation,
      Policy policy) {
    if (policy.mode() == Policy.Mode.OFF) {
      return Optional.of(Statement.of(Kind.OFF, "balancing is off"));
    }
    int judged = forecast.sites().size();
    int living = view.hosts().size() - view.silent().size();
    if (judged < 2 || judged * 2 <= living) {
      return Optional.of(explanation.tooFew(view.hosts().size()));
    }
    Unsettled unsettled = Unsettled.of(view, moves, policy);
    return unsettled.isNone() ? Optional.empty() : Optional.of(Explanation.unsettled(unsettled));
  }

  private static Decision decision(
      Instant now,
      ClusterView view,
      List<PlannedMove> moves,
      Statement statement,
      List<Decision.Term> terms,
      Map<String, Integer> objections) {
    return new Decision(now, view.cluster(), moves, statement.text(), terms, objections);
  }
}
