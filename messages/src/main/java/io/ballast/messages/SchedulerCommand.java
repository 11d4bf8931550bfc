package io.ballast.messages;

import java.util.Optional;

/** What a scheduler can be asked. */
public sealed interface SchedulerCommand<R extends Reply> extends Command<R> {
  /** Tell the whole picture: hosts, virtual machines, alerts, moves, decisions. */
  record InspectFleet() implements SchedulerCommand<Reply.FleetInspected> {}

  /** Say what would be moved now and why, and move nothing. */
  record PlanMoves() implements SchedulerCommand<Reply.Planned> {}

  /**
   * Move one virtual machine because a person wants it.
   *
   * @param to where to; absent = where it fits best
   * @param copying whether disks that its host alone has may be copied to the target; absent = no
   * @param offline whether it does not run and is not to, and a target is named; absent = it runs
   */
  record MoveVm(VmId vm, Optional<HostId> to, Optional<Boolean> copying, Optional<Boolean> offline)
      implements SchedulerCommand<Reply.Accepted> {
    public MoveVm {
      Fields.required(vm, "vm");
      Fields.required(to, "to");
      Fields.required(copying, "copying");
      Fields.required(offline, "offline");
      if (offline.orElse(false) && to.isEmpty()) {
        throw new IllegalArgumentException(
            "a virtual machine that does not run needs a target; name it by 'to'");
      }
    }

    /** Without a copy of any disk. */
    public MoveVm(VmId vm, Optional<HostId> to) {
      this(vm, to, Optional.empty(), Optional.empty());
    }

    /** Whether it does not run and is not to. */
    public boolean rests() {
      return offline.orElse(false);
    }
  }

  /** Give up an open move; the guest stays where it is if it has not arrived yet. */
  record CancelMove(OperationId move) implements SchedulerCommand<Reply.Accepted> {
    public CancelMove {
      Fields.required(move, "move");
    }
  }

  /**
   * Say where the virtual machine of a move in doubt runs, because a person has looked; the move
   * ends accordingly. For a host that will not come back.
   *
   * @param on the move's source or target
   */
  record SettleMove(OperationId move, HostId on) implements SchedulerCommand<Reply.Accepted> {
    public SettleMove {
      Fields.required(move, "move");
      Fields.required(on, "on");
    }
  }

  /** Forget a host that is gone for good; refused while it beats. */
  record ForgetHost(HostId host) implements SchedulerCommand<Reply.Accepted> {
    public ForgetHost {
      Fields.required(host, "host");
    }
  }
}
