package io.ballast.agent;

import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import java.time.Instant;
import java.util.Optional;

/** What an agent does for a living: how each command is handled, and how its end is told. */
public interface Trade {
  /**
   * What has to be done about a command, without doing anything yet; the same for the same content.
   *
   * @param epoch of the scheduler that sends it, for what has to be asked of others
   * @throws io.ballast.bus.RefusedException if it is no command for this trade, or can't be right
   */
  Handling handling(OperationId id, Optional<Long> epoch, Command<?> command);

  /** The final event of an operation. */
  Event finished(OperationId operation, String object, Outcome outcome, Instant at);
}
