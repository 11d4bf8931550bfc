package io.ballast.messages;

import java.util.regex.Pattern;

/**
 * The name by which the fleet knows a host: 1 to 63 letters, digits, {@code -} or {@code _},
 * without dots, because it is a word of the bus's routing keys.
 */
public record HostId(String value) implements Comparable<HostId> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{1,63}");

  public HostId {
    if (!FORM.matcher(Fields.required(value, "host")).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is no host name: use 1 to 63 letters, digits, - or _");
    }
  }

  @Override
  public int compareTo(HostId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
