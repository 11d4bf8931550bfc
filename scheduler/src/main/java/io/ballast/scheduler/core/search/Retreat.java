package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.List;

/**
 * Takes back moves of a plan that was not carried through: what was worth it as a part of the whole
 * need not be without the rest.
 */
record Retreat(Problem problem, double worth) {

  /** The moves that are worth what they cost, in their order; each is still possible. */
  List<Solution.Move> from(List<Solution.Move> moves) {
    List<Solution.Move> kept = moves;
    double least = total(kept);
    for (int i = moves.size() - 1; i >= 0; i--) {
      Solution.Move move = moves.get(i);
      boolean once = kept.stream().filter(each -> each.guest() == move.guest()).count() == 1;
      if (once && !problem.isForced(move.guest())) {
        List<Solution.Move> without = new ArrayList<>(kept);
        without.remove(move);
        double total = total(without);
        if (total <= least) {
          kept = without;
          least = total;
        }
      }
    }
    return kept;
  }

  /** What the objective is with these moves; more than anything if one of them is not possible. */
  private double total(List<Solution.Move> moves) {
    Layout layout = new Layout(problem);
    layout.weigh(1, 1, worth);
    for (Solution.Move move : moves) {
      if (!layout.fits(move.guest(), move.to())) {
        return Double.MAX_VALUE;
      }
      layout.move(move.guest(), move.to());
    }
    return Objective.EVENNESS.total(layout);
  }
}
