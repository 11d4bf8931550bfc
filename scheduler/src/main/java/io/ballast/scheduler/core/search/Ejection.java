package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Makes moves that don't pay by themselves, and mends what they did to their two hosts; keeps what
 * pays together.
 *
 * <p>So a large guest comes to a host that several small ones leave for it, or to one that is full
 * until another has left. The moves that lose least by themselves are tried first.
 */
final class Ejection {
  /** So many guests follow at most. */
  private static final int MOST_MENDED = 5;

  /** So many targets are tried for each guest at most. */
  private static final int TARGETS = 2;

  /** So many for those on hosts that stand out, and for those that have to leave theirs. */
  private static final int MOST_TARGETS = 20;

  /** A host stands out if its part of the spread is so many times what it is on average. */
  private static final double OUTSTANDING = 4;

  /** What a share of a host that it does not have costs, while it is mended. */
  private static final double OVERFLOW = 1e3;

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;
  private final Gap gap;

  /** Those whose home is a host. */
  private final int[][] natives;

  private final int[] movedGuests = new int[MOST_MENDED + 1];
  private final int[] movedFrom = new int[MOST_MENDED + 1];
  private int moved;
  private double loss;

  /** What the latest move gained by itself. */
  private double gained;

  /** The best move that was looked at so far, and what changes by it. */
  private double least;

  private int best;
  private int target;

  /**
   * @param enough asked now and then whether to stop where it is
   */
  Ejection(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
    gap = new Gap(layout);
    natives = new int[problem.hosts][];
    int[] counts = new int[problem.hosts];
    for (int g = 0; g < problem.guests; g++) {
      counts[problem.home[g]]++;
    }
    Arrays.setAll(natives, host -> new int[counts[host]]);
    for (int g = problem.guests - 1; g >= 0; g--) {
      natives[problem.home[g]][--counts[problem.home[g]]] = g;
    }
  }

  private record Trial(int guest, int host, double loss) {}

  /**
   * Tries the moves that lose least.
   *
   * @param most so many at most
   * @return whether anything became better
   */
  boolean run(int most) {
    boolean better = false;
    for (Trial trial : trials(most)) {
      if (enough.getAsBoolean()) {
        return better;
      }
      if (layout.at[trial.guest()] != trial.host()) {
        better |= pays(trial.guest(), trial.host());
      }
    }
    return better;
  }

  private List<Trial> trials(int most) {
    List<Trial> trials = new ArrayList<>();
    int[] hosts = new int[MOST_TARGETS];
    double[] losses = new double[MOST_TARGETS];
    for (int g = 0; g < problem.guests; g++) {
      if (problem.fixed[g]) {
        continue;
      }
      int targets = standsOut(layout.at[g]) ? MOST_TARGETS : TARGETS;
      int count = 0;
      for (int h = 0; h < problem.hosts; h++) {
        if (h != layout.at[g] && !problem.emptied[h]) {
          double loss = layout.change(g, h) + layout.toll(g, h);
          if (count < targets || loss < losses[count - 1]) {
            count = Math.min(targets, count + 1);
            int i = count - 1;
            while (i > 0 && loss < losses[i - 1]) {
              hosts[i] = hosts[i - 1];
              losses[i] = losses[i - 1];
              i--;
            }
            hosts[i] = h;
            losses[i] = loss;
          }
        }
      }
      for (int i = 0; i < count; i++) {
        trials.add(new Trial(g, hosts[i], losses[i]));
      }
    }
    trials.sort(Comparator.comparingDouble(Trial::loss));
    return trials.size() > most ? trials.subList(0, most) : trials;
  }

  private boolean standsOut(int host) {
    return problem.emptied[host]
        || layout.part(host) * problem.staying > OUTSTANDING * layout.spread();
  }

  private boolean pays(int guest, int host) {
    int left = layout.at[guest];
    moved = 0;
    loss = 0;
    move(guest, host);
    while (moved <= MOST_MENDED && mend(guest, left, host)) {
      // Each mends less than the one before it: what is lost is not made good by so many more.
      if (overflow(host) <= 0 && loss > gained * (MOST_MENDED + 1 - moved)) {
        break;
      }
    }
    if (overflow(host) <= 0 && loss < -Descent.ROUNDING) {
      return true;
    }
    while (moved > 0) {
      moved--;
      layout.move(movedGuests[moved], movedFrom[moved]);
    }
    return false;
  }

