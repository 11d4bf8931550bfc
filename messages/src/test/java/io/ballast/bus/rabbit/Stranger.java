package io.ballast.bus.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.ballast.bus.Carrier;
import io.ballast.bus.json.Codec;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Somebody who speaks plain AMQP with the broker, as a program in another language would. */
final class Stranger implements AutoCloseable {
  private final Connection connection;
  private final Channel channel;
  private final Map<String, Promise<Reply>> asked = new ConcurrentHashMap<>();
  private final AtomicLong count = new AtomicLong();

  Stranger(Broker broker) {
    try {
      connection = broker.stranger();
      channel = connection.createChannel();
      channel.basicConsume(
          "amq.rabbitmq.reply-to",
          true,
          (tag, reply) -> {
            Promise<Reply> promise = asked.remove(reply.getProperties().getCorrelationId());
            if (promise != null) {
              promise.complete(
                  (Reply) Codec.decode(reply.getProperties().getType(), reply.getBody()));
            }
          },
          tag -> {});
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes a letter as it is, without waiting for an answer. */
  synchronized void publish(String exchange, Carrier.Letter letter) {
    publish(exchange, letter.address(), properties(letter).build(), letter.body().getBytes(UTF_8));
  }

  synchronized void publish(
      String exchange, String key, AMQP.BasicProperties properties, byte[] body) {
    try {
      channel.basicPublish(exchange, key, properties, body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes a letter and gives the answer. */
  Future<Reply> ask(String exchange, Carrier.Letter letter) {
    String correlation = "q" + count.incrementAndGet();
    Promise<Reply> promise = Promise.promise();
    asked.put(correlation, promise);
    publish(
        exchange,
        letter.address(),
        properties(letter).replyTo("amq.rabbitmq.reply-to").correlationId(correlation).build(),
        letter.body().getBytes(UTF_8));
    return promise.future();
  }

  private static AMQP.BasicProperties.Builder properties(Carrier.Letter letter) {
    return new AMQP.BasicProperties.Builder()
        .type(letter.properties().get("type"))
        .messageId(letter.properties().get("message-id"))
        .expiration(letter.properties().get("expiration"))
        .headers(letter.headers());
  }

  /** Takes all dead letters away. */
  synchronized List<GetResponse> takeDeadLetters() {
    try {
      List<GetResponse> letters = new ArrayList<>();
      for (GetResponse letter = get(); letter != null; letter = get()) {
        letters.add(letter);
      }
      return letters;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private GetResponse get() throws IOException {
    return channel.basicGet(Topology.LETTERS, true);
  }

  static String header(GetResponse letter, String name) {
    return String.valueOf(letter.getProps().getHeaders().get(name));
  }

  /** A dead letter as the tests look at it. */
  static Carrier.Dead dead(GetResponse letter) {
    String kind = letter.getProps().getType();
    return new Carrier.Dead(
        kind == null ? "" : kind,
        new String(letter.getBody(), UTF_8),
        header(letter, "receiver"),
        Reason.valueOf(header(letter, "reason")),
        header(letter, "message"));
  }

  synchronized Channel channel() {
    return channel;
  }

  @Override
  public void close() {
    connection.abort(2_000);
  }
}
