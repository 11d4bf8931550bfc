package io.ballast.host.libvirt;

import com.sun.jna.Pointer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Named values as libvirt returns them: an array of C structures, each 80 characters of name, a
 * type and, 8 bytes aligned, a value of 8 bytes at most.
 */
record LibvirtParameters(Map<String, Object> values) {
  static final int SIZE = 96;
  static final int NAME_SIZE = 80;
  static final int TYPE_AT = 80;
  static final int VALUE_AT = 88;

  static final int INT = 1;
  static final int UNSIGNED_INT = 2;
  static final int LONG = 3;
  static final int UNSIGNED_LONG = 4;
  static final int DOUBLE = 5;
  static final int BOOLEAN = 6;
  static final int STRING = 7;

  /**
   * Copies {@code n} of them out of native memory. Those of a type unknown here are left out, and
   * so are counters gone wild: those past the signed range.
   */
  static LibvirtParameters read(@Nullable Pointer start, int n) {
    Map<String, Object> values = new HashMap<>(n * 2);
    for (int i = 0; start != null && i < n; i++) {
      long at = (long) i * SIZE;
      String name = start.getString(at, "UTF-8");
      value(start, start.getInt(at + TYPE_AT), at + VALUE_AT)
          .ifPresent(value -> values.put(name, value));
    }
    return new LibvirtParameters(values);
  }

  private static Optional<Object> value(Pointer memory, int type, long at) {
    return switch (type) {
      case INT -> Optional.of((long) memory.getInt(at));
      case UNSIGNED_INT -> Optional.of(Integer.toUnsignedLong(memory.getInt(at)));
      case LONG -> Optional.of(memory.getLong(at));
      case UNSIGNED_LONG ->
          Optional.<Object>of(memory.getLong(at)).filter(value -> (long) value >= 0);
      case DOUBLE -> Optional.of(memory.getDouble(at));
      case BOOLEAN -> Optional.of(memory.getByte(at) != 0);
      case STRING ->
          Optional.ofNullable(memory.getPointer(at)).map(text -> text.getString(0, "UTF-8"));
      default -> Optional.empty();
    };
  }

  /** These and, where they lack a name, those. */
  LibvirtParameters or(LibvirtParameters others) {
    Map<String, Object> both = new HashMap<>(others.values);
    both.putAll(values);
    return new LibvirtParameters(both);
  }

  private boolean has(String name) {
    return values.containsKey(name);
  }

  /** A whole number; empty if it is missing or no number. */
  OptionalLong number(String name) {
    return values.get(name) instanceof Long value ? OptionalLong.of(value) : OptionalLong.empty();
  }

  /** A whole number of at least 0; 0 where it is missing or below. */
  long count(String name) {
    return Math.max(0, number(name).orElse(0));
  }

  /**
   * The sum of {@code <group>.<i>.<field>} over the group's members, whose number is {@code
   * <group>.count}; empty if that is missing, if there are members and none has the field, or if
   * the sum is past the range.
   */
  OptionalLong sum(String group, String field) {
    OptionalLong members = number(group + ".count");
    if (members.isEmpty()) {
      return members;
    }
    long sum = 0;
    boolean found = members.getAsLong() == 0;
    for (long i = 0; i < Math.min(values.size(), members.getAsLong()); i++) {
      String name = group + "." + i + "." + field;
      found |= has(name);
      sum += count(name);
      if (sum < 0) {
        return OptionalLong.empty();
      }
    }
    return found ? OptionalLong.of(sum) : OptionalLong.empty();
  }
}
