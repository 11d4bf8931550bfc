package io.ballast.scheduler.core.search;

import java.util.BitSet;
import java.util.List;

/**
 * Where guests should be.
 *
 * @param moves in an order in which each is possible
 * @param before how uneven the hosts are, see {@link Objective#EVENNESS}
 * @param after the same after the moves
 * @param bound what no moves whatever could be below, see {@link Bound}
 * @param stuck the guests that should be elsewhere and for which there is no way
 * @param finished whether the search came to its end
 */
public record Solution(
    List<Move> moves, double before, double after, double bound, BitSet stuck, boolean finished) {
  public Solution {
    moves = List.copyOf(moves);
  }

  /** A guest goes from one host to another. */
  public record Move(int guest, int from, int to) {}
}
