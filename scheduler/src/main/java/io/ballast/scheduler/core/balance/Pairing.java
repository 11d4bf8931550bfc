package io.ballast.scheduler.core.balance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds two moves that are worth it together where none is by itself.
 *
 * <p>Two guests change places: so two hosts become even by a difference that no guest has. Or a
 * guest goes to a host that another one leaves for a third: so a host that is full, or would become
 * hot, can take it. Only the hottest hosts are helped like this, for there are many pairs.
 */
final class Pairing {
  /** So many sources are looked at. */
  private static final int SOURCES = 8;

  private final Scales scales;
  private final Board board;
  private final Appeal appeal;
  private final Forecast forecast;
  private final Predicate<Guest> movable;
  private final Map<Integer, List<Guest>> guests = new HashMap<>();
  private final Map<Guest, Leg> ways = new HashMap<>();
  private List<Leg> best = List.of();
  private double worth;

  /**
   * @param movable whether a guest may be moved at all
   */
  Pairing(Scales scales, Forecast forecast, Predicate<Guest> movable) {
    this.scales = scales;
    this.board = scales.board;
    this.appeal = scales.appeal;
    this.forecast = forecast;
    this.movable = movable;
  }

  /** The two moves with the best worth, for the hottest source that has some; or none. */
  List<Leg> best() {
    List<Integer> sources = new ArrayList<>(scales.free);
    sources.removeIf(place -> !scales.isSource(place));
    sources.sort(
        Comparator.<Integer>comparingDouble(place -> -appeal.heat(board.site(place)))
            .thenComparing(Comparator.naturalOrder()));
    for (int from : sources.subList(0, Math.min(SOURCES, sources.size()))) {
      for (Guest guest : movable(from)) {
        for (int to : scales.free) {
          if (to != from) {
            pair(guest, from, to);
          }
        }
      }
      if (!best.isEmpty() && appeal.isHot(board.site(from))) {
        return best;
      }
    }
    return best;
  }

  private List<Guest> movable(int at) {
    return guests.computeIfAbsent(
        at, place -> forecast.guests(board.site(place).id()).stream().filter(movable).toList());
  }

  private void pair(Guest guest, int from, int to) {
    boolean blocked = scales.against(guest, from, to).isPresent();
    for (Guest other : movable(to)) {
      board.weigh(guest, from, other, to);
      if (pays(guest, other)) {
        Leg there = new Leg(guest, from, to);
        Leg back = new Leg(other, to, from);
        offer(there, back);
        offer(back, there);
      }
      if (blocked) {
        Leg away = ways.computeIfAbsent(other, each -> way(each, to));
        if (away.to() != to && away.to() != from) {
          offer(away, new Leg(guest, from, to));
        }
      }
    }
  }

  /** Where a guest would do least harm; its own place if it may go nowhere. */
  private Leg way(Guest guest, int from) {
    double most = Double.NEGATIVE_INFINITY;
    int best = from;
    for (int to : scales.free) {
      if (to != from) {
        board.weigh(guest, from, to);
        if (board.gain() > most && scales.against(guest, from, to).isEmpty()) {
          most = board.gain();
          best = to;
        }
      }
    }
    return new Leg(guest, from, best);
  }

  /** Whether what was weighed last is worth moving two guests. */
  private boolean pays(Guest one, Guest other) {
    return board.gain() >= appeal.leastGain(one) + appeal.leastGain(other)
        && board.gainInRipe() >= 2 * appeal.leastGain();
  }

  /** Takes two moves, one after the other, if they are allowed and better than what is known. */
  private void offer(Leg first, Leg second) {
    if (isForbidden(first)) {
      return;
    }
    board.weigh(first.guest(), first.from(), first.to());
    double gain = board.gain();
    double inRipe = board.gainInRipe();
    double error = error(first);
    Site from = board.site(first.from());
    Site to = board.site(first.to());
    scales.make(first);
    board.weigh(second.guest(), second.from(), second.to());
    gain += board.gain();
    inRipe += board.gainInRipe();
    double least = appeal.leastGain(first.guest()) + appeal.leastGain(second.guest());
    double each = gain / appeal.cost(first.guest()).plus(appeal.cost(second.guest())).toMiB();
    if (gain >= least
        && inRipe >= 2 * appeal.leastGain()
        && (best.isEmpty() || each > worth)
        && !isForbidden(second)
        && gain >= least + scales.sureness() * Math.hypot(error, error(second))) {
      best = List.of(first, second);
      worth = each;
    }
    board.set(first.from(), from);
    board.set(first.to(), to);
  }

  private double error(Leg leg) {
    return scales.error(leg.guest(), leg.from(), leg.to());
  }

  private boolean isForbidden(Leg leg) {
    return scales.against(leg.guest(), leg.from(), leg.to()).isPresent();
  }
}
