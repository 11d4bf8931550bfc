package io.ballast.scheduler.core.effect;

import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.NetOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import java.util.List;

/** What the core wants done in the world; its shell does it and tells what came of it. */
public sealed interface Effect extends Step {
  /**
   * Send a host's agent this command under the move's id, within the policy's time for answers.
   * What came of it comes back as an input of the move.
   *
   * @param ports of the VM, for which the target's network agent is asked first; without its word
   *     the command is not sent
   */
  record Send(OperationId move, HostId host, HostCommand.Migrate command, List<Port> ports)
      implements Effect {
    /** Of a VM without ports, as far as is known. */
    public Send(OperationId move, HostId host, HostCommand.Migrate command) {
      this(move, host, command, List.of());
    }

    /** The same, for a VM with these ports. */
    public Send with(List<Port> known) {
      return new Send(move, host, command, known);
    }
  }

  /** Have a host's network agent do this, under an id of its own; nothing need come back. */
  record Order(HostId host, NetOrder order) implements Effect {}

  /** Send a host's agent this command under an id of its own; nothing need come back. */
  record Abort(OperationId move, HostId host, HostCommand.Cancel command) implements Effect {}

  /**
   * Ask a host's hypervisor for a virtual machine. What it said comes back as an input of the move,
   * with the same round.
   *
   * @param round counts the looks for this move, both hosts in each
   */
  record Look(OperationId move, HostId host, VmId vm, int round) implements Effect {}

  /**
   * Think this over, where it holds nothing up, one thought after the other. What came of it, also
   * a failure, comes back to who gave it.
   */
  record Think(Thought thought) implements Effect {}

  /** Tell the fleet; it must not be lost. */
  record Tell(Event event) implements Effect {}

  /** Answer the command of that id. */
  record Answer(OperationId command, Reply reply) implements Effect {}

  /** Warn the operator: one line for the log. */
  record Warn(String line) implements Effect {}

  /** Let the operator know: one line for the log. */
  record Note(String line) implements Effect {}
}
