package io.ballast.scheduler.core;

import io.ballast.messages.Alert;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.messages.Reply;
import io.ballast.scheduler.core.effect.Effect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Turns the time by which the core counts, which never steps, into the time of the wall clock, in
 * all that leaves the core: so ages stay right, whatever the wall clock did since.
 *
 * @param ahead how far the wall clock is ahead of the core's time
 */
record WallTime(Duration ahead) {
  static final WallTime SAME = new WallTime(Duration.ZERO);

  /** Less is no step but the slow drift of two clocks, and the time between two looks at them. */
  private static final Duration STEP = Duration.ofMillis(100);

  /** As it stands now. */
  WallTime after(Instant wall, Instant now) {
    Duration difference = Duration.between(now, wall);
    return difference.minus(ahead).abs().compareTo(STEP) < 0 ? this : new WallTime(difference);
  }

  Instant of(Instant moment) {
    return moment.plus(ahead);
  }

  List<Effect> of(List<Effect> effects) {
    return ahead.isZero() ? effects : effects.stream().map(this::of).toList();
  }

  Fleet of(Fleet fleet) {
    return new Fleet(
        of(fleet.at()),
        fleet.hosts().stream()
            .map(
                host ->
                    new Fleet.Host(
                        host.beat(), host.status(), of(host.heardAt()), host.storage(), host.net()))
            .toList(),
        fleet.alerts().stream().map(this::of).toList(),
        fleet.moves().stream().map(this::of).toList(),
        fleet.decisions().stream().map(this::of).toList());
  }

  private Effect of(Effect effect) {
    return switch (effect) {
      case Effect.Tell tell -> new Effect.Tell(of(tell.event()));
      case Effect.Answer answer -> new Effect.Answer(answer.command(), of(answer.reply()));
      case Effect.Send send -> send;
      case Effect.Abort abort -> abort;
      case Effect.Order order -> order;
      case Effect.Carry carry -> carry;
      case Effect.Settle settle -> settle;
      case Effect.Remember remember -> remember;
      case Effect.Look look -> look;
      case Effect.Think think -> think;
      case Effect.Warn warn -> warn;
      case Effect.Note note -> note;
    };
  }

  private Event of(Event event) {
    return switch (event) {
      case Event.AlertRaised raised -> new Event.AlertRaised(of(raised.alert()));
      case Event.AlertResolved resolved -> new Event.AlertResolved(of(resolved.alert()));
      case Event.Decided decided -> new Event.Decided(of(decided.decision()));
      case Event.MoveChanged changed -> new Event.MoveChanged(of(changed.move()));
      case Event.OperationProgressed progressed -> progressed;
      case Event.OperationFinished finished -> finished;
      case Event.WorkProgressed progressed -> progressed;
      case Event.WorkFinished finished -> finished;
    };
  }

  private Reply of(Reply reply) {
    return reply instanceof Reply.Planned planned
        ? new Reply.Planned(of(planned.decision()))
        : reply;
  }

  private Alert of(Alert alert) {
    return new Alert(
        alert.id(),
        alert.verdict(),
        alert.host(),
        of(alert.raisedAt()),
        of(alert.lastHeard()),
        alert.vms(),
        alert.evidence(),
        alert.resolvedAt().map(this::of),
        alert.object());
  }

  private Move of(Move move) {
    return new Move(
        move.id(),
        move.vm(),
        move.name(),
        move.from(),
        move.to(),
        move.priority(),
        move.state(),
        of(move.since()),
        move.progress(),
        move.measures(),
        move.note(),
        move.stages().stream().map(stage -> new Move.Stage(stage.what(), of(stage.at()))).toList());
  }

  private Decision of(Decision decision) {
    return new Decision(
        of(decision.at()),
        decision.cluster(),
        decision.moves(),
        decision.summary(),
        decision.terms(),
        decision.objections());
  }
}
