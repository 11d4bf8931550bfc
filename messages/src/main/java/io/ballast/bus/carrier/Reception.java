package io.ballast.bus.carrier;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.json.Kinds;
import io.ballast.bus.json.Parcel;
import io.ballast.messages.Command;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the commands for an address come in: opens each, refuses what can't be read or comes too
 * late, hands the rest to the receiver on the receiver's own context, and turns whatever comes of
 * it into an answer. It always has one.
 *
 * <p>A cast that is refused for a reason that may pass is handed to the receiver again, as {@link
 * Patience} says. At most {@link #MOST_WAITING} casts wait for that at a time; one more is refused
 * for good.
 */
public final class Reception {
  /** How many casts wait to be tried again; half of what a carrier may deliver at a time. */
  public static final int MOST_WAITING = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

  private final Address address;
  private final Bus.Receiver receiver;
  private final Context context;
  private final LongSupplier ticks;
  private final Set<Promise<Void>> pauses = ConcurrentHashMap.newKeySet();

  /** Where commands come in, counting by the machine's own ticks. */
  public Reception(Address address, Bus.Receiver receiver, Context context) {
    this(address, receiver, context, System::nanoTime);
  }

  /**
   * @param context where the receiver is called
   * @param ticks count the time that a command has left, from its arrival here
   */
  public Reception(Address address, Bus.Receiver receiver, Context context, LongSupplier ticks) {
    this.address = address;
    this.receiver = receiver;
    this.context = context;
    this.ticks = ticks;
  }

  /** How a command came. */
  public enum Way {
    /** Its sender waits for the answer. */
    CALL,
    /** It must be done or kept. */
    CAST,
    /** It went to every receiver of a role. */
    FANOUT
  }

  /** What becomes of a command. */
  public sealed interface Answer {
    /** It was carried out, or its sender is told why not. */
    record Given(Reply reply) implements Answer {}

    /** It belongs to the dead letters, and whoever waits is told the same. */
    record Dead(Reply.Refused reply) implements Answer {}

    /** It was not begun and is left to the next receiver. */
    record Left() implements Answer {}
  }

  /** For whom it receives. */
  public Address address() {
    return address;
  }

  /**
   * The addresses that are served: with a host, also the one that means any receiver of the role.
   */
  public List<Address> addresses() {
    Address any = Address.any(address.role());
    return address.equals(any) ? List.of(any) : List.of(address, any);
  }

  /**
   * Answers a command; the future never fails.
   *
   * @param open whether it may still be begun; asked again before each further try
   */
  public Future<Answer> take(Parcel parcel, boolean redelivered, Way way, BooleanSupplier open) {
    Envelope envelope;
    Command<?> command;
    try {
      command = parcel.command(address.role());
      envelope = parcel.envelope(redelivered, way != Way.CALL, ticks);
    } catch (RefusedException e) {
      LOG.warn("{} refused: {}: {}", address, e.reason(), e.getMessage());
      return Future.succeededFuture(new Answer.Dead(e.reply()));
    }
    Promise<Answer> answer = Promise.promise();
    if (way == Way.CAST) {
      Patience patience = Patience.of(envelope, ticks);
      context.runOnContext(now -> attempt(envelope, command, patience, open, answer));
    } else {
      context.runOnContext(
          now ->
              tried(envelope, command)
                  .onSuccess(reply -> answer.complete(new Answer.Given(reply))));
    }
    return answer.future();
  }

  private void attempt(
      Envelope envelope,
      Command<?> command,
      Patience patience,
      BooleanSupplier open,
      Promise<Answer> answer) {
    if (!open.getAsBoolean()) {
      answer.complete(new Answer.Left());
      return;
    }
    tried(envelope, command)
        .onSuccess(
            reply -> {
              if (!(reply instanceof Reply.Refused refused)) {
                answer.complete(new Answer.Given(reply));
              } else if (!refused.reason().retryable()
                  || refused.reason() == Reason.DEADLINE_PASSED) {
                answer.complete(dead(command, refused));
              } else if (pauses.size() >= MOST_WAITING) {
                answer.complete(dead(command, patience.crowded(refused)));
              } else {
                pause(
                    patience.pause(),
                    () -> {
                      if (patience.over() && open.getAsBoolean()) {
                        answer.complete(dead(command, patience.ended(refused)));
                      } else {
                        attempt(envelope, command, patience.longer(), open, answer);
                      }
                    });
              }
            });
  }

  private void pause(Duration time, Runnable next) {
    Promise<Void> pause = Promise.promise();
    pauses.add(pause);
    Vertx vertx = context.owner();
    long timer = vertx.setTimer(time.toMillis(), passed -> pause.tryComplete());
    pause
        .future()
        .onComplete(
            over -> {
              vertx.cancelTimer(timer);
              pauses.remove(pause);
              context.runOnContext(now -> next.run());
            });
  }

  /** Ends all pauses, for who takes commands here may have stopped. */
  public void wake() {
    pauses.forEach(Promise::tryComplete);
  }

  private Answer dead(Command<?> command, Reply.Refused refused) {
    LOG.warn(
        "{} goes from {} to the dead letters: {}: {}",
        Kinds.of(command),
        address,
        refused.reason(),
        refused.message());
    return new Answer.Dead(refused);
  }

  /** What a receiver answers; never fails. */
  private Future<Reply> tried(Envelope envelope, Command<?> command) {
    Promise<Reply> reply = Promise.promise();
    received(envelope, command)
        .onComplete(done -> reply.complete(reply(command, done.result(), done.cause())));
    return reply.future();
  }

  /** Whether time is left shows on the receiver's context, which may have been long in coming. */
  private Future<? extends Reply> received(Envelope envelope, Command<?> command) {
    if (envelope.deadline().map(Deadline::passed).orElse(false)) {
      return Future.failedFuture(
          new RefusedException(
              Reason.DEADLINE_PASSED,
              Kinds.of(command) + " came to " + address + " too late; send it anew"));
    }
    try {
      return receiver.receive(envelope, command);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  private Reply reply(Command<?> command, @Nullable Reply reply, @Nullable Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return refused.reply();
    }
    if (reply instanceof Reply.Refused
        || (reply != null && Kinds.replyTo(command) == reply.getClass())) {
      return reply;
    }
    LOG.error("{} failed at {} with reply {}", Kinds.of(command), address, reply, failure);
    return new Reply.Refused(
        Reason.INTERNAL, address + " failed at " + Kinds.of(command) + "; see its log");
  }
}
