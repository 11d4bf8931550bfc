package io.ballast.scheduler.core;

import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import java.util.List;

/** What is to be done, or told, because a move came further. */
public sealed interface Step {
  /**
   * Ask the source to migrate; the command's message id is the move's. The reply comes back as
   * {@link MoveInput.Accepted} or {@link MoveInput.Refused}, also when there is none in time.
   */
  record Send(OperationId move, HostId host, HostCommand.Migrate command) implements Step {}

  /** Ask the source to give the migration up; what comes of it, the move's own end will tell. */
  record Abort(OperationId move, HostId host, HostCommand.Cancel command) implements Step {}

  /**
   * Ask a host what it knows of the VM, by {@link HostCommand.InspectVm}; the reply comes back as
   * {@link MoveInput.Looked} or {@link MoveInput.LookFailed}.
   */
  record Look(OperationId move, HostId host, VmId vm) implements Step {}

  /** Tell that a move came into another state or made progress. */
  record Changed(Move move) implements Step {}

  /** Raise the alarm: the VM runs on two hosts; said once for a move. */
  record Doubled(Move move, List<HostId> hosts) implements Step {}

  /**
   * Nothing was done with an input, and this is why. For a person's wish to cancel it is the
   * refusal.
   *
   * @param message for a person
   */
  record Ignored(OperationId move, Reason reason, String message) implements Step {}
}
