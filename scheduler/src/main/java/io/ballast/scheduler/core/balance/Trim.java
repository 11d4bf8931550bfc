package io.ballast.scheduler.core.balance;

import io.ballast.scheduler.core.view.Objection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * @param together moves that are worth it with others and need not be by themselves
   * @param others the guests of a site that could go from it as well
   */
  List<Leg> trimmed(List<Leg> legs, Set<Leg> together, Function<Integer, List<Guest>> others) {
    List<Leg> best = legs;
    Value most = value(best, together);
    for (int i = legs.size() - 1; i >= 0; i--) {
      Leg left = best.get(i);
      List<Leg> without = new ArrayList<>(best);
      without.remove(i);
      Value value = value(without, together);
      if (value.total() >= most.total() - ROUNDING
          && value.inRipe() >= most.inRipe() - scales.appeal.leastGain()) {
        best = without;
        most = value;
        continue;
      }
      for (Guest other : others.apply(left.from())) {
        if (scales.appeal.cost(other).compareTo(scales.appeal.cost(best.get(i).guest())) < 0
            && best.stream().noneMatch(leg -> leg.guest().equals(other))) {
          List<Leg> lighter = new ArrayList<>(best);
          lighter.set(i, new Leg(other, left.from(), left.to()));
          Value instead = value(lighter, together);
          if (instead.total() > most.total() + ROUNDING
              && instead.inRipe() >= most.inRipe() - ROUNDING) {
            best = lighter;
            most = instead;
          }
        }
      }
    }
    return best;
  }

  /**
   * What moves take off the score beyond what they must, and what in the ripe metrics; less than
   * anything if one of them is not allowed or not worth it when its turn comes.
   */
  private record Value(double total, double inRipe) {
    static final Value NONE = new Value(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  private Value value(List<Leg> legs, Set<Leg> together) {
    double total = 0;
    double inRipe = 0;
    boolean possible = true;
    for (Leg leg : legs) {
      Optional<Objection> objection =
          together.contains(leg)
              ? scales.against(leg.guest(), leg.from(), leg.to())
              : scales.objection(leg.guest(), leg.from(), leg.to());
      if (objection.isPresent()) {
        possible = false;
        break;
      }
      board.weigh(leg.guest(), leg.from(), leg.to());
      total += board.gain() - scales.appeal.leastGain(leg.guest());
      inRipe += board.gainInRipe();
      before.putIfAbsent(leg.from(), board.site(leg.from()));
      before.putIfAbsent(leg.to(), board.site(leg.to()));
      scales.make(leg);
    }
    before.forEach(board::set);
    before.clear();
    return possible ? new Value(total, inRipe) : Value.NONE;
  }
}
