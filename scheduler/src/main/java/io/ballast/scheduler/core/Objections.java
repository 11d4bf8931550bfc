package io.ballast.scheduler.core;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often each rule spoke against a possible move. */
final class Objections {
  private final Map<Objection, Integer> counts = new EnumMap<>(Objection.class);

  void count(Objection objection) {
    counts.merge(objection, 1, Integer::sum);
  }

  boolean has(Objection objection) {
    return counts.containsKey(objection);
  }

  /** By their names on the wire. */
  Map<String, Integer> wire() {
    Map<String, Integer> wire = new TreeMap<>();
    counts.forEach((objection, count) -> wire.put(objection.wire(), count));
    return wire;
  }

  /** For people, the most frequent first: {@code 12 x no-room, 3 x cool-down}. */
  String text() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<Objection, Integer>comparingByValue(Comparator.reverseOrder()))
        .map(entry -> entry.getValue() + " x " + entry.getKey().wire())
        .collect(Collectors.joining(", "));
  }
}
