package io.ballast.ops.demo;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The longest time between two ticks of each guest, and whether any tick was missed or came twice.
 *
 * @param longest by the guest's name
 * @param broken the guests whose tick numbers did not follow each other, with what was seen
 */
record Pauses(Map<String, Duration> longest, Map<String, String> broken) {
  /** The guest that paused longest, if any ticked. */
  Optional<Map.Entry<String, Duration>> worst() {
    return longest.entrySet().stream().max(Map.Entry.comparingByValue());
  }

  static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
