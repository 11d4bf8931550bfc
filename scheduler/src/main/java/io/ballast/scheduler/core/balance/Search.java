package io.ballast.scheduler.core.balance;

import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Objections;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the move with the best worth, again and again, until none is left; changes its forecast
 * accordingly. Moves away from a host that is over a trigger come before all others. Where no move
 * is worth it by itself, it takes two that are together. One search, one plan.
 */
final class Search {
  private final Forecast forecast;
  private final Rules rules;
  private final Board board;
  private final Scales scales;
  private final Set<VmId> planned = new HashSet<>();
  private final Objections objections = new Objections();

  Search(Forecast forecast, Rules rules, Appeal appeal) {
    this.forecast = forecast;
    this.rules = rules;
    board = new Board(forecast.sites(), appeal.ripe(), rules.policy());
    scales = new Scales(board, rules, appeal);
  }

  List<PlannedMove> run() {
    int most = rules.policy().caps().perDecision();
    Shortlist shortlist = new Shortlist(scales, forecast, this::isMovable);
    List<Leg> legs = new ArrayList<>();
    Set<Leg> together = new HashSet<>();
    boolean more = true;
    while (more && legs.size() < most) {
      List<Leg> next = shortlist.next().map(List::of).orElseGet(List::of);
      if (next.isEmpty() && legs.size() + 2 <= most) {
        next = new Pairing(scales, forecast, this::isMovable).best();
        together.addAll(next);
      }
      for (Leg leg : next) {
        legs.add(leg);
        planned.add(leg.guest().vm().id());
        scales.make(leg);
        shortlist.made(leg);
      }
      more = !next.isEmpty();
    }
    boolean full = more && shortlist.next().isPresent();
    List<PlannedMove> moves = made(trimmed(legs, together));
    count();
    if (full) {
      objections.count(Objection.PLAN_FULL);
    }
    return moves;
  }

  /** The moves that the plan needs; the board is again as before it. */
  private List<Leg> trimmed(List<Leg> legs, Set<Leg> together) {
    for (int place = 0; place < board.size(); place++) {
      board.set(place, forecast.site(board.site(place).id()).orElseThrow());
    }
    planned.clear();
    return new Trim(scales)
        .trimmed(
            legs,
            together,
            place ->
                forecast.guests(board.site(place).id()).stream().filter(this::isMovable).toList());
  }

  private List<PlannedMove> made(List<Leg> legs) {
    List<PlannedMove> moves = new ArrayList<>();
    for (Leg leg : legs) {
      Site from = board.site(leg.from());
      Site to = board.site(leg.to());
      Guest guest = leg.guest();
      String why =
          Explanation.why(
              scales.appeal.hottest(from), from, from.without(guest), to, to.with(guest));
      moves.add(guest.move(from.id(), to.id(), why));
      planned.add(guest.vm().id());
      forecast.move(guest, from, to);
      scales.make(leg);
    }
    return moves;
  }

  /**
   * Whether only its cool-down speaks against moving some guest once more, so that there will be
   * something to do soon.
   */
  boolean hasMoreLater() {
    for (int from : scales.free) {
      if (!scales.isSource(from)) {
        continue;
      }
      for (Guest guest : forecast.guests(board.site(from).id())) {
        if (against(guest).equals(Optional.of(Objection.COOL_DOWN))
            && rules.hasArrived(guest.vm().id())
            && scales.best(guest, from, null, scales.free) != null) {
          return true;
        }
      }
    }
    return false;
  }

  /** What spoke against the moves that the plan does not have. */
  Objections objections() {
    return objections;
  }

  private boolean isMovable(Guest guest) {
    return against(guest).isEmpty();
  }

  private Optional<Objection> against(Guest guest) {
    return planned.contains(guest.vm().id())
        ? Optional.of(Objection.COOL_DOWN)
        : rules.against(guest, forecast);
  }

  /** Counts what speaks against each move that there could be now. */
  private void count() {
    forecast.absent().values().forEach(objections::count);
    for (int i = scales.free.size(); i < board.size(); i++) {
      objections.count(Objection.HOST_BUSY);
    }
    for (int from : scales.free) {
      if (scales.isSource(from)) {
        for (Guest guest : forecast.guests(board.site(from).id())) {
          against(guest).ifPresentOrElse(objections::count, () -> count(guest, from));
        }
      }
    }
  }

  private void count(Guest guest, int from) {
    for (int to : scales.free) {
      if (to != from) {
        scales.objection(guest, from, to).ifPresent(objections::count);
      }
    }
  }
}