  private void move(int guest, int host) {
    gained = -layout.change(guest, host) - layout.toll(guest, host);
    loss -= gained;
    movedGuests[moved] = guest;
    movedFrom[moved] = layout.at[guest];
    moved++;
    layout.move(guest, host);
  }

  /** Makes the best move away from a host or to the one that was left. */
  private boolean mend(int guest, int left, int host) {
    least = -Descent.ROUNDING;
    best = -1;
    double over = overflow(host);
    if (over > 0) {
      relieve(guest, host, over);
    } else {
      for (int h = 0; h < problem.hosts; h++) {
        if (h != host && !problem.emptied[h]) {
          lookFor(guest, host, h);
        }
      }
      for (int i = 0; i < layout.counts[host]; i++) {
        int each = layout.guests[host][i];
        if (problem.home[each] != host) {
          look(each, problem.home[each], guest);
        }
      }
    }
    if (!problem.emptied[left]) {
      for (int h = 0; h < problem.hosts; h++) {
        if (problem.emptied[h]) {
          for (int i = 0; i < layout.counts[h]; i++) {
            look(layout.guests[h][i], left, guest);
          }
        } else if (h != left) {
          lookFor(guest, h, left);
        }
      }
      for (int each : natives[left]) {
        if (layout.at[each] != left) {
          look(each, left, guest);
        }
      }
    }
    if (best >= 0) {
      move(best, target);
    }
    return best >= 0;
  }

  /** Looks at all moves away from a host that has too little. */
  private void relieve(int guest, int host, double over) {
    for (int i = 0; i < layout.counts[host]; i++) {
      int each = layout.guests[host][i];
      if (each == guest || problem.fixed[each]) {
        continue;
      }
      double relief = OVERFLOW * Math.min(over, share(each, host));
      for (int h = 0; h < problem.hosts; h++) {
        if (h != host) {
          double change = layout.change(each, h) + layout.toll(each, h) - relief;
          if (change < least && layout.fits(each, h)) {
            least = change;
            best = each;
            target = h;
          }
        }
      }
    }
  }

  /** Looks at a move by which something is saved that {@link #lookFor} does not know of. */
  private void look(int each, int host, int guest) {
    if (each != guest && !problem.fixed[each]) {
      double change = layout.change(each, host) + layout.toll(each, host);
      if (change < least && layout.fits(each, host)) {
        least = change;
        best = each;
        target = host;
      }
    }
  }

  /**
   * Looks at the moves from one host to another of those whose CPU may make them the best, if none
   * comes home.
   */
  private void lookFor(int guest, int from, int to) {
    gap.between(from, to);
    double loss = gap.mostCpu() + (gap.apartMemory > 0 ? gap.mostMemory() : 0) + least;
    if (loss <= 0) {
      return;
    }
    double reach = gap.reach(loss);
    double largest = gap.middle() + reach;
    double smallest = gap.middle() - reach;
    double[] wanted = layout.appetites[from];
    int count = layout.counts[from];
    int i = 0;
    while (i < count && wanted[i] > largest) {
      i++;
    }
    for (; i < count && wanted[i] >= smallest; i++) {
      int each = layout.guests[from][i];
      double change = gap.change(wanted[i], problem.held[each]) + layout.toll(each, to);
      if (change < least && each != guest && !problem.fixed[each] && layout.fits(each, to)) {
        least = change;
        best = each;
        target = to;
      }
    }
  }

  private double share(int guest, int host) {
    return Math.max(
        problem.appetite[guest] * problem.perCpu[host],
        problem.room[guest] * problem.perMemory[host]);
  }

  /** The share of a host that its guests need and it does not have. */
  private double overflow(int host) {
    double cpu = layout.demand[host] * problem.perCpu[host] - 1 - Descent.ROUNDING;
    double memory = -layout.free[host] * problem.perMemory[host];
    return Math.max(0, cpu) + Math.max(0, memory);
  }
}
