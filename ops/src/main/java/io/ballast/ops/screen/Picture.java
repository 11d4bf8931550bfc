package io.ballast.ops.screen;

import io.ballast.messages.Alert;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A fleet with what happened since it was asked for.
 *
 * @param moves oldest first, each in its latest state
 * @param alerts each once, resolved where its end is known
 * @param decisions for each cluster the last one that moves something and the latest, oldest first
 */
record Picture(Fleet fleet, List<Move> moves, List<Alert> alerts, List<Decision> decisions) {

  private static final Comparator<Move> NEWER =
      Comparator.comparing(Move::since)
          .thenComparing(
              move -> move.progress().map(MigrationProgress::elapsed).orElse(Duration.ZERO));

  static Picture of(Fleet fleet, List<Event> recent) {
    Map<OperationId, Move> moves = new LinkedHashMap<>();
    Map<String, Alert> alerts = new LinkedHashMap<>();
    List<Decision> decisions = new ArrayList<>();
    fleet.moves().forEach(move -> moves.put(move.id(), move));
    fleet.alerts().forEach(alert -> alerts.put(alert.id(), alert));
    for (Event event : recent) {
      switch (event) {
        case Event.MoveChanged changed ->
            moves.merge(changed.move().id(), changed.move(), Picture::newer);
        case Event.AlertRaised raised -> alerts.putIfAbsent(raised.alert().id(), raised.alert());
        case Event.AlertResolved resolved -> alerts.put(resolved.alert().id(), resolved.alert());
        case Event.Decided decided -> decisions.add(decided.decision());
        case Event.OperationProgressed ignored -> {}
        case Event.OperationFinished ignored -> {}
        case Event.WorkProgressed ignored -> {}
        case Event.WorkFinished ignored -> {}
      }
    }
    decisions.addAll(fleet.decisions());
    return new Picture(
        fleet, List.copyOf(moves.values()), List.copyOf(alerts.values()), telling(decisions));
  }

  private static Move newer(Move one, Move other) {
    return NEWER.compare(other, one) >= 0 ? other : one;
  }

  private static List<Decision> telling(List<Decision> decisions) {
    Map<String, Decision> moving = new TreeMap<>();
    Map<String, Decision> latest = new TreeMap<>();
    for (Decision decision : decisions) {
      latest.merge(decision.cluster(), decision, Picture::later);
      if (!decision.moves().isEmpty()) {
        moving.merge(decision.cluster(), decision, Picture::later);
      }
    }
    List<Decision> telling = new ArrayList<>();
    latest.forEach(
        (cluster, last) -> {
          Optional.ofNullable(moving.get(cluster))
              .filter(found -> !found.at().equals(last.at()))
              .ifPresent(telling::add);
          telling.add(last);
        });
    return List.copyOf(telling);
  }

  private static Decision later(Decision one, Decision other) {
    return other.at().isAfter(one.at()) ? other : one;
  }
}
