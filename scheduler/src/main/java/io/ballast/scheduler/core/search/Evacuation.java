package io.ballast.scheduler.core.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds a place for guests that have to leave their host where there is no room for them: others
 * make it, and others for these.
 *
 * <p>It is a beam search. At first the guest is on some host that is too small for it. In each step
 * a guest goes from the host that lacks most to any other, which may come to lack something in its
 * turn. Of all outcomes those go on that lack least, until one lacks nothing and there is an order
 * in which its moves are possible. What they cost is not asked: who searches on sees to that.
 */
final class Evacuation {
  /** So many outcomes of a step go on. */
  private static final int WIDTH = 64;

  /** So many guests move for one at most, itself included. */
  private static final int MOST_STEPS = 8;

  private static final Comparator<Step> MOST_FIRST =
      Comparator.comparingDouble(Step::lack).reversed();

  private final Layout layout;
  private final Problem problem;
  private final BooleanSupplier enough;

  /**
   * @param enough asked now and then whether to stop where it is
   */
  Evacuation(Layout layout, BooleanSupplier enough) {
    this.layout = layout;
    this.problem = layout.problem;
    this.enough = enough;
  }

  /** A move after others, and what share of them the hosts that someone came to lack then. */
  private record Step(@Nullable Step before, int guest, int from, int to, double lack) {
    /** All moves, the latest first. */
    List<Step> all() {
      List<Step> all = new ArrayList<>();
      for (Step step = this; step != null; step = step.before) {
        all.add(step);
      }
      return all;
    }
  }

  /**
   * Tries each guest that has to leave and has not.
   *
   * @return whether one of them found a place
   */
  boolean run() {
    boolean better = false;
    for (int guest : layout.leavers()) {
      if (enough.getAsBoolean()) {
        return better;
      }
      better |= place(guest);
    }
    return better;
  }

  private boolean place(int guest) {
    PriorityQueue<Step> steps = new PriorityQueue<>(MOST_FIRST);
    offer(null, List.of(), guest, steps);
    for (int i = 1; !steps.isEmpty() && !enough.getAsBoolean(); i++) {
      List<Step> beam = steps.stream().sorted(MOST_FIRST.reversed()).toList();
      steps = new PriorityQueue<>(MOST_FIRST);
      for (Step step : beam) {
        if (step.lack() <= 0 && isMade(step.all())) {
          return true;
        }
        if (step.lack() > 0 && i < MOST_STEPS) {
          goOn(step, steps);
        }
      }
    }
    return false;
  }

  /** Offers all that may follow on a step. */
  private void goOn(Step step, PriorityQueue<Step> steps) {
    List<Step> moves = step.all();
    moves.reversed().forEach(each -> layout.move(each.guest(), each.to()));
    int host =
        moves.stream().map(Step::to).max(Comparator.comparingDouble(this::lack)).orElseThrow();
    for (int guest : Arrays.copyOf(layout.guests[host], layout.counts[host])) {
      if (!problem.fixed[guest] && moves.stream().noneMatch(each -> each.guest() == guest)) {
        offer(step, moves, guest, steps);
      }
    }
    moves.forEach(each -> layout.move(each.guest(), each.from()));
  }

  /** Offers all moves of a guest. */
  private void offer(
      @Nullable Step before, List<Step> moves, int guest, PriorityQueue<Step> steps) {
    int from = layout.at[guest];
    int[] targets = moves.stream().mapToInt(Step::to).distinct().toArray();
    double others = 0;
    for (int host : targets) {
      others += host == from ? lack(host, guest, -1) : lack(host);
    }
    for (int to = 0; to < problem.hosts; to++) {
      if (to != from && !problem.emptied[to]) {
        int target = to;
        boolean again = Arrays.stream(targets).anyMatch(host -> host == target);
        double lack = others + lack(to, guest, 1) - (again ? lack(to) : 0);
        if (steps.size() < WIDTH || lack < steps.element().lack()) {
          steps.add(new Step(before, guest, from, to, lack));
          if (steps.size() > WIDTH) {
            steps.remove();
          }
        }
      }
    }
  }

  /** Makes moves in an order in which each is possible; or none, if there is no such order. */
  private boolean isMade(List<Step> moves) {
    List<Step> open = new ArrayList<>(moves);
    List<Step> made = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = false;
      for (Step step : List.copyOf(open)) {
        if (layout.fits(step.guest(), step.to())) {
          layout.move(step.guest(), step.to());
          made.addFirst(step);
          open.remove(step);
          more = true;
        }
      }
    }
    if (!open.isEmpty()) {
      made.forEach(step -> layout.move(step.guest(), step.from()));
    }
    return open.isEmpty();
  }

  private double lack(int host) {
    return lack(layout.demand[host], layout.free[host], host);
  }

  /** What a host lacks if a guest comes (1) or leaves (-1). */
  private double lack(int host, int guest, int sign) {
    return lack(
        layout.demand[host] + sign * problem.appetite[guest],
        layout.free[host] - sign * layout.room(guest, host),
        host);
  }

  /** The shares of a host that its guests need and it does not have. */
  private double lack(double demand, double free, int host) {
    return Math.max(0, demand * problem.perCpu[host] - 1 - Descent.ROUNDING)
        + Math.max(0, -free * problem.perMemory[host]);
  }
}
