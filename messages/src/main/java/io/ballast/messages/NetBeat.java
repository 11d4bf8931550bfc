package io.ballast.messages;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a host's network agent sees: its bridges with their ports, and its links.
 *
 * @param sampledAt when they were last seen, by the host's clock; absent until they first were,
 *     while nothing is known of them
 * @param problem for a person: why a look at them, or at some of the bridges alone, has failed
 *     since; absent if none has
 */
public record NetBeat(
    Pulse pulse,
    List<Bridge> bridges,
    List<Link> links,
    Optional<Instant> sampledAt,
    Optional<String> problem)
    implements Beat {
  public NetBeat {
    Fields.required(pulse, "pulse");
    bridges = Fields.listOf(bridges, "bridges");
    links = Fields.listOf(links, "links");
    Fields.required(sampledAt, "sampledAt");
    Fields.required(problem, "problem");
  }

  /** A virtual switch of the host and the names of the links plugged into it. */
  public record Bridge(String name, Kind kind, List<String> ports) {
    public Bridge {
      Fields.text(name, "name");
      Fields.required(kind, "kind");
      ports = Fields.listOf(ports, "ports");
    }

    /** Who switches. */
    public enum Kind {
      /** The kernel's own bridge. */
      LINUX,
      /** Open vSwitch. */
      OPEN_VSWITCH
    }
  }

  /**
   * A network interface of the host.
   *
   * @param up whether it carries traffic
   * @param mtu largest packet in bytes
   * @param megabitsPerSecond its speed; absent where the kernel does not know it
   * @param received in bytes per second since the last beat
   * @param sent in bytes per second since the last beat
   */
  public record Link(
      String name,
      boolean up,
      int mtu,
      Optional<Integer> megabitsPerSecond,
      Bytes received,
      Bytes sent) {
    public Link {
      Fields.text(name, "name");
      Fields.positive(mtu, "mtu");
      Fields.required(megabitsPerSecond, "megabitsPerSecond");
      Fields.required(received, "received");
      Fields.required(sent, "sent");
    }
  }
}
