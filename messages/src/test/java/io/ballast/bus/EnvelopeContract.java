package io.ballast.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What every bus tells a receiver of the envelope that a command came in. */
public interface EnvelopeContract {
  Carrier carrier();

  @Test
  default void aReceiverLearnsWhatACommandCameIn() {
    Address h1 = BusContract.host();
    AtomicReference<Envelope> seen = new AtomicReference<>();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  seen.set(envelope);
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));
    Request<Reply.Accepted> request =
        BusContract.start(h1).withId(new OperationId("op-7")).withEpoch(4);

    assertEquals(
        new Reply.Accepted(new OperationId("op-7")),
        Await.result(carrier().join("scheduler").call(request)));

    Envelope envelope = Objects.requireNonNull(seen.get());
    assertEquals(new OperationId("op-7"), envelope.id());
    assertEquals("scheduler", envelope.sender());
    assertEquals(OptionalLong.of(4), envelope.epoch());
    assertFalse(envelope.redelivered());
    Duration left = envelope.deadline().orElseThrow().left();
    assertTrue(left.isPositive() && left.compareTo(BusContract.LONG) <= 0, left::toString);
  }

  @Test
  default void aCommandThatHasNoTimeLeftIsRefusedAndNotDelivered() {
    Address h1 = BusContract.host();
    AtomicInteger received = new AtomicInteger();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  received.incrementAndGet();
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    Reply reply =
        Await.result(
            carrier()
                .post(
                    Carrier.Letter.of(h1.toString(), "host.start", BusContract.vm())
                        .with("within", 0)));

    assertEquals(
        new Reply.Refused(
            Reason.DEADLINE_PASSED, "host.start came to " + h1 + " too late; send it anew"),
        reply);
    assertEquals(0, received.get());
  }

  @Test
  default void aSenderWhoseClockIsWrongIsHeardWhileTimeIsLeft() {
    Address h1 = BusContract.host();
    AtomicReference<Envelope> seen = new AtomicReference<>();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  seen.set(envelope);
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));
    Carrier.Letter letter = Carrier.Letter.of(h1.toString(), "host.start", BusContract.vm());

    Reply expiring =
        Await.result(
            carrier()
                .post(
                    letter
                        .expiring(Long.toString(BusContract.LONG.toMillis()))
                        .with("deadline", Instant.now().minusSeconds(1).toString())));
    Duration left = Objects.requireNonNull(seen.get()).deadline().orElseThrow().left();
    Reply within = Await.result(carrier().post(letter.with("within", BusContract.LONG.toMillis())));

    assertEquals(new Reply.Accepted(new OperationId("m1")), expiring);
    assertTrue(left.isPositive() && left.compareTo(BusContract.LONG) <= 0, left::toString);
    assertEquals(new Reply.Accepted(new OperationId("m1")), within);
    assertTrue(Objects.requireNonNull(seen.get()).deadline().isPresent());
  }

  @Test
  default void anEpochMayBeAWholeNumberOfAnyWidth() {
    Address h1 = BusContract.host();
    List<OptionalLong> epochs = new CopyOnWriteArrayList<>();
    Await.result(
        carrier()
            .join("agent")
            .serve(
                h1,
                (envelope, command) -> {
                  epochs.add(envelope.epoch());
                  return Future.succeededFuture(new Reply.Accepted(envelope.id()));
                }));

    for (Object epoch : List.of((byte) 7, (short) 7, 7, 7L)) {
      Await.result(
          carrier()
              .post(
                  Carrier.Letter.of(h1.toString(), "host.start", BusContract.vm())
                      .with("epoch", epoch)));
    }

    assertEquals(Collections.nCopies(4, OptionalLong.of(7)), epochs);
  }
}
