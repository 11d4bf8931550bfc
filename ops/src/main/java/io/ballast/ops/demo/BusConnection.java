package io.ballast.ops.demo;

import io.ballast.bus.Bus;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.Configuration;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The demo's own way to the bus. */
record BusConnection(Vertx vertx, Bus bus) {
  /** Connects as a configuration file says. */
  static BusConnection open(Path file) {
    Vertx vertx = Vertx.vertx();
    Configuration configuration = Configuration.find(Optional.of(file), Map.of());
    RabbitBus bus =
        RabbitBus.connect(vertx, Credentials.busOptions(configuration.bus(), "ballast.demo"));
    Witness.await(bus.connected());
    return new BusConnection(vertx, bus);
  }

  void close() {
    Witness.await(bus.close().eventually(vertx::close));
  }
}
