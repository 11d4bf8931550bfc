package io.ballast.bus.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.rabbitmq.client.AMQP;
import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.BusState;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of replies that nobody takes, and of those that come back. */
final class RepliesIT {
  /** More than a consumer is given at a time. */
  private static final int MANY = 100;

  private final RabbitCarrier carrier = new RabbitCarrier();
  private final Stranger stranger = carrier.stranger();
  private final Address h1 = BusContract.host();
  private final AtomicInteger received = new AtomicInteger();
  private final List<BusState> states = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    carrier.close();
  }

  private void serve() {
    Bus agent = carrier.join("agent");
    Await.result(
        agent.serve(
            h1,
            (envelope, command) -> {
              received.incrementAndGet();
              return Future.succeededFuture(new Reply.Accepted(envelope.id()));
            }));
    agent.onState(states::add);
  }

  private void ask(String exchange, String key, String replyTo) {
    for (int i = 0; i < MANY; i++) {
      stranger.publish(
          exchange,
          key,
          new AMQP.BasicProperties.Builder()
              .type("host.start")
              .messageId("m" + i)
              .replyTo(replyTo)
              .build(),
          BusContract.vm().getBytes(UTF_8));
    }
  }

  private void aCallIsStillAnswered(int times) {
    await().until(() -> received.get() == times);
    Await.result(carrier.join("scheduler").call(BusContract.start(h1)));
    assertEquals(List.of(BusState.CONNECTED), states);
  }

  @Test
  void aReplyToAQueueThatRejectsItEndsThere() throws IOException {
    serve();
    stranger
        .channel()
        .queueDeclare(
            "full", true, false, false, Map.of("x-max-length", 0, "x-overflow", "reject-publish"));

    ask(Topology.CALLS, h1.toString(), "full");

    aCallIsStillAnswered(MANY);
    assertEquals(List.of(), carrier.deadLetters());
    stranger.channel().queueDelete("full");
  }

  @Test
  void aReplyToAQueueThatIsNotThereEndsThere() {
    serve();

    ask(Topology.CALLS, h1.toString(), "nowhere");
    ask(Topology.CALLS, h1.toString(), "amq.rabbitmq.reply-to.nowhere");

    aCallIsStillAnswered(2 * MANY);
    assertEquals(List.of(), carrier.deadLetters());
  }

  @Test
  void aReplyToWhereCommandsComeInIsNotAnswered() {
    serve();

    ask(Topology.CALLS, h1.toString(), "calls." + h1);

    await().until(() -> carrier.deadLetters().size() == MANY);
    aCallIsStillAnswered(MANY);
    assertEquals(
        List.of(Reason.UNKNOWN_KIND),
        carrier.deadLetters().stream().map(letter -> letter.reason()).distinct().toList());
    assertEquals(MANY, carrier.deadLetters().size());
  }

  @Test
  void aReplyToWhereNobodyAnswersIsNotAnswered() {
    serve();

    ask(Topology.CALLS, BusContract.host().toString(), Topology.UNROUTABLE);

    await().until(() -> carrier.deadLetters().size() == MANY);
    aCallIsStillAnswered(0);
    assertEquals(MANY, carrier.deadLetters().size());
  }
}
