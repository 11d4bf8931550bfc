package io.ballast.scheduler.core.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The best move of each guest, kept while moves are made. By a move only the guests of its two
 * sites get new ones; for the others just these two sites come into question anew, and what is
 * known of a target that became fuller is left as too good. So the best is looked for again before
 * it is given away, until it stays what it was (a lazy greedy algorithm); and all are before it is
 * said that there is none.
 */
final class Shortlist {
  private final Scales scales;
  private final Predicate<Guest> movable;
  private final List<Seat> seats = new ArrayList<>();
  private final @Nullable Candidate[] best;

  /** A guest where it is. */
  private record Seat(Guest guest, int place) {}

  /**
   * @param movable whether a guest may be moved at all; it may come not to be
   */
  Shortlist(Scales scales, Forecast forecast, Predicate<Guest> movable) {
    this.scales = scales;
    this.movable = movable;
    for (int place : scales.free) {
      for (Guest guest : forecast.guests(scales.board.site(place).id())) {
        if (movable.test(guest)) {
          seats.add(new Seat(guest, place));
        }
      }
    }
    best = new Candidate[seats.size()];
  }

  /** The move with the best worth, those of hosts over a trigger before all others. */
  Optional<Leg> next() {
    Optional<Leg> known = known();
    if (known.isPresent()) {
      return known;
    }
    for (int i = 0; i < best.length; i++) {
      best[i] = best(seats.get(i), null, scales.free);
    }
    return known();
  }

  /** Takes note that a move was made. */
  void made(Leg leg) {
    List<Integer> changed = List.of(leg.from(), leg.to());
    for (int i = 0; i < best.length; i++) {
      Seat seat = seats.get(i);
      best[i] =
          changed.contains(seat.place())
              ? best(seat, null, scales.free)
              : best(seat, best[i], changed);
    }
  }

  private @Nullable Candidate best(
      Seat seat, @Nullable Candidate known, Iterable<Integer> targets) {
    return scales.isSource(seat.place()) && movable.test(seat.guest())
        ? scales.best(seat.guest(), seat.place(), known, targets)
        : null;
  }

  private Optional<Leg> known() {
    while (true) {
      int first = first();
      if (first < 0) {
        return Optional.empty();
      }
      Candidate known = best[first];
      Candidate again = best(seats.get(first), null, scales.free);
      best[first] = again;
      if (known != null && known.equals(again)) {
        return Optional.of(known.leg());
      }
    }
  }

  private int first() {
    int first = -1;
    for (int i = 0; i < best.length; i++) {
      Candidate candidate = best[i];
      if (candidate != null && (first < 0 || candidate.isBetterThan(best[first]))) {
        first = i;
      }
    }
    return first;
  }
}
