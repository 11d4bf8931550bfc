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
    Layout end = new Layout(problem);
    end.weigh(1, 1, worth);
    moves.forEach(move -> end.move(move.guest(), move.to()));
    int before;
    do {
      before = kept.size();
      for (Solution.Move move : kept.reversed()) {
        if (isVain(move, end, kept)) {
          List<Solution.Move> without = new ArrayList<>(kept);
          without.remove(move);
          if (arePossible(without)) {
            kept = without;
            end.move(move.guest(), problem.home[move.guest()]);
          }
        }
      }
    } while (kept.size() < before);
    return kept;
  }

  /** Whether a guest that moves only once would be as well at home. */
  private boolean isVain(Solution.Move move, Layout end, List<Solution.Move> kept) {
    int guest = move.guest();
    int home = problem.home[guest];
    return !problem.isForced(guest)
        && end.unevenness(guest, home) + end.toll(guest, home) <= 0
        && kept.stream().filter(each -> each.guest() == guest).count() == 1;
  }

  private boolean arePossible(List<Solution.Move> moves) {
    Layout layout = new Layout(problem);
    for (Solution.Move move : moves) {
      if (!layout.fits(move.guest(), move.to())) {
        return false;
      }
      layout.move(move.guest(), move.to());
    }
    return true;
  }
}
