package io.ballast.ops.client;

import io.ballast.bus.Bus;
import io.ballast.ops.config.BusSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;

/** Makes the connection to the bus. */
@FunctionalInterface
public interface Connector {
  /**
   * Connects; fails with a {@link CommandFailure} that says why and what to do when that did not
   * succeed within {@code patience}.
   */
  Future<Bus> connect(Vertx vertx, BusSettings settings, Duration patience);
}
