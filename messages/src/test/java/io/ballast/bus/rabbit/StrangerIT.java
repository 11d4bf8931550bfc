package io.ballast.bus.rabbit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.GetResponse;
import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.BusState;
import io.ballast.bus.Carrier;
import io.ballast.bus.Samples;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What programs in other languages do, well or badly, with nothing but AMQP. */
final class StrangerIT {
  private static final String START = "{\"vm\":\"" + Samples.VM + "\"}";

  private final RabbitCarrier carrier = new RabbitCarrier();
  private final Stranger stranger = carrier.stranger();

  @AfterEach
  void close() {
    carrier.close();
  }

  @Test
  void aStrangersCallToNobodyIsRefused() {
    Address nobody = BusContract.host();

    Reply reply =
        Await.result(
            stranger.ask(
                Topology.CALLS, Carrier.Letter.of(nobody.toString(), "host.start", START)));

    assertEquals(
        new Reply.Refused(Reason.NO_RECEIVER, "nobody serves '" + nobody + "' on the bus"), reply);
    assertEquals(List.of(), stranger.takeDeadLetters());
  }

  @Test
  void aStrangersCastToNobodyIsKeptInTheDeadLettersWithTheReason() {
    Address nobody = BusContract.host();

    stranger.publish(Topology.CASTS, Carrier.Letter.of(nobody.toString(), "host.start", START));

    GetResponse letter = deadLetter();
    assertEquals(START, new String(letter.getBody(), UTF_8));
    assertEquals("host.start", letter.getProps().getType());
    assertEquals("m1", letter.getProps().getMessageId());
    assertEquals("NO_RECEIVER", Stranger.header(letter, "reason"));
    assertEquals("casts", Stranger.header(letter, "exchange"));
    assertEquals(nobody.toString(), Stranger.header(letter, "routing-key"));
    assertFalse(Instant.parse(Stranger.header(letter, "refused-at")).isAfter(Instant.now()));
  }

  @Test
  void aStrangersCastIsCarriedOut() {
    Address h1 = BusContract.host();
    List<OperationId> received = new CopyOnWriteArrayList<>();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    stranger.publish(Topology.CASTS, Carrier.Letter.of(h1.toString(), "host.start", START));

    await().until(() -> received.equals(List.of(new OperationId("m1"))));
  }

  @Test
  void aCastThatNobodyTakesBeforeItExpiresGoesToTheDeadLetters() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, BusContract.accepting()));
    Await.result(agent.close());

    stranger.publish(
        Topology.CASTS,
        h1.toString(),
        new AMQP.BasicProperties.Builder().type("host.start").expiration("200").build(),
        START.getBytes(UTF_8));

    GetResponse letter = deadLetter();
    assertEquals("host.start", letter.getProps().getType());
    assertEquals("expired", Stranger.header(letter, "x-first-death-reason"));
  }

  @Test
  void hostileMessagesAreRefusedOrKeptAndDisturbNobody() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    List<BusState> states = new CopyOnWriteArrayList<>();
    AtomicInteger received = new AtomicInteger();
    Await.result(
        agent.serve(
            h1,
            (envelope, command) -> {
              received.incrementAndGet();
              return Future.succeededFuture(new Reply.Accepted(envelope.id()));
            }));
    agent.onState(states::add);
    List<AMQP.BasicProperties> hostile = hostileProperties();
    List<byte[]> bodies =
        List.of(
            new byte[0],
            "{".getBytes(UTF_8),
            "[".repeat(1 << 20).getBytes(UTF_8),
            new byte[2 << 20],
            "{\"vm\":{\"vm\":1e999999999}}".getBytes(UTF_8));

    int sent = 0;
    for (String exchange : List.of(Topology.CALLS, Topology.CASTS)) {
      for (AMQP.BasicProperties properties : hostile) {
        for (byte[] body : bodies) {
          stranger.publish(exchange, h1.toString(), properties, body);
          sent++;
        }
      }
    }

    int expected = sent;
    List<GetResponse> letters = new ArrayList<>();
    await()
        .untilAsserted(
            () -> {
              letters.addAll(stranger.takeDeadLetters());
              assertEquals(expected, letters.size());
            });
    assertTrue(
        letters.stream().allMatch(letter -> letter.getProps().getHeaders().get("reason") != null));
    Await.result(carrier.join("scheduler").call(BusContract.start(h1)));
    assertEquals(1, received.get());
    assertEquals(List.of(BusState.CONNECTED), states);
  }

  private List<AMQP.BasicProperties> hostileProperties() {
    String user = carrier.broker().options("stranger").user();
    return List.of(
        new AMQP.BasicProperties(),
        new AMQP.BasicProperties.Builder().type("host.start").messageId("").build(),
        new AMQP.BasicProperties.Builder().type("host.start").replyTo("").messageId("m").build(),
        new AMQP.BasicProperties.Builder()
            .type("x".repeat(255))
            .messageId("y".repeat(255))
            .replyTo("nowhere-" + "z".repeat(200))
            .correlationId("w".repeat(255))
            .build(),
        new AMQP.BasicProperties.Builder()
            .type("host.start")
            .messageId("m")
            .userId(user)
            .headers(
                Map.of(
                    "CC", List.of(),
                    "within", List.of(1, 2),
                    "epoch", new byte[] {1},
                    "many", "v".repeat(100_000)))
            .build(),
        new AMQP.BasicProperties.Builder()
            .type("reply.refused")
            .messageId("m")
            .replyTo("dead-letters-not")
            .contentType("text/\u0001")
            .build());
  }

  @Test
  void anEventThatCantBeReadGoesToTheDeadLettersAndTheNextIsHeard() {
    List<Event> heard = new CopyOnWriteArrayList<>();
    Await.result(carrier.join("listener").serve(Event.class, heard::add));

    stranger.publish(
        Topology.EVENTS, Carrier.Letter.of("event.decided", "event.decided", "{\"decision\":1}"));
    Await.result(carrier.join("agent").fanout(new Event.Decided(Samples.decision())));

    await().until(() -> heard.equals(List.of(new Event.Decided(Samples.decision()))));
    assertEquals(
        "event.decided: field 'decision' must be a JSON object",
        Stranger.header(deadLetter(), "message"));
  }

  @Test
  void theReceiverThatConnectedLastGoesBeforeOneThatMayBeDead() throws IOException {
    Address h1 = BusContract.host();
    String queue = "calls." + h1;
    stranger.channel().queueDeclare(queue, true, false, true, Map.of("x-expires", 5_000L));
    stranger.channel().queueBind(queue, Topology.CALLS, h1.toString());
    stranger
        .channel()
        .basicConsume(
            queue,
            false,
            "dead",
            false,
            false,
            Map.of("x-priority", 1),
            (tag, message) -> {},
            tag -> {});
    Await.result(carrier.join("agent").serve(h1, BusContract.accepting()));
    Bus scheduler = carrier.join("scheduler");

    for (int i = 0; i < 10; i++) {
      Await.result(scheduler.call(BusContract.start(h1)));
    }
  }

  private GetResponse deadLetter() {
    List<GetResponse> letters = new ArrayList<>();
    await()
        .until(
            () -> {
              letters.addAll(stranger.takeDeadLetters());
              return !letters.isEmpty();
            });
    assertEquals(1, letters.size());
    return letters.getFirst();
  }
}
