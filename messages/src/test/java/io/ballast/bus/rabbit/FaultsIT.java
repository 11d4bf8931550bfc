package io.ballast.bus.rabbit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Bus;
import io.ballast.bus.BusContract;
import io.ballast.bus.BusState;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a fleet's traffic when its broker fails in the middle of it. */
final class FaultsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final RabbitCarrier carrier = new RabbitCarrier();
  private final Broker broker = carrier.broker();

  @AfterEach
  void close() {
    broker.thaw();
    broker.start();
    carrier.close();
  }

  /** A way for a broker to be away for some seconds. */
  enum Fault {
    CRASHED,
    RESTARTED,
    FROZEN;

    void happen(Broker broker) {
      switch (this) {
        case CRASHED -> {
          broker.kill();
          broker.start();
        }
        case RESTARTED -> {
          broker.stop();
          broker.start();
        }
        case FROZEN -> {
          broker.freeze();
          pause(Duration.ofSeconds(15));
          broker.thaw();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFleetSurvivesItsBroker(Fault fault) {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    RabbitBus scheduler = carrier.join("scheduler");
    Traffic traffic = new Traffic(h1, agent, scheduler);
    List<BusState> states = new CopyOnWriteArrayList<>();
    scheduler.onState(states::add);
    traffic.begin();
    await().atMost(PATIENCE).until(traffic::flows);
    assertEquals("64", prefetch(h1));

    fault.happen(broker);
    traffic.forget();
    await().atMost(PATIENCE).until(traffic::flows);
    traffic.end();

    await().atMost(PATIENCE).until(traffic::everythingIsSettled);
    Set<Reason> reasons = traffic.reasons();
    assertTrue(
        Set.of(Reason.BUS_LOST, Reason.DEADLINE_PASSED, Reason.NO_RECEIVER).containsAll(reasons),
        () -> "unexpected reasons in " + reasons);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertEquals(Set.of(), traffic.confirmedButNeverReceived()));
    assertEquals("64", prefetch(h1));
    List<BusState> connected = states.stream().dropWhile(BusState.CONNECTING::equals).toList();
    assertEquals(BusState.CONNECTED, connected.getFirst(), states::toString);
    assertTrue(states.contains(BusState.LOST), states::toString);
    assertEquals(BusState.CONNECTED, states.getLast(), states::toString);
    System.out.println(fault + ": " + traffic);
  }

  /** The prefetch of the consumer of an address's casts, as the broker knows it. */
  private String prefetch(Address address) {
    return broker
        .control("--silent", "list_consumers", "queue_name", "prefetch_count")
        .lines()
        .filter(line -> line.startsWith("casts." + address + "\t"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .reduce("", (all, one) -> all.isEmpty() ? one : all + "," + one);
  }

  @Test
  void aQueueThatIsDeletedUnderItsConsumerComesBack() throws Exception {
    Address h1 = BusContract.host();
    Await.result(carrier.join("agent").serve(h1, BusContract.accepting()));
    Bus scheduler = carrier.join("scheduler");

    carrier.stranger().channel().queueDelete("calls." + h1);

    await()
        .atMost(PATIENCE)
        .until(
            () -> scheduler.call(BusContract.start(h1)).map(true).otherwise(false), Await::result);
  }

  @Test
  void aCastIsKeptForAReceiverThatIsAwayForAMoment() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    Await.result(agent.serve(h1, BusContract.accepting()));
    Await.result(agent.close());
    Bus scheduler = carrier.join("scheduler");
    // What a broker is told of a new queue is on its disk within a second.
    pause(Duration.ofSeconds(3));

    Await.result(
        scheduler.cast(
            BusContract.start(h1).withId(new OperationId("kept")).within(Duration.ofMinutes(5))));
    broker.kill();
    broker.start();
    Set<OperationId> received = ConcurrentHashMap.newKeySet();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    await().atMost(PATIENCE).until(() -> received.contains(new OperationId("kept")));
  }

  @Test
  void aCastThatItsReceiverDidNotFinishIsDeliveredAgain() {
    Address h1 = BusContract.host();
    RabbitBus dying = carrier.join("agent");
    Set<OperationId> begun = ConcurrentHashMap.newKeySet();
    Await.result(
        dying.serve(
            h1,
            (envelope, command) -> {
              begun.add(envelope.id());
              return Future.future(never -> {});
            }));
    Await.result(
        carrier.join("scheduler").cast(BusContract.start(h1).withId(new OperationId("again"))));
    await().until(() -> begun.contains(new OperationId("again")));

    Await.result(dying.close());
    List<Envelope> received = new CopyOnWriteArrayList<>();
    Await.result(
        carrier
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope);
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    await().until(() -> received.size() == 1);
    assertEquals(new OperationId("again"), received.getFirst().id());
    assertTrue(received.getFirst().redelivered());
  }

  @Test
  void whatCantBeSentWaitsForTheBrokerAndIsThenSent() {
    Address h1 = BusContract.host();
    RabbitBus agent = carrier.join("agent");
    RabbitBus scheduler = carrier.join("scheduler");
    Await.result(agent.serve(h1, BusContract.accepting()));
    List<BusState> states = new CopyOnWriteArrayList<>();
    scheduler.onState(states::add);
    Await.result(scheduler.connected());
    broker.stop();
    await().until(() -> states.contains(BusState.LOST));

    RefusedException impatient =
        Await.refusal(scheduler.call(BusContract.start(h1).within(Duration.ofMillis(300))));
    RefusedException hurried =
        Await.refusal(scheduler.cast(BusContract.start(h1).within(Duration.ofMillis(300))));
    Future<Void> cast = scheduler.cast(BusContract.start(h1).within(Duration.ofMinutes(5)));
    assertFalse(cast.isComplete());
    broker.start();

    assertEquals(Reason.BUS_LOST, impatient.reason());
    assertEquals(Reason.BUS_LOST, hurried.reason());
    Await.result(cast);
  }

  @Test
  void aBrokerThatIsNotThereAndOneThatRefusesAreToldInWords() {
    BusOptions options = broker.options("person");
    Vertx vertx = Vertx.vertx();
    RabbitBus wrongPassword =
        RabbitBus.connect(
            vertx,
            new BusOptions(
                options.brokers(),
                options.user(),
                "wrong-secret",
                options.virtualHost(),
                options.name(),
                options.heartbeat()));
    RabbitBus nowhere =
        RabbitBus.connect(
            vertx, BusOptions.of(new BusOptions.Broker("127.0.0.1", 1), "u", "p", "person"));
    RabbitBus noSuchHost = RabbitBus.connect(vertx, options.withVirtualHost("none"));

    assertEquals(
        "no broker at "
            + options.address()
            + ": the broker does not accept the user or its password",
        Await.refusal(wrongPassword.connected()).getMessage());
    assertEquals(
        "no broker at 127.0.0.1:1: connection refused; is the broker running?",
        Await.refusal(nowhere.connected()).getMessage());
    assertTrue(
        String.valueOf(Await.refusal(noSuchHost.connected()).getMessage())
            .contains("vhost none not found"));
    assertFalse(options.toString().contains(options.password()));
    Await.result(Future.all(wrongPassword.close(), nowhere.close(), noSuchHost.close()));
    Await.result(vertx.close());
  }

  static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
