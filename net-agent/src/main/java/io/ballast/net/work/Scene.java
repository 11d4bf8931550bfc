package io.ballast.net.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links.Sight;
import java.util.List;
import java.util.Optional;

/**
 * The network of the host at one moment.
 *
 * @param bridges of all kinds, sorted by name
 * @param ports that are wanted, sorted by card
 * @param problem for a person: which switches did not answer, so that their bridges are told as
 *     last seen; empty if all did
 */
public record Scene(
    Sight sight, List<Bridge> bridges, List<PortStatus> ports, Optional<String> problem) {
  public Scene {
    bridges = List.copyOf(bridges);
    ports = List.copyOf(ports);
  }

  /** A bridge by its name. */
  public Optional<Bridge> bridge(String name) {
    return bridges.stream().filter(bridge -> bridge.name().equals(name)).findFirst();
  }

  /**
   * A bridge by its name; none is sure to be none.
   *
   * @throws RefusedException as {@code TRADE_REFUSED} where it may be one that is not seen now
   */
  Optional<Bridge> sure(String name) {
    Optional<Bridge> bridge = bridge(name);
    if (bridge.isEmpty() && problem.isPresent()) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "whether this host has a bridge %s can't be seen now; try again: %s"
              .formatted(name, problem.get()));
    }
    return bridge;
  }
}
