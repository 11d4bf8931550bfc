package io.ballast.storage.health;

import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Health.Kind;
import io.ballast.messages.StorageBeat.Health.Verdict;
import java.time.Instant;
import java.util.Optional;

/**
 * How a device fares, by what it said.
 *
 * @param name empty where this is said of all of its kind
 * @param model who made it and its serial number, where known
 */
record Finding(
    Kind kind, Optional<String> name, Optional<String> model, Verdict verdict, String reason) {
  private static final int LONGEST_REASON = 400;
  private static final int LONGEST_NAME = 200;

  Finding {
    name = name.map(text -> tidy(text, LONGEST_NAME));
    model = model.map(text -> tidy(text, LONGEST_NAME)).filter(text -> !text.isEmpty());
    reason = tidy(reason, LONGEST_REASON);
  }

  /** What is not known of a disk. */
  static Finding unknown(String disk, String reason) {
    return new Finding(Kind.DISK, Optional.of(disk), Optional.empty(), Verdict.UNKNOWN, reason);
  }

  /** What is not known of all of a kind. */
  static Finding unknown(Kind kind, String reason) {
    return new Finding(kind, Optional.empty(), Optional.empty(), Verdict.UNKNOWN, reason);
  }

  /** As it is told in a beat. */
  Health at(Instant sampled) {
    return new Health(kind, name, model, verdict, reason, sampled);
  }

  /** A text of a device in one line, without what a terminal would take for an order. */
  private static String tidy(String text, int longest) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.substring(0, Math.min(longest, line.length())).strip();
  }
}
