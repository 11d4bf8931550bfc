package io.ballast.scheduler.core.balance;

import io.ballast.scheduler.core.view.Objection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Weighs moves between the sites of a board: whether they are allowed, and whether worth it. */
final class Scales {
  final Board board;
  final Rules rules;
  final Appeal appeal;

  /** The places of the sites that may take part. */
  final List<Integer> free = new ArrayList<>();

  Scales(Board board, Rules rules, Appeal appeal) {
    this.board = board;
    this.rules = rules;
    this.appeal = appeal;
    for (int i = 0; i < board.size(); i++) {
      if (!rules.isBusy(board.site(i).id())) {
        free.add(i);
      }
    }
  }

  /** Whether guests may be taken off a site. */
  boolean isSource(int place) {
    return appeal.isSource(board.site(place));
  }

  /**
   * The best move of a guest if it is better than another, or else that.
   *
   * @param targets the places that come into question
   */
  @Nullable Candidate best(
      Guest guest, int from, @Nullable Candidate other, Iterable<Integer> targets) {
    Candidate best = other;
    boolean urgent = appeal.isHot(board.site(from));
    double least = appeal.leastGain(guest);
    double cost = appeal.cost(guest).toMiB();
    for (int to : targets) {
      if (to == from) {
        continue;
      }
      board.weigh(guest, from, to);
      double gain = board.gain();
      if (gain < least
          || board.gainInRipe() < appeal.leastGain()
          || (best != null && urgent == best.urgent() && gain / cost <= best.worth())) {
        continue;
      }
      Candidate candidate = new Candidate(new Leg(guest, from, to), urgent, gain / cost);
      if (candidate.isBetterThan(best)
          && against(guest, from, to).isEmpty()
          && gain >= least + sureness() * error(guest, from, to)) {
        best = candidate;
      }
    }
    return best;
  }

  /** What speaks against a move; what it gains is not asked. */
  Optional<Objection> against(Guest guest, int from, int to) {
    return rules
        .against(guest, board.site(from).id(), board.site(to))
        .or(
            () ->
                board.becomesHot(guest, to, appeal.margin())
                    ? Optional.of(Objection.TARGET_HOT)
                    : Optional.empty());
  }

  /** What speaks against a move, also that it gains too little. */
  Optional<Objection> objection(Guest guest, int from, int to) {
    Optional<Objection> objection = against(guest, from, to);
    if (objection.isPresent()) {
      return objection;
    }
    board.weigh(guest, from, to);
    double gain = board.gain();
    double least = appeal.leastGain(guest);
    if (gain < least || board.gainInRipe() < appeal.leastGain()) {
      return Optional.of(Objection.NO_GAIN);
    }
    return gain < least + sureness() * error(guest, from, to)
        ? Optional.of(Objection.UNSURE_GAIN)
        : Optional.empty();
  }

  /** How many standard errors a gain must be above the least. */
  double sureness() {
    return rules.policy().worth().sureness();
  }

  /** The standard error of what a move gains; 0 if nobody asks. */
  double error(Guest guest, int from, int to) {
    if (sureness() == 0) {
      return 0;
    }
    Site source = board.site(from);
    Site target = board.site(to);
    return Chance.error(
        guest,
        source,
        target,
        source.without(guest),
        target.with(guest),
        rules.policy().thresholds());
  }

  /** Makes a move on the board. */
  void make(Leg leg) {
    board.set(leg.from(), board.site(leg.from()).without(leg.guest()));
    board.set(leg.to(), board.site(leg.to()).with(leg.guest()));
  }
}
