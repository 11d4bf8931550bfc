package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision;
import io.ballast.scheduler.core.balance.Weighing.Question;
import io.ballast.scheduler.core.balance.Weighing.Weighed;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Thought;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.watch.Overload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides for each cluster when it is time to decide: while no wave of its moves is under way, and
 * when the hosts of its last moves have told how they are since. It remembers who is overloaded
 * since when, and what was decided last. One thread at a time.
 */
public final class Planner {
  /**
   * A cluster is not weighed more often, for a plan over many hosts takes its time; only when a
   * first host becomes ripe, that is at once.
   */
  static final Duration PLAN_EVERY = Duration.ofSeconds(5);

  private final Policy policy;
  private final SortedMap<String, Cluster> clusters = new TreeMap<>();
  private Optional<Thought> underWay = Optional.empty();

  /** A planner that has decided nothing yet. */
  public Planner(Policy policy) {
    this.policy = policy;
  }

  /**
   * A decision just made.
   *
   * @param news whether it says something that the cluster's decision before it did not
   */
  public record Ruling(ClusterView view, Decision decision, boolean news) {}

  /**
   * Takes note of how busy the hosts are; gives what is to be thought over where it is time to
   * decide, but only one thing at a time.
   *
   * @param past what became of earlier moves
   * @param mayDecide asked for each cluster
   */
  public Optional<Thought> look(
      List<ClusterView> views, Past past, Predicate<ClusterView> mayDecide, Instant now) {
    clusters.keySet().retainAll(views.stream().map(ClusterView::cluster).toList());
    List<Question> questions = new ArrayList<>();
    for (ClusterView view : views) {
      Cluster before = clusters.getOrDefault(view.cluster(), Cluster.NEW);
      Cluster cluster = before.after(view, policy, now);
      boolean ripened =
          before.overload().balancing().isEmpty() && !cluster.overload().balancing().isEmpty();
      clusters.put(view.cluster(), cluster);
      if ((ripened || !isEarly(cluster, now))
          && Unsettled.of(view, past.moves(), policy).isNone()
          && mayDecide.test(view)) {
        questions.add(cluster.question(view, past, policy, now));
      }
    }
    if (questions.isEmpty() || underWay.isPresent()) {
      return Optional.empty();
    }
    underWay = Optional.of(new Weighing(questions));
    return underWay;
  }

  /**
   * Decides by what was thought over. What no longer fits the world as it is now is dropped, and
   * weighed anew at the next look.
   */
  public List<Ruling> decide(
      Conclusion conclusion, List<ClusterView> views, Past past, Predicate<ClusterView> mayDecide) {
    if (!underWay.equals(Optional.of(conclusion.of()))) {
      return List.of();
    }
    underWay = Optional.empty();
    return conclusion instanceof Weighing.Reached reached
        ? reached.weighed().stream()
            .flatMap(weighed -> decide(weighed, views, past, mayDecide).stream())
            .toList()
        : List.of();
  }

  private Optional<Ruling> decide(
      Weighed weighed, List<ClusterView> views, Past past, Predicate<ClusterView> mayDecide) {
    String name = weighed.question().view().cluster();
    Cluster cluster = clusters.get(name);
    return views.stream()
        .filter(view -> view.cluster().equals(name))
        .filter(view -> mayDecide.test(view) && weighed.holds(view, past))
        .findFirst()
        .flatMap(view -> Optional.ofNullable(cluster).map(known -> decided(view, known, weighed)));
  }

  private Ruling decided(ClusterView view, Cluster cluster, Weighed weighed) {
    Proposal proposal = weighed.proposal();
    boolean news = !cluster.said().map(proposal.statement()::saysAs).orElse(false);
    clusters.put(view.cluster(), cluster.after(view, weighed));
    return new Ruling(view, proposal.decision(), news);
  }

  /** What would be decided now for each cluster, also if balancing is off; nothing comes of it. */
  public Thought dryRun(List<ClusterView> views, Past past, Instant now) {
    return new Weighing(
        views.stream()
            .map(
                view ->
                    clusters
                        .getOrDefault(view.cluster(), Cluster.NEW)
                        .after(view, policy, now)
                        .question(view, past, policy.with(Policy.Mode.RECOMMEND), now))
            .toList());
  }

  /** The last decision of each cluster. */
  public List<Decision> decisions() {
    return clusters.values().stream().flatMap(cluster -> cluster.last().stream()).toList();
  }

  private static boolean isEarly(Cluster cluster, Instant now) {
    return cluster.last().map(last -> now.isBefore(last.at().plus(PLAN_EVERY))).orElse(false);
  }

  /** The decisions of a conclusion as one; empty if it came to none. */
  public static Optional<Decision> decided(Conclusion conclusion) {
    return conclusion instanceof Weighing.Reached reached
        ? Optional.of(
            joined(reached.weighed().stream().map(each -> each.proposal().decision()).toList()))
        : Optional.empty();
  }

  /** Decisions of several clusters as one; there must be one at least. */
  private static Decision joined(List<Decision> decisions) {
    if (decisions.size() == 1) {
      return decisions.getFirst();
    }
    Map<String, Integer> objections = new TreeMap<>();
    for (Decision decision : decisions) {
      decision.objections().forEach((rule, times) -> objections.merge(rule, times, Integer::sum));
    }
    return new Decision(
        decisions.getFirst().at(),
        decisions.stream().map(Decision::cluster).collect(Collectors.joining(", ")),
        decisions.stream().flatMap(decision -> decision.moves().stream()).toList(),
        decisions.stream()
            .map(decision -> decision.cluster() + ": " + decision.summary())
            .collect(Collectors.joining("; ")),
        decisions.stream().flatMap(Planner::namedTerms).toList(),
        objections);
  }

  private static Stream<Decision.Term> namedTerms(Decision decision) {
    return decision.terms().stream()
        .map(
            term ->
                new Decision.Term(
                    decision.cluster() + ": " + term.name(), term.before(), term.after()));
  }

  /** What is remembered of a cluster. */
  private record Cluster(
      Averages averages, Overload overload, Optional<Decision> last, Optional<Statement> said) {
    static final Cluster NEW =
        new Cluster(Averages.NONE, Overload.NONE, Optional.empty(), Optional.empty());

    Cluster after(ClusterView view, Policy policy, Instant now) {
      Averages next = averages.after(view, policy.thresholds().window());
      return new Cluster(next, overload.after(next.mean(view), policy, now), last, said);
    }

    Question question(ClusterView view, Past past, Policy policy, Instant now) {
      return new Question(view, averages, overload, past, policy, now);
    }

    /** This after a decision; an episode that has grown since it was asked for goes on. */
    Cluster after(ClusterView view, Weighed weighed) {
      Proposal proposal = weighed.proposal();
      boolean same = overload.balancing().equals(weighed.question().overload().balancing());
      return new Cluster(
          averages,
          proposal.atRest() && same ? overload.rested(view, proposal.objections()) : overload,
          Optional.of(proposal.decision()),
          Optional.of(proposal.statement()));
    }
  }
}
