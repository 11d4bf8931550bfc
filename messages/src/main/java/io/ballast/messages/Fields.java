package io.ballast.messages;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks of record components, each failing with a text that names the field. */
final class Fields {
  private static final int LONGEST_PATH = 1_000;
  private static final Set<String> NO_PART = Set.of("", ".", "..");
  private static final Pattern SERVER =
      Pattern.compile(
          "(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\\[[0-9A-Fa-f:.]{2,45}])(?::[0-9]{1,5})?");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  private static final Pattern LINK = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,14}");

  private Fields() {}

  static <T> T required(@Nullable T value, String field) {
    if (value == null) {
      throw new IllegalArgumentException("field '" + field + "' is missing");
    }
    return value;
  }

  static <T> List<T> listOf(@Nullable Collection<T> values, String field) {
    if (required(values, field).stream().anyMatch(Objects::isNull)) {
      throw new IllegalArgumentException("field '" + field + "' has an empty entry");
    }
    return List.copyOf(values);
  }

  /** A list that may be missing, which means that it is empty. */
  static <T> List<T> listOrNone(@Nullable Collection<T> values, String field) {
    return values == null ? List.of() : listOf(values, field);
  }

  static String text(@Nullable String value, String field) {
    String text = required(value, field);
    if (text.isBlank()) {
      throw new IllegalArgumentException("field '" + field + "' is empty");
    }
    return text;
  }

  /** An absolute path in one form: without {@code .}, {@code ..} and a slash at its end. */
  static String path(@Nullable String value, String field) {
    String path = text(value, field);
    if (!path.startsWith("/")
        || path.length() > LONGEST_PATH
        || !VolumeId.printable(path)
        || Stream.of(path.substring(1).split("/", -1)).anyMatch(NO_PART::contains)) {
      throw new IllegalArgumentException(
          "field '%s' is '%s'; write a path from / on, without '.', '..' and a slash at its end"
              .formatted(field, path));
    }
    return path;
  }

  /** The name or address of a server, IPv6 in brackets, and perhaps a port. */
  static String server(@Nullable String value, String field) {
    String server = text(value, field);
    if (!SERVER.matcher(server).matches()) {
      throw new IllegalArgumentException(
          "field '%s' has '%s'; write the name or address of a server".formatted(field, server));
    }
    return server;
  }

  /** A name that no tool takes for anything else. */
  static String word(@Nullable String value, String field) {
    String word = text(value, field);
    if (!WORD.matcher(word).matches()) {
      throw new IllegalArgumentException(
          "field '%s' is '%s'; use 1 to 128 letters, digits and . _ -".formatted(field, word));
    }
    return word;
  }

  /** The name of a link of a host, as Linux allows it and no tool takes it for anything else. */
  static String link(@Nullable String value, String field) {
    String name = text(value, field);
    if (!LINK.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "field '%s' is '%s'; a link has a name of 1 to 15 letters, digits and . _ -"
              .formatted(field, name));
    }
    return name;
  }

  /** A text of at most so many characters. */
  static String brief(@Nullable String value, String field, int longest) {
    String text = text(value, field);
    if (text.length() > longest) {
      throw new IllegalArgumentException(
          "field '%s' has %d characters; it must have at most %d"
              .formatted(field, text.length(), longest));
    }
    return text;
  }

  /** The size of a disk: whole sectors, and no more than tools can count. */
  static Bytes diskSize(@Nullable Bytes value, String field) {
    Bytes size = required(value, field);
    if (size.value() < 512
        || size.value() % 512 != 0
        || size.compareTo(VolumeOrder.LARGEST_DISK) > 0) {
      throw new IllegalArgumentException(
          "field '%s' is %d; a disk has a multiple of 512 bytes, from 512 to %d"
              .formatted(field, size.value(), VolumeOrder.LARGEST_DISK.value()));
    }
    return size;
  }

  static double atLeastZero(double value, String field) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "field '" + field + "' is " + value + "; it must be a finite number of at least 0");
    }
    return value;
  }

  static long count(long value, String field) {
    if (value < 0) {
      throw new IllegalArgumentException(
          "field '" + field + "' is " + value + "; it must be at least 0");
    }
    return value;
  }

  static double finite(double value, String field) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "field '" + field + "' is " + value + "; it must be a finite number");
    }
    return value;
  }

  static double ratio(double value, String field) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "field '" + field + "' is " + value + "; it must lie between 0 and 1");
    }
    return value;
  }

  static long positive(long value, String field) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "field '" + field + "' is " + value + "; it must be at least 1");
    }
    return value;
  }

  /** A length of time between two others, both included. */
  static Duration between(@Nullable Duration value, String field, Duration least, Duration most) {
    Duration duration = required(value, field);
    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "field '"
              + field
              + "' is "
              + duration
              + "; it must lie between "
              + least
              + " and "
              + most);
    }
    return duration;
  }
}
