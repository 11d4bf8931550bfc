package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Mac;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fake: links in memory, over which steady traffic flows; they may refuse a look, or keep silent.
 */
public final class FakeLinks implements Links {
  private static final int MTU = 1500;

  private final Clock clock;
  private final Instant born;
  private final Map<String, Flow> flows = new TreeMap<>();
  private final Set<String> ways = new TreeSet<>();
  private final Set<String> spoken = new TreeSet<>();
  private @Nullable String refusal;
  private boolean silent;
  private Runnable listener = () -> {};

  public FakeLinks(Clock clock) {
    this.clock = clock;
    this.born = clock.instant();
  }

  /** A link, and what flows over it per second. */
  private record Flow(Wire.Kind kind, Optional<Mac> mac, boolean up, Bytes received, Bytes sent) {}

  /** Makes a device of the machine that carries this much per second. */
  public void link(String name, Bytes received, Bytes sent) {
    put(name, new Flow(Wire.Kind.PHYSICAL, Optional.empty(), true, received, sent));
  }

  /** Makes a device of the machine with an address. */
  public void link(String name, Mac mac) {
    put(name, new Flow(Wire.Kind.PHYSICAL, Optional.of(mac), true, Bytes.ZERO, Bytes.ZERO));
  }

  /** Makes a link of no kind of its own, such as a bridge. */
  public void other(String name) {
    put(name, new Flow(Wire.Kind.OTHER, Optional.empty(), true, Bytes.ZERO, Bytes.ZERO));
  }

  /** Has the card of a guest appear that has sent something. */
  public void tap(String name, Mac card) {
    synchronized (this) {
      spoken.add(name);
    }
    arriving(name, card);
  }

  /** Has the card of a guest appear that still runs elsewhere. */
  public void arriving(String name, Mac card) {
    put(name, new Flow(Wire.Kind.TAP, Optional.of(Sight.tap(card)), true, Bytes.ZERO, Bytes.ZERO));
  }

  /** Has a link carry the host's own traffic. */
  public synchronized void way(String name) {
    ways.add(name);
  }

  /** Takes a link down; nothing flows any more, and its counters begin anew. */
  public void down(String name) {
    put(name, new Flow(Wire.Kind.PHYSICAL, Optional.empty(), false, Bytes.ZERO, Bytes.ZERO));
  }

  /** Has a link vanish. */
  public void remove(String name) {
    Runnable told;
    synchronized (this) {
      flows.remove(name);
      told = listener;
    }
    told.run();
  }

  private void put(String name, Flow flow) {
    Runnable told;
    synchronized (this) {
      flows.put(name, flow);
      told = listener;
    }
    told.run();
  }

  /** Refuses every look from now on. */
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Answers no look from now on. */
  public synchronized void hang() {
    silent = true;
  }

  /** Answers again. */
  public synchronized void recover() {
    refusal = null;
    silent = false;
  }

  @Override
  public synchronized void onChange(Runnable whom) {
    listener = whom;
  }

  @Override
  public synchronized Future<Sight> look() {
    if (silent) {
      return Promise.<Sight>promise().future();
    }
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
                        link.getValue().kind(),
                        link.getValue().mac(),
                        link.getValue().up(),
                        MTU,
                        Optional.of(1000),
                        carried(link.getValue().received(), age)
                            .plus(spoken.contains(link.getKey()) ? new Bytes(60) : Bytes.ZERO),
                        carried(link.getValue().sent(), age),
                        Optional.empty()))
            .toList();
    return Future.succeededFuture(new Sight(age, wires, List.of(), ways));
  }

  private static Bytes carried(Bytes perSecond, Duration age) {
    return new Bytes(Math.round(perSecond.value() * (age.toNanos() / 1e9)));
  }

  @Override
  public void close() {}
}
