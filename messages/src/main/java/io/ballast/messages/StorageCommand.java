package io.ballast.messages;

/**
 * What a host's storage agent can be asked. Work on a volume is a {@link VolumeOrder}, work on a
 * pool a {@link PoolOrder}, and on all disks of a virtual machine a {@link VmOrder}.
 */
public sealed interface StorageCommand<R extends Reply> extends Command<R>
    permits StorageCommand.InspectStorage,
        StorageCommand.InspectOperation,
        StorageCommand.ListVolumes,
        StorageCommand.InspectVolume,
        StorageCommand.ListSnapshots,
        StorageCommand.MeasureVolume,
        StorageCommand.ListTrash,
        StorageCommand.ListVmSnapshots,
        StorageCommand.Cancel,
        PoolOrder,
        VolumeOrder,
        VmOrder {
  /** Tell what the next beat would tell. */
  record InspectStorage() implements StorageCommand<Reply.StorageInspected> {}

  /** Tell how it stands with an operation, for as long as the agent remembers it. */
  record InspectOperation(OperationId operation)
      implements StorageCommand<Reply.OperationInspected> {
    public InspectOperation {
      Fields.required(operation, "operation");
    }
  }

  /** Look at the volumes of a pool, and at its room, as the storage has them now. */
  record ListVolumes(String pool) implements StorageCommand<Reply.VolumesListed> {
    public ListVolumes {
      VolumeId.checked(pool, "pool");
    }
  }

  /** Look at one volume and at all that it builds upon, as the storage has them now. */
  record InspectVolume(VolumeId volume) implements StorageCommand<Reply.VolumeInspected> {
    public InspectVolume {
      Fields.required(volume, "volume");
    }
  }

  /** Look at the snapshots in a volume. */
  record ListSnapshots(VolumeId volume) implements StorageCommand<Reply.SnapshotsListed> {
    public ListSnapshots {
      Fields.required(volume, "volume");
    }
  }

  /**
   * Say how much a copy of a volume would take.
   *
   * @param format of the copy
   */
  record MeasureVolume(VolumeId volume, Volume.Format format)
      implements StorageCommand<Reply.VolumeMeasured> {
    public MeasureVolume {
      Fields.required(volume, "volume");
      Fields.required(format, "format");
    }
  }

  /** Look at what lies in the trash of a pool. Only pools of Ceph have one. */
  record ListTrash(String pool) implements StorageCommand<Reply.TrashListed> {
    public ListTrash {
      VolumeId.checked(pool, "pool");
    }
  }

  /** Look at the snapshots of a virtual machine of the host. */
  record ListVmSnapshots(String vm) implements StorageCommand<Reply.VmSnapshotsListed> {
    public ListVmSnapshots {
      VolumeId.checked(vm, "VM");
    }
  }

  /** Give up an operation; it then ends as cancelled, or as done if too late. */
  record Cancel(OperationId operation) implements StorageCommand<Reply.Accepted> {
    public Cancel {
      Fields.required(operation, "operation");
    }
  }
}
