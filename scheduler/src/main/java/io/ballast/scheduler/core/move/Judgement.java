package io.ballast.scheduler.core.move;

import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.view.Sight;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads from an input which {@link Sign} it is for a trip, and takes the turn. */
final class Judgement {
  private Judgement() {}

  static Trip.Turn accepted(Trip trip, Instant now) {
    return trip.life().ended()
        ? trip.ignored("the end of this move was told already")
        : trip.with(trip.life().heard(now)).working(Sign.ACCEPTED, now);
  }

  /** A refusal means that nothing happened; the lack of an answer means nothing. */
  static Trip.Turn refused(Trip trip, Reason reason, String message, Instant now) {
    return saysNothing(reason)
        ? trip.on(Sign.UNANSWERED, "no answer from " + trip.move().from() + ": " + message, now)
        : ended(trip, trip.on(Sign.REFUSED, message, now), Optional.of(reason), false);
  }

  /** Whether a refusal leaves open what has happened: also who failed at it may have begun. */
  private static boolean saysNothing(Reason reason) {
    return reason == Reason.DEADLINE_PASSED
        || reason == Reason.BUS_LOST
        || reason == Reason.INTERNAL;
  }

  /** The turn with the end of the move, if it is one. */
  private static Trip.Turn ended(
      Trip before, Trip.Turn turn, Optional<Reason> reason, boolean begun) {
    if (turn.trip().isOpen() || !before.isOpen()) {
      return turn;
    }
    List<Step> steps = new ArrayList<>(turn.steps());
    steps.add(new Step.Ended(turn.trip().move(), reason, begun));
    return new Trip.Turn(turn.trip(), steps);
  }

  static Trip.Turn progressed(Trip trip, Event.OperationProgressed event, Instant now) {
    if (trip.life().ended()) {
      return trip.ignored("the end of this move was told already");
    }
    Trip.Turn turn = trip.with(trip.life().heard(now)).working(Sign.PROGRESSED, now);
    if (!turn.trip().isIn(Move.State.MIGRATING)) {
      return turn;
    }
    List<Step> steps =
        turn.steps().stream()
            .filter(step -> !(step instanceof Effect.Tell))
            .collect(Collectors.toCollection(ArrayList::new));
    Trip.Turn told = turn.trip().with(event.progress()).told();
    steps.addAll(told.steps());
    return new Trip.Turn(told.trip(), steps);
  }

  /** The one final event; what is told again counts no more. */
  static Trip.Turn finished(Trip trip, Outcome outcome, Instant now) {
    if (trip.life().ended()) {
      return trip.ignored("the end of this move was told already");
    }
    Trip ended = trip.with(trip.life().whenEnded());
    return switch (outcome) {
      case Outcome.Done done -> {
        Trip measured = done.migration().map(ended::with).orElse(ended);
        Trip.Turn turn = measured.on(Sign.ENDED_DONE, trip.why(), now);
        boolean late = trip.isIn(Move.State.DONE) && done.migration().isPresent();
        yield ended(trip, late ? turn.trip().told() : turn, Optional.empty(), true);
      }
      case Outcome.Failed failed ->
          ended(
              trip,
              ended.on(Sign.ENDED_FAILED, failed.message(), now),
              Optional.of(failed.reason()),
              true);
      case Outcome.Unknown unknown -> {
        Trip.Turn turn = ended.on(Sign.ENDED_UNKNOWN, unknown.message(), now);
        yield trip.isIn(Move.State.UNKNOWN) && !trip.doubt().over()
            ? turn.trip().whenOver(turn.steps(), now)
            : turn;
      }
    };
  }

  /** The truth of one of the two hosts. */
  static Trip.Turn beaten(Trip trip, HostBeat beat, Instant now) {
    HostId host = beat.pulse().host();
    if (!trip.touches(host)) {
      return trip.unchanged();
    }
    boolean listed = host.equals(trip.move().from()) && beat.operations().contains(trip.id());
    boolean goesOn = trip.isIn(Move.State.FAILED) && listed && !trip.life().ended();
    if (!goesOn && (!trip.isOpen() || trip.isIn(Move.State.PLANNED))) {
      return trip.unchanged();
    }
    Trip seen = trip.with(seen(trip, beat));
    return ended(
        trip,
        host.equals(trip.move().from()) ? ofSource(seen, listed, now) : settle(seen, now),
        Optional.empty(),
        true);
  }

  private static Life seen(Trip trip, HostBeat beat) {
    if (beat.hypervisor().health() != HostBeat.Health.ANSWERING) {
      return trip.life();
    }
    Sight sight =
        trip.sight(beat.vms().stream().filter(vm -> vm.id().equals(trip.move().vm())).findFirst());
    return beat.pulse().host().equals(trip.move().from())
        ? trip.life().withSource(sight)
        : trip.life().withTarget(sight);
  }

