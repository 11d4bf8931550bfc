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
import java.util.Map;
import java.util.stream.Stream;

/** What the core wants done in the world; its shell does it and tells what came of it. */
public sealed interface Effect extends Step {
  /**
   * Send a host's agent this command under the move's id, within the policy's time for answers.
   * What came of it comes back as an input of the move.
   *
   * <p>The host's network agent is asked first which ports the VM has, then that of the target to
   * prepare them. Without the word of both the command is not sent; only a host that has no network
   * agent has no say.
   *
   * @param kept the VM's ports on that host by the last beat, for when its network agent is away
   * @param astray ports of the VM that only other hosts keep
   * @param copying whether disks that its host alone has may be copied: then the storage agents of
   *     both hosts are asked first of all
   */
  record Send(
      OperationId move,
      HostId host,
      HostCommand.Migrate command,
      List<Port> kept,
      List<Port> astray,
      boolean copying)
      implements Effect {
    /** Of a VM without ports, as far as is known. */
    public Send(OperationId move, HostId host, HostCommand.Migrate command, boolean copying) {
      this(move, host, command, List.of(), List.of(), copying);
    }

    /** The same, for a VM with these ports. */
    public Send with(List<Port> kept, List<Port> astray) {
      return new Send(move, host, command, kept, astray, copying);
    }

    /** The same, with another command. */
    public Send with(HostCommand.Migrate other) {
      return new Send(move, host, other, kept, astray, copying);
    }

    /** What the target needs if the host has these ports of the VM now. */
    public List<Port> ports(List<Port> now) {
      return Stream.concat(
              now.stream(),
              astray.stream()
                  .filter(port -> now.stream().noneMatch(it -> it.card().equals(port.card()))))
          .toList();
    }
  }

  /**
   * Have the ports of a VM that has moved be what they are by now at the host that it left: someone
   * may have changed or unplugged one on the way. Nothing need come back.
   */
  record Carry(OperationId move, VmId vm, HostId from, HostId to) implements Effect {}

  /** Have a host's network agent do this, under an id of its own; nothing need come back. */
  record Order(HostId host, NetOrder order) implements Effect {}

  /**
   * Have the storage agents of both hosts end the keeping of a move's volumes, by what the source's
   * host agent says became of its migration; nothing need come back.
   *
   * @param stayed whether the source tells of its virtual machine and the target does not; else the
   *     source does not tell of it
   */
  record Settle(OperationId move, HostId from, HostId to, boolean stayed) implements Effect {}

  /** Write down, in place of all before, which ports each host keeps. */
  record Remember(Map<HostId, List<Port>> ports) implements Effect {}

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
