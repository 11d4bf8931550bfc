package io.ballast.ops;

import io.ballast.bus.Bus;
import io.ballast.bus.rabbit.BusOptions;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.ops.client.CommandFailure;
import io.ballast.ops.client.Connector;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.client.ExitCode;
import io.ballast.ops.config.BusSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Connects a command to RabbitMQ: one attempt, whose failure is told at once. */
final class RabbitConnector implements Connector {
  @Override
  public Future<Bus> connect(Vertx vertx, BusSettings settings, Duration patience) {
    BusOptions options =
        Credentials.busOptions(settings, "ballast." + ProcessHandle.current().pid());
    RabbitBus bus = RabbitBus.connect(vertx, options);
    return bus.connected()
        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .<Bus>map(bus)
        .recover(why -> bus.close().transform(closed -> Future.failedFuture(unreachable(why))));
  }

  private static CommandFailure unreachable(Throwable why) {
    return new CommandFailure(
        ExitCode.UNREACHABLE,
        "cannot reach the bus: "
            + why.getMessage()
            + " (--broker, --credentials or --config say where it is)",
        why);
  }
}
