package io.ballast.bus.rabbit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.RefusedException;
import io.ballast.bus.carrier.Reception;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a member still does that stops while it is at work. */
final class DrainIT {
  private static final int MANY = 64;

  private final RabbitCarrier carrier = new RabbitCarrier();
  private final Vertx vertx = Vertx.vertx();
  private final Map<OperationId, Integer> begun = new ConcurrentHashMap<>();

  @AfterEach
  void close() {
    carrier.close();
    Await.result(vertx.close());
  }

  /** Answers after 300 ms. */
  private Bus.Receiver slow() {
    return (envelope, command) -> {
      begun.merge(envelope.id(), 1, Integer::sum);
      Promise<Reply> answer = Promise.promise();
      vertx.setTimer(300, now -> answer.complete(new Reply.Accepted(envelope.id())));
      return answer.future();
    };
  }

  @Test
  void theCallsInProgressAreAnsweredWhenTheirReceiverCloses() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, slow()));
    Bus scheduler = carrier.join("scheduler");
    List<Future<Reply.Accepted>> calls = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      calls.add(scheduler.call(BusContract.start(h1)));
    }
    await().until(() -> begun.size() == MANY);

    Await.result(agent.close());

    Await.result(Future.all(calls));
    assertEquals(MANY, begun.size());
  }

  @Test
  void noCastRunsTwiceWhenItsReceiverCloses() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, slow()));
    Bus scheduler = carrier.join("scheduler");
    Set<OperationId> sent = new HashSet<>();
    for (int i = 0; i < 2 * MANY; i++) {
      OperationId id = new OperationId("cast-" + i);
      sent.add(id);
      Await.result(scheduler.cast(BusContract.start(h1).withId(id)));
    }
    await().until(() -> begun.size() >= MANY);

    Await.result(agent.close());
    Await.result(carrier.join("agent").serve(h1, slow()));

    await().until(() -> begun.keySet().equals(sent));
    assertEquals(Set.of(1), new HashSet<>(begun.values()));
    assertEquals(List.of(), carrier.deadLetters());
  }

  @Test
  void aCastThatWaitsIsLeftToTheNextReceiver() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    AtomicInteger tries = new AtomicInteger();
    Bus.Serving serving =
        Await.result(
            agent.serve(
                h1,
                (envelope, command) -> {
                  tries.incrementAndGet();
                  return Future.failedFuture(new RefusedException(Reason.BUSY, "busy"));
                }));
    Await.result(carrier.join("scheduler").cast(BusContract.start(h1)));
    await().until(() -> tries.get() >= 2);
    List<OperationId> received = new CopyOnWriteArrayList<>();

    Await.result(serving.stop());
    int before = tries.get();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    await().until(() -> received.size() == 1);
    assertEquals(before, tries.get());
  }

  @Test
  void castsThatWaitAreKeptWhenTheirConnectionIsLost() {
    Address h1 = BusContract.host();
    AtomicBoolean willing = new AtomicBoolean();
    Set<OperationId> done = ConcurrentHashMap.newKeySet();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  begun.merge(envelope.id(), 1, Integer::sum);
                  if (!willing.get()) {
                    return Future.failedFuture(new RefusedException(Reason.BUSY, "busy"));
                  }
                  done.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));
    Bus scheduler = carrier.join("scheduler");
    for (int i = 0; i < Reception.MOST_WAITING; i++) {
      Await.result(scheduler.cast(BusContract.start(h1).within(Duration.ofMinutes(5))));
    }
    // From the fourth try on they pause for longer than it takes to connect anew.
    await()
        .until(
            () ->
                begun.size() == Reception.MOST_WAITING
                    && begun.values().stream().allMatch(tries -> tries >= 4));

    int before = begun.values().stream().mapToInt(Integer::intValue).sum();
    closeConnectionOf("agent commands");
    await()
        .until(
            () ->
                begun.values().stream().mapToInt(Integer::intValue).sum()
                    >= before + Reception.MOST_WAITING);
    willing.set(true);

    await().until(() -> done.size() == Reception.MOST_WAITING);
    assertEquals(List.of(), carrier.deadLetters());
  }

  @Test
  void whoNeverAnswersHoldsUpNoCloseForLong() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Promise<Reply> never = Promise.promise();
    Await.result(
        agent.serve(
            h1,
            (envelope, command) -> {
              begun.merge(envelope.id(), 1, Integer::sum);
              return never.future();
            }));
    Bus scheduler = carrier.join("scheduler");
    Future<Reply.Accepted> call =
        scheduler.call(BusContract.start(h1).within(Duration.ofSeconds(20)));
    await().until(() -> begun.size() == 1);

    Await.result(agent.close());

    assertTrue(!call.succeeded());
    assertEquals(Reason.NO_RECEIVER, Await.refusal(scheduler.call(BusContract.start(h1))).reason());
    assertEquals(Collections.nCopies(1, 1), List.copyOf(begun.values()));
  }

  private void closeConnectionOf(String name) {
    Broker broker = carrier.broker();
    String line =
        broker
            .control("list_connections", "--quiet", "pid", "client_properties")
            .lines()
            .filter(one -> one.contains(name))
            .findFirst()
            .orElseThrow();
    broker.control("close_connection", line.substring(0, line.indexOf('\t')), "test");
  }
}
