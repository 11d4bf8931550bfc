package io.ballast.messages;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The hardware address of a network card, in its usual text form: {@code 52:54:00:12:34:56}, in
 * small letters.
 */
public record Mac(String value) implements Comparable<Mac> {
  private static final Pattern FORM = Pattern.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}");
  private static final int GROUP = 1;

  public Mac {
    value = Fields.required(value, "mac").toLowerCase(Locale.ROOT);
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is no MAC address: write it as 52:54:00:12:34:56");
    }
  }

  /** The address in the lower 48 bits of a number. */
  public static Mac of(long bits) {
    StringBuilder text = new StringBuilder();
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append(String.format(Locale.ROOT, "%02x", (bits >> shift) & 0xff));
      text.append(shift > 0 ? ":" : "");
    }
    return new Mac(text.toString());
  }

  /** Its 48 bits as a number. */
  public long bits() {
    return Long.parseLong(value.replace(":", ""), 16);
  }

  /** Whether one card can bear it: it stands for no group, and is not all zeros. */
  public boolean isCard() {
    return ((bits() >> 40) & GROUP) == 0 && bits() != 0;
  }

  @Override
  public int compareTo(Mac other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
