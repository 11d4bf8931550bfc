package io.ballast.net;

import io.ballast.agent.Latest;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.work.Ports;
import io.ballast.net.work.Scene;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was last seen of a host's network, and its rates. Looks at most once at a time. */
final class NetSampler {
  private static final Logger LOG = LoggerFactory.getLogger(NetSampler.class);

  private final Ports ports;
  private final NetPolicy policy;
  private final Clock clock;
  private Optional<Scene> earlier = Optional.empty();
  private Optional<Scene> measured = Optional.empty();
  private Latest<Scene> scene = Latest.nothing();
  private @Nullable Future<Scene> looking;

  NetSampler(Ports ports, NetPolicy policy, Clock clock) {
    this.ports = ports;
    this.policy = policy;
    this.clock = clock;
  }

  /** Looks once, and measures rates since it did so last. Always succeeds. */
  Future<Void> sample() {
    return look(
        seen -> {
          earlier = measured;
          measured = Optional.of(seen);
        });
  }

  /**
   * Looks once, and leaves rates as they are: over a moment they say little, for some drivers count
   * only every second. Always succeeds.
   */
  Future<Void> refresh() {
    return look(seen -> {});
  }

  /** What was known stays if that fails. */
  private Future<Void> look(Consumer<Scene> measure) {
    if (looking != null) {
      return Future.succeededFuture();
    }
    Future<Scene> look = ports.look();
    looking = look;
    return look.transform(
        seen -> {
          looking = null;
          Latest<Scene> before = scene;
          if (seen.succeeded()) {
            measure.accept(seen.result());
            scene = before.seen(seen.result(), clock.instant());
          } else {
            scene = before.missed(seen.cause());
          }
          if (scene.failsAfter(before)) {
            LOG.warn("What is told of the network grows old: {}", seen.cause().getMessage());
          } else if (scene.recoversAfter(before)) {
            LOG.info("The network is seen again");
          }
          return Future.succeededFuture();
        });
  }

  /** What is known now. Refuses as {@code NOT_READY} while the book of ports is not read. */
  NetBeat beat(Pulse pulse) {
    if (!ports.isOpen()) {
      throw new RefusedException(
          Reason.NOT_READY, "what ports this host keeps is not read yet; see its agent's log");
    }
    return new NetBeat(
        pulse,
        scene.value().map(Scene::bridges).orElse(List.of()),
        measured.map(now -> links(earlier.orElse(now).sight(), now.sight())).orElse(List.of()),
        scene.at(),
        scene.problem().or(() -> scene.value().flatMap(Scene::problem)),
        ports.statuses(),
        policy.lines().stream().map(NetPolicy.Reach::line).toList(),
        scene.value().map(now -> now.sight().bonds()).orElse(List.of()),
        ports.abilities().stream().sorted().toList());
  }

  /**
   * All links with their rates: growth divided by time. A link that is new, or whose counters began
   * anew, has none yet.
   */
  static List<Link> links(Sight before, Sight now) {
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
                  perSecond(from.sent(), wire.sent(), seconds),
                  wire.trouble());
            })
        .toList();
  }

  private static Bytes perSecond(Bytes from, Bytes to, double seconds) {
    return seconds <= 0
        ? Bytes.ZERO
        : new Bytes(Math.round(to.minusOrZero(from).value() / seconds));
  }
}
