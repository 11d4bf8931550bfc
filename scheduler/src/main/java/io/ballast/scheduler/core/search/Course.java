package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Arrays;
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
    Agenda agenda = new Agenda(layout, targets);
    BitSet detoured = new BitSet();
    while (!agenda.open().isEmpty()) {
      int next = agenda.next();
      if (next >= 0) {
        move(layout, agenda, next, targets[next]);
      } else if (!detours || !detour(layout, agenda, detoured)) {
        stuck.or(agenda.open());
        return this;
      }
    }
    return this;
  }

  private void move(Layout layout, Agenda agenda, int guest, int to) {
    moves.add(new Solution.Move(guest, layout.at[guest], to));
    agenda.move(guest, to);
  }

  /** Lets the cheapest guest go to a third host whose leaving lets another one go. */
  private boolean detour(Layout layout, Agenda agenda, BitSet detoured) {
    int best = -1;
    int over = -1;
    for (int guest : agenda.open().stream().toArray()) {
      if (!detoured.get(guest)
          && (best < 0 || layout.problem.cost[guest] < layout.problem.cost[best])) {
        int third = third(layout, guest, agenda.comingTo(layout.at[guest]));
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
    move(layout, agenda, best, over);
    return true;
  }

  /** A host that has room for a guest, if one of those that wait for its place has room then. */
  private static int third(Layout layout, int guest, int[] waiting) {
    int from = layout.at[guest];
    for (int h = 0; waiting.length > 0 && h < layout.problem.hosts; h++) {
      if (h != from && layout.fits(guest, h)) {
        layout.move(guest, h);
        boolean helps = Arrays.stream(waiting).anyMatch(each -> layout.fits(each, from));
        layout.move(guest, from);
        if (helps) {
          return h;
        }
      }
    }
    return -1;
  }
}
