package io.ballast.net;

import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat.Bridge;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The network of this host: its links, and the bridges that they are plugged into.
 *
 * <p>No method blocks. Every future completes on the caller's Vert.x context within a deadline of
 * the implementation's: with what was asked for, or with a {@link io.ballast.bus.RefusedException}
 * of the reason {@code TRADE_REFUSED}.
 */
public interface Ports extends AutoCloseable {
  /** Looks at everything once. */
  Future<Wiring> look();

  @Override
  void close();

  /**
   * All that there is at one moment, each sorted by name; loopback is left out.
   *
   * @param at the moment, by a clock that never jumps; only differences mean something
   * @param problem for a person: why some of the bridges are told as they were last seen; empty if
   *     all were seen
   */
  record Wiring(Duration at, List<Bridge> bridges, List<Wire> wires, Optional<String> problem) {
    public Wiring {
      bridges = List.copyOf(bridges);
      wires = List.copyOf(wires);
    }
  }

  /**
   * A link with its counters.
   *
   * @param up whether it carries traffic
   * @param mtu largest packet in bytes
   * @param megabitsPerSecond its speed; empty where the kernel does not know it
   * @param received bytes since some fixed moment
   * @param sent bytes since some fixed moment
   */
  record Wire(
      String name,
      boolean up,
      int mtu,
      Optional<Integer> megabitsPerSecond,
      Bytes received,
      Bytes sent) {}
}
