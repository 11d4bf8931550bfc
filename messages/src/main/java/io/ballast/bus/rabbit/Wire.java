package io.ballast.bus.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.BasicProperties;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import io.ballast.bus.Deadline;
import io.ballast.bus.json.Complaint;
import io.ballast.bus.json.Parcel;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQMessage;
import io.vertx.rabbitmq.RabbitMQOptions;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The envelope in AMQP's own words: parcels to properties and back. */
final class Wire {
  private static final String PING = "ping";
  private static final int PERSISTENT = 2;
  private static final int TRANSIENT = 1;
  private static final int PATIENCE_MILLIS = 5_000;

  private Wire() {}

  /** The client's settings, without any of its own attempts to repair a connection. */
  static RabbitMQOptions options(BusOptions options, String purpose) {
    return new RabbitMQOptions()
        .setAddresses(
            options.brokers().stream()
                .map(broker -> new Address(broker.host(), broker.port()))
                .toList())
        .setUser(options.user())
        .setPassword(options.password())
        .setVirtualHost(options.virtualHost())
        .setConnectionName(options.name() + " " + purpose)
        .setRequestedHeartbeat((int) options.heartbeat().toSeconds())
        .setConnectionTimeout(PATIENCE_MILLIS)
        .setHandshakeTimeout(PATIENCE_MILLIS)
        .setAutomaticRecoveryEnabled(false)
        .setReconnectAttempts(0);
  }

  static QueueOptions acknowledged() {
    return new QueueOptions().setAutoAck(false).setMaxInternalQueueSize(Integer.MAX_VALUE);
  }

  static QueueOptions unacknowledged() {
    return new QueueOptions().setAutoAck(true).setMaxInternalQueueSize(Integer.MAX_VALUE);
  }

  /** A shipment that outlives the broker. */
  static Shipment durable(String exchange, String key, Parcel parcel, Optional<Deadline> until) {
    return shipment(exchange, key, parcel, until, PERSISTENT);
  }

  /** A shipment that only matters as long as its sender and its receiver are there. */
  static Shipment fleeting(String exchange, String key, Parcel parcel, Optional<Deadline> until) {
    return shipment(exchange, key, parcel, until, TRANSIENT);
  }

  private static Shipment shipment(
      String exchange, String key, Parcel parcel, Optional<Deadline> until, int mode) {
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .type(parcel.kind().orElse(null))
            .messageId(parcel.id().orElse(null))
            .appId(parcel.sender().orElse(null))
            .userId(parcel.user().orElse(null))
            .replyTo(parcel.replyTo().orElse(null))
            .correlationId(parcel.correlation().orElse(null))
            .headers(parcel.headers())
            .timestamp(Date.from(Instant.now()))
            .contentType("application/json")
            .contentEncoding("utf-8")
            .deliveryMode(mode)
            .build();
    return new Shipment(exchange, key, properties, parcel.body(), until);
  }

  static Shipment ping(String queue) {
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder().type(PING).deliveryMode(TRANSIENT).build();
    return new Shipment("", queue, properties, Buffer.buffer(), Optional.empty());
  }

  static boolean isPing(RabbitMQMessage message) {
    return PING.equals(message.properties().getType());
  }

  static Parcel parcel(RabbitMQMessage message) {
    BasicProperties properties = message.properties();
    return new Parcel(
        Optional.ofNullable(properties.getType()),
        Optional.ofNullable(properties.getMessageId()),
        Optional.ofNullable(properties.getAppId()),
        Optional.ofNullable(properties.getUserId()),
        Optional.ofNullable(properties.getReplyTo()).filter(place -> !place.isEmpty()),
        Optional.ofNullable(properties.getCorrelationId()),
        Optional.ofNullable(properties.getExpiration()),
        headers(properties.getHeaders()),
        message.body());
  }

  private static Map<String, Object> headers(@Nullable Map<String, Object> headers) {
    Map<String, Object> plain = new HashMap<>();
    if (headers != null) {
      headers.forEach(
          (name, value) -> {
            if (value != null) {
              plain.put(name, value instanceof LongString text ? text.toString() : value);
            }
          });
    }
    return Map.copyOf(plain);
  }

  /** A failure of the client in words for a person. */
  static String words(Throwable failure) {
    Throwable cause = failure;
    while (true) {
      if (cause instanceof AuthenticationFailureException
          || cause instanceof PossibleAuthenticationFailureException) {
        return "the broker does not accept the user or its password";
      }
      if (cause instanceof UnknownHostException) {
        return "there is no host " + cause.getMessage();
      }
      if (cause instanceof ConnectException) {
        return "connection refused; is the broker running?";
      }
      if (cause instanceof Session.NotSent) {
        return "the connection was closed";
      }
      if (cause.getCause() == null) {
        return Complaint.tidy(
            Optional.ofNullable(cause.getMessage()).orElse(cause.getClass().getSimpleName()));
      }
      cause = cause.getCause();
    }
  }
}
