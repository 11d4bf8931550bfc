package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

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
        StorageCommand.InspectDisks,
        StorageCommand.InspectBerth,
        StorageCommand.InspectContents,
        StorageCommand.ConsiderDisks,
        StorageCommand.HoldDisks,
        StorageCommand.PrepareDisks,
        StorageCommand.SettleDisks,
        PoolOrder,
        VolumeOrder,
        VmOrder,
        DiskOrder {
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

  /** Look at the disks of a virtual machine of the host that its guest may write to. */
  record InspectDisks(VmId vm) implements StorageCommand<Reply.DisksInspected> {
    public InspectDisks {
      Fields.required(vm, "vm");
    }
  }

  /**
   * Look at the volumes that are kept for a move, as the storage has them now.
   *
   * @param lasting whether it is answered only once what was written into them would outlast a loss
   *     of power: {@code NOT_READY} until then, {@code INVALID_IMAGE} where some of it was lost, be
   *     it earlier; absent = so
   */
  record InspectBerth(OperationId move, Optional<Boolean> lasting)
      implements StorageCommand<Reply.BerthInspected> {
    public InspectBerth {
      Fields.required(move, "move");
      Fields.required(lasting, "lasting");
    }

    /** Answered once that lasts. */
    public InspectBerth(OperationId move) {
      this(move, Optional.empty());
    }
  }

  /**
   * Tell what volumes hold that are files in folders. Each is read once, until it is changed;
   * refused as {@code NOT_READY} while one is being read.
   *
   * @param volumes at most {@value #MOST_READ}
   */
  record InspectContents(List<VolumeId> volumes)
      implements StorageCommand<Reply.ContentsInspected> {
    /** Of so many volumes it is told at most. */
    public static final int MOST_READ = 256;

    public InspectContents {
      volumes = Fields.listOf(volumes, "volumes");
      if (volumes.size() > MOST_READ) {
        throw new IllegalArgumentException(
            "field 'volumes' has %d entries; it must have at most %d"
                .formatted(volumes.size(), MOST_READ));
      }
    }
  }

  /** Say what stands in the way of disks that would be prepared, and make nothing. */
  record ConsiderDisks(PrepareDisks preparation) implements StorageCommand<Reply.DisksConsidered> {
    public ConsiderDisks {
      Fields.required(preparation, "preparation");
    }
  }

  /**
   * Keep the volumes of a virtual machine as they are while a move copies them to another host;
   * until they are {@link SettleDisks settled}. Carried out again it changes nothing more.
   */
  record HoldDisks(Berth berth) implements StorageCommand<Reply.Accepted> {
    public HoldDisks {
      Fields.required(berth, "berth");
    }
  }

  /**
   * Make the empty disks into which a move copies those of a virtual machine that is about to come,
   * all or none, and keep them until they are {@link SettleDisks settled}. Refused where one of
   * that name is there. Carried out again it changes nothing more.
   *
   * @param disks 1 to {@value Berth#MOST}
   * @param layers all that they build upon, each of which has to be there
   */
  record PrepareDisks(
      OperationId move,
      VmId vm,
      HostId from,
      HostId to,
      List<Blank> disks,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<VolumeId> layers)
      implements StorageCommand<Reply.Accepted> {
    public PrepareDisks {
      layers = Fields.listOrNone(layers, "layers");
      Fields.required(move, "move");
      Fields.required(vm, "vm");
      Fields.required(from, "from");
      Fields.required(to, "to");
      disks = Berth.some(Fields.listOf(disks, "disks"), "disks");
    }

    /** What is kept then. */
    public Berth berth() {
      return new Berth(
          move,
          vm,
          from,
          to,
          disks.stream().map(Blank::volume).toList(),
          disks.stream().map(Blank::needed).reduce(Bytes.ZERO, Bytes::plus),
          layers);
    }
  }

  /**
   * End the keeping of a move's volumes; succeeds if none are kept for it.
   *
   * @param stays whether they stay; else they are deleted. Refused as {@code IN_USE} where
   *     something uses one that would be
   */
  record SettleDisks(OperationId move, boolean stays) implements StorageCommand<Reply.Accepted> {
    public SettleDisks {
      Fields.required(move, "move");
    }
  }
}
