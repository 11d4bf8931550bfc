package io.ballast.bus.carrier;

import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.json.Kinds;
import io.ballast.bus.json.Parcel;
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
public final class Calls {
  private final Vertx vertx;
  private final AtomicLong asked = new AtomicLong();
  private final Map<String, Pending<?>> pending = new ConcurrentHashMap<>();

  public Calls(Vertx vertx) {
    this.vertx = vertx;
  }

  /** A call that waits, and the correlation by which its reply is known. */
  public static final class Pending<R extends Reply> {
    private final String correlation;
    private final Request<R> request;
    private final Deadline deadline;
    private final Promise<R> promise = Promise.promise();
    private volatile boolean sent;

    Pending(String correlation, Request<R> request) {
      this.correlation = correlation;
      this.request = request;
      this.deadline = Deadline.in(request.within());
    }

    public String correlation() {
      return correlation;
    }

    public Request<R> request() {
      return request;
    }

    /** When its sender waits no longer. */
    public Deadline deadline() {
      return deadline;
    }

    public Future<R> reply() {
      return promise.future();
    }

    /** Whether it may have left, so that it may have been carried out. */
    public boolean sent() {
      return sent;
    }

    public void sent(boolean now) {
      sent = now;
    }

    private RefusedException late() {
      String what = Kinds.of(request.command());
      long millis = request.within().toMillis();
      return sent
          ? new RefusedException(
              Reason.DEADLINE_PASSED,
              request.to()
                  + " gave no answer to "
                  + what
                  + " within "
                  + millis
                  + " ms; it may or may not have been done")
          : new RefusedException(
              Reason.BUS_LOST,
              what
                  + " was not sent to "
                  + request.to()
                  + ": no connection to the broker for "
                  + millis
                  + " ms");
    }
  }

  public <R extends Reply> Pending<R> open(Request<R> request) {
    Pending<R> call = new Pending<>(Long.toString(asked.incrementAndGet()), request);
    pending.put(call.correlation, call);
    long timer =
        vertx.setTimer(request.within().toMillis(), passed -> fail(call.correlation, call.late()));
    call.reply().onComplete(settled -> vertx.cancelTimer(timer));
    return call;
  }

  /** Settles the call that a reply is for. */
  public void settle(String correlation, Parcel reply) {
    Pending<?> call = pending.remove(correlation);
    if (call != null) {
      settle(call, reply);
    }
  }

  private static <R extends Reply> void settle(Pending<R> call, Parcel parcel) {
    Request<R> request = call.request;
    try {
      Message message = parcel.open();
      if (message instanceof Reply.Refused refused) {
        call.promise.fail(new RefusedException(refused));
      } else if (Kinds.replyTo(request.command()) == message.getClass()) {
        @SuppressWarnings("unchecked") // the table of kinds pairs commands with replies by type
        R reply = (R) message;
        call.promise.complete(reply);
      } else {
        call.promise.fail(wrongAnswer(request, "is answered with " + Kinds.of(message)));
      }
    } catch (RefusedException e) {
      call.promise.fail(
          wrongAnswer(request, "has an answer that can't be read: " + e.getMessage()));
    }
  }

  private static RefusedException wrongAnswer(Request<?> request, String what) {
    return new RefusedException(
        Reason.INTERNAL, Kinds.of(request.command()) + " at " + request.to() + " " + what);
  }

  public void fail(String correlation, Throwable failure) {
    Pending<?> call = pending.remove(correlation);
    if (call != null) {
      call.promise.fail(failure);
    }
  }

  /** Fails every open call of a sort, for the bus is lost to it. */
  public void failAll(Predicate<Pending<?>> which, String why) {
    List.copyOf(pending.values()).stream()
        .filter(which)
        .forEach(
            call ->
                fail(
                    call.correlation,
                    new RefusedException(
                        Reason.BUS_LOST,
                        "no answer from "
                            + call.request.to()
                            + " to "
                            + Kinds.of(call.request.command())
                            + ": "
                            + why
                            + "; it may or may not have been done")));
  }
}
