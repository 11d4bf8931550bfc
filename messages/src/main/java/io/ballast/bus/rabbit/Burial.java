package io.ballast.bus.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BasicProperties;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.json.Complaint;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lays messages that nobody can do anything with into the queue {@code letters}, raw, with the
 * reason, for a person; {@link Letters} reads them.
 *
 * <p>Body and properties stay as they came, except those that would make the broker act on them
 * again. Headers: {@code reason}, {@code message}, {@code receiver} (the address), {@code
 * refused-by} (the member), {@code refused-at}, {@code user} as whom the sender logged in, {@code
 * exchange} and {@code routing-key} where it was published, and {@code headers}, its own.
 *
 * @param name the member that refuses
 * @param receiver the address that it was for
 */
record Burial(String name, String receiver) {
  static final String REASON = "reason";
  static final String MESSAGE = "message";
  static final String RECEIVER = "receiver";
  static final String REFUSED_BY = "refused-by";
  static final String REFUSED_AT = "refused-at";
  static final String USER = "user";
  static final String EXCHANGE = "exchange";
  static final String ROUTING_KEY = "routing-key";
  static final String HEADERS = "headers";

  /** Larger headers are left out: with ours they might not fit any more. */
  private static final int MOST_HEADER_CHARACTERS = 16_000;

  private static final int PERSISTENT = 2;

  Future<Void> bury(Session session, RabbitMQMessage letter, Reply.Refused why) {
    return session.publish(
        new Shipment(
            "", Topology.LETTERS, properties(letter, why), letter.body(), Optional.empty()));
  }

  private AMQP.BasicProperties properties(RabbitMQMessage letter, Reply.Refused why) {
    BasicProperties original = letter.properties();
    Map<String, Object> headers =
        headers(why, letter.envelope().getExchange(), letter.envelope().getRoutingKey());
    if (original.getUserId() != null) {
      headers.put(USER, original.getUserId());
    }
    if (original.getHeaders() != null
        && original.getHeaders().toString().length() <= MOST_HEADER_CHARACTERS) {
      headers.put(HEADERS, original.getHeaders());
    }
    return new AMQP.BasicProperties.Builder()
        .type(original.getType())
        .messageId(original.getMessageId())
        .appId(original.getAppId())
        .replyTo(original.getReplyTo())
        .correlationId(original.getCorrelationId())
        .timestamp(original.getTimestamp())
        .contentType(original.getContentType())
        .contentEncoding(original.getContentEncoding())
        .headers(headers)
        .deliveryMode(PERSISTENT)
        .build();
  }

  private Map<String, Object> headers(Reply.Refused why, String exchange, String key) {
    Map<String, Object> headers = new HashMap<>();
    headers.put(REASON, why.reason().name());
    headers.put(MESSAGE, Complaint.tidy(why.message()));
    headers.put(RECEIVER, receiver);
    headers.put(REFUSED_BY, name);
    headers.put(REFUSED_AT, Instant.now().toString());
    headers.put(EXCHANGE, exchange);
    headers.put(ROUTING_KEY, key);
    return headers;
  }

  /** A cast that is no message of the broker's any more. */
  Shipment shipment(DeadLetters.Undone cast, Reply.Refused why) {
    Map<String, Object> headers = headers(why, Topology.CASTS, receiver);
    cast.epoch().ifPresent(epoch -> headers.put(HEADERS, Map.of(Parcel.EPOCH, epoch)));
    AMQP.BasicProperties properties =
        new AMQP.BasicProperties.Builder()
            .type(cast.kind())
            .messageId(cast.id().value())
            .appId(cast.sender())
            .contentType("application/json")
            .contentEncoding("utf-8")
            .headers(headers)
            .deliveryMode(PERSISTENT)
            .build();
    return new Shipment(
        "", Topology.LETTERS, properties, Buffer.buffer(cast.body()), Optional.empty());
  }
}
