package io.ballast.scheduler.core.view;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How often each rule spoke against a possible move. */
public final class Objections {
  private final Map<Objection, Integer> counts = new EnumMap<>(Objection.class);

  /** Counts one more. */
  public void count(Objection objection) {
    counts.merge(objection, 1, Integer::sum);
  }

  /** Whether there was one of that kind. */
  public boolean has(Objection objection) {
    return counts.containsKey(objection);
  }

  /** By their names on the wire. */
  public Map<String, Integer> wire() {
    Map<String, Integer> wire = new TreeMap<>();
    counts.forEach((objection, count) -> wire.put(objection.wire(), count));
    return wire;
  }

  /** For people, the most frequent first: {@code 12 x no-room, 3 x cool-down}. */
  public String text() {
    return counts.entrySet().stream()
        .sorted(Map.Entry.<Objection, Integer>comparingByValue(Comparator.reverseOrder()))
        .map(entry -> entry.getValue() + " x " + entry.getKey().wire())
        .collect(Collectors.joining(", "));
  }
}
