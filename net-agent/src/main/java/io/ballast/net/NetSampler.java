package io.ballast.net;

import io.ballast.agent.Latest;
import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.Pulse;
import io.ballast.net.Ports.Wire;
import io.ballast.net.Ports.Wiring;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was last seen of a host's network, and its rates. Looks at most once at a time. */
final class NetSampler {
  private static final Logger LOG = LoggerFactory.getLogger(NetSampler.class);

  private final Ports ports;
  private final Clock clock;
  private Optional<Wiring> earlier = Optional.empty();
  private Latest<Wiring> wiring = Latest.nothing();
  private @Nullable Future<Wiring> looking;

  NetSampler(Ports ports, Clock clock) {
    this.ports = ports;
    this.clock = clock;
  }

  /** Looks once; what was known stays if that fails. Always succeeds. */
  Future<Void> sample() {
    if (looking != null) {
      return Future.succeededFuture();
    }
    Future<Wiring> look = ports.look();
    looking = look;
    return look.transform(
        seen -> {
          looking = null;
          Latest<Wiring> before = wiring;
          if (seen.succeeded()) {
            earlier = before.value();
            wiring = before.seen(seen.result(), clock.instant());
          } else {
            wiring = before.missed(seen.cause());
          }
          if (wiring.failsAfter(before)) {
            LOG.warn("What is told of the network grows old: {}", seen.cause().getMessage());
          } else if (wiring.recoversAfter(before)) {
            LOG.info("The network is seen again");
          }
          return Future.succeededFuture();
        });
  }

  /** What is known now. */
  NetBeat beat(Pulse pulse) {
    return new NetBeat(
        pulse,
        wiring.value().map(Wiring::bridges).orElse(List.of()),
        wiring.value().map(now -> links(earlier.orElse(now), now)).orElse(List.of()),
        wiring.at(),
        wiring.problem().or(() -> wiring.value().flatMap(Wiring::problem)));
  }

  /**
   * All links with their rates: growth divided by time. A link that is new, or whose counters began
   * anew, has none yet.
   */
  static List<Link> links(Wiring before, Wiring now) {
    double seconds = now.at().minus(before.at()).toNanos() / 1e9;
    Map<String, Wire> earlier =
        before.wires().stream().collect(Collectors.toMap(Wire::name, Function.identity()));
    return now.wires().stream()
        .map(
            wire -> {
              Wire from = earlier.getOrDefault(wire.name(), wire);
              return new Link(
                  wire.name(),
                  wire.up(),
                  wire.mtu(),
                  wire.megabitsPerSecond(),
                  perSecond(from.received(), wire.received(), seconds),
                  perSecond(from.sent(), wire.sent(), seconds));
            })
        .toList();
  }

  private static Bytes perSecond(Bytes from, Bytes to, double seconds) {
    return seconds <= 0
        ? Bytes.ZERO
        : new Bytes(Math.round(to.minusOrZero(from).value() / seconds));
  }
}
