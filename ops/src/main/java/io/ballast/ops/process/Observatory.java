package io.ballast.ops.process;

import io.ballast.ops.config.ListenAddress;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.function.Supplier;

/**
 * What a process shows of itself over HTTP: {@code /metrics} for Prometheus and {@code /health}.
 */
final class Observatory {
  private final Vertx vertx;
  private final PrometheusMeterRegistry registry;
  private final Supplier<Health> health;

  /**
   * Whether a process can do its work.
   *
   * @param bus the state of its connection
   */
  record Health(boolean well, String bus) {}

  Observatory(Vertx vertx, PrometheusMeterRegistry registry, Supplier<Health> health) {
    this.vertx = vertx;
    this.registry = registry;
    this.health = health;
  }

  /** Begins to listen, and gives where: the port is the real one, also if any was asked for. */
  Future<ListenAddress> open(ListenAddress address) {
    return vertx
        .createHttpServer()
        .requestHandler(this::answer)
        .listen(address.port(), address.host())
        .map(HttpServer::actualPort)
        .map(port -> new ListenAddress(address.host(), port));
  }

  private void answer(HttpServerRequest request) {
    switch (request.path()) {
      case "/metrics" ->
          vertx
              .executeBlocking(registry::scrape)
              .onSuccess(
                  text ->
                      request
                          .response()
                          .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                          .end(text))
              .onFailure(e -> request.response().setStatusCode(500).end());
      case "/health" -> {
        Health now = health.get();
        request
            .response()
            .setStatusCode(now.well() ? 200 : 503)
            .putHeader("content-type", "application/json")
            .end(
                new JsonObject()
                    .put("status", now.well() ? "up" : "down")
                    .put("bus", now.bus())
                    .encode());
      }
      default -> request.response().setStatusCode(404).end("try /metrics or /health\n");
    }
  }
}
