package io.ballast.net.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code ovs-ofctl dump-flows} prints, read. Lines that make no sense are left out.
 *
 * @param flow without its counters and its age
 * @param packets that it was for so far
 */
public record Dump(Flow flow, long packets) {
  private static final String ACTIONS = " actions=";
  private static final Set<String> PASSING =
      Set.of("duration", "n_bytes", "idle_age", "hard_age", "n_packets", "cookie", "table");
  private static final int USUAL_PRIORITY = 32_768;

  /** All flows of a printed text, in its order. */
  public static List<Dump> read(String printed) {
    List<Dump> flows = new ArrayList<>();
    printed.lines().forEach(line -> line(line).ifPresent(flows::add));
    return flows;
  }

  private static Optional<Dump> line(String line) {
    int end = line.indexOf(ACTIONS);
    if (!line.startsWith(" cookie=") || end < 0) {
      return Optional.empty();
    }
    SortedMap<String, String> fields = new TreeMap<>();
    for (String field : line.substring(0, end).strip().split(",\\s*", -1)) {
      int sign = field.indexOf('=');
      fields.put(
          sign < 0 ? field : field.substring(0, sign),
          field.substring(sign < 0 ? field.length() : sign + 1));
    }
    try {
      SortedMap<String, String> match = new TreeMap<>(fields);
      match.keySet().removeAll(PASSING);
      match.remove("priority");
      return Optional.of(
          new Dump(
              new Flow(
                  Long.parseUnsignedLong(fields.getOrDefault("cookie", "").replace("0x", ""), 16),
                  Integer.parseInt(fields.getOrDefault("table", "0")),
                  Integer.parseInt(fields.getOrDefault("priority", String.valueOf(USUAL_PRIORITY))),
                  match,
                  line.substring(end + ACTIONS.length())),
              Long.parseLong(fields.getOrDefault("n_packets", "0"))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
