package io.ballast.storage.layers;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a layer says: {@code web1.qcow2@before-upgrade@20261201T022047Z}. The layer was
 * put upon what the disk held at that moment, which is the snapshot's content and never changes
 * again. The sign {@code @} stands in no name that a volume can be given otherwise.
 *
 * @param stem the name of the lowest layer, which is the disk as it was before any snapshot
 * @param snapshot 1 to 64 letters, digits and . _ + -, not beginning with a sign
 * @param at when it was made, to the second
 * @param branch 1 for the layer that was made with the snapshot, 2 and more for those that were
 *     made when it was gone back to; {@link #GOING} for an empty file that says that the snapshot
 *     is being deleted, so that what it kept may be gone
 */
public record Mark(String stem, String snapshot, Instant at, int branch) {
  /** The branch of no layer. */
  public static final int GOING = 0;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}");
  private static final Pattern MARKED =
      Pattern.compile("([^@]+)@(" + NAME + ")@(\\d{8}T\\d{6}Z)(?:@(\\d{1,6}))?");

  /** How a moment stands in a name. */
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  public Mark {
    at = at.truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether a snapshot can be called so. */
  public static boolean canName(String snapshot) {
    return NAME.matcher(snapshot).matches();
  }

  /** The mark in the name of a volume; empty if no snapshot gave it that. */
  public static Optional<Mark> of(String name) {
    Matcher marked = MARKED.matcher(name);
    if (!marked.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Mark(
              marked.group(1),
              marked.group(2),
              TIME.parse(marked.group(3), Instant::from),
              marked.group(4) == null ? 1 : Integer.parseInt(marked.group(4))));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** The name of the lowest layer below a volume. */
  public static String stem(String name) {
    return of(name).map(Mark::stem).orElse(name);
  }

  /** The same snapshot, another layer. */
  public Mark branched(int other) {
    return new Mark(stem, snapshot, at, other);
  }

  /** The name of the layer. */
  public String name() {
    return stem + "@" + snapshot + "@" + TIME.format(at) + (branch == 1 ? "" : "@" + branch);
  }
}
