package io.ballast.storage.layers;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a snapshot of a single disk says that was made together with those of the other
 * disks of its machine: {@code before-upgrade:20261201T022047Z}. The sign {@code :} stands in no
 * name that a snapshot can be given otherwise.
 *
 * @param snapshot as {@link Mark#snapshot}
 * @param at when it was made, to the second
 */
public record Moment(String snapshot, Instant at) {
  private static final Pattern NAME = Pattern.compile("([^:]+):(\\d{8}T\\d{6}Z)");

  public Moment {
    at = at.truncatedTo(ChronoUnit.SECONDS);
  }

  /** The moment that the name of a disk's snapshot tells; empty if it was made alone. */
  public static Optional<Moment> of(String name) {
    Matcher named = NAME.matcher(name);
    if (!named.matches() || !Mark.canName(named.group(1))) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Moment(named.group(1), Mark.TIME.parse(named.group(2), Instant::from)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The name of each disk's snapshot. */
  public String name() {
    return snapshot + ":" + Mark.TIME.format(at);
  }
}
