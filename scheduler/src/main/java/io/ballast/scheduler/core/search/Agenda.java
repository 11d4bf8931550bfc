package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The guests that are still to move, by what their moves gain for their cost.
 *
 * <p>A move changes what those gain that share a host with it: they are weighed anew. The means,
 * which it changes a little for all others, are left as they were. Who finds no room on its target
 * is looked at again once that has changed.
 */
final class Agenda {
  private final Layout layout;
  private final int[] targets;
  private final BitSet open = new BitSet();
  private final List<List<Integer>> touching = new ArrayList<>();
  private final int[] weighings;
  private final PriorityQueue<Turn> turns =
      new PriorityQueue<>(
          Comparator.comparingDouble(Turn::gain).reversed().thenComparingInt(Turn::guest));

  /** What a guest's move gained for its cost when it was weighed for the so-manieth time. */
  private record Turn(int guest, double gain, int weighing) {}

  /** Of all guests that are not where they are to be. */
  Agenda(Layout layout, int[] targets) {
    this.layout = layout;
    this.targets = targets;
    weighings = new int[layout.problem.guests];
    for (int h = 0; h < layout.problem.hosts; h++) {
      touching.add(new ArrayList<>());
    }
    for (int guest = 0; guest < targets.length; guest++) {
      if (targets[guest] != layout.at[guest]) {
        open.set(guest);
        touching.get(layout.at[guest]).add(guest);
        touching.get(targets[guest]).add(guest);
        weigh(guest);
      }
    }
  }

  /** The guests that are still to move. */
  BitSet open() {
    return open;
  }

  /** Who is still to come to a host. */
  int[] comingTo(int host) {
    return touching.get(host).stream()
        .mapToInt(Integer::intValue)
        .filter(guest -> open.get(guest) && targets[guest] == host)
        .toArray();
  }

  /** The guest whose move gains most for its cost, of those that are possible; -1 if none is. */
  int next() {
    while (!turns.isEmpty()) {
      Turn turn = turns.remove();
      int guest = turn.guest();
      if (open.get(guest)
          && turn.weighing() == weighings[guest]
          && layout.fits(guest, targets[guest])) {
        return guest;
      }
    }
    return -1;
  }

  /** Lets a guest be on another host, which need not be the one where it is to be. */
  void move(int guest, int host) {
    int from = layout.at[guest];
    layout.move(guest, host);
    if (host == targets[guest]) {
      open.clear(guest);
    } else {
      touching.get(host).add(guest);
    }
    weighAll(from);
    weighAll(host);
  }

  private void weighAll(int host) {
    touching.get(host).removeIf(guest -> !open.get(guest));
    touching.get(host).forEach(this::weigh);
  }

  private void weigh(int guest) {
    int target = targets[guest];
    double gain =
        -(layout.change(guest, target) + layout.toll(guest, target)) / layout.problem.cost[guest];
    turns.add(new Turn(guest, gain, ++weighings[guest]));
  }
}
