package io.ballast.ops.demo;

import io.ballast.messages.Alert;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Everything that was seen to happen, with the time when it was seen. Safe to use by threads. */
final class Chronicle {
  private final Map<OperationId, Move> moves = new LinkedHashMap<>();
  private final Map<OperationId, Outcome> outcomes = new HashMap<>();
  private final List<Seen> alerts = new ArrayList<>();
  private final Map<HostId, TreeMap<Instant, Double>> cpu = new TreeMap<>();
  private Optional<Instant> firstMove = Optional.empty();

  /** An alert as it began or ended. */
  record Seen(Alert alert, Instant at) {
    boolean resolved() {
      return alert.resolvedAt().isPresent();
    }

    String words() {
      return (resolved() ? "end of " : "") + alert.verdict() + " for " + alert.host();
    }
  }

  synchronized void add(Event event, Instant now) {
    switch (event) {
      case Event.MoveChanged changed -> {
        moves.put(changed.move().id(), changed.move());
        firstMove = firstMove.or(() -> Optional.of(now));
      }
      case Event.AlertRaised raised -> alerts.add(new Seen(raised.alert(), now));
      case Event.AlertResolved resolved -> alerts.add(new Seen(resolved.alert(), now));
      case Event.OperationFinished finished ->
          outcomes.put(finished.operation(), finished.outcome());
      case Event.OperationProgressed ignored -> {}
      case Event.WorkProgressed ignored -> {}
      case Event.WorkFinished ignored -> {}
      case Event.Decided ignored -> {}
    }
  }

  synchronized void add(Fleet fleet) {
    for (Fleet.Host host : fleet.hosts()) {
      cpu.computeIfAbsent(host.id(), id -> new TreeMap<>())
          .put(host.heardAt(), host.beat().load().cpu());
    }
  }

  /** When the first move was heard of. */
  synchronized Optional<Instant> firstMove() {
    return firstMove;
  }

  /** Each move in its latest state, in the order in which they began. */
  synchronized List<Move> moves() {
    return List.copyOf(moves.values());
  }

  synchronized Optional<Outcome> outcome(OperationId operation) {
    return Optional.ofNullable(outcomes.get(operation));
  }

  /** What was said of a host's alerts since then, in order. */
  synchronized List<Seen> alerts(HostId host, Instant since) {
    return alerts.stream()
        .filter(seen -> seen.alert().host().equals(host) && !seen.at().isBefore(since))
        .toList();
  }

  /** The alerts whose end was not told. */
  synchronized List<Alert> openAlerts() {
    Map<String, Alert> open = new LinkedHashMap<>();
    for (Seen seen : alerts) {
      if (seen.resolved()) {
        open.remove(seen.alert().id());
      } else {
        open.put(seen.alert().id(), seen.alert());
      }
    }
    return List.copyOf(open.values());
  }

  /**
   * Highest less lowest CPU share of the hosts, 0 to 1, each averaged over its beats of a time, or
   * by its last one before where there was none.
   */
  synchronized double cpuSpread(Instant from, Instant to) {
    double[] means =
        cpu.values().stream().mapToDouble(beats -> mean(beats, from, to)).sorted().toArray();
    return means[means.length - 1] - means[0];
  }

  private static double mean(NavigableMap<Instant, Double> beats, Instant from, Instant to) {
    Map.Entry<Instant, Double> last = beats.floorEntry(to);
    if (last == null) {
      throw new DemoFailure("no beats before " + to);
    }
    return beats.subMap(from, true, to, true).values().stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(last.getValue());
  }
}
