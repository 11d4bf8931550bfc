package io.ballast.scheduler;

import io.ballast.messages.Alert;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a scheduler decides, moves and warns of, as lines of its log. */
final class Journal {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private Journal() {}

  /** Writes the line of an event, if it deserves one. */
  static void write(Event event) {
    switch (event) {
      case Event.AlertRaised raised -> log.warn("{}", line(raised.alert()));
      case Event.AlertResolved resolved -> log.info("{}", line(resolved.alert()));
      case Event.Decided decided -> log.info("{}", line(decided.decision()));
      case Event.MoveChanged changed -> write(changed.move());
      case Event.OperationProgressed progressed -> {}
      case Event.OperationFinished finished -> {}
    }
  }

  private static void write(Move move) {
    switch (move.state()) {
      case PLANNED, REQUESTED, MIGRATING -> {}
      case UNKNOWN -> log.warn("{} is in doubt, both hosts are asked: {}", way(move), move.note());
      case DONE ->
          log.info(
              "{} done{}",
              way(move),
              move.measures().map(Journal::measures).orElse(" without measures"));
      case FAILED -> log.warn("{} failed: {}", way(move), move.note());
    }
  }

  private static String line(Alert alert) {
    String what =
        switch (alert.verdict()) {
          case HOST_SILENT -> "is silent";
          case HYPERVISOR_STUCK -> "has a hypervisor that does not answer";
          case VM_DOUBLED -> "has a virtual machine that is active elsewhere too";
          case VM_LOST -> "had a virtual machine that is active nowhere since its move";
          case VM_ID_SHARED -> "has a virtual machine whose UUID another one carries too";
          case HOST_DOUBLED -> "has two agents";
          case CLOCK_SKEWED -> "has a clock that is wrong";
        };
    return alert
        .resolvedAt()
        .map(
            end ->
                "alert over: %s no longer %s, after %s"
                    .formatted(
                        alert.host(), what, seconds(Duration.between(alert.raisedAt(), end))))
        .orElseGet(
            () ->
                "ALERT: %s %s, last heard at %s; %s. %s"
                    .formatted(
                        alert.host(),
                        what,
                        alert.lastHeard().truncatedTo(ChronoUnit.MILLIS),
                        vms(alert.vms()),
                        String.join(" ", alert.evidence())));
  }

  private static String line(Decision decision) {
    List<String> moves =
        decision.moves().stream()
            .map(move -> "%s %s -> %s".formatted(move.name(), move.from(), move.to()))
            .toList();
    return "decided for %s: %s%s"
        .formatted(
            decision.cluster(),
            decision.summary(),
            moves.isEmpty() ? "" : " (" + String.join(", ", moves) + ")");
  }

  private static String vms(List<String> names) {
    return names.isEmpty()
        ? "no VMs were active there"
        : "%d VMs: %s".formatted(names.size(), String.join(", ", names));
  }

  private static String way(Move move) {
    return "move of %s from %s to %s".formatted(move.name(), move.from(), move.to());
  }

  private static String measures(Outcome.Migration migration) {
    return " in %s, the guest paused for %d ms, %s sent"
        .formatted(
            seconds(migration.total()), migration.downtime().toMillis(), migration.transferred());
  }

  private static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }
}
