package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a host's storage agent sees: its pools and their room.
 *
 * @param sampledAt when they were last seen, by the host's clock; absent until they first were,
 *     while nothing is known of them
 * @param problem for a person: why a look at them has failed since; absent if none has
 */
public record StorageBeat(
    Pulse pulse, List<Pool> pools, Optional<Instant> sampledAt, Optional<String> problem)
    implements Beat {
  public StorageBeat {
    Fields.required(pulse, "pulse");
    pools = Fields.listOf(pools, "pools");
    Fields.required(sampledAt, "sampledAt");
    Fields.required(problem, "problem");
  }

  /**
   * A place where disks of virtual machines lie.
   *
   * @param type what it is, in libvirt's words: {@code dir}, {@code fs}, {@code rbd}, ...
   * @param active whether disks in it can be used now
   * @param capacity its size; zero while not active
   * @param used what is taken of it
   * @param available what is left for new disks
   */
  public record Pool(
      String name, String type, boolean active, Bytes capacity, Bytes used, Bytes available) {
    public Pool {
      Fields.text(name, "name");
      Fields.text(type, "type");
      Fields.required(capacity, "capacity");
      Fields.required(used, "used");
      Fields.required(available, "available");
    }
  }
}
