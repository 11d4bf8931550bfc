package io.ballast.agent;

import io.ballast.bus.Deadline;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One operation, from the claim of its object to its end. Lives on one loop. */
final class Operation {
  final Order order;
  final Handling.Change change;
  final Deadline deadline;
  final Optional<Long> epoch;
  final String body;

  /** Why it may not be begun any more, whatever it says; asked whenever it is about to be. */
  final Supplier<Optional<RefusedException>> objection;

  /** The commands to cancel it that were accepted. */
  final Set<OperationId> cancels = new HashSet<>();

  /** Whether nobody waits for its answer: it may wait in line, and is not to vanish from it. */
  boolean cast;

  /** Whether its sender was told that it is taken on. */
  boolean accepted;

  /** What does it, once it was begun. */
  @Nullable Work work;

  /** How much of it is done, in percent, if it told that. */
  Optional<Integer> percent = Optional.empty();

  @Nullable Outcome outcome;

  /** Ends it in its line when its time is over. */
  Loop.@Nullable Timer limit;

  /** Why it was not begun when its turn had come. */
  @Nullable RefusedException setback;

  Operation(
      Order order,
      Handling.Change change,
      Deadline deadline,
      Optional<Long> epoch,
      String body,
      Supplier<Optional<RefusedException>> objection) {
    this.order = order;
    this.change = change;
    this.deadline = deadline;
    this.epoch = epoch;
    this.body = body;
    this.objection = objection;
  }

  OperationId id() {
    return order.id();
  }

  /** Its turn has come, or will not. */
  void waitsNoMore() {
    if (limit != null) {
      limit.stop();
      limit = null;
    }
  }

  /** Notes how far it is. */
  void hear(Event progress) {
    if (progress instanceof Event.WorkProgressed work) {
      percent = Optional.of((int) (100 * Math.min(1, work.done().shareOf(work.total()))));
    }
  }

  boolean ended() {
    return outcome != null;
  }

  /** Why it is to be laid aside for a person, if this is how it ends: a cast that was not begun. */
  Optional<Reply.Refused> lost(Outcome end) {
    return cast
            && work == null
            && end instanceof Outcome.Failed failed
            && failed.reason() != Reason.CANCELLED
        ? Optional.of(new Reply.Refused(failed.reason(), failed.message()))
        : Optional.empty();
  }

  /** Why it never was begun, if its time is over. */
  Optional<Outcome> tooLate() {
    return deadline.passed()
        ? Optional.of(
            new Outcome.Failed(
                Reason.NOT_TRIED,
                setback == null
                    ? "its time was over before its turn came; nothing was done, send it anew"
                    : "its time is over, nothing was done: " + setback.getMessage()))
        : Optional.empty();
  }
}
