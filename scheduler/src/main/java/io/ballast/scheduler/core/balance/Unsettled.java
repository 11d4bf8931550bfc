package io.ballast.scheduler.core.balance;

import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The moves of a cluster that have to be waited for before it is weighed again.
 *
 * @param underWay those of the balancer that are open and not in doubt
 * @param ended one that ended, and whose hosts have not told how they are since
 */
record Unsettled(List<Move> underWay, Optional<Move> ended) {
  static Unsettled of(ClusterView view, List<Move> moves, Policy policy) {
    return new Unsettled(
        moves.stream()
            .filter(move -> move.priority() == Move.Priority.BALANCE)
            .filter(Unsettled::isUnderWay)
            .filter(move -> hosts(move, view).findAny().isPresent())
            .toList(),
        moves.stream()
            .filter(move -> !move.state().open())
            .filter(
                move ->
                    hosts(move, view)
                        .anyMatch(
                            host ->
                                host.status() == Fleet.Status.UP && !hasTold(host, move, policy)))
            .findFirst());
  }

  /** Whether there is none. */
  boolean isNone() {
    return underWay.isEmpty() && ended.isEmpty();
  }

  /** Whether a move is open and not in doubt. */
  static boolean isUnderWay(Move move) {
    return move.state().open() && move.state() != Move.State.UNKNOWN;
  }

  private static Stream<Fleet.Host> hosts(Move move, ClusterView view) {
    return Stream.of(move.from(), move.to()).flatMap(host -> view.host(host).stream());
  }

  /** Whether a host was heard long enough after the end of a move to be believed. */
  private static boolean hasTold(Fleet.Host host, Move ended, Policy policy) {
    Duration twoBeats = host.beat().pulse().interval().multipliedBy(2);
    Duration settle = policy.pace().settle();
    Duration longer = settle.compareTo(twoBeats) > 0 ? settle : twoBeats;
    return !host.heardAt().isBefore(ended.since().plus(longer));
  }
}
