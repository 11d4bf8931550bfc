package io.ballast.ops.snapshot;

import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A virtual machine of a picture, and where it is.
 *
 * @param id by which the file knows it
 * @param host where it is in memory, or is defined
 * @param vm its {@code memory} is what a target must have free for it, {@code resident} what it
 *     holds now
 * @param dirty memory that it writes while it is busy, in MiB/s, at least 0
 * @param elsewhere other hosts on which it is in memory too, such as the one to which it moves
 * @param age of what was measured of it, at least 0; absent = that of what was of its host
 */
public record Guest(
    String id,
    HostId host,
    Vm vm,
    double dirty,
    List<HostId> elsewhere,
    Optional<Duration> age,
    Marks marks) {
  public Guest {
    elsewhere = List.copyOf(elsewhere);
    if (elsewhere.contains(host)) {
      throw new IllegalArgumentException(
          "it is on " + host + ", so it is not elsewhere there; name other hosts only");
    }
    if (!(dirty >= 0) || Double.isInfinite(dirty)) {
      throw new IllegalArgumentException("a VM can't write " + dirty + " MiB/s");
    }
  }

  /**
   * The identity of the virtual machine that a file knows by {@code id}: that UUID if it is one, or
   * else one that is made of the text, always the same.
   */
  public static VmId identity(String id) {
    try {
      return VmId.of(id);
    } catch (IllegalArgumentException e) {
      return new VmId(UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)));
    }
  }
}
