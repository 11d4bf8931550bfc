package io.ballast.net.flow;

import io.ballast.messages.Mac;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One rule of a bridge in its normal form: what can be compared with what the bridge tells of it.
 * Its cookie tells whose it is.
 *
 * @param match fields by name; a protocol has an empty value
 * @param actions as {@code ovs-ofctl} prints them
 */
public record Flow(
    long cookie, int table, int priority, SortedMap<String, String> match, String actions) {
  /** The number of the port that is the bridge's own. */
  public static final int LOCAL = 0xfffe;

  /** The cookies of all flows of ours, and which of their bits count. */
  public static final long OURS = 0xba11L << 48;

  private static final long OURS_MASK = 0xffffL << 48;

  /** How both are told to tools. */
  public static final String ALL_OF_OURS = String.format(Locale.ROOT, "0x%x/0x%x", OURS, OURS_MASK);

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.:/+\\[\\]-]*");

  public Flow {
    match = new TreeMap<>(match);
    match.forEach(
        (name, value) -> {
          if (name.isEmpty() || !PART.matcher(name).matches() || !PART.matcher(value).matches()) {
            throw new IllegalArgumentException("no flow matches " + name + "=" + value);
          }
        });
    if (table < 0 || table > 254 || priority < 0 || priority > 0xffff) {
      throw new IllegalArgumentException(
          "no flow has the table %d and the priority %d".formatted(table, priority));
    }
    if (actions.lines().count() != 1) {
      throw new IllegalArgumentException("no flow does " + actions);
    }
  }

  /** A flow for a card. */
  public static Flow of(Mac card, int table, int priority, Match match, List<Action> actions) {
    return new Flow(OURS | card.bits(), table, priority, match.fields(), Action.text(actions));
  }

  /** Whether another one would take its place. */
  public boolean isInPlaceOf(Flow other) {
    return place().equals(other.place());
  }

  /** Where it is: of two in one place the later replaces the earlier. */
  public Place place() {
    return new Place(table, priority, match);
  }

  /** What makes a flow the only one of its bridge. */
  public record Place(int table, int priority, SortedMap<String, String> match) {}

  /** The card for which it is, if it is ours. */
  public Optional<Mac> card() {
    return (cookie & OURS_MASK) == OURS
        ? Optional.of(Mac.of(cookie & ~OURS_MASK))
        : Optional.empty();
  }

  /** Whether it throws packets away. */
  public boolean drops() {
    return actions.equals("drop");
  }

  /** The line by which a tool adds it, in place of one that is there. */
  public String adding() {
    return "add cookie=0x%x,%s actions=%s".formatted(cookie, where(), actions);
  }

  /** The line by which a tool removes it, and no other. */
  public String removing() {
    return "delete_strict cookie=0x%x/0x%x,%s".formatted(cookie, -1L, where());
  }

  private String where() {
    String fields =
        match.entrySet().stream()
            .map(
                each ->
                    each.getValue().isEmpty()
                        ? each.getKey()
                        : each.getKey() + "=" + each.getValue())
            .collect(Collectors.joining(","));
    return "table=%d,priority=%d%s%s"
        .formatted(table, priority, fields.isEmpty() ? "" : ",", fields);
  }

  @Override
  public String toString() {
    return where() + " actions=" + actions;
  }
}
