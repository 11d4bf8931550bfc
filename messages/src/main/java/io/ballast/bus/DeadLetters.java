package io.ballast.bus;

import io.ballast.messages.OperationId;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The messages that nobody could read, serve or finish. They are kept in bounds, oldest dropped
 * first; looking at them takes none away, and only a person sends one again or throws it away.
 *
 * <p>Every future completes, if need be with a {@link RefusedException}.
 */
public interface DeadLetters {
  /** How many are looked at at a time: the oldest. */
  int MOST = 1_000;

  /**
   * What was found.
   *
   * @param letters oldest first, at most {@link #MOST}
   * @param more how many younger ones there are beyond
   */
  record Found(List<DeadLetter> letters, long more) {}

  /**
   * What became of a letter that was to be replayed.
   *
   * @param refusal why it was not sent and stays where it was; empty if it was sent
   */
  record Replayed(String id, Optional<Reply.Refused> refusal) {}

  /**
   * A cast that its receiver took over from the bus, and has not begun.
   *
   * @param sender who sent it, as it called itself
   * @param kind such as {@code host.start}
   * @param body what it says, in JSON
   * @param epoch the number of the leadership under which it was sent, if any
   */
  record Undone(
      Address receiver,
      OperationId id,
      String sender,
      String kind,
      String body,
      OptionalLong epoch) {}

  /** Looks at the oldest; all stay where they are. */
  Future<Found> list();

  /**
   * Publishes letters again where they were published, with the same body and, unless its receiver
   * has said no for good, the same id: see {@link DeadLetter#nextId}. Each leaves the dead letters
   * once the bus has taken it over, and stays if it does not. An id that is not found among those
   * that {@link #list} gives is passed over.
   *
   * @param within how long the delivery may take, 1 ms to 7 days
   */
  Future<List<Replayed>> replay(Collection<String> ids, Duration within);

  /** Removes letters for good, and gives the ids of those that were found. */
  Future<List<String>> discard(Collection<String> ids);

  /**
   * Lays a cast here of which its receiver knows that it will never carry it out; completes once it
   * is kept. Fails with {@code BUS_LOST} or {@code DEADLINE_PASSED} if that took more than 30 s.
   */
  Future<Void> bury(Undone cast, Reply.Refused why);
}
