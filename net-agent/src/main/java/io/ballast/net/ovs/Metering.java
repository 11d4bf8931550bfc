package io.ballast.net.ovs;

import io.ballast.messages.Mac;
import io.ballast.net.flow.Dump;
import io.ballast.net.ovs.Present.Bridge;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which meter of a bridge limits which card. Meters bear no marks: those of a range of numbers are
 * ours, and no other is ever touched. A card keeps the meter that its flows name; another gets the
 * number of its port in the range, or the first one that is free.
 */
final class Metering {
  /** The first number of ours, and how many there are: as many as a bridge has ports. */
  static final int FIRST = 100_000;

  static final int COUNT = 65_536;

  private static final Pattern NAMED = Pattern.compile("(?:^|[,(])meter:(\\d{1,9})(?:[,)]|$)");

  private final Map<Mac, Integer> present = new TreeMap<>();
  private final Set<Integer> given = new HashSet<>();

  Metering(Bridge bridge) {
    for (Dump each : bridge.flows()) {
      each.flow()
          .card()
          .ifPresent(
              card ->
                  named(each.flow().actions())
                      .filter(Metering::isOurs)
                      .ifPresent(number -> present.putIfAbsent(card, number)));
    }
  }

  static boolean isOurs(int number) {
    return number >= FIRST && number < FIRST + COUNT;
  }

  /** The meter that actions name. */
  static Optional<Integer> named(String actions) {
    Matcher found = NAMED.matcher(actions);
    return found.find() ? Optional.of(Integer.parseInt(found.group(1))) : Optional.empty();
  }

  /** Gives a card its meter. */
  int give(Mac card, int port) {
    Integer kept = present.get(card);
    if (kept != null && given.add(kept)) {
      return kept;
    }
    int number = FIRST + port % COUNT;
    while (present.containsValue(number) || !given.add(number)) {
      number = FIRST + (number - FIRST + 1) % COUNT;
    }
    return number;
  }

  /** Whether a card has it now. */
  boolean isGiven(int number) {
    return given.contains(number);
  }
}
