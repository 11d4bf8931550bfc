package io.ballast.messages;

import java.util.regex.Pattern;

/**
 * The identity of long work: the message id of the command that started it, chosen by its sender, 1
 * to 64 printable characters without spaces. Events and cancellations refer to it.
 */
public record OperationId(String value) implements Comparable<OperationId> {
  private static final Pattern FORM = Pattern.compile("[\\x21-\\x7e]{1,64}");

  public OperationId {
    if (!FORM.matcher(Fields.required(value, "operation")).matches()) {
      throw new IllegalArgumentException(
          "'" + value + "' is no operation id: use 1 to 64 printable characters without spaces");
    }
  }

  @Override
  public int compareTo(OperationId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
