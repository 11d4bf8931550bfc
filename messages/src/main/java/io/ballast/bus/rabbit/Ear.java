package io.ballast.bus.rabbit;

import io.ballast.bus.RefusedException;
import io.ballast.bus.carrier.Listening;
import io.ballast.messages.Notice;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQConsumer;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the notices for one {@link Listening} that an exchange carries, on every session anew, from
 * a queue that lives as long as the session: what is told while there is none is not heard.
 */
final class Ear<N extends Notice> implements Link.Fixture {
  private static final Logger LOG = LoggerFactory.getLogger(Ear.class);

  private final Listening<N> listening;
  private final String exchange;
  private final String name;
  private @Nullable Session session;
  private @Nullable RabbitMQConsumer consumer;
  private volatile boolean stopped;

  Ear(Listening<N> listening, String exchange, String name) {
    this.listening = listening;
    this.exchange = exchange;
    this.name = name;
  }

  @Override
  public Future<Void> install(Session next) {
    String queue = exchange + ".for." + UUID.randomUUID();
    Future<Void> bound = next.queue(queue, Session.Lifespan.SESSION, new JsonObject()).mapEmpty();
    for (String kind : listening.kinds()) {
      bound = bound.compose(done -> next.bind(queue, exchange, kind));
    }
    return bound
        .compose(done -> next.consume(queue, Wire.unacknowledged(), message -> take(next, message)))
        .onSuccess(now -> remember(next, now))
        .mapEmpty();
  }

  private synchronized void remember(Session next, RabbitMQConsumer now) {
    session = next;
    consumer = now;
  }

  private void take(Session now, RabbitMQMessage message) {
    if (stopped) {
      return;
    }
    try {
      listening.take(Wire.parcel(message));
    } catch (RefusedException e) {
      LOG.warn("a notice could not be read: {}: {}", e.reason(), e.getMessage());
      if (exchange.equals(Topology.EVENTS)) {
        new Burial(name, exchange).bury(now, message, e.reply());
      }
    }
  }

  synchronized Future<Void> stop() {
    stopped = true;
    return session == null || consumer == null
        ? Future.succeededFuture()
        : session.cancel(consumer);
  }
}
