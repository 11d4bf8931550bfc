package io.ballast.net.work;

import io.ballast.messages.Mac;
import io.ballast.messages.PortStatus;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells neighbours where the addresses of ports are: of those that have come into force or have
 * changed, once, one after the other.
 *
 * <p>Only of a guest that has sent anything: one that is about to arrive by a migration has its
 * card here already, and still runs where it comes from. What a first look finds in force has not
 * moved.
 */
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  private Map<Mac, Wanted> told = Map.of();
  private Future<?> line = Future.succeededFuture();
  private boolean begun;

  /**
   * Takes note of what is in force.
   *
   * @param now ports as they are wanted, by card
   * @param on the switch of a bridge
   */
  void look(Map<Mac, Wanted> now, Scene scene, Function<String, Optional<Switch>> on) {
    Map<Mac, Wanted> inForce = new HashMap<>();
    for (PortStatus status : scene.ports()) {
      Mac card = status.port().card();
      Wanted each = now.get(card);
      if (each == null || status.state() != PortStatus.State.IN_FORCE || !speaks(each, scene)) {
        continue;
      }
      inForce.put(card, each);
      if (begun && !each.equals(told.get(card))) {
        on.apply(status.port().bridge()).ifPresent(to -> tell(to, each));
      }
    }
    told = inForce;
    begun = true;
  }

  private static boolean speaks(Wanted port, Scene scene) {
    return port.link()
        .flatMap(name -> scene.sight().wire(name))
        .filter(wire -> wire.received().value() > 0)
        .isPresent();
  }

  private void tell(Switch on, Wanted port) {
    line =
        line.compose(before -> on.announce(port))
            .onFailure(e -> LOG.warn("Port {}: {}", port.port().card(), e.getMessage()))
            .otherwiseEmpty();
  }
}
