package io.ballast.bus;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.carrier.Reception;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every bus makes of a cast that its receiver does not take on. */
public interface CastsContract {
  Carrier carrier();

  private static Bus.Receiver refusing(Reason reason, String message) {
    return (envelope, command) -> Future.failedFuture(new RefusedException(reason, message));
  }

  private static Carrier.Dead dead(Address address, Reason reason, String message) {
    return new Carrier.Dead("host.start", BusContract.vm(), address.toString(), reason, message);
  }

  private static Carrier.Letter letter(Address address) {
    return Carrier.Letter.of(address.toString(), "host.start", BusContract.vm());
  }

  @Test
  default void aCastThatIsRefusedForGoodGoesToTheDeadLetters() {
    Address h1 = BusContract.host();
    Await.result(carrier().join("agent").serve(h1, refusing(Reason.UNKNOWN_VM, "no such VM")));

    Await.result(carrier().join("scheduler").cast(BusContract.start(h1)));

    List<Carrier.Dead> expected = List.of(dead(h1, Reason.UNKNOWN_VM, "no such VM"));
    await().until(() -> carrier().deadLetters().equals(expected));
  }

  @Test
  default void aCastThatItsReceiverFailsAtGoesToTheDeadLetters() {
    Address h1 = BusContract.host();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  throw new IllegalStateException("secret");
                }));

    Await.result(carrier().join("scheduler").cast(BusContract.start(h1)));

    List<Carrier.Dead> expected =
        List.of(dead(h1, Reason.INTERNAL, h1 + " failed at host.start; see its log"));
    await().until(() -> carrier().deadLetters().equals(expected));
  }

  @Test
  default void aCastThatIsLateGoesToTheDeadLetters() {
    Address h1 = BusContract.host();
    Await.result(carrier().join("agent").serve(h1, BusContract.accepting()));

    carrier().cast(letter(h1).with("within", 0));

    List<Carrier.Dead> expected =
        List.of(
            dead(
                h1,
                Reason.DEADLINE_PASSED,
                "host.start came to " + h1 + " too late; send it anew"));
    await().until(() -> carrier().deadLetters().equals(expected));
  }

  @Test
  default void aCastThatIsRefusedForNowIsTriedAgain() {
    Address h1 = BusContract.host();
    List<OperationId> tries = new CopyOnWriteArrayList<>();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  tries.add(envelope.id());
                  return tries.size() < 3
                      ? Future.failedFuture(new RefusedException(Reason.BUSY, "busy"))
                      : Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));
    OperationId id = new OperationId("patient");

    Await.result(carrier().join("scheduler").cast(BusContract.start(h1).withId(id)));

    await().until(() -> tries.equals(Collections.nCopies(3, id)));
    assertEquals(List.of(), carrier().deadLetters());
  }

  @Test
  default void aCastThatIsRefusedUntilItsTimeIsOverGoesToTheDeadLetters() {
    Address h1 = BusContract.host();
    AtomicInteger tries = new AtomicInteger();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  tries.incrementAndGet();
                  return Future.failedFuture(new RefusedException(Reason.NOT_READY, "starting"));
                }));

    Bus scheduler = carrier().join("scheduler");
    Await.refusal(scheduler.call(BusContract.start(BusContract.host()))); // it is connected now

    Await.result(scheduler.cast(BusContract.start(h1).within(Duration.ofSeconds(10))));

    List<Carrier.Dead> expected = List.of(dead(h1, Reason.NOT_READY, "starting; its time is over"));
    await().until(() -> carrier().deadLetters().equals(expected));
    assertTrue(tries.get() >= 1, tries::toString);
  }

  @Test
  default void castsThatWaitDoNotHoldUpOthersAndAreBounded() {
    Address h1 = BusContract.host();
    Set<OperationId> done = ConcurrentHashMap.newKeySet();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  if (envelope.id().value().startsWith("wait")) {
                    return Future.failedFuture(new RefusedException(Reason.BUSY, "busy"));
                  }
                  done.add(envelope.id());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));
    Bus scheduler = carrier().join("scheduler");
    int more = 3;

    for (int i = 0; i < Reception.MOST_WAITING + more; i++) {
      Await.result(scheduler.cast(BusContract.start(h1).withId(new OperationId("wait-" + i))));
    }
    OperationId other = new OperationId("other");
    Await.result(scheduler.cast(BusContract.start(h1).withId(other)));

    await().until(() -> done.contains(other));
    List<Carrier.Dead> expected =
        Collections.nCopies(
            more,
            dead(
                h1,
                Reason.BUSY,
                "busy; it could not wait to be tried again, for 32 others wait already"));
    await().until(() -> carrier().deadLetters().equals(expected));
  }

  @Test
  default void aReplyIsNoCommand() {
    Address h1 = BusContract.host();
    Await.result(carrier().join("agent").serve(h1, BusContract.accepting()));
    String body = "{\"operation\":\"o\"}";

    carrier().cast(Carrier.Letter.of(h1.toString(), "reply.accepted", body));

    List<Carrier.Dead> expected =
        List.of(
            new Carrier.Dead(
                "reply.accepted",
                body,
                h1.toString(),
                Reason.UNKNOWN_KIND,
                "a receiver for host takes no reply.accepted"));
    await().until(() -> carrier().deadLetters().equals(expected));
  }

  @Test
  default void aFanoutThatIsRefusedIsNotKept() {
    Address h1 = BusContract.host();
    AtomicInteger received = new AtomicInteger();
    Bus agent = carrier().join("agent");
    Await.result(
        agent.serve(
            h1,
            (envelope, command) -> {
              received.incrementAndGet();
              return Future.failedFuture(new RefusedException(Reason.BUSY, "busy"));
            }));

    Await.result(carrier().join("scheduler").fanout(Role.HOST, BusContract.start(h1).command()));
    await().until(() -> received.get() == 1);
    Await.refusal(carrier().join("scheduler").call(BusContract.start(h1)));

    assertEquals(2, received.get());
    assertEquals(List.of(), carrier().deadLetters());
  }

  @Test
  default void aDeadLetterTellsWhatItWasAndIsReplayedOrDiscarded() {
    Address h1 = BusContract.host();
    AtomicInteger tries = new AtomicInteger();
    Bus agent = carrier().join("agent");
    Await.result(
        agent.serve(
            h1,
            (envelope, command) ->
                tries.incrementAndGet() <= 2
                    ? Future.failedFuture(new RefusedException(Reason.UNKNOWN_VM, "no such VM"))
                    : Future.succeededFuture(new Reply.Accepted(envelope.id()))));
    Bus scheduler = carrier().join("scheduler");
    for (String id : List.of("first", "second")) {
      Await.result(scheduler.cast(BusContract.start(h1).withId(new OperationId(id))));
    }
    DeadLetters letters = scheduler.deadLetters();
    await().until(() -> Await.result(letters.list()).letters().size() == 2);

    List<DeadLetter> listed = Await.result(letters.list()).letters();
    DeadLetter first = listed.getFirst();
    assertEquals("first", first.messageId().orElseThrow());
    assertEquals(h1.toString(), first.receiver());
    assertEquals("casts", first.exchange());
    assertEquals(h1.toString(), first.key());
    assertEquals(Reason.UNKNOWN_VM, first.reason());
    assertEquals("no such VM", first.message());
    assertEquals(BusContract.vm(), first.body());
    assertEquals("scheduler", first.sender().orElseThrow());
    List<DeadLetters.Replayed> replayed =
        Await.result(letters.replay(List.of(first.id()), Duration.ofMinutes(1)));
    await().until(() -> tries.get() == 3);
    String second = listed.getLast().id();
    List<String> discarded = Await.result(letters.discard(List.of(second, "no-such-id")));

    assertEquals(List.of(first.id()), replayed.stream().map(DeadLetters.Replayed::id).toList());
    assertTrue(replayed.getFirst().refusal().isEmpty(), replayed::toString);
    assertEquals(List.of(second), discarded);
    assertEquals(new DeadLetters.Found(List.of(), 0), Await.result(letters.list()));
  }

  @Test
  default void whatItsReceiverTookAndNeverBeganIsLaidAsideAndReplayedAnew() {
    Address h1 = BusContract.host();
    List<OperationId> received = new CopyOnWriteArrayList<>();
    Bus agent = carrier().join("agent");
    Await.result(
        agent.serve(
            h1,
            (envelope, command) -> {
              received.add(envelope.id());
              return Future.succeededFuture(new Reply.Accepted(envelope.id()));
            }));

    Await.result(
        agent
            .deadLetters()
            .bury(
                new DeadLetters.Undone(
                    h1,
                    new OperationId("waited"),
                    "scheduler",
                    "host.start",
                    BusContract.vm(),
                    OptionalLong.of(7)),
                new Reply.Refused(Reason.NOT_TRIED, "its time is over")));

    DeadLetters letters = carrier().join("person").deadLetters();
    await().until(() -> Await.result(letters.list()).letters().size() == 1);
    DeadLetter letter = Await.result(letters.list()).letters().getFirst();
    assertEquals("waited", letter.messageId().orElseThrow());
    assertEquals("scheduler", letter.sender().orElseThrow());
    assertEquals("casts", letter.exchange());
    assertEquals(h1.toString(), letter.receiver());
    assertEquals(Reason.NOT_TRIED, letter.reason());
    assertEquals("its time is over", letter.message());
    Await.result(letters.replay(List.of(letter.id()), Duration.ofMinutes(1)));
    await().until(() -> received.size() == 1);
    assertNotEquals("waited", received.getFirst().value(), "its receiver knows how that ended");
  }
}
