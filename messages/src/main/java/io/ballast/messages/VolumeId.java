package io.ballast.messages;

import java.nio.charset.StandardCharsets;

/**
 * The identity of a volume on a host: the pool that it lies in and its name there. Its text form is
 * {@code pool/name}.
 *
 * @param pool 1 to 255 bytes of UTF-8, without a slash or control characters
 * @param name likewise, and neither {@code .} nor {@code ..}
 */
public record VolumeId(String pool, String name) implements Comparable<VolumeId> {
  private static final int LONGEST = 255;

  public VolumeId {
    checked(pool, "pool");
    checked(name, "volume");
  }

  /** Parses the text form; anything else is an {@link IllegalArgumentException}. */
  public static VolumeId of(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' is no volume: write it as POOL/NAME, such as images/web1.qcow2");
    }
    return new VolumeId(text.substring(0, slash), text.substring(slash + 1));
  }

  /** The name of a pool or volume, if it can be one. */
  static String checked(String name, String field) {
    String why =
        Fields.text(name, field).getBytes(StandardCharsets.UTF_8).length > LONGEST
            ? "has more than " + LONGEST + " bytes"
            : name.equals(".") || name.equals("..")
                ? "means a folder"
                : name.indexOf('/') >= 0
                    ? "has a slash"
                    : printable(name) ? "" : "has a character that can't be printed";
    if (!why.isEmpty()) {
      throw new IllegalArgumentException(
          "the name of a " + field + " " + why + "; use letters, digits and - _ . +");
    }
    return name;
  }

  /** Whether a text has only characters that can be seen, and spaces. */
  static boolean printable(String text) {
    return text.codePoints().noneMatch(VolumeId::unprintable);
  }

  private static boolean unprintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }

  @Override
  public int compareTo(VolumeId other) {
    int pools = pool.compareTo(other.pool);
    return pools == 0 ? name.compareTo(other.name) : pools;
  }

  @Override
  public String toString() {
    return pool + "/" + name;
  }
}
