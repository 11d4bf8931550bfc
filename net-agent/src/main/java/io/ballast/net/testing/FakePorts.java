package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.Reason;
import io.ballast.net.Ports;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fake: bridges and links in memory, over which steady traffic flows; they may refuse a look. */
public final class FakePorts implements Ports {
  private static final int MTU = 1500;

  private final Clock clock;
  private final Instant born;
  private final Map<String, Bridge> bridges = new TreeMap<>();
  private final Map<String, Flow> flows = new TreeMap<>();
  private @Nullable String refusal;

  public FakePorts(Clock clock) {
    this.clock = clock;
    this.born = clock.instant();
  }

  /** What flows over a link per second. */
  private record Flow(boolean up, Bytes received, Bytes sent) {}

  /** Makes a link that carries this much per second. */
  public synchronized void link(String name, Bytes received, Bytes sent) {
    flows.put(name, new Flow(true, received, sent));
  }

  /** Takes a link down; nothing flows any more, and its counters begin anew. */
  public synchronized void down(String name) {
    flows.put(name, new Flow(false, Bytes.ZERO, Bytes.ZERO));
  }

  /** Makes a bridge of the kernel with links plugged in. */
  public synchronized void bridge(String name, String... ports) {
    bridges.put(name, new Bridge(name, Bridge.Kind.LINUX, List.of(ports)));
  }

  /** Refuses every look from now on. */
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Answers again. */
  public synchronized void recover() {
    refusal = null;
  }

  @Override
  public synchronized Future<Wiring> look() {
    if (refusal != null) {
      return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
    }
    Duration age = Duration.between(born, clock.instant());
    List<Wire> wires =
        flows.entrySet().stream()
            .map(
                link ->
                    new Wire(
                        link.getKey(),
                        link.getValue().up(),
                        MTU,
                        Optional.of(1000),
                        carried(link.getValue().received(), age),
                        carried(link.getValue().sent(), age)))
            .toList();
    return Future.succeededFuture(
        new Wiring(age, List.copyOf(bridges.values()), wires, Optional.empty()));
  }

  private static Bytes carried(Bytes perSecond, Duration age) {
    return new Bytes(Math.round(perSecond.value() * (age.toNanos() / 1e9)));
  }

  @Override
  public void close() {}
}
