package io.ballast.bus.rabbit;

import com.rabbitmq.client.AMQP;
import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * One message on its way to the broker: where to, and whether it may have left.
 *
 * <p>As long as it was not handed to a connection it can wait for the next one. After that, only a
 * confirmation says that the broker has it.
 */
final class Shipment {
  private final String exchange;
  private final String key;
  private final AMQP.BasicProperties properties;
  private final Buffer body;
  private final Optional<Deadline> until;
  private volatile boolean sent;
  private boolean answered;

  /**
   * @param until after which the broker drops it or lays it aside, if ever
   */
  Shipment(
      String exchange,
      String key,
      AMQP.BasicProperties properties,
      Buffer body,
      Optional<Deadline> until) {
    this.exchange = exchange;
    this.key = key;
    this.properties = properties;
    this.body = body;
    this.until = until;
  }

  String exchange() {
    return exchange;
  }

  String key() {
    return key;
  }

  /** The same, to be answered where it is sent from. */
  Shipment answered() {
    answered = true;
    return this;
  }

  /**
   * Its properties if it is sent now: the time that it waited is no longer left.
   *
   * @param mail where answers come to who sends it
   */
  AMQP.BasicProperties properties(String mail) {
    AMQP.BasicProperties.Builder now = properties.builder();
    until
        .map(Deadline::left)
        .map(Duration::toMillis)
        .map(String::valueOf)
        .ifPresent(now::expiration);
    return (answered ? now.replyTo(mail) : now).build();
  }

  Buffer body() {
    return body;
  }

  boolean sent() {
    return sent;
  }

  void sent(boolean now) {
    sent = now;
  }

  /** What the broker's refusal to take it means. */
  RefusedException refused() {
    if (exchange.equals(Topology.CALLS) || exchange.equals(Topology.CASTS)) {
      return new RefusedException(Reason.NO_RECEIVER, "nobody serves " + key + " on the bus");
    }
    return new RefusedException(
        Reason.BUS_LOST, "the broker did not take a message for " + place() + "; send it again");
  }

  /** What it means that its time is over. */
  RefusedException late(long millis) {
    if (sent) {
      return new RefusedException(
          Reason.DEADLINE_PASSED,
          "the broker did not confirm a message for "
              + place()
              + " within "
              + millis
              + " ms; it may or may not arrive");
    }
    return new RefusedException(
        Reason.BUS_LOST,
        "a message for "
            + place()
            + " could not be sent within "
            + millis
            + " ms: no connection to the broker");
  }

  /** What it means that the connection is gone that it was sent on. */
  RefusedException lost() {
    return new RefusedException(
        Reason.BUS_LOST,
        "the connection to the broker broke before it confirmed a message for "
            + place()
            + "; it may or may not arrive");
  }

  private String place() {
    return key.isEmpty() ? exchange : key;
  }
}
