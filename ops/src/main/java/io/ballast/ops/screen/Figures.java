package io.ballast.ops.screen;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Numbers, times and sentences in the form that a person reads. */
public final class Figures {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

  private Figures() {}

  /** A ratio as a whole percentage: {@code 82%}. */
  public static String percent(double ratio) {
    return Math.round(ratio * 100) + "%";
  }

  /** A load average or another small number: {@code 4.12}. */
  public static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /** A duration, as exact as it is useful: {@code 85 ms}, {@code 4.2 s}, {@code 3 min 5 s}. */
  public static String duration(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 59_950) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    return age(duration);
  }

  /** How long ago something was, in whole seconds: {@code 12 s}, {@code 3 min 5 s}. */
  public static String age(Duration duration) {
    long seconds = Math.max(0, Math.round(duration.toMillis() / 1000.0));
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return both(seconds / 60, "min", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return both(seconds / 3600, "h", seconds % 3600 / 60, "min");
    }
    return both(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
  }

  /**
   * How old the load of a host is, if it was not measured for its last beat: {@code 40 s old}.
   *
   * @param silence since that beat came
   */
  public static Optional<String> oldLoad(Fleet.Host host, Duration silence) {
    HostBeat beat = host.beat();
    boolean old =
        beat.load().problem().isPresent() || beat.loadAge().compareTo(beat.pulse().interval()) > 0;
    return old ? Optional.of(age(beat.loadAge().plus(silence)) + " old") : Optional.empty();
  }

  private static String both(long large, String largeUnit, long small, String smallUnit) {
    String text = large + " " + largeUnit;
    return small == 0 ? text : text + " " + small + " " + smallUnit;
  }

  /** The time of day: {@code 14:03:59}. */
  public static String clock(Instant at, ZoneId zone) {
    return CLOCK.format(at.atZone(zone));
  }

  /** A count and its noun: {@code 1 host}, {@code 3 hosts}, {@code no hosts}. */
  public static String count(long count, String noun) {
    return (count == 0 ? "no" : Long.toString(count)) + " " + noun + (count == 1 ? "" : "s");
  }

  /**
   * Breaks a text at its spaces into lines of at most {@code width} characters, at least 1; a
   * longer word is broken too.
   */
  public static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.strip().split("\\s+", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
      while (line.length() > width) {
        lines.add(line.substring(0, width));
        line.delete(0, width);
      }
    }
    lines.add(line.toString());
    return lines;
  }
}
