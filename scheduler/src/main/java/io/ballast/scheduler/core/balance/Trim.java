package io.ballast.scheduler.core.balance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Looks at the moves of a plan once they are all known: takes out what brings nothing any more, and
 * lets lighter guests go in place of heavier ones that do no more.
 */
final class Trim {
  private static final double ROUNDING = 1e-9;

  private final Scales scales;
  private final Board board;
  private final Map<Integer, Site> before = new HashMap<>();

  /** Of moves that start from the board as it is. */
  Trim(Scales scales) {
    this.scales = scales;
    this.board = scales.board;
  }

  /**
   * The moves that are left; the board is as it was.
   *
   * @param others the guests of a site that could go from it as well
   */
  List<Leg> trimmed(List<Leg> legs, Function<Integer, List<Guest>> others) {
    List<Leg> best = legs;
    double most = value(best);
    for (int i = legs.size() - 1; i >= 0; i--) {
      List<Leg> without = new ArrayList<>(best);
      Leg left = without.remove(i);
      double value = value(without);
      if (value >= most - ROUNDING) {
        best = without;
        most = value;
        continue;
      }
      for (Guest other : others.apply(left.from())) {
        if (scales.appeal.cost(other).compareTo(scales.appeal.cost(left.guest())) < 0
            && best.stream().noneMatch(leg -> leg.guest().equals(other))) {
          List<Leg> lighter = new ArrayList<>(best);
          lighter.set(i, new Leg(other, left.from(), left.to()));
          double instead = value(lighter);
          if (instead > most + ROUNDING) {
            best = lighter;
            most = instead;
            left = lighter.get(i);
          }
        }
      }
    }
    return best;
  }

  /**
   * What moves take off the score beyond what they must; less than anything if one of them is not
   * possible.
   */
  private double value(List<Leg> legs) {
    double value = 0;
    for (Leg leg : legs) {
      Site from = board.site(leg.from());
      Site to = board.site(leg.to());
      if (scales.against(leg.guest(), leg.from(), leg.to()).isPresent()) {
        value = Double.NEGATIVE_INFINITY;
        break;
      }
      board.weigh(leg.guest(), leg.from(), leg.to());
      value += board.gain() - scales.appeal.leastGain(leg.guest());
      before.putIfAbsent(leg.from(), from);
      before.putIfAbsent(leg.to(), to);
      scales.make(leg);
    }
    before.forEach(board::set);
    before.clear();
    return value;
  }
}
