package io.ballast.bus.rabbit;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BasicProperties;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.rabbitmq.RabbitMQMessage;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lays messages that nobody can do anything with into the queue {@code dead-letters}, raw, with the
 * reason, for a person.
 *
 * <p>Body and properties stay as they came, except those that would make the broker act on them
 * again. Headers: {@code reason}, {@code message}, {@code refused-by}, {@code refused-at}, {@code
 * exchange} and {@code routing-key} where it was published, and {@code headers}, its own.
 */
record DeadLetters(String name) {
  /** Larger headers are left out: with ours they might not fit any more. */
  private static final int MOST_HEADER_CHARACTERS = 16_000;

  Future<Void> bury(Session session, RabbitMQMessage letter, Reply.Refused why) {
    return session.publish(
        new Shipment(
            "",
            Topology.DEAD_LETTERS,
            properties(letter, why.reason(), why.message()),
            letter.body(),
            Optional.empty()));
  }

  private AMQP.BasicProperties properties(RabbitMQMessage letter, Reason reason, String message) {
    BasicProperties original = letter.properties();
    Map<String, Object> headers = new HashMap<>();
    headers.put("reason", reason.name());
    headers.put("message", message);
    headers.put("refused-by", name);
    headers.put("refused-at", Instant.now().toString());
    headers.put("exchange", letter.envelope().getExchange());
    headers.put("routing-key", letter.envelope().getRoutingKey());
    if (original.getHeaders() != null
        && original.getHeaders().toString().length() <= MOST_HEADER_CHARACTERS) {
      headers.put("headers", original.getHeaders());
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
        .deliveryMode(2)
        .build();
  }
}
