package io.ballast.scheduler.core.balance;

import io.ballast.messages.Move;
import java.util.List;

/**
 * What the balancer has to know of earlier moves.
 *
 * @param moves the open ones, and those that ended lately, at least within the policy's pace
 * @param setbacks what is left out because moves failed
 */
public record Past(List<Move> moves, Setbacks setbacks) {
  /** No move was made. */
  public static final Past NONE = new Past(List.of(), Setbacks.NONE);

  public Past {
    moves = List.copyOf(moves);
  }

  /** A past in which nothing failed. */
  static Past of(List<Move> moves) {
    return new Past(moves, Setbacks.NONE);
  }
}
