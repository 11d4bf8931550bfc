package io.ballast.net.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.net.trade.PortBook;
import io.vertx.core.Future;
import java.util.Map;
import java.util.TreeMap;

/** A fake: a book in memory, which outlives an agent but no process; it may refuse. */
public final class FakePortBook implements PortBook {
  private final Map<Mac, Port> kept = new TreeMap<>();
  private boolean full;
  private boolean lost;

  /** Can't be read any more. */
  public synchronized void lose() {
    lost = true;
  }

  /** Takes nothing any more, or again. */
  public synchronized void full(boolean whether) {
    full = whether;
  }

  /** What is written down. */
  public synchronized Map<Mac, Port> kept() {
    return Map.copyOf(kept);
  }

  @Override
  public synchronized Future<Map<Mac, Port>> open() {
    return lost
        ? Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, "the disk is gone"))
        : Future.succeededFuture(Map.copyOf(kept));
  }

  @Override
  public synchronized Future<Void> keep(Map<Mac, Port> ports) {
    if (full) {
      return Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, "the disk is full"));
    }
    kept.clear();
    kept.putAll(ports);
    return Future.succeededFuture();
  }
}
