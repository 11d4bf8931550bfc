package io.ballast.net.trade;

import io.ballast.messages.Bytes;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Link.Trouble;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The links of this host: what is plugged into switches, and what leads out of the host.
 *
 * <p>No method blocks. Every future completes on any thread within a deadline of the
 * implementation's: with what was asked for, or with a {@link io.ballast.bus.RefusedException} of
 * the reason {@code TRADE_REFUSED}.
 */
public interface Links extends AutoCloseable {
  /** Looks at all of them once. */
  Future<Sight> look();

  /** Has something run soon after links come, go or change; the latest one only. */
  void onChange(Runnable listener);

  @Override
  void close();

  /**
   * All links at one moment, sorted by name; loopback is left out.
   *
   * @param at the moment, by a clock that never jumps; only differences mean something
   * @param ways links, bridges among them, that carry the host's own traffic: its routes out, and
   *     that to the bus
   */
  record Sight(Duration at, List<Wire> wires, List<Bond> bonds, Set<String> ways) {
    public Sight {
      wires = List.copyOf(wires);
      bonds = List.copyOf(bonds);
      ways = Set.copyOf(ways);
    }

    /** The links by which a guest's card is reached; one, unless something is wrong. */
    public List<Wire> taps(Mac card) {
      return wires.stream()
          .filter(wire -> wire.kind() == Wire.Kind.TAP)
          .filter(wire -> wire.mac().equals(Optional.of(tap(card))))
          .toList();
    }

    /**
     * The address that libvirt gives the link of a guest's card: the card's, with 0xfe in its first
     * byte, or 0xfa where that is there already.
     */
    public static Mac tap(Mac card) {
      return new Mac((card.value().startsWith("fe") ? "fa" : "fe") + card.value().substring(2));
    }

    /** A link by its name. */
    public Optional<Wire> wire(String name) {
      return wires.stream().filter(wire -> wire.name().equals(name)).findFirst();
    }
  }

  /**
   * A link with its counters.
   *
   * @param mac absent where it has none
   * @param up whether it carries traffic
   * @param mtu largest packet in bytes
   * @param megabitsPerSecond its speed; empty where the kernel does not know it
   * @param received bytes since some fixed moment
   * @param sent bytes since some fixed moment
   */
  record Wire(
      String name,
      Kind kind,
      Optional<Mac> mac,
      boolean up,
      int mtu,
      Optional<Integer> megabitsPerSecond,
      Bytes received,
      Bytes sent,
      Optional<Trouble> trouble) {
    /** What a link is made of. */
    public enum Kind {
      /** A device of the machine. */
      PHYSICAL,
      /** Several that stand in for each other. */
      BOND,
      /** The end of a cable whose other end a program holds, such as a guest's card. */
      TAP,
      OTHER
    }
  }
}
