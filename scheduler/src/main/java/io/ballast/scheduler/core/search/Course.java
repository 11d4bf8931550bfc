package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The moves that lead from the homes of the guests to where they are to be, in an order in which
 * each is possible: its target has the room while its source still runs the guest.
 *
 * <p>Of the moves that are possible the one is made next that gains most for its cost, so the hosts
 * that are furthest from the others are relieved first. Where guests wait for each other's room,
 * one of them takes a detour over a third host, if that is allowed.
 *
 * @param moves in their order
 * @param stuck the guests for which there is no way
 */
record Course(List<Solution.Move> moves, BitSet stuck) {

  static Course of(Problem problem, int[] targets, boolean detours) {
    return new Course(new ArrayList<>(), new BitSet()).filled(problem, targets, detours);
  }

  private Course filled(Problem problem, int[] targets, boolean detours) {
    Layout layout = new Layout(problem);
    Objective.EVENNESS.weigh(layout, 0);
    List<Integer> open = new ArrayList<>();
    for (int g = 0; g < problem.guests; g++) {
      if (targets[g] != problem.home[g]) {
        open.add(g);
      }
    }
    BitSet detoured = new BitSet();
    while (!open.isEmpty()) {
      int next = next(layout, open, targets);
      if (next >= 0) {
        open.removeIf(guest -> guest == next);
        move(layout, next, targets[next]);
      } else if (!detours || !detour(layout, open, targets, detoured)) {
        open.forEach(stuck::set);
        return this;
      }
    }
    return this;
  }

  private void move(Layout layout, int guest, int to) {
    moves.add(new Solution.Move(guest, layout.at[guest], to));
    layout.move(guest, to);
  }

  /** The guest whose move gains most for its cost, of those that are possible; -1 if none is. */
  private static int next(Layout layout, List<Integer> open, int[] targets) {
    double most = Double.NEGATIVE_INFINITY;
    int best = -1;
    for (int guest : open) {
      double gain =
          -(layout.change(guest, targets[guest]) + layout.toll(guest, targets[guest]))
              / layout.problem.cost[guest];
      if (gain > most && layout.fits(guest, targets[guest])) {
        most = gain;
        best = guest;
      }
    }
    return best;
  }

  /** Lets the cheapest guest go to a third host whose leaving lets another one go. */
  private boolean detour(Layout layout, List<Integer> open, int[] targets, BitSet detoured) {
    int best = -1;
    int over = -1;
    for (int guest : open) {
      if (!detoured.get(guest)
          && (best < 0 || layout.problem.cost[guest] < layout.problem.cost[best])) {
        int third = third(layout, guest, open, targets);
        if (third >= 0) {
          best = guest;
          over = third;
        }
      }
    }
    if (best < 0) {
      return false;
    }
    detoured.set(best);
    move(layout, best, over);
    return true;
  }

  private static int third(Layout layout, int guest, List<Integer> open, int[] targets) {
    int from = layout.at[guest];
    for (int h = 0; h < layout.problem.hosts; h++) {
      if (h != from && layout.fits(guest, h)) {
        layout.move(guest, h);
        boolean helps =
            open.stream().anyMatch(each -> each != guest && layout.fits(each, targets[each]));
        layout.move(guest, from);
        if (helps) {
          return h;
        }
      }
    }
    return -1;
  }
}
