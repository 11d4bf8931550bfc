package io.ballast.scheduler.core.search;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Changes a layout, one guest or two at a time, until no such change makes it better.
 *
 * <p>Each guest in turn goes to the host that is best for it; then the guests of each two hosts
 * change places, the best pair first. A guest that has moved may move on, come home again, or give
 * its place to another: so moves that bring nothing are taken back, and heavy ones replaced.
 *
 * <p>Most of it is left out unseen. A guest is looked at only if the gain at its host can exceed
 * what the emptiest host would lose by it. Of two hosts that are {@code D} apart the exchange of
 * {@code t} gains {@code 2Dt - ct^2} in a metric, {@code c} being the sum of their squares of one
 * over what they have; so the pair is left out if {@code D^2/c} of both metrics is too little, and
 * otherwise each guest meets only those whose CPU differs from its own by what can gain.
 */
final class Descent {
  /** Gains up to this are rounding. */
  static final double ROUNDING = 1e-9;

  /**
   * After so many looks at all pairs the weights are set anew. At once would be faster and send
   * more: weights of a state that was less even make what is sent dearer, so that what gains most
   * for it comes first.
   */
  private static final int KEPT = 3;

  /** Of up to so many hosts it is kept when each pair was looked at. */
  private static final int MOST_SEEN = 4_000;

  private static final int MOST_ROUNDS = 1_000;

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;
  private final Gap gap;
  private final List<Peers> peers;
  private final double[] tolls;
  private final int[][] seen;
  private final int[] changed;
  private int clock;

  /**
   * @param enough asked now and then whether to stop where it is
   */
  Descent(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
    gap = new Gap(layout);
    tolls = new double[problem.guests];
    seen = new int[problem.hosts <= MOST_SEEN ? problem.hosts : 0][problem.hosts];
    changed = new int[problem.hosts];
    peers = Peers.of(layout);
  }

  /**
   * Changes the layout until nothing makes it better.
   *
   * @param price what a GiB has to take off the objective
   * @return whether anything became better
   */
  boolean run(double price) {
    boolean better = false;
    boolean sure = false;
    int due = 0;
    for (int round = 0; round < MOST_ROUNDS && !enough.getAsBoolean(); round++) {
      if (due == 0) {
        Objective.EVENNESS.weigh(layout, price);
        due = KEPT;
      }
      if (relocate()) {
        better = true;
        sure = false;
      } else if (exchange()) {
        better = true;
        sure = false;
        due--;
      } else if (sure) {
        return better;
      } else {
        // What was looked at in vain was so by the weights of then.
        Objective.EVENNESS.weigh(layout, price);
        due = KEPT;
        Arrays.fill(changed, ++clock);
        sure = true;
      }
    }
    return better;
  }

  /**
   * Lets each guest go where the standard deviations themselves become least, which the weights
   * only follow: near the end they tell too much of a loss.
   *
   * @return whether anything became better
   */
  boolean refine() {
    boolean better = false;
    for (int g = 0; g < problem.guests && !enough.getAsBoolean(); g++) {
      if (problem.fixed[g]) {
        continue;
      }
      double least = -ROUNDING;
      int best = -1;
      for (int h = 0; h < problem.hosts; h++) {
        if (h != layout.at[g]) {
          double change = layout.unevenness(g, h) + layout.toll(g, h);
          if (change < least && layout.fits(g, h)) {
            least = change;
            best = h;
          }
        }
      }
      if (best >= 0) {
        layout.move(g, best);
        better = true;
      }
    }
    return better;
  }

  private boolean relocate() {
    boolean better = false;
    peers.forEach(Peers::look);
    for (int g = 0; g < problem.guests; g++) {
      int best = problem.fixed[g] ? -1 : best(g);
      if (best >= 0) {
        changed[layout.at[g]] = ++clock;
        changed[best] = clock;
        layout.move(g, best);
        peers.forEach(Peers::look);
        better = true;
      }
    }
    return better;
  }

  private int best(int guest) {
    double least = -ROUNDING;
    int best = -1;
    double gain = layout.departure(guest) - layout.leastToll(guest);
    for (Peers some : peers) {
      if (gain - some.entry(guest) <= -least) {
        continue;
      }
      for (int h : some.hosts) {
        double change = layout.change(guest, h) + layout.toll(guest, h);
        if (change < least && h != layout.at[guest] && layout.fits(guest, h)) {
          least = change;
          best = h;
        }
      }
    }
    return best;
  }

  private boolean exchange() {
    boolean better = false;
    for (int a = 0; a < problem.hosts && !enough.getAsBoolean(); a++) {
      for (int b = a + 1; b < problem.hosts; b++) {
        if (!problem.emptied[a]
            && !problem.emptied[b]
            && (seen.length == 0 || Math.max(changed[a], changed[b]) > seen[a][b])) {
          while (exchange(a, b)) {
            better = true;
            changed[a] = ++clock;
            changed[b] = clock;
          }
          if (seen.length > 0) {
            seen[a][b] = clock;
          }
        }
      }
    }
    return better;
  }

  /** Lets the two guests of two hosts change places that gain most by it. */
  private boolean exchange(int a, int b) {
    gap.between(a, b);
    double most = gap.mostCpu() + gap.mostMemory() - ROUNDING;
    if (most <= 0) {
      return false;
    }
    int[] here = layout.guests[a];
    int[] there = layout.guests[b];
    double[] wanted = layout.appetites[b];
    int countHere = layout.counts[a];
    int countThere = layout.counts[b];
    double cheapest = Double.MAX_VALUE;
    for (int j = 0; j < countThere; j++) {
      tolls[j] = layout.toll(there[j], a);
      cheapest = Math.min(cheapest, tolls[j]);
    }
    double middle = gap.middle();
    double least = -ROUNDING;
    int one = -1;
    int other = -1;
    for (int i = 0; i < countHere; i++) {
      int guest = here[i];
      double toll = layout.toll(guest, b);
      double left = most - toll - cheapest;
      if (left <= 0 || problem.fixed[guest]) {
        continue;
      }
      double reach = gap.reach(left);
      double appetite = layout.appetites[a][i];
      double held = problem.held[guest];
      double largest = appetite - middle + reach;
      double smallest = appetite - middle - reach;
      int j = 0;
      while (j < countThere && wanted[j] > largest) {
        j++;
      }
      for (; j < countThere && wanted[j] >= smallest; j++) {
        int with = there[j];
        double cpus = appetite - wanted[j];
        double change = gap.change(cpus, held - problem.held[with]) + toll + tolls[j];
        if (change < least
            && !problem.fixed[with]
            && layout.fits(guest, b, with)
            && layout.fits(with, a, guest)) {
          least = change;
          one = guest;
          other = with;
        }
      }
    }
    if (one < 0) {
      return false;
    }
    layout.move(one, b);
    layout.move(other, a);
    return true;
  }
}
