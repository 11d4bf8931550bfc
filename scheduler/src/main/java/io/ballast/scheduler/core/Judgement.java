package io.ballast.scheduler.core;

import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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
    boolean unanswered = reason == Reason.DEADLINE_PASSED || reason == Reason.BUS_LOST;
    return unanswered
        ? trip.on(Sign.UNANSWERED, "no answer from " + trip.move().from() + ": " + message, now)
        : trip.on(Sign.REFUSED, message, now);
  }

  static Trip.Turn progressed(Trip trip, Event.OperationProgressed event, Instant now) {
    if (trip.life().ended()) {
      return trip.ignored("the end of this move was told already");
    }
    Trip.Turn turn = trip.with(trip.life().heard(now)).working(Sign.PROGRESSED, now);
    return turn.trip().isIn(Move.State.MIGRATING) ? told(turn.trip().with(event.progress())) : turn;
  }

  static Trip.Turn finished(Trip trip, Outcome outcome, Instant now) {
    Trip ended = trip.with(trip.life().whenEnded());
    return switch (outcome) {
      case Outcome.Done done -> {
        Trip.Turn turn = ended.on(Sign.ENDED_DONE, trip.why(), now);
        yield turn.trip().isIn(Move.State.DONE) && done.migration().isPresent()
            ? told(turn.trip().with(done.migration().get()))
            : turn;
      }
      case Outcome.Failed failed -> ended.on(Sign.ENDED_FAILED, failed.message(), now);
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
    if (!trip.isOpen() || trip.isIn(Move.State.PLANNED) || !trip.touches(host)) {
      return trip.unchanged();
    }
    Trip seen = trip.with(seen(trip, beat));
    return host.equals(trip.move().from())
        ? ofSource(seen, beat.operations().contains(trip.id()), now)
        : settle(seen, now);
  }

  private static Life seen(Trip trip, HostBeat beat) {
    if (beat.hypervisor().health() != HostBeat.Health.ANSWERING) {
      return trip.life();
    }
    Sight sight =
        Sight.of(beat.vms().stream().filter(vm -> vm.id().equals(trip.move().vm())).findFirst());
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
    if (trip.isIn(Move.State.MIGRATING) && missed.life().missing() >= Life.GONE) {
      String note = trip.move().from() + " no longer works on it and told no end";
      return missed.life().hasArrived() ? settle(missed, now) : missed.on(Sign.VANISHED, note, now);
    }
    boolean couldHaveBegun = now.isBefore(trip.life().sentAt().plus(trip.transfer().answer()));
    if (trip.isIn(Move.State.UNKNOWN) && !trip.doubt().over() && !couldHaveBegun) {
      Trip.Turn turn = settle(missed, now);
      return turn.trip().isOpen() ? turn.trip().whenOver(turn.steps(), now) : turn;
    }
    return settle(missed, now);
  }

  /** Takes beats for the proof that it has arrived, once its agent no longer works on it. */
  private static Trip.Turn settle(Trip trip, Instant now) {
    boolean over =
        switch (trip.move().state()) {
          case MIGRATING -> trip.life().missing() >= Life.GONE;
          case UNKNOWN -> true;
          case PLANNED, REQUESTED, DONE, FAILED -> false;
        };
    return over && trip.life().hasArrived()
        ? trip.on(Sign.ARRIVED, arrived(trip.move()), now)
        : trip.unchanged();
  }

  static Trip.Turn looked(Trip trip, HostId host, Optional<Vm> vm, Instant now) {
    if (!trip.isIn(Move.State.UNKNOWN)) {
      return trip.ignored("this move is not in doubt, nobody has to look");
    }
    if (!trip.touches(host)) {
      return trip.ignored(host + " is no host of this move");
    }
    Sight sight = Sight.of(vm);
    Doubt doubt =
        host.equals(trip.move().from())
            ? trip.doubt().withSource(sight)
            : trip.doubt().withTarget(sight);
    Trip seen = trip.with(doubt);
    return doubt.sign().map(sign -> seen.verdict(sign, now)).orElseGet(seen::unchanged);
  }

  static Trip.Turn lookFailed(Trip trip, HostId host, String message) {
    return trip.isIn(Move.State.UNKNOWN)
        ? trip.noted("in doubt until " + host + " answers: " + message)
        : trip.ignored("this move is not in doubt, nobody has to look");
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
      case PLANNED ->
          trip.on(Sign.EXPIRED, "its hosts were busy with other moves for too long", now);
      case REQUESTED -> trip.on(Sign.UNANSWERED, "no answer from " + move.from(), now);
      case MIGRATING ->
          trip.on(Sign.SILENT, "nothing was heard of it from " + move.from() + " any more", now);
      case UNKNOWN -> trip.look(List.of(), now);
      case DONE, FAILED -> trip.unchanged();
    };
  }

  static String arrived(Move move) {
    return "runs on " + move.to() + " and is gone from " + move.from();
  }

  private static Trip.Turn told(Trip trip) {
    return new Trip.Turn(trip, List.of(new Step.Changed(trip.move())));
  }

  /** The refusal of an input about a move that there is not. */
  static Step.Ignored unknown(OperationId id) {
    return new Step.Ignored(
        id, Reason.UNKNOWN_OPERATION, "there is no move " + id + ", or it ended long ago");
  }
}
