package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

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

  /** So many for each that has to leave its host. */
  private static final int TARGETS_OF_LEAVERS = 20;

  /** What a share of a host that it does not have costs, while it is mended. */
  private static final double OVERFLOW = 1e3;

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;
  private final int[] movedGuests = new int[MOST_MENDED + 1];
  private final int[] movedFrom = new int[MOST_MENDED + 1];
  private int moved;
  private double loss;

  /**
   * @param enough asked now and then whether to stop where it is
   */
  Ejection(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
  }

  private record Trial(int guest, int host, double loss) {}

  /**
   * Tries the moves that lose least.
   *
   * @param most so many at most
   * @return whether anything became better
   */
  boolean run(int most) {
    return run(most, IntStream.range(0, problem.guests).toArray());
  }

  /** The same for some guests. */
  boolean run(int most, int[] guests) {
    boolean better = false;
    for (Trial trial : trials(most, guests)) {
      if (enough.getAsBoolean()) {
        return better;
      }
      if (layout.at[trial.guest()] != trial.host()) {
        better |= pays(trial.guest(), trial.host());
      }
    }
    return better;
  }

  private List<Trial> trials(int most, int[] guests) {
    List<Trial> trials = new ArrayList<>();
    for (int g : guests) {
      int targets = problem.emptied[layout.at[g]] ? TARGETS_OF_LEAVERS : TARGETS;
      if (!problem.fixed[g]) {
        List<Trial> best = new ArrayList<>();
        for (int h = 0; h < problem.hosts; h++) {
          if (h != layout.at[g] && !problem.emptied[h]) {
            double loss = layout.change(g, h) + layout.toll(g, h);
            if (best.size() < targets || loss < best.getLast().loss()) {
              insert(best, new Trial(g, h, loss), targets);
            }
          }
        }
        trials.addAll(best);
      }
    }
    trials.sort(Comparator.comparingDouble(Trial::loss));
    return trials.size() > most ? trials.subList(0, most) : trials;
  }

  private static void insert(List<Trial> best, Trial trial, int most) {
    int i = best.size();
    while (i > 0 && trial.loss() < best.get(i - 1).loss()) {
      i--;
    }
    best.add(i, trial);
    if (best.size() > most) {
      best.removeLast();
    }
  }

  private boolean pays(int guest, int host) {
    int left = layout.at[guest];
    moved = 0;
    loss = 0;
    move(guest, host);
    while (moved <= MOST_MENDED && mend(guest, left, host)) {}
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
    loss += layout.change(guest, host) + layout.toll(guest, host);
    movedGuests[moved] = guest;
    movedFrom[moved] = layout.at[guest];
    moved++;
    layout.move(guest, host);
  }

  /** Makes the best move away from a host or to the one that was left. */
  private boolean mend(int guest, int left, int host) {
    double over = overflow(host);
    double least = -Descent.ROUNDING;
    int best = -1;
    int target = -1;
    for (int i = 0; i < layout.counts[host]; i++) {
      int each = layout.guests[host][i];
      if (each == guest || problem.fixed[each]) {
        continue;
      }
      double relief = over <= 0 ? 0 : OVERFLOW * Math.min(over, share(each, host));
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
    if (!problem.emptied[left]) {
      for (int each = 0; each < problem.guests; each++) {
        if (each != guest && layout.at[each] != left && !problem.fixed[each]) {
          double change = layout.change(each, left) + layout.toll(each, left);
          if (change < least && layout.fits(each, left)) {
            least = change;
            best = each;
            target = left;
          }
        }
      }
    }
    if (best >= 0) {
      move(best, target);
    }
    return best >= 0;
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
