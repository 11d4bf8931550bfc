package io.ballast.bus;

import io.ballast.messages.Command;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A command on its way: whom it is for, under which id, and by when.
 *
 * @param id names the command on the bus and the operation that it starts; the same id is the same
 *     command, however often it is sent
 * @param within how long the answer, and for a cast the delivery, may take: 1 ms to 7 days
 * @param epoch the number of the sender's leadership, for commands that change something
 */
public record Request<R extends Reply>(
    OperationId id, Address to, Command<R> command, Duration within, OptionalLong epoch) {
  /** How long a receiver may take to accept or refuse, unless said otherwise. */
  public static final Duration DEFAULT_WITHIN = Duration.ofSeconds(5);

  /** The longest that a request may wait. */
  public static final Duration LONGEST_WITHIN = Duration.ofDays(7);

  public Request {
    if (within.compareTo(Duration.ofMillis(1)) < 0 || within.compareTo(LONGEST_WITHIN) > 0) {
      throw new IllegalArgumentException(
          "a request has 1 ms to 7 days to be answered, not " + within);
    }
  }

  /** A request with a fresh id, the usual time and no epoch. */
  public static <R extends Reply> Request<R> of(Address to, Command<R> command) {
    return new Request<>(
        new OperationId(UUID.randomUUID().toString()),
        to,
        command,
        DEFAULT_WITHIN,
        OptionalLong.empty());
  }

  public Request<R> withId(OperationId id) {
    return new Request<>(id, to, command, within, epoch);
  }

  public Request<R> within(Duration within) {
    return new Request<>(id, to, command, within, epoch);
  }

  public Request<R> withEpoch(long epoch) {
    return new Request<>(id, to, command, within, OptionalLong.of(epoch));
  }
}
