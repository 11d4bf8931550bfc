package io.ballast.scheduler.core.move;

import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Means;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Vm;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Sight;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One move and what is known of it; each sign makes a new one, by the {@link Transitions}.
 *
 * @param why why it is made, for a person
 * @param peerUri how the target's hypervisor is reached
 * @param copying whether disks that its source alone has may be copied
 * @param offline whether its virtual machine does not run, and is not to: then it is where it is
 *     defined, and that counts as if it ran there
 * @param life since it was sent; meaningless before
 * @param doubt while it is in doubt; meaningless otherwise
 */
record Trip(
    Move move,
    String why,
    String peerUri,
    boolean copying,
    boolean offline,
    Life life,
    Doubt doubt,
    Policy.Transfer transfer) {

  /** How long a migration whose time is over may take to end after it is first given up. */
  private static final Duration ENDING = Duration.ofMinutes(5);

  /** A trip after a sign, and what is to be done. */
  record Turn(Trip trip, List<Step> steps) {}

  static Trip begin(MoveInput.Planned planned, Policy.Transfer transfer, Instant now) {
    return new Trip(
        planned.move().after(new Move.Stage("planned", now)),
        planned.move().note(),
        planned.peerUri(),
        planned.copying(),
        planned.offline(),
        Life.begin(now),
        Doubt.begin(false, now),
        transfer);
  }

  OperationId id() {
    return move.id();
  }

  boolean isOpen() {
    return move.state().open();
  }

  boolean isIn(Move.State state) {
    return move.state() == state;
  }

  boolean touches(HostId host) {
    return move.from().equals(host) || move.to().equals(host);
  }

  Trip with(Life other) {
    return new Trip(move, why, peerUri, copying, offline, other, doubt, transfer);
  }

  Trip with(Doubt other) {
    return new Trip(move, why, peerUri, copying, offline, life, other, transfer);
  }

  Trip with(MigrationProgress progress) {
    return with(
        copy(move.state(), move.since(), Optional.of(progress), move.measures(), move.note()));
  }

  Trip with(Outcome.Migration measures) {
    return with(
        copy(move.state(), move.since(), move.progress(), Optional.of(measures), move.note()));
  }

  /** Nothing comes of an input. */
  Turn unchanged() {
    return new Turn(this, List.of());
  }

  /** Only the words for people change. */
  Turn noted(String note) {
    if (note.equals(move.note())) {
      return unchanged();
    }
    return with(copy(move.state(), move.since(), move.progress(), move.measures(), note)).told();
  }

  /** Only what is told of it has changed. */
  Turn told() {
    return new Turn(this, List.of(tidings()));
  }

  private Effect tidings() {
    return new Effect.Tell(new Event.MoveChanged(move));
  }

  /** The turn after a sign that the source's agent works on it. */
  Turn working(Sign sign, Instant now) {
    return on(sign, isIn(Move.State.MIGRATING) ? move.note() : why, now);
  }

  /**
   * The turn after a sign.
   *
   * @param note for a person
   */
  Turn on(Sign sign, String note, Instant now) {
    Optional<Move.State> next = Transitions.next(move.state(), sign);
    if (next.isEmpty()) {
      return ignored(Transitions.whyNot(move.state(), sign));
    }
    Trip after = in(next.get(), note, now);
    List<Step> steps = new ArrayList<>();
    if (!after.move.equals(move)) {
      steps.add(after.tidings());
    }
    if (sign == Sign.TURN) {
      steps.add(new Effect.Send(id(), move.from(), after.command(), copying));
      return new Turn(after.with(Life.begin(now)), steps);
    }
    if (isGivenUpBy(sign, after)) {
      steps.add(after.abort());
      after = after.with(after.life.whenGivenUp());
    }
    if (after.isIn(Move.State.UNKNOWN) && !isIn(Move.State.UNKNOWN)) {
      boolean over = sign == Sign.ENDED_UNKNOWN || sign == Sign.VANISHED;
      return after.with(life.missedNever()).with(Doubt.begin(over, now)).look(steps, now);
    }
    return new Turn(after, steps);
  }

  /**
   * Whether the source's agent has to be asked to give it up: now that a person wants it, and once
   * more when it takes on what a person gave up before.
   */
  private boolean isGivenUpBy(Sign sign, Trip after) {
    return after.isOpen()
        && (sign == Sign.GIVEN_UP
            || (life.givenUp() && after.isIn(Move.State.MIGRATING) && !isIn(Move.State.MIGRATING)));
  }

  /** The turn in which a sign is not taken, and why. */
  Turn ignored(String why) {
    return new Turn(this, List.of(new Step.Ignored(id(), Reason.WRONG_STATE, why)));
  }

  /** Begins a round of looks. */
  Turn look(List<Step> before, Instant now) {
    Doubt next = doubt.round(now.plus(transfer.lookAgain()));
    List<Step> steps = new ArrayList<>(before);
    steps.add(new Effect.Look(id(), move.from(), move.vm(), next.round()));
    steps.add(new Effect.Look(id(), move.to(), move.vm(), next.round()));
    return new Turn(with(next), steps);
  }

  /**
   * The turn in which it is time to look again. A migration that goes on although a person gave it
   * up, or its time is over, is given up once more: the agent that would have done so has restarted
   * since, or did not hear of it.
   */
  Turn lookAgain(Instant now) {
    boolean unwanted = life.givenUp() || isOverdue(Duration.ZERO, now);
    return look(unwanted && doubt.isActiveOnBoth() ? List.of(abort()) : List.of(), now);
  }

  /** Whether its time was over, and a silence and {@code longer} have passed since. */
  private boolean isOverdue(Duration longer, Instant now) {
    Duration time = transfer.within().plus(transfer.silence()).plus(longer);
    return !now.isBefore(life.sentAt().plus(time));
  }

  private Effect abort() {
    return new Effect.Abort(
        id(), move.from(), new HostCommand.Cancel(id(), Optional.of(move.vm())));
  }

  /** When something has to be done if nothing is heard until then. */
  Optional<Instant> deadline() {
    return switch (move.state()) {
      case PLANNED -> Optional.of(move.since().plus(transfer.within()));
      case REQUESTED -> Optional.of(mayBeginUntil().plus(transfer.answer()));
      case MIGRATING -> Optional.of(life.heardAt().plus(transfer.silence()));
      case UNKNOWN -> Optional.of(doubt.lookAt());
      case DONE, FAILED -> Optional.empty();
    };
  }

  /**
   * Until when its migration may yet be sent: ports are asked for and prepared in the time of one
   * answer, disks before that in the time of nine.
   */
  Instant mayBeginUntil() {
    return life.sentAt().plus(transfer.answer().multipliedBy(copying || offline ? 10 : 1));
  }

  /** This now that the source's agent no longer works on it: both hosts are looked at anew. */
  Turn whenOver(List<Step> before, Instant now) {
    return with(doubt.whenOver(now)).look(before, now);
  }

  /** The turn after both hosts have said what they run. */
  Turn verdict(Sign sign, Instant now) {
    String seen =
        String.format(
            "%s %s, %s %s", move.from(), words(doubt.source()), move.to(), words(doubt.target()));
    Turn turn = on(sign, words(sign, seen), now);
    boolean lasts = doubt.over() && doubt.isActiveOnBoth() && isOverdue(ENDING, now);
    boolean alarming = sign == Sign.ON_BOTH || (sign == Sign.BETWEEN && lasts);
    if (!alarming || offline || doubt.alarmed()) {
      return turn;
    }
    List<Step> steps = new ArrayList<>(turn.steps());
    steps.add(new Step.Doubled(turn.trip.move, List.of(move.from(), move.to())));
    return new Turn(turn.trip.with(doubt.whenAlarmed()), steps);
  }

  /** Of one that does not run it is only told where it is known. */
  private String words(Sight sight) {
    return offline && sight == Sight.RUNNING ? "defines it" : sight.words();
  }

  private String words(Sign sign, String seen) {
    if (offline && sign == Sign.NOWHERE) {
      return "on neither host: " + seen + "; define it where its disks are";
    }
    if (offline && (sign == Sign.ON_BOTH || sign == Sign.BETWEEN)) {
      return "not on one host alone: " + seen + "; undefine it where it does not belong";
    }
    return switch (sign) {
      case ON_SOURCE -> "did not move: " + seen;
      case ON_TARGET -> "moved: " + seen;
      case HELD_ON_TARGET ->
          "moved, and does not run: " + seen + "; resume it if nobody paused it on purpose";
      case NOWHERE -> "active on neither host: " + seen + "; start it where its disks are";
      case ON_BOTH -> "RUNS TWICE: " + seen + "; destroy one of the two";
      case BETWEEN -> "between its hosts: " + seen;
      case SETTLED_ON_SOURCE -> "a person has seen it run on " + move.from();
      case SETTLED_ON_TARGET -> "a person has seen it run on " + move.to();
      case TURN,
          EXPIRED,
          OVERTAKEN,
          GIVEN_UP,
          ACCEPTED,
          REFUSED,
          UNANSWERED,
          PROGRESSED,
          LISTED,
          VANISHED,
          SILENT,
          ARRIVED,
          ENDED_DONE,
          ENDED_FAILED,
          ENDED_UNKNOWN ->
          seen;
    };
  }

  /** What a host means by what it says of the machine. */
  Sight sight(Optional<Vm> vm) {
    return offline ? Sight.ofResting(vm) : Sight.of(vm);
  }

  private Trip in(Move.State state, String note, Instant now) {
    if (state == move.state()) {
      return with(copy(state, move.since(), move.progress(), move.measures(), note));
    }
    return with(
        copy(state, now, move.progress(), move.measures(), note)
            .after(new Move.Stage(words(state), now)));
  }

  /** Something was done for it. */
  Turn staged(String what, Instant now) {
    return isOpen()
        ? new Turn(with(move.after(new Move.Stage(what, now))), List.of())
        : unchanged();
  }

  private String words(Move.State state) {
    return switch (state) {
      case PLANNED -> "planned";
      case REQUESTED -> "its turn has come";
      case MIGRATING -> "migrating, by " + move.from();
      case UNKNOWN -> "in doubt: both hosts are asked what they run";
      case DONE -> "moved";
      case FAILED -> "failed";
    };
  }

  private Move copy(
      Move.State state,
      Instant since,
      Optional<MigrationProgress> progress,
      Optional<Outcome.Migration> measures,
      String note) {
    return new Move(
        move.id(),
        move.vm(),
        move.name(),
        move.from(),
        move.to(),
        move.priority(),
        state,
        since,
        progress,
        measures,
        note,
        move.stages());
  }

  private Trip with(Move other) {
    return new Trip(other, why, peerUri, copying, offline, life, doubt, transfer);
  }

  private HostCommand.Migrate command() {
    HostCommand.Migrate live = live();
    return offline ? live.ofResting() : live;
  }

  private HostCommand.Migrate live() {
    return new HostCommand.Migrate(
        move.vm(),
        move.to(),
        Optional.of(peerUri),
        transfer.bandwidth(),
        transfer.maxDowntime(),
        transfer.within(),
        Optional.of(transfer.means()).filter(means -> !means.equals(Means.NONE)));
  }
}
