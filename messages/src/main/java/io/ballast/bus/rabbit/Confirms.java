package io.ballast.bus.rabbit;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.rabbitmq.RabbitMQConfirmation;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** What was published on one session and waits for the broker's word. */
final class Confirms {
  private final ConcurrentNavigableMap<Long, Waiting> waiting = new ConcurrentSkipListMap<>();
  private volatile boolean lost;

  /** One message that waits. */
  static final class Waiting {
    private final Shipment shipment;
    private final Promise<Void> promise = Promise.promise();

    Waiting(Shipment shipment) {
      this.shipment = shipment;
    }

    Future<Void> future() {
      return promise.future();
    }

    void fail(RuntimeException failure) {
      promise.tryFail(failure);
    }
  }

  /** Waits for a number, which the client gives before it writes the message. */
  void add(long number, Waiting message) {
    waiting.put(number, message);
    if (lost) {
      lose();
    }
  }

  /** Settles what the broker speaks of: one message, or all up to one. */
  void settle(RabbitMQConfirmation word) {
    if (word.isMultiple()) {
      Collection<Waiting> all = waiting.headMap(word.getDeliveryTag(), true).values();
      List.copyOf(all).forEach(message -> settle(message, word.isSucceeded()));
      all.clear();
      return;
    }
    Waiting message = waiting.remove(word.getDeliveryTag());
    if (message != null) {
      settle(message, word.isSucceeded());
    }
  }

  private static void settle(Waiting message, boolean taken) {
    if (taken) {
      message.promise.tryComplete();
    } else {
      message.fail(message.shipment.refused());
    }
  }

  /** Fails everything that waits: the connection is gone, and with it the broker's word. */
  void lose() {
    lost = true;
    waiting.values().forEach(message -> message.fail(message.shipment.lost()));
    waiting.clear();
  }
}
