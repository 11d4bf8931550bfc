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
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the commands for an address come in: opens each, refuses what can't be read or comes too
 * late, hands the rest to the receiver on the receiver's own context, and turns whatever comes of
 * it into an answer. It always has one.
 *
 * @param ticks count the time that a command has left, from its arrival here
 */
public record Reception(
    Address address, Bus.Receiver receiver, Context context, LongSupplier ticks) {
  private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

  /** Where commands come in, counting by the machine's own ticks. */
  public Reception(Address address, Bus.Receiver receiver, Context context) {
    this(address, receiver, context, System::nanoTime);
  }

  /** An answer, and whether what it answers belongs to the dead letters. */
  public record Answer(Reply reply, boolean dead) {}

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
   * @param cast whether nobody waits for the answer
   */
  public Future<Answer> take(Parcel parcel, boolean redelivered, boolean cast) {
    Envelope envelope;
    Command<?> command;
    try {
      command = parcel.command(address.role());
      envelope = parcel.envelope(redelivered, cast, ticks);
    } catch (RefusedException e) {
      LOG.warn("{} refused: {}: {}", address, e.reason(), e.getMessage());
      return Future.succeededFuture(new Answer(e.reply(), true));
    }
    Promise<Answer> answer = Promise.promise();
    context.runOnContext(
        now ->
            received(envelope, command)
                .onComplete(done -> answer.complete(answer(command, done.result(), done.cause()))));
    return answer.future();
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

  private Answer answer(Command<?> command, @Nullable Reply reply, @Nullable Throwable failure) {
    if (failure instanceof RefusedException refused) {
      return new Answer(refused.reply(), false);
    }
    if (reply instanceof Reply.Refused
        || (reply != null && Kinds.replyTo(command) == reply.getClass())) {
      return new Answer(reply, false);
    }
    LOG.error("{} failed at {} with reply {}", Kinds.of(command), address, reply, failure);
    return new Answer(
        new Reply.Refused(
            Reason.INTERNAL, address + " failed at " + Kinds.of(command) + "; see its log"),
        false);
  }
}
