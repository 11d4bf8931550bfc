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
final class EventLog {
  private static final Logger log = LoggerFactory.getLogger(EventLog.class);

  private EventLog() {}

  /** Writes the line of an event, if it deserves one. */
  static void write(Event event) {
    switch (event) {
      case Event.AlertRaised raised -> log.warn("{}", line(raised.alert()));
      case Event.AlertResolved resolved -> log.info("{}", line(resolved.alert()));
      case Event.Decided decided -> log.info("{}", line(decided.decision()));
      case Event.MoveChanged changed -> write(changed.move());
      case Event.OperationProgressed progressed -> {}
      case Event.OperationFinished finished -> {}
      case Event.WorkProgressed progressed -> {}
      case Event.WorkFinished finished -> {}
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
              move.measures().map(EventLog::measures).orElse(" without measures"));
      case FAILED -> log.warn("{} failed: {}", way(move), move.note());
    }
  }

  /** The line of an alert: the warning while it lasts, and what is over at its end. */
  static String line(Alert alert) {
    return alert
        .resolvedAt()
        .map(
            end ->
                "alert over: %s, after %s"
                    .formatted(over(alert), seconds(Duration.between(alert.raisedAt(), end))))
        .orElseGet(
            () ->
                "ALERT: %s, last heard at %s%s. %s"
                    .formatted(
                        what(alert),
                        alert.lastHeard().truncatedTo(ChronoUnit.MILLIS),
                        alert.object().isPresent() ? "" : "; " + vms(alert.vms()),
                        String.join(" ", alert.evidence())));
  }

  private static String what(Alert alert) {
    String host = alert.host().value();
    return switch (alert.verdict()) {
      case HOST_SILENT -> host + " is silent";
      case HYPERVISOR_STUCK -> host + " has a hypervisor that does not answer";
      case VM_DOUBLED -> host + " has a virtual machine that is active elsewhere too";
      case VM_LOST -> host + " had a virtual machine that is active nowhere since its move";
      case VM_ID_SHARED -> host + " has a virtual machine whose UUID another one carries too";
      case HOST_DOUBLED -> host + " has two agents";
      case CLOCK_SKEWED -> host + " has a clock that is wrong";
      case POOL_FILLING -> object(alert) + " is nearly full";
      case POOL_FULL -> object(alert) + " is as good as full";
      case STORAGE_WORN -> object(alert) + " is " + worn(alert);
      case STORAGE_FAILING -> object(alert) + " fails";
      case VOLUMES_KEPT -> object(alert) + " still has volumes kept for it";
      case PORT_DIFFERS -> object(alert) + " is not as wanted";
      case ADDRESS_TAKEN ->
          String.join(" and ", alert.vms()) + " have one " + alert.object().orElse("address");
      case UPLINK_DOWN -> object(alert) + " is down";
      case UPLINK_BUSY -> object(alert) + " carries nearly all that it can";
      case UPLINK_IDLE -> object(alert) + " carries next to nothing";
    };
  }

  /** Has to be true also of a host that was forgotten, which ends what was said of it. */
  private static String over(Alert alert) {
    String host = alert.host().value();
    String names = alert.vms().isEmpty() ? "a VM" : String.join(" and ", alert.vms());
    return switch (alert.verdict()) {
      case HOST_SILENT -> host + " is no longer missed";
      case HYPERVISOR_STUCK -> "the hypervisor of " + host + " is no longer stuck";
      case VM_DOUBLED -> names + " is no longer active on two hosts";
      case VM_LOST -> names + " is no longer missed";
      case VM_ID_SHARED -> names + " no longer carry one UUID while active";
      case HOST_DOUBLED -> host + " is no longer the name of two agents";
      case CLOCK_SKEWED -> "the clock of " + host + " is no longer wrong";
      case POOL_FILLING -> object(alert) + " is no longer nearly full" + why(alert);
      case POOL_FULL -> object(alert) + " is no longer as good as full" + why(alert);
      case STORAGE_WORN -> object(alert) + " is no longer " + worn(alert) + why(alert);
      case STORAGE_FAILING -> object(alert) + " no longer fails" + why(alert);
      case VOLUMES_KEPT -> object(alert) + " has no volumes kept for it any more" + why(alert);
      case PORT_DIFFERS -> object(alert) + " is as wanted again" + why(alert);
      case ADDRESS_TAKEN ->
          names + " no longer have one " + alert.object().orElse("address") + why(alert);
      case UPLINK_DOWN -> object(alert) + " is no longer down" + why(alert);
      case UPLINK_BUSY -> object(alert) + " no longer carries nearly all that it can" + why(alert);
      case UPLINK_IDLE -> object(alert) + " no longer carries next to nothing" + why(alert);
    };
  }

  /** An array lacks a device or is being made whole; it does not wear. */
  private static String worn(Alert alert) {
    return alert.object().filter(part -> part.startsWith("array ")).isPresent()
        ? "degraded"
        : "worn";
  }

  private static String object(Alert alert) {
    return alert.object().orElse("storage") + " of " + alert.host();
  }

  /** The last sentence of what is over about storage says why. */
  private static String why(Alert alert) {
    return alert.evidence().isEmpty() ? "" : " (" + alert.evidence().getLast() + ")";
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
