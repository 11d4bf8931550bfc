package io.ballast.bus.rabbit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.DeadLetter;
import io.ballast.bus.Role;
import io.ballast.messages.Beat;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the queues of a fleet do when receivers die, and when their broker does. */
final class TopologyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final RabbitCarrier carrier = new RabbitCarrier();
  private final Broker broker = carrier.broker();

  @AfterEach
  void close() {
    broker.start();
    carrier.close();
  }

  @Test
  void everyQueueSurvivesTheBrokerOrBelongsToOneConnection() {
    Bus agent = carrier.join("agent");
    Await.result(agent.serve(BusContract.host(), BusContract.accepting()));
    Await.result(agent.serve(Address.any(Role.SCHEDULER), BusContract.accepting()));
    Await.result(agent.serve(Event.class, event -> {}));
    Await.result(agent.serve(Beat.class, beat -> {}));

    List<String> queues =
        broker
            .control("--silent", "list_queues", "name", "durable", "exclusive", "auto_delete")
            .lines()
            .toList();

    assertTrue(
        queues.stream().anyMatch(line -> line.startsWith("calls.host.h-")), queues::toString);
    for (String line : queues) {
      String[] words = line.split("\t", -1);
      assertTrue(words[1].equals("true") || words[2].equals("true"), line);
    }
  }

  @Test
  void aCallToWhoIsGoneIsRefusedAlsoAfterTheBrokerRestarted() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, BusContract.accepting()));
    Bus scheduler = carrier.join("scheduler");
    Await.result(scheduler.call(BusContract.start(h1)));

    broker.kill();
    Await.result(agent.close());
    broker.start();

    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Await.refusal(scheduler.call(BusContract.start(h1).within(Duration.ofSeconds(3))))
                        .reason()
                    == Reason.NO_RECEIVER);
  }

  @Test
  void aCastThatKillsItsReceiverIsDeliveredThreeTimesAndKept() throws Exception {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, BusContract.accepting()));
    Await.result(agent.close());
    Bus scheduler = carrier.join("scheduler");
    Await.result(scheduler.cast(BusContract.start(h1).withId(new OperationId("deadly"))));

    for (int i = 0; i < 3; i++) {
      dieOf("casts." + h1);
    }

    List<DeadLetter> letters =
        await()
            .atMost(PATIENCE)
            .until(
                () -> Await.result(scheduler.deadLetters().list()).letters(),
                found -> !found.isEmpty());
    DeadLetter letter = letters.getFirst();
    assertEquals(1, letters.size());
    assertEquals("deadly", letter.messageId().orElseThrow());
    assertEquals(h1.toString(), letter.receiver());
    assertEquals(Reason.MAY_YET_HAPPEN, letter.reason());
    assertTrue(letter.message().contains("three times"), letter.message());
    assertEquals("casts", letter.exchange());
    assertEquals(broker.options("x").user(), letter.user().orElseThrow());
    assertFalse(letter.at().isBefore(java.time.Instant.now().minusSeconds(600)));
  }

  /** Takes a message from a queue and goes away with it. */
  private void dieOf(String queue) throws IOException, InterruptedException {
    Connection connection = broker.stranger();
    Channel channel = connection.createChannel();
    CountDownLatch taken = new CountDownLatch(1);
    channel.basicConsume(queue, false, (tag, message) -> taken.countDown(), tag -> {});
    assertTrue(taken.await(60, TimeUnit.SECONDS), "nothing came from " + queue);
    connection.abort(2_000);
  }

  @Test
  void aCastThatNobodyTookIsListedWithItsReceiver() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, BusContract.accepting()));
    Await.result(agent.close());
    RabbitBus scheduler = carrier.join("scheduler");
    Await.result(scheduler.connected());

    Await.result(scheduler.cast(BusContract.start(h1).within(Duration.ofSeconds(2))));

    List<DeadLetter> letters =
        await()
            .until(
                () -> Await.result(scheduler.deadLetters().list()).letters(),
                found -> !found.isEmpty());
    assertEquals(Reason.DEADLINE_PASSED, letters.getFirst().reason());
    assertEquals(h1.toString(), letters.getFirst().receiver());
    assertEquals(
        "nobody took it at " + h1 + " before its time was over", letters.getFirst().message());
  }

  @Test
  void aQueueThatABrokerForgotIsReplaced() {
    Address h1 = BusContract.host();
    Set<OperationId> received = ConcurrentHashMap.newKeySet();
    AtomicInteger count = new AtomicInteger();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    broker.kill();
    broker.start();

    Bus scheduler = carrier.join("scheduler");
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              OperationId id = new OperationId("try-" + count.incrementAndGet());
              return scheduler
                  .cast(BusContract.start(h1).withId(id).within(Duration.ofSeconds(3)))
                  .map(true)
                  .otherwise(false)
                  .compose(sent -> Future.succeededFuture(!received.isEmpty()));
            },
            Await::result);
  }
}
