package io.ballast.scheduler.core.move;

import io.ballast.messages.Decision;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The life of all moves, from the plan to the proof that each VM runs once. Immutable.
 *
 * <p>A move is sent when both of its hosts have a place free, those that persons want first. From
 * then on it goes by what is heard of it, as {@link Transitions} has it. What failed in an unknown
 * way, or fell silent, is in doubt, and nothing is done to its VM before both hosts have said what
 * they run: a migration that reports failure may have succeeded. The move never ends by guessing; a
 * host that stays silent keeps it in doubt.
 */
public final class MoveMachine {
  private final Policy policy;
  private final Map<OperationId, Trip> trips;

  private MoveMachine(Policy policy, Map<OperationId, Trip> trips) {
    this.policy = policy;
    this.trips = trips;
  }

  /** What an input led to: the machine after it, and what is to be done, in this order. */
  public record Result(MoveMachine machine, List<Step> steps) {}

  /** A machine without moves. */
  public static MoveMachine of(Policy policy) {
    return new MoveMachine(policy, Map.of());
  }

  /** A move in its first state, as the machine wants it. */
  public static Move planned(
      OperationId id, Decision.PlannedMove move, Move.Priority priority, Instant now) {
    return new Move(
        id,
        move.vm(),
        move.name(),
        move.from(),
        move.to(),
        priority,
        Move.State.PLANNED,
        now,
        Optional.empty(),
        Optional.empty(),
        move.why());
  }

  /** The machine after an input. It never throws: what can't be, is ignored with a reason. */
  public Result on(MoveInput input, Grounds grounds, Instant now) {
    Round round = new Round(grounds, now);
    switch (input) {
      case MoveInput.Planned planned -> round.add(planned);
      case MoveInput.Staged it -> round.turn(it.move(), trip -> trip.staged(it.what(), now));
      case MoveInput.Accepted it -> round.turn(it.move(), trip -> Judgement.accepted(trip, now));
      case MoveInput.Refused it ->
          round.turn(it.move(), trip -> Judgement.refused(trip, it.reason(), it.message(), now));
      case MoveInput.Progressed it ->
          round.turn(it.event().operation(), trip -> Judgement.progressed(trip, it.event(), now));
      case MoveInput.Finished it ->
          round.turn(it.move(), trip -> Judgement.finished(trip, it.outcome(), now));
      case MoveInput.Beaten it -> round.turnAll(trip -> Judgement.beaten(trip, it.beat(), now));
      case MoveInput.Looked it ->
          round.turn(
              it.move(), trip -> Judgement.looked(trip, it.host(), it.round(), it.vm(), now));
      case MoveInput.LookFailed it ->
          round.turn(
              it.move(), trip -> Judgement.lookFailed(trip, it.host(), it.round(), it.message()));
      case MoveInput.Cancelled it -> round.turn(it.move(), trip -> Judgement.cancelled(trip, now));
      case MoveInput.Settled it ->
          round.turn(it.move(), trip -> Judgement.settled(trip, it.on(), now));
      case MoveInput.Passed it -> {}
    }
    round.turnAll(trip -> Judgement.passed(trip, now));
    return round.end(trip -> mayFree(input, trip));
  }

  /**
   * Whether a waiting trip may get its turn by an input. It is worked out anew what speaks against
   * it, which takes its time in a large fleet: so not at each beat of hosts that are not its own.
   */
  private static boolean mayFree(MoveInput input, Trip waiting) {
    return switch (input) {
      case MoveInput.Beaten beaten -> waiting.touches(beaten.beat().pulse().host());
      case MoveInput.Accepted it -> false;
      case MoveInput.Staged it -> false;
      case MoveInput.Progressed it -> false;
      case MoveInput.LookFailed it -> false;
      case MoveInput.Planned it -> true;
      case MoveInput.Refused it -> true;
      case MoveInput.Finished it -> true;
      case MoveInput.Looked it -> true;
      case MoveInput.Cancelled it -> true;
      case MoveInput.Settled it -> true;
      case MoveInput.Passed it -> true;
    };
  }

  /** All open moves, and those that ended so lately that the balancer must know, oldest first. */
  public List<Move> moves() {
    return trips.values().stream().map(Trip::move).toList();
  }

