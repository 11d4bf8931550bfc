package io.ballast.agent;

import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import java.time.Instant;
import java.util.Optional;

/**
 * What an agent knows of one command that it got.
 *
 * @param at when it was answered, by the host's clock
 */
record Item(Order order, Instant at, Fate fate) {
  OperationId id() {
    return order.id();
  }

  Item with(Fate next) {
    return new Item(order, at, next);
  }

  /**
   * That it was accepted, as it is written down.
   *
   * @param open its fate
   * @param begun whether it may have been begun
   */
  Entry.Taken taken(Fate.Open open, boolean begun) {
    return new Entry.Taken(
        order, open.operation(), at, open.until(), open.epoch(), begun, open.body());
  }

  /** Whether nothing will ever come of it any more that somebody has to be told. */
  boolean settled() {
    return switch (fate) {
      case Fate.Announced announced -> true;
      case Fate.Refused refused -> true;
      case Fate.Open open -> false;
      case Fate.Over over -> over.told();
    };
  }

  /** How it stands with a command. */
  sealed interface Fate {
    /** It may come. */
    record Announced() implements Fate {}

    /** Nothing was done. */
    record Refused(Reason reason, String message) implements Fate {}

    /** It was accepted and has not ended; begun or not is what a restart has to know. */
    record Open(
        OperationId operation, Instant until, Optional<Long> epoch, boolean begun, String body)
        implements Fate {}

    /** It ended, and the bus has taken that over or not yet. */
    record Over(OperationId operation, Outcome outcome, Instant at, boolean told) implements Fate {}
  }
}
