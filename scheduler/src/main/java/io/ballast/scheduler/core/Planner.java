package io.ballast.scheduler.core;

import io.ballast.messages.Decision;
import io.ballast.messages.Fleet.Status;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides for each cluster when it is time to decide: while none of its moves is under way, and the
 * hosts of its last moves have told how they are since. It remembers who is overloaded since when,
 * and what was decided last. One thread at a time.
 */
final class Planner {
  /** A cluster is not weighed more often, for a plan over many hosts takes its time. */
  static final Duration PLAN_EVERY = Duration.ofSeconds(5);

  /** A number by itself, not the one in a host's name. */
  private static final Pattern NUMBER = Pattern.compile("(?<![\\w-])\\d+(\\.\\d+)?");

  private final Policy policy;
  private final SortedMap<String, Cluster> clusters = new TreeMap<>();

  Planner(Policy policy) {
    this.policy = policy;
  }

  /**
   * A decision just made.
   *
   * @param news whether it says something that the cluster's decision before it did not
   */
  record Verdict(ClusterView view, Decision decision, boolean news) {}

  /**
   * Takes note of how busy the hosts are, and decides where it is time to.
   *
   * @param moves the open ones, and those that ended lately
   * @param mayDecide asked for each cluster
   */
  List<Verdict> look(
      List<ClusterView> views, List<Move> moves, Predicate<ClusterView> mayDecide, Instant now) {
    clusters.keySet().retainAll(views.stream().map(ClusterView::cluster).toList());
    List<Verdict> verdicts = new ArrayList<>();
    for (ClusterView view : views) {
      Cluster before = clusters.getOrDefault(view.cluster(), Cluster.NEW);
      Cluster cluster = before.with(before.overload().after(view, policy, now));
      if (isDue(cluster, view, moves, now) && mayDecide.test(view)) {
        Decision decision = Balancer.plan(view, cluster.overload(), moves, policy, now);
        String gist = gist(decision);
        verdicts.add(new Verdict(view, decision, !gist.equals(cluster.gist())));
        cluster = new Cluster(cluster.overload(), Optional.of(decision), gist);
      }
      clusters.put(view.cluster(), cluster);
    }
    return verdicts;
  }

  /** What would be decided now for each cluster; nothing comes of it. */
  List<Decision> dryRun(List<ClusterView> views, List<Move> moves, Instant now) {
    return views.stream()
        .map(
            view ->
                Balancer.plan(
                    view,
                    clusters.getOrDefault(view.cluster(), Cluster.NEW).overload(),
                    moves,
                    policy,
                    now))
        .toList();
  }

  /** The last decision of each cluster. */
  List<Decision> decisions() {
    return clusters.values().stream().flatMap(cluster -> cluster.last().stream()).toList();
  }

  private boolean isDue(Cluster cluster, ClusterView view, List<Move> moves, Instant now) {
    boolean early =
        cluster.last().map(last -> now.isBefore(last.at().plus(PLAN_EVERY))).orElse(false);
    return policy.mode() != Policy.Mode.OFF
        && !early
        && moves.stream().filter(move -> touches(view, move)).allMatch(move -> settled(view, move));
  }

  /** Whether a move is over and its hosts have told how they are since. */
  private boolean settled(ClusterView view, Move move) {
    Instant from = move.since().plus(policy.pace().settle());
    return !move.state().open()
        && Stream.of(move.from(), move.to())
            .flatMap(host -> view.host(host).stream())
            .allMatch(host -> host.status() != Status.UP || host.heardAt().isAfter(from));
  }

  private static boolean touches(ClusterView view, Move move) {
    Predicate<HostId> here = host -> view.host(host).isPresent();
    return here.test(move.from()) || here.test(move.to());
  }

  /** What a decision says, apart from its numbers, which change all the time. */
  private static String gist(Decision decision) {
    StringBuilder gist = new StringBuilder(NUMBER.matcher(decision.summary()).replaceAll("#"));
    for (Decision.PlannedMove move : decision.moves()) {
      gist.append('\n').append(move.vm()).append(move.from()).append('>').append(move.to());
    }
    return gist.toString();
  }

  /** Decisions of several clusters as one; there must be one at least. */
  static Decision joined(List<Decision> decisions) {
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
  private record Cluster(Overload overload, Optional<Decision> last, String gist) {
    static final Cluster NEW = new Cluster(Overload.NONE, Optional.empty(), "");

    Cluster with(Overload next) {
      return new Cluster(next, last, gist);
    }
  }
}
