package io.ballast.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The latest values of a series: as many as reach back over a length of time, and always the last
 * two.
 */
final class Window<T> {
  private final Duration length;
  private final BiFunction<T, T, Duration> between;
  private List<T> values = List.of();

  /**
   * @param between the time from an earlier value to a later one
   */
  Window(Duration length, BiFunction<T, T, Duration> between) {
    this.length = length;
    this.between = between;
  }

  void add(T value) {
    List<T> kept = new ArrayList<>(values);
    kept.add(value);
    while (kept.size() > 2 && between.apply(kept.get(1), value).compareTo(length) >= 0) {
      kept.removeFirst();
    }
    values = List.copyOf(kept);
  }

  /** In the order of time. */
  List<T> values() {
    return values;
  }
}