  private static Trip.Turn ofSource(Trip trip, boolean listed, Instant now) {
    if (listed) {
      return trip.life().ended()
          ? trip.unchanged()
          : trip.with(trip.life().heard(now)).working(Sign.LISTED, now);
    }
    Trip missed = trip.with(trip.life().missed());
    if (trip.isIn(Move.State.MIGRATING) && missed.life().isGone()) {
      String note = trip.move().from() + " no longer works on it and told no end";
      return missed.life().hasArrived() ? settle(missed, now) : missed.on(Sign.VANISHED, note, now);
    }
    if (trip.isIn(Move.State.UNKNOWN) && !trip.doubt().over()) {
      boolean canStillBegin = now.isBefore(trip.mayBeginUntil());
      Trip counted = canStillBegin ? trip : missed;
      Trip.Turn turn = settle(counted, now);
      return turn.trip().isOpen() && counted.life().isGone()
          ? turn.trip().whenOver(turn.steps(), now)
          : turn;
    }
    return settle(missed, now);
  }

  /** Takes beats for the proof that it has arrived, once its agent no longer works on it. */
  private static Trip.Turn settle(Trip trip, Instant now) {
    boolean over =
        switch (trip.move().state()) {
          case MIGRATING -> trip.life().isGone();
          case UNKNOWN -> true;
          case PLANNED, REQUESTED, DONE, FAILED -> false;
        };
    return over && trip.life().hasArrived()
        ? trip.on(Sign.ARRIVED, arrived(trip), now)
        : trip.unchanged();
  }

  static Trip.Turn looked(Trip trip, HostId host, int round, Optional<Vm> vm, Instant now) {
    if (!trip.isIn(Move.State.UNKNOWN)) {
      return trip.ignored("this move is not in doubt, nobody has to look");
    }
    if (!trip.touches(host)) {
      return trip.ignored(host + " is no host of this move");
    }
    if (round != trip.doubt().round()) {
      return trip.ignored("the answer of " + host + " is of an earlier round of looks");
    }
    Sight sight = trip.sight(vm);
    Doubt doubt =
        host.equals(trip.move().from())
            ? trip.doubt().withSource(sight)
            : trip.doubt().withTarget(sight);
    Trip seen = trip.with(doubt);
    return doubt
        .sign()
        .map(sign -> ended(trip, seen.verdict(sign, now), reason(trip, sign), true))
        .orElseGet(seen::unchanged);
  }

  /** That a move which a person gave up did not happen, is nobody's failure. */
  private static Optional<Reason> reason(Trip trip, Sign sign) {
    return sign == Sign.ON_SOURCE && trip.life().givenUp()
        ? Optional.of(Reason.CANCELLED)
        : Optional.empty();
  }

  static Trip.Turn lookFailed(Trip trip, HostId host, int round, String message) {
    return trip.isIn(Move.State.UNKNOWN) && round == trip.doubt().round()
        ? trip.noted("in doubt until " + host + " answers: " + message)
        : trip.ignored("nobody waits for this look any more");
  }

  /** A person has looked. */
  static Trip.Turn settled(Trip trip, HostId on, Instant now) {
    if (!trip.touches(on)) {
      return trip.ignored(
          "%s is no host of this move; say %s or %s"
              .formatted(on, trip.move().from(), trip.move().to()));
    }
    boolean here = on.equals(trip.move().from());
    Trip.Turn turn = trip.verdict(here ? Sign.SETTLED_ON_SOURCE : Sign.SETTLED_ON_TARGET, now);
    return ended(trip, turn, Optional.of(Reason.CANCELLED), true);
  }

  static Trip.Turn cancelled(Trip trip, Instant now) {
    String note =
        trip.isIn(Move.State.PLANNED)
            ? "given up before it began"
            : "to be given up, " + trip.move().from() + " is asked to";
    return trip.on(Sign.GIVEN_UP, note, now);
  }

  /** Time passed. */
  static Trip.Turn passed(Trip trip, Instant now) {
    if (trip.deadline().map(now::isBefore).orElse(true)) {
      return trip.unchanged();
    }
    Move move = trip.move();
    return switch (move.state()) {
      case PLANNED -> trip.on(Sign.EXPIRED, "its hosts were busy, late or full for too long", now);
      case REQUESTED -> trip.on(Sign.UNANSWERED, "no answer from " + move.from(), now);
      case MIGRATING ->
          trip.on(Sign.SILENT, "nothing was heard of it from " + move.from() + " any more", now);
      case UNKNOWN -> trip.lookAgain(now);
      case DONE, FAILED -> trip.unchanged();
    };
  }

  private static String arrived(Trip trip) {
    return "%s %s and is gone from %s"
        .formatted(
            trip.offline() ? "is defined on" : "runs on", trip.move().to(), trip.move().from());
  }

  /** The refusal of an input about a move that there is not. */
  static Step.Ignored unknown(OperationId id) {
    return new Step.Ignored(
        id, Reason.UNKNOWN_OPERATION, "there is no move " + id + ", or it ended long ago");
  }
}