  /** When to say {@link MoveInput.Passed} at the latest; empty = no need. */
  public Optional<Instant> nextDeadline() {
    return trips.values().stream()
        .flatMap(trip -> trip.deadline().stream())
        .min(Comparator.naturalOrder());
  }

  /** The work of one input: trips change, steps add up. */
  private final class Round {
    private final Grounds grounds;
    private final Instant now;
    private final Map<OperationId, Trip> after = new LinkedHashMap<>(trips);
    private final List<Step> steps = new ArrayList<>();

    Round(Grounds grounds, Instant now) {
      this.grounds = grounds;
      this.now = now;
    }

    void add(MoveInput.Planned planned) {
      Move move = planned.move();
      if (after.containsKey(move.id())) {
        ignore(move.id(), "there is a move " + move.id() + " already");
      } else if (move.state() != Move.State.PLANNED) {
        ignore(move.id(), "a new move has to be planned, this one is " + move.state());
      } else if (isMoving(move.vm())) {
        ignore(move.id(), move.name() + " is on its way already");
      } else {
        take(Trip.begin(planned, policy.transfer(), now).told());
      }
    }

    void turn(OperationId id, Function<Trip, Trip.Turn> judge) {
      Trip trip = after.get(id);
      if (trip == null) {
        steps.add(Judgement.unknown(id));
      } else {
        take(judge.apply(trip));
      }
    }

    void turnAll(Function<Trip, Trip.Turn> judge) {
      for (Trip trip : List.copyOf(after.values())) {
        take(judge.apply(trip));
      }
    }

    Result end(Predicate<Trip> mayGo) {
      List<Trip> waiting =
          after.values().stream()
              .filter(trip -> trip.isIn(Move.State.PLANNED) && mayGo.test(trip))
              .sorted(Comparator.comparing(trip -> trip.move().priority()))
              .toList();
      for (Trip trip : waiting) {
        if (hasPlace(trip.move().from()) && hasPlace(trip.move().to())) {
          send(trip);
        }
      }
      Instant forgotten = now.minus(memory());
      after.values().removeIf(trip -> !trip.isOpen() && trip.move().since().isBefore(forgotten));
      return new Result(new MoveMachine(policy, after), List.copyOf(steps));
    }

    /** Sends a move; one that waited only if nothing speaks against it, and perhaps later. */
    private void send(Trip trip) {
      boolean waited = trip.move().since().isBefore(now);
      Optional<Reply.Refused> objection =
          waited && !trip.offline() ? grounds.against(trip.move()) : Optional.empty();
      if (objection.isEmpty()) {
        take(trip.on(Sign.TURN, trip.why(), now));
      } else if (!objection.get().reason().retryable()) {
        String note = "not made any more: " + objection.get().message();
        take(trip.on(Sign.OVERTAKEN, note, now));
      }
    }

    private void take(Trip.Turn turn) {
      after.put(turn.trip().id(), turn.trip());
      steps.addAll(turn.steps());
    }

    private boolean isMoving(VmId vm) {
      return after.values().stream().anyMatch(trip -> trip.isOpen() && trip.move().vm().equals(vm));
    }

    /** Whether a host may take part in one more move. */
    private boolean hasPlace(HostId host) {
      long taken =
          after.values().stream().filter(trip -> trip.touches(host)).filter(this::takes).count();
      long others = grounds.work(host).stream().filter(id -> !after.containsKey(id)).count();
      return taken + others < policy.caps().perHost();
    }

    /**
     * Whether a trip takes a place of its hosts. One in doubt does, for it may go on; but not for
     * the days for which one of its hosts may be silent.
     */
    private boolean takes(Trip trip) {
      return switch (trip.move().state()) {
        case REQUESTED, MIGRATING -> true;
        case UNKNOWN ->
            !grounds.isSilent(trip.move().from()) && !grounds.isSilent(trip.move().to());
        case PLANNED, DONE, FAILED -> false;
      };
    }

    private void ignore(OperationId id, String why) {
      steps.add(new Step.Ignored(id, Reason.BUSY, why));
    }
  }

  /** How long the balancer has to know of an ended move. */
  private Duration memory() {
    Policy.Pace pace = policy.pace();
    return Stream.of(pace.coolDown(), pace.noReturn(), pace.loadLag())
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }
}
