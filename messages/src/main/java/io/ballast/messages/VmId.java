package io.ballast.messages;

import java.util.UUID;

/** The identity of a virtual machine: the UUID of its libvirt domain, the same on every host. */
public record VmId(UUID value) implements Comparable<VmId> {
  public VmId {
    Fields.required(value, "vm");
  }

  /** Parses the usual text form of a UUID; anything else is an {@link IllegalArgumentException}. */
  public static VmId of(String text) {
    UUID uuid = UUID.fromString(text);
    if (!uuid.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException(
          "'" + text + "' is no UUID: each part has its full length");
    }
    return new VmId(uuid);
  }

  @Override
  public int compareTo(VmId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
