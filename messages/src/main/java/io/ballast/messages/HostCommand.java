package io.ballast.messages;

import java.time.Duration;
import java.util.Optional;

/**
 * What a host's agent can be asked. Commands that change something answer {@link Reply.Accepted} or
 * are refused at once; their work reports by {@link Event.OperationProgressed} and ends in exactly
 * one {@link Event.OperationFinished}, whose operation is the command's message id.
 */
public sealed interface HostCommand<R extends Reply> extends Command<R> {
  /** Tell what the next beat would tell. */
  record InspectHost() implements HostCommand<Reply.HostInspected> {}

  /** Look at one virtual machine now, in the hypervisor itself and not in what was last sampled. */
  record InspectVm(VmId vm) implements HostCommand<Reply.VmInspected> {
    public InspectVm {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Make a virtual machine known to the host, or replace the description of one that is.
   *
   * @param xml libvirt's domain XML; it must contain a UUID
   */
  record Define(String xml) implements HostCommand<Reply.Accepted> {
    public Define {
      Fields.text(xml, "xml");
    }
  }

  /** Start a defined virtual machine; fails if it already runs. */
  record Start(VmId vm) implements HostCommand<Reply.Accepted> {
    public Start {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Ask the guest to shut down, and wait until it has.
   *
   * @param within after which the operation fails and the guest is left as it is; above zero
   */
  record ShutDown(VmId vm, Duration within) implements HostCommand<Reply.Accepted> {
    public ShutDown {
      Fields.required(vm, "vm");
      if (Fields.required(within, "within").isNegative() || within.isZero()) {
        throw new IllegalArgumentException("field 'within' is " + within + "; it must be longer");
      }
    }
  }

  /** Cut the power of a virtual machine; its definition stays. */
  record Destroy(VmId vm) implements HostCommand<Reply.Accepted> {
    public Destroy {
      Fields.required(vm, "vm");
    }
  }

  /** Ask the guest to restart; done once the guest was asked. */
  record Reboot(VmId vm) implements HostCommand<Reply.Accepted> {
    public Reboot {
      Fields.required(vm, "vm");
    }
  }

  /** Stop giving CPU to a virtual machine; its memory stays. */
  record Suspend(VmId vm) implements HostCommand<Reply.Accepted> {
    public Suspend {
      Fields.required(vm, "vm");
    }
  }

  /** Give CPU again to a suspended virtual machine. */
  record Resume(VmId vm) implements HostCommand<Reply.Accepted> {
    public Resume {
      Fields.required(vm, "vm");
    }
  }

  /** Forget a virtual machine that does not run; succeeds if there is none. */
  record Undefine(VmId vm) implements HostCommand<Reply.Accepted> {
    public Undefine {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Move a running virtual machine to another host, live and peer to peer; afterwards it is defined
   * there and gone here.
   *
   * @param peerUri where the target's hypervisor is reached, from its beat
   * @param bandwidth most to send per second; absent = no limit
   * @param maxDowntime longest planned pause of the guest, above zero
   * @param within after which the migration is aborted and the guest stays here; above zero
   */
  record Migrate(
      VmId vm,
      HostId to,
      String peerUri,
      Optional<Bytes> bandwidth,
      Duration maxDowntime,
      Duration within)
      implements HostCommand<Reply.Accepted> {
    public Migrate {
      Fields.required(vm, "vm");
      Fields.required(to, "to");
      Fields.text(peerUri, "peerUri");
      Fields.required(bandwidth, "bandwidth");
      if (Fields.required(maxDowntime, "maxDowntime").toMillis() < 1) {
        throw new IllegalArgumentException("field 'maxDowntime' must be at least 1 ms");
      }
      if (Fields.required(within, "within").toMillis() < 1) {
        throw new IllegalArgumentException("field 'within' must be at least 1 ms");
      }
    }
  }

  /**
   * Give up a migration; the operation itself then ends as cancelled, or as done if too late.
   *
   * @param vm whose migration it is, for an agent that restarted since and no longer knows the
   *     operation: no end of it is told then, but beats show where the virtual machine stays
   */
  record Cancel(OperationId operation, Optional<VmId> vm) implements HostCommand<Reply.Accepted> {
    public Cancel {
      Fields.required(operation, "operation");
      Fields.required(vm, "vm");
    }
  }
}
