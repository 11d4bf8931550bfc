package io.ballast.messages;

import java.time.Instant;
import java.util.List;
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
   * @param defined whether its host defines it, so that it is there when it does not run; absent
   *     where {@code vm} is, and where the agent does not tell
   */
  record VmInspected(Optional<Vm> vm, Optional<String> xml, Optional<Boolean> defined)
      implements Reply {
    public VmInspected {
      Fields.required(vm, "vm");
      Fields.required(xml, "xml");
      Fields.required(defined, "defined");
    }

    /** That of which it is not told whether it is defined. */
    public VmInspected(Optional<Vm> vm, Optional<String> xml) {
      this(vm, xml, Optional.empty());
    }
  }

  /**
   * How it stands with an operation, by the memory of the agent that got its command.
   *
   * @param kind of the command, such as {@code host.start}
   * @param object what it works on, in the words of the agent's trade
   * @param sender of the command, as it called itself
   * @param at when it was answered, by the agent's clock
   * @param refusal present exactly where it was refused
   * @param outcome present exactly where it ended
   * @param percent how much of it is done, 0 to 100; absent where it has not told that, or ended
   */
  record OperationInspected(
      OperationId operation,
      String kind,
      String object,
      String sender,
      Instant at,
      Stage stage,
      Optional<Refused> refusal,
      Optional<Outcome> outcome,
      Optional<Integer> percent)
      implements Reply {
    public OperationInspected {
      Fields.required(operation, "operation");
      Fields.text(kind, "kind");
      Fields.text(object, "object");
      Fields.text(sender, "sender");
      Fields.required(at, "at");
      Fields.required(stage, "stage");
      Fields.required(refusal, "refusal");
      Fields.required(outcome, "outcome");
      if (Fields.required(percent, "percent").filter(it -> it < 0 || it > 100).isPresent()) {
        throw new IllegalArgumentException(
            "field 'percent' is %d; it must be 0 to 100".formatted(percent.get()));
      }
    }

    /** How far an operation is. */
    public enum Stage {
      /** It was accepted, and waits for its turn. */
      WAITING,
      /** It was begun. */
      RUNNING,
      /** It ended. */
      ENDED,
      /** It was refused. */
      REFUSED
    }

    /** The same, begun, and so much of it done as it told. */
    public OperationInspected running(Optional<Integer> share) {
      return at(Stage.RUNNING, Optional.empty(), Optional.empty(), share);
    }

    /** The same, ended. */
    public OperationInspected ended(Outcome end) {
      return at(Stage.ENDED, Optional.empty(), Optional.of(end), Optional.empty());
    }

    /** The same, refused. */
    public OperationInspected refused(Refused why) {
      return at(Stage.REFUSED, Optional.of(why), Optional.empty(), Optional.empty());
    }

    private OperationInspected at(
        Stage next, Optional<Refused> why, Optional<Outcome> end, Optional<Integer> share) {
      return new OperationInspected(operation, kind, object, sender, at, next, why, end, share);
    }
  }

  /**
   * A virtual machine may come.
   *
   * @param peerUri where this host's hypervisor is reached
   * @param probe a port on which this host is reached for some seconds where memory is sent to;
   *     absent where none is to be had
   */
  record Prepared(String peerUri, Optional<Integer> probe) implements Reply {
    /** Without a port. */
    public Prepared(String peerUri) {
      this(peerUri, Optional.empty());
    }

    public Prepared {
      Fields.text(peerUri, "peerUri");
      if (Fields.required(probe, "probe").filter(it -> it < 1 || it > 65_535).isPresent()) {
        throw new IllegalArgumentException(
            "field 'probe' is %d; it must be 1 to 65535".formatted(probe.get()));
      }
    }
  }

  /**
   * What stands in the way of a virtual machine that would come.
   *
   * @param prepared what the answer would be if nothing did
   * @param obstacles none = it may come
   */
  record Considered(Prepared prepared, List<Obstacle> obstacles) implements Reply {
    public Considered {
      Fields.required(prepared, "prepared");
      obstacles = Fields.listOf(obstacles, "obstacles");
    }
  }

  /**
   * What stands in the way of a migration.
   *
   * @param memory what is sent at least: what the guest holds of its memory now
   * @param obstacles none = it may begin
   */
  record Examined(Bytes memory, List<Obstacle> obstacles) implements Reply {
    public Examined {
      Fields.required(memory, "memory");
      obstacles = Fields.listOf(obstacles, "obstacles");
    }
  }

  /** The disks of a virtual machine that its guest may write to. */
  record DisksInspected(List<VmDisk> disks) implements Reply {
    public DisksInspected {
      disks = Fields.listOf(disks, "disks");
    }
  }

  /**
   * The volumes that a host keeps for a move.
   *
   * @param berth absent where it keeps none
   * @param volumes those of them that are there
   */
  record BerthInspected(Optional<Berth> berth, List<Volume> volumes) implements Reply {
    public BerthInspected {
      Fields.required(berth, "berth");
      volumes = Fields.listOf(volumes, "volumes");
    }
  }

  /** What volumes hold, in the order in which they were asked for. */
  record ContentsInspected(List<Volume.Content> contents) implements Reply {
    public ContentsInspected {
      contents = Fields.listOf(contents, "contents");
    }
  }

  /**
   * What was found of disks that would be prepared.
   *
   * @param refusal with which the preparation would be answered; absent if with none
   */
  record DisksConsidered(Optional<Refused> refusal) implements Reply {
    public DisksConsidered {
      Fields.required(refusal, "refusal");
    }
  }

  /** A host's storage as its next beat would tell it. */
  record StorageInspected(StorageBeat beat) implements Reply {
    public StorageInspected {
      Fields.required(beat, "beat");
    }
  }

  /**
   * The volumes of a pool.
   *
   * @param pool as the storage has it now
   * @param volumes sorted by name
   */
  record VolumesListed(StorageBeat.Pool pool, List<Volume> volumes) implements Reply {
    public VolumesListed {
      Fields.required(pool, "pool");
      volumes = Fields.listOf(volumes, "volumes");
    }
  }

  /**
   * One volume.
   *
   * @param volume absent where the pool has none of that name
   * @param chain what it builds upon, nearest first
   */
  record VolumeInspected(Optional<Volume> volume, List<Volume.Layer> chain) implements Reply {
    public VolumeInspected {
      Fields.required(volume, "volume");
      chain = Fields.listOf(chain, "chain");
    }
  }

  /**
   * The snapshots in a volume.
   *
   * @param snapshots oldest first
   */
  record SnapshotsListed(List<Volume.Snapshot> snapshots) implements Reply {
    public SnapshotsListed {
      snapshots = Fields.listOf(snapshots, "snapshots");
    }
  }

  /**
   * What lies in the trash of a pool.
   *
   * @param volumes sorted by their names
   */
  record TrashListed(List<Volume.Trashed> volumes) implements Reply {
    public TrashListed {
      volumes = Fields.listOf(volumes, "volumes");
    }
  }

  /**
   * The snapshots of a virtual machine.
   *
   * @param snapshots oldest first, so that a parent stands before what came from it
   */
  record VmSnapshotsListed(String vm, List<VmSnapshot> snapshots) implements Reply {
    public VmSnapshotsListed {
      Fields.text(vm, "vm");
      snapshots = Fields.listOf(snapshots, "snapshots");
    }
  }

  /**
   * How much a copy of a volume would take.
   *
   * @param needed for what it holds now
   * @param most if all of it were written
   */
  record VolumeMeasured(Bytes needed, Bytes most) implements Reply {
    public VolumeMeasured {
      Fields.required(needed, "needed");
      Fields.required(most, "most");
    }
  }

  /** A host's network as its next beat would tell it. */
  record NetInspected(NetBeat beat) implements Reply {
    public NetInspected {
      Fields.required(beat, "beat");
    }
  }

  /**
   * One port.
   *
   * @param port absent where the agent has none for that card
   */
  record PortInspected(Optional<PortStatus> port) implements Reply {
    public PortInspected {
      Fields.required(port, "port");
    }
  }

  /**
   * Ports.
   *
   * @param ports sorted by card
   */
  record PortsListed(List<PortStatus> ports) implements Reply {
    public PortsListed {
      ports = Fields.listOf(ports, "ports");
    }
  }

  /**
   * The networks of a host's libvirt.
   *
   * @param networks sorted by name
   */
  record NetworksListed(List<LibvirtNetwork> networks) implements Reply {
    public NetworksListed {
      networks = Fields.listOf(networks, "networks");
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
