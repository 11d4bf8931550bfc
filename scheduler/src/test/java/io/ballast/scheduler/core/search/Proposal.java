package io.ballast.scheduler.core.search;

import java.util.List;

/** What came of asking a planner. */
sealed interface Proposal {
  /** A plan: moves in their order. */
  record Moves(List<Solution.Move> moves) implements Proposal {
    public Moves {
      moves = List.copyOf(moves);
    }
  }

  /** No plan. */
  record GaveUp(String why) implements Proposal {}
}
