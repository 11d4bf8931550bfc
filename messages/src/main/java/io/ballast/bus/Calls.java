package io.ballast.bus;

import io.ballast.messages.Message;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The calls that wait for their reply, each until its deadline. Each is settled exactly once: what
 * comes later, or for a question that nobody asked, is ignored.
 */
final class Calls {
  private final Vertx vertx;
  private final AtomicLong asked = new AtomicLong();
  private final Map<String, Pending<?>> pending = new ConcurrentHashMap<>();

  Calls(Vertx vertx) {
    this.vertx = vertx;
  }

  /** A call that waits, and the correlation by which its reply is known. */
  record Pending<R extends Reply>(
      String correlation, Request<R> request, Promise<R> promise, long timer) {
    Future<R> reply() {
      return promise.future();
    }
  }

  <R extends Reply> Pending<R> open(Request<R> request) {
    String correlation = Long.toString(asked.incrementAndGet());
    long timer =
        vertx.setTimer(
            request.within().toMillis(),
            passed ->
                fail(
                    correlation,
                    Reason.DEADLINE_PASSED,
                    request.to()
                        + " gave no answer to "
                        + Kinds.of(request.command())
                        + " within "
                        + request.within().toMillis()
                        + " ms; it may or may not have been done"));
    Pending<R> call = new Pending<>(correlation, request, Promise.promise(), timer);
    pending.put(correlation, call);
    return call;
  }

  /** Settles the call that a reply is for. */
  void settle(String correlation, Parcel reply) {
    Pending<?> call = pending.remove(correlation);
    if (call != null) {
      vertx.cancelTimer(call.timer());
      settle(call, reply);
    }
  }

  private static <R extends Reply> void settle(Pending<R> call, Parcel parcel) {
    Request<R> request = call.request();
    try {
      Message message = parcel.open();
      if (message instanceof Reply.Refused refused) {
        call.promise().fail(new RefusedException(refused));
      } else if (Kinds.replyTo(request.command()) == message.getClass()) {
        @SuppressWarnings("unchecked") // the table of kinds pairs commands with replies by type
        R reply = (R) message;
        call.promise().complete(reply);
      } else {
        call.promise().fail(wrongAnswer(request, "is answered with " + Kinds.of(message)));
      }
    } catch (RefusedException e) {
      call.promise()
          .fail(wrongAnswer(request, "has an answer that can't be read: " + e.getMessage()));
    }
  }

  private static RefusedException wrongAnswer(Request<?> request, String what) {
    return new RefusedException(
        Reason.INTERNAL, Kinds.of(request.command()) + " at " + request.to() + " " + what);
  }

  void fail(String correlation, Reason reason, String message) {
    Pending<?> call = pending.remove(correlation);
    if (call != null) {
      vertx.cancelTimer(call.timer());
      call.promise().fail(new RefusedException(reason, message));
    }
  }

  /** Fails every open call that is of a sort. */
  void failAll(Predicate<Pending<?>> which, Reason reason, String message) {
    List.copyOf(pending.values()).stream()
        .filter(which)
        .forEach(call -> fail(call.correlation(), reason, message));
  }
}
