package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** A layout that began as a fleet is, and the moves that were made in it since, in their order. */
final class Trail {
  final Layout layout;
  private final List<Solution.Move> moves = new ArrayList<>();

  Trail(PaperFleet fleet) {
    layout = new Layout(fleet.problem());
  }

  int length() {
    return moves.size();
  }

  void move(int guest, int host) {
    moves.add(new Solution.Move(guest, layout.at[guest], host));
    layout.move(guest, host);
  }

  /** A plan of all moves. */
  Proposal moves() {
    return new Proposal.Moves(moves);
  }

  /** No plan, for lack of time. */
  Proposal unfinished() {
    return new Proposal.GaveUp("out of time, " + moves.size() + " moves so far");
  }

  /**
   * Empties the hosts that are to be emptied as a placement does that looks at one guest at a time:
   * the largest first, each to the host that has least CPU and memory in use. One that fits nowhere
   * stays.
   */
  void evacuate() {
    Problem problem = layout.problem;
    IntStream.range(0, problem.guests)
        .filter(problem::isForced)
        .boxed()
        .sorted(Comparator.comparingDouble(guest -> -problem.held[guest]))
        .toList()
        .forEach(
            guest ->
                IntStream.range(0, problem.hosts)
                    .filter(host -> layout.fits(guest, host))
                    .boxed()
                    .min(Comparator.comparingDouble(host -> cpu(host) + memory(host)))
                    .ifPresent(host -> move(guest, host)));
  }

  /** The share of a host's CPU that is in use. */
  double cpu(int host) {
    return layout.demand[host] * layout.problem.perCpu[host];
  }

  /** The share of a host's memory that is in use. */
  double memory(int host) {
    return layout.used[host] * layout.problem.perMemory[host];
  }
}
