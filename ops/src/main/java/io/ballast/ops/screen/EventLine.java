package io.ballast.ops.screen;

import io.ballast.messages.Alert;
import io.ballast.messages.Event;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** An event told in one line. */
public final class EventLine {
  private final Ink ink;

  public EventLine(Ink ink) {
    this.ink = ink;
  }

  /** The event for a person, without its time. */
  public String of(Event event) {
    return switch (event) {
      case Event.OperationProgressed made ->
          "progress  %s on %s: %s"
              .formatted(made.vm(), made.host(), MoveRows.amounts(made.progress()));
      case Event.OperationFinished finished ->
          "finished  %s on %s: %s"
              .formatted(finished.vm(), finished.host(), outcome(finished.outcome()));
      case Event.WorkProgressed made ->
          "progress  %s on %s: %s of %s; operation %s"
              .formatted(made.object(), made.host(), made.done(), made.total(), made.operation());
      case Event.WorkFinished finished ->
          "finished  %s on %s: %s; operation %s"
              .formatted(
                  finished.object(),
                  finished.host(),
                  outcome(finished.outcome()),
                  finished.operation());
      case Event.Decided decided ->
          "decided   %s: %s".formatted(decided.decision().cluster(), decided.decision().summary());
      case Event.MoveChanged changed -> "move      " + move(changed.move());
      case Event.AlertRaised raised -> "ALERT     " + alert(raised.alert());
      case Event.AlertResolved resolved -> "resolved  " + end(resolved.alert());
    };
  }

  /** How work ended, for a person. */
  public static String outcome(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done ->
          done.migration().map(EventLine::measures).or(done::report).orElse("done");
      case Outcome.Failed failed -> "failed: " + failed.message();
      case Outcome.Unknown unknown -> "unknown: " + unknown.message();
    };
  }

  /** The measures of a migration, for a person. */
  public static String measures(Outcome.Migration made) {
    return "moved in %s, paused for %s, sent %s"
        .formatted(
            Figures.duration(made.total()), Figures.duration(made.downtime()), made.transferred());
  }

  /** A move in its present state, for a person. */
  public String move(Move move) {
    String told =
        move.measures()
            .map(EventLine::measures)
            .or(() -> move.progress().filter(p -> move.state().open()).map(MoveRows::amounts))
            .or(() -> note(move))
            .map(text -> ": " + text)
            .orElse("");
    return "%s  %s %s %s  %s%s"
        .formatted(
            move.name(),
            move.from(),
            ink.arrow(),
            move.to(),
            move.state().name().toLowerCase(Locale.ROOT),
            told);
  }

  /** Why it is made is worth saying once, why it is in doubt or failed always. */
  private static Optional<String> note(Move move) {
    boolean telling =
        switch (move.state()) {
          case PLANNED, UNKNOWN, DONE, FAILED -> !move.note().isEmpty();
          case REQUESTED, MIGRATING -> false;
        };
    return telling ? Optional.of(move.note()) : Optional.empty();
  }

  private static String alert(Alert alert) {
    String evidence = String.join("; ", alert.evidence());
    return AlertWords.what(alert)
        + AlertWords.there(alert).map(vms -> "; " + vms).orElse("")
        + (evidence.isEmpty() ? "" : "; " + evidence);
  }

  private static String end(Alert alert) {
    return AlertWords.over(alert)
        + alert
            .resolvedAt()
            .map(
                end ->
                    ", "
                        + Figures.age(Duration.between(alert.raisedAt(), end))
                        + " after its alert")
            .orElse("")
        + AlertWords.why(alert).map(why -> "; " + why).orElse("");
  }
}
