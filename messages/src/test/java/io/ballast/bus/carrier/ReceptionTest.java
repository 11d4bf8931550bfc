package io.ballast.bus.carrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.Address;
import io.ballast.bus.Await;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.Samples;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReceptionTest {
  private static final Address H1 = Address.at(Role.HOST, new HostId("h1"));

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicLong ticks = new AtomicLong(Long.MAX_VALUE - 1_000_000);
  private final AtomicInteger received = new AtomicInteger();
  private final Reception reception =
      new Reception(
          H1,
          (envelope, command) -> {
            received.incrementAndGet();
            return Future.succeededFuture(new Reply.Accepted(envelope.id()));
          },
          context,
          ticks::get);

  @AfterEach
  void close() {
    Await.result(vertx.close());
  }

  @Test
  void timeIsCountedFromTheArrivalByTheReceiversOwnTicks() {
    Reply reply = takenAfter(Duration.ofMillis(4999));

    assertEquals(new Reply.Accepted(Samples.OPERATION), reply);
    assertEquals(1, received.get());
  }

  @Test
  void aCommandWhoseTimeRunsOutWhileItWaitsForItsReceiverIsNotBegun() {
    Reply reply = takenAfter(Duration.ofSeconds(5));

    assertEquals(
        new Reply.Refused(
            Reason.DEADLINE_PASSED, "host.start came to host.h1 too late; send it anew"),
        reply);
    assertEquals(0, received.get());
  }

  /** What a command with five seconds is answered whose receiver is busy for so long. */
  private Reply takenAfter(Duration busy) {
    Request<Reply.Accepted> request =
        Request.of(H1, new HostCommand.Start(Samples.VM))
            .withId(Samples.OPERATION)
            .within(Duration.ofSeconds(5));
    Promise<Reception.Answer> answer = Promise.promise();
    context.runOnContext(
        now -> {
          reception
              .take(Parcel.of("person", request), false, Reception.Way.CALL, () -> true)
              .onComplete(answer);
          ticks.addAndGet(busy.toNanos());
        });
    return switch (Await.result(answer.future())) {
      case Reception.Answer.Given given -> given.reply();
      case Reception.Answer.Dead dead -> dead.reply();
      case Reception.Answer.Left left -> throw new AssertionError("it was left");
    };
  }
}
