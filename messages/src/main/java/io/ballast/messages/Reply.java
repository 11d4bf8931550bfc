package io.ballast.messages;

import java.util.Optional;

/** The answer to a command. */
public sealed interface Reply extends Message {
  /** The work was taken on; it reports by events under this id. */
  record Accepted(OperationId operation) implements Reply {
    public Accepted {
      Fields.required(operation, "operation");
    }
  }

  /**
   * The command was not carried out and nothing was changed by it.
   *
   * @param message for a person: what is wrong and what to do next
   */
  record Refused(Reason reason, String message) implements Reply {
    public Refused {
      Fields.required(reason, "reason");
      Fields.text(message, "message");
    }
  }

  /** A host as its next beat would tell it. */
  record HostInspected(HostBeat beat) implements Reply {
    public HostInspected {
      Fields.required(beat, "beat");
    }
  }

  /**
   * One virtual machine as its hypervisor sees it now.
   *
   * @param vm absent where the hypervisor answered that there is none
   * @param xml its domain XML without secrets; absent exactly where {@code vm} is
   */
  record VmInspected(Optional<Vm> vm, Optional<String> xml) implements Reply {
    public VmInspected {
      Fields.required(vm, "vm");
      Fields.required(xml, "xml");
    }
  }

  /** A host's storage as its next beat would tell it. */
  record StorageInspected(StorageBeat beat) implements Reply {
    public StorageInspected {
      Fields.required(beat, "beat");
    }
  }

  /** A host's network as its next beat would tell it. */
  record NetInspected(NetBeat beat) implements Reply {
    public NetInspected {
      Fields.required(beat, "beat");
    }
  }

  /** The whole picture. */
  record FleetInspected(Fleet fleet) implements Reply {
    public FleetInspected {
      Fields.required(fleet, "fleet");
    }
  }

  /** What would be moved now, and why. */
  record Planned(Decision decision) implements Reply {
    public Planned {
      Fields.required(decision, "decision");
    }
  }
}
