package io.ballast.agent;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import java.time.Instant;
import java.util.Optional;

/** One thing that an agent writes down because it must not forget it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "entry")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Entry.Belongs.class, name = "belongs"),
  @JsonSubTypes.Type(value = Entry.Began.class, name = "began"),
  @JsonSubTypes.Type(value = Entry.Followed.class, name = "followed"),
  @JsonSubTypes.Type(value = Entry.Announced.class, name = "announced"),
  @JsonSubTypes.Type(value = Entry.Refused.class, name = "refused"),
  @JsonSubTypes.Type(value = Entry.Taken.class, name = "taken"),
  @JsonSubTypes.Type(value = Entry.Begun.class, name = "begun"),
  @JsonSubTypes.Type(value = Entry.Ended.class, name = "ended"),
  @JsonSubTypes.Type(value = Entry.Told.class, name = "told"),
})
public sealed interface Entry {
  /**
   * Whose entries these are, and in which form; always the first.
   *
   * @param agent such as {@code host.h1}
   */
  record Belongs(String agent, int form) implements Entry {}

  /** The agent began a life. */
  record Began(long incarnation, Instant at) implements Entry {}

  /** The agent follows the scheduler of this epoch in this cluster. */
  record Followed(String cluster, long epoch) implements Entry {}

  /**
   * A command may come.
   *
   * @param order its id; all else is that of the command that told this
   */
  record Announced(Order order, Instant at) implements Entry {}

  /** A command was refused for good; nothing was done. */
  record Refused(Order order, Instant at, Reason reason, String message) implements Entry {}

  /**
   * A command was accepted.
   *
   * @param operation what its sender was told: the operation that will end
   * @param until when it must not be begun any more, by the host's clock
   * @param epoch the number of the leadership under which it was sent, if any
   * @param begun whether it may already have been begun
   * @param body what it says, for an agent that restarts before it has ended
   */
  record Taken(
      Order order,
      OperationId operation,
      Instant at,
      Instant until,
      Optional<Long> epoch,
      boolean begun,
      String body)
      implements Entry {}

  /** An accepted command may have been begun. */
  record Begun(OperationId id) implements Entry {}

  /** An accepted command ended. */
  record Ended(OperationId id, Outcome outcome, Instant at) implements Entry {}

  /** The bus has confirmed that it took the end of a command over. */
  record Told(OperationId id) implements Entry {}

  /** How many characters a command said, which is what makes an entry long. */
  default int said() {
    return switch (this) {
      case Taken taken -> taken.body().length();
      case Belongs belongs -> 0;
      case Began began -> 0;
      case Followed followed -> 0;
      case Announced announced -> 0;
      case Refused refused -> 0;
      case Begun begun -> 0;
      case Ended ended -> 0;
      case Told told -> 0;
    };
  }

  /** The operation of a taken order that ended at once and of which no end is told. */
  static Entry[] done(Taken taken) {
    OperationId id = taken.order().id();
    return new Entry[] {
      taken, new Ended(id, new Outcome.Done(Optional.empty()), taken.at()), new Told(id)
    };
  }
}
