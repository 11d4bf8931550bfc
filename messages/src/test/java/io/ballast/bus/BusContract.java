package io.ballast.bus;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What every bus does, whatever carries it. Each test has hosts of its own. */
public interface BusContract extends CastsContract, EnvelopeContract, NoticesContract {
  Duration LONG = Duration.ofSeconds(50);

  static Address host() {
    return Address.at(Role.HOST, new HostId("h-" + UUID.randomUUID()));
  }

  static Bus.Receiver accepting() {
    return (envelope, command) -> Future.succeededFuture(new Reply.Accepted(envelope.id()));
  }

  static Request<Reply.Accepted> start(Address to) {
    return Request.of(to, new HostCommand.Start(Samples.VM)).within(LONG);
  }

  @Test
  default void aCallIsAnsweredWithTheReplyOfItsType() {
    Address h1 = host();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) ->
                    Future.succeededFuture(new Reply.HostInspected(Samples.hostBeat()))));

    Reply.HostInspected reply =
        Await.result(
            carrier()
                .join("scheduler")
                .call(Request.of(h1, new HostCommand.InspectHost()).within(LONG)));

    assertEquals(Samples.hostBeat(), reply.beat());
  }

  @Test
  default void aRefusalReachesTheCallerWithItsReasonAndMessage() {
    Address h1 = host();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) ->
                    Future.failedFuture(
                        new RefusedException(Reason.UNKNOWN_VM, "h1 has no such VM"))));

    RefusedException refused = Await.refusal(carrier().join("scheduler").call(start(h1)));

    assertEquals(Reason.UNKNOWN_VM, refused.reason());
    assertEquals("h1 has no such VM", refused.getMessage());
  }

  @Test
  default void aFailureOfAReceiverIsToldAsInternalWithoutDetails() {
    List<Bus.Receiver> failing =
        List.of(
            (envelope, command) -> {
              throw new IllegalStateException("secret");
            },
            (envelope, command) -> Future.failedFuture(new IllegalStateException("secret")),
            (envelope, command) -> Future.succeededFuture(new Reply.Planned(Samples.decision())));
    Bus agent = carrier().join("agent");
    Bus scheduler = carrier().join("scheduler");
    for (Bus.Receiver receiver : failing) {
      Address h1 = host();
      Await.result(agent.serve(h1, receiver));

      RefusedException refused = Await.refusal(scheduler.call(start(h1)));

      assertEquals(Reason.INTERNAL, refused.reason());
      assertEquals(h1 + " failed at host.start; see its log", refused.getMessage());
    }
  }

  @Test
  default void aCallToAnAddressThatNobodyServesIsRefusedAndDoesNotWait() {
    Address nobody = host();

    RefusedException refused =
        Await.refusal(carrier().join("scheduler").call(start(nobody).within(Duration.ofDays(1))));

    assertEquals(Reason.NO_RECEIVER, refused.reason());
    assertEquals("nobody serves " + nobody + " on the bus", refused.getMessage());
  }

  @Test
  default void aCastToAnAddressThatNobodyServesIsRefused() {
    Address nobody = host();

    RefusedException refused =
        Await.refusal(carrier().join("scheduler").cast(start(nobody).within(Duration.ofDays(1))));

    assertEquals(Reason.NO_RECEIVER, refused.reason());
  }

  /** A member that has had an answer already, so that no time goes into its connection. */
  private Bus connected(String app) {
    Bus member = carrier().join(app);
    Await.refusal(member.call(start(host())));
    return member;
  }

  @Test
  default void aCallThatGetsNoAnswerEndsAtItsDeadline() {
    Address h1 = host();
    Promise<Reply> never = Promise.promise();
    Await.result(carrier().join("agent").serve(h1, (envelope, command) -> never.future()));

    RefusedException refused =
        Await.refusal(connected("scheduler").call(start(h1).within(Duration.ofSeconds(1))));

    assertEquals(Reason.DEADLINE_PASSED, refused.reason());
    never.complete(new Reply.Accepted(Samples.OPERATION));
  }

  @Test
  default void anAnswerThatComesTooLateDisturbsNobody() {
    Address h1 = host();
    Promise<Reply> late = Promise.promise();
    AtomicInteger received = new AtomicInteger();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) ->
                    received.incrementAndGet() == 1
                        ? late.future()
                        : Future.succeededFuture(new Reply.Accepted(envelope.id()))));
    Bus scheduler = connected("scheduler");
    Future<Reply.Accepted> first = scheduler.call(start(h1).within(Duration.ofSeconds(10)));
    await().until(() -> received.get() == 1);
    Await.refusal(first);

    late.complete(new Reply.Accepted(new OperationId("late")));
    Reply.Accepted reply = Await.result(scheduler.call(start(h1).withId(new OperationId("next"))));

    assertEquals(new OperationId("next"), reply.operation());
  }

  @Test
  default void aCastReachesOneReceiver() {
    Address h1 = host();
    List<OperationId> received = new CopyOnWriteArrayList<>();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    Await.result(carrier().join("scheduler").cast(start(h1).withId(new OperationId("op-1"))));

    await().until(() -> received.equals(List.of(new OperationId("op-1"))));
  }

  @Test
  default void aFanoutReachesEveryReceiverOfTheRole() {
    Set<String> reached = ConcurrentHashMap.newKeySet();
    Bus agent = carrier().join("agent");
    for (String name : List.of("one", "two", "three")) {
      Await.result(
          agent.serve(
              host(),
              (envelope, command) -> {
                reached.add(name);
                return Future.succeededFuture(new Reply.Accepted(envelope.id()));
              }));
    }

    Await.result(carrier().join("scheduler").fanout(Role.HOST, new HostCommand.Start(Samples.VM)));

    await().until(() -> reached.equals(Set.of("one", "two", "three")));
  }

  @Test
  default void aFanoutToARoleWithoutReceiversIsNoFailure() {
    Await.result(carrier().join("scheduler").fanout(Role.NET, new NetCommand.InspectNet()));
  }

  @Test
  default void theReceiversOfARoleShareItsCommands() {
    AtomicInteger first = new AtomicInteger();
    AtomicInteger second = new AtomicInteger();
    for (AtomicInteger count : List.of(first, second)) {
      Await.result(
          carrier()
              .join("scheduler")
              .serve(
                  Address.any(Role.SCHEDULER),
                  (envelope, command) -> {
                    count.incrementAndGet();
                    return Future.succeededFuture(new Reply.Planned(Samples.decision()));
                  }));
    }
    Bus person = carrier().join("person");

    for (int i = 0; i < 20; i++) {
      Await.result(
          person.call(
              Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.PlanMoves())
                  .within(LONG)));
    }

    assertEquals(20, first.get() + second.get());
    assertTrue(first.get() > 0 && second.get() > 0, first + " and " + second);
  }

  @Test
  default void aRoleAloneMeansAnyReceiverOfTheRole() {
    Await.result(carrier().join("agent").serve(host(), accepting()));

    Await.result(carrier().join("scheduler").call(start(Address.any(Role.HOST))));
  }

  @Test
  default void whoStoppedServingGetsNothingAndItsAddressIsRefused() {
    Address h1 = host();
    AtomicInteger received = new AtomicInteger();
    Bus.Serving serving =
        Await.result(
            carrier()
                .join("agent")
                .serve(
                    h1,
                    (envelope, command) -> {
                      received.incrementAndGet();
                      return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                    }));
    Bus scheduler = carrier().join("scheduler");
    Await.result(scheduler.call(start(h1)));

    Await.result(serving.stop());

    assertEquals(Reason.NO_RECEIVER, Await.refusal(scheduler.call(start(h1))).reason());
    assertEquals(1, received.get());
  }

  @Test
  default void aMessageThatCantBeReadIsRefusedAndKept() {
    Address h1 = host();
    Await.result(carrier().join("agent").serve(h1, accepting()));
    Carrier.Letter good = Carrier.Letter.of(h1.toString(), "host.start", vm());

    assertRefused(Reason.MALFORMED, "host.start: field 'vm' is missing", good, "{}");
    assertRefused(
        Reason.MALFORMED,
        "host.start: the body is no JSON: it breaks off or goes wrong at line 1, column 2",
        good,
        "{");
    assertRefused(
        Reason.UNKNOWN_KIND,
        "no kind of message is called host.fly",
        Carrier.Letter.of(h1.toString(), "host.fly", "{}"),
        "{}");
    assertRefused(
        Reason.UNKNOWN_KIND,
        "a receiver for host takes no net.inspect-net",
        Carrier.Letter.of(h1.toString(), "net.inspect-net", "{}"),
        "{}");
    assertRefused(
        Reason.UNKNOWN_KIND,
        "the property 'type' is missing; it names the kind of message, such as host.inspect-host",
        good.without("type"),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the property 'message-id' is missing; it makes a command that arrives twice"
            + " run once",
        good.without("message-id"),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the header 'within' must be a whole number",
        good.with("within", "soon"),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the header 'within' must be milliseconds from 0 to 604800000",
        good.with("within", -1L),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the header 'within' must be milliseconds from 0 to 604800000",
        good.with("within", 604_800_001L),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the property 'expiration' must be milliseconds in digits, such as 5000, up to"
            + " 604800000",
        good.expiring("604800001"),
        vm());
    assertRefused(
        Reason.MALFORMED,
        "host.start: the header 'epoch' must be a whole number",
        good.with("epoch", "four"),
        vm());
  }

  private void assertRefused(Reason reason, String message, Carrier.Letter letter, String body) {
    List<Carrier.Dead> before = carrier().deadLetters();
    Carrier.Letter sent =
        new Carrier.Letter(letter.address(), letter.properties(), letter.headers(), body);

    Reply reply = Await.result(carrier().post(sent));

    assertEquals(new Reply.Refused(reason, message), reply);
    await().until(() -> carrier().deadLetters().size() == before.size() + 1);
    assertEquals(
        new Carrier.Dead(
            letter.properties().getOrDefault("type", ""), body, letter.address(), reason, message),
        carrier().deadLetters().getLast());
  }

  @Test
  default void aStrangersCommandIsAnswered() {
    Address h1 = host();
    Await.result(carrier().join("agent").serve(h1, accepting()));

    Reply reply =
        Await.result(carrier().post(Carrier.Letter.of(h1.toString(), "host.start", vm())));

    assertEquals(new Reply.Accepted(new OperationId("m1")), reply);
  }

  @Test
  default void closingABusSettlesWhatIsUnderWay() {
    Address h1 = host();
    Promise<Reply> never = Promise.promise();
    AtomicInteger received = new AtomicInteger();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.incrementAndGet();
                  return never.future();
                }));
    Bus scheduler = carrier().join("scheduler");
    Future<Reply.Accepted> call = scheduler.call(start(h1).within(Duration.ofDays(1)));
    await().until(() -> received.get() == 1);

    Await.result(scheduler.close());

    assertEquals(Reason.BUS_LOST, Await.refusal(call).reason());
    assertEquals(Reason.BUS_LOST, Await.refusal(scheduler.call(start(h1))).reason());
    assertEquals(Reason.BUS_LOST, Await.refusal(scheduler.cast(start(h1))).reason());
    assertEquals(Reason.BUS_LOST, Await.refusal(scheduler.serve(h1, accepting())).reason());
  }

  @Test
  default void handlersRunOnTheContextThatRegisteredThem() {
    Address h1 = host();
    Vertx vertx = Vertx.vertx();
    Context mine = vertx.getOrCreateContext();
    Context other = vertx.getOrCreateContext();
    assertNotSame(mine, other);
    AtomicReference<Context> received = new AtomicReference<>();
    AtomicReference<Context> heard = new AtomicReference<>();
    Bus bus = carrier().join("agent", vertx);
    Promise<Bus.Serving> serving = Promise.promise();
    Promise<Bus.Serving> listening = Promise.promise();
    mine.runOnContext(
        now -> {
          bus.serve(
                  h1,
                  (envelope, command) -> {
                    received.set(Vertx.currentContext());
                    return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                  })
              .onComplete(serving);
          bus.serve(Event.class, event -> heard.set(Vertx.currentContext())).onComplete(listening);
        });
    Await.result(Future.all(serving.future(), listening.future()));
    Bus scheduler = carrier().join("scheduler");

    Await.result(scheduler.call(start(h1)));
    Await.result(scheduler.fanout(new Event.Decided(Samples.decision())));
    await().until(() -> heard.get() != null);

    assertSame(mine, received.get());
    assertSame(mine, heard.get());
    Await.result(bus.close());
    Await.result(vertx.close());
  }

  @Test
  default void aListenerIsToldHowTheBusIsAtOnceAndUntilItIsClosed() {
    Bus bus = carrier().join("scheduler");
    List<BusState> states = new CopyOnWriteArrayList<>();
    bus.onState(states::add);
    assertFalse(states.isEmpty());
    await().until(() -> states.contains(BusState.CONNECTED));

    Await.result(bus.close());
    assertEquals(BusState.CLOSED, states.getLast());
    List<BusState> late = new CopyOnWriteArrayList<>();
    bus.onState(late::add);
    assertEquals(List.of(BusState.CLOSED), late);
  }

  static String vm() {
    return "{\"vm\":\"" + Samples.VM + "\"}";
  }
}
