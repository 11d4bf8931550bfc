package io.ballast.messages;

/**
 * Work on the disks of a virtual machine, on all of them together. It is answered by {@link
 * Reply.Accepted} or refused at once; then it reports by {@link Event.WorkProgressed} and ends in
 * exactly one {@link Event.WorkFinished}, whose operation is the command's message id and whose
 * object is {@code VM} and the machine's name.
 */
public sealed interface VmOrder extends StorageCommand<Reply.Accepted> {
  /** The name of the machine, by which its host's libvirt knows it. */
  String vm();

  /** The name of the snapshot that it makes, goes back to, or removes. */
  String snapshot();

  /** What it works on, for people. */
  default String object() {
    return "VM " + vm();
  }

  /**
   * Keep what all disks of a machine hold at one moment, whether it runs or not.
   *
   * @param snapshot 1 to 64 letters, digits and . _ + -, not beginning with a sign
   */
  record SnapshotVm(String vm, String snapshot, Quiesce quiesce) implements VmOrder {
    public SnapshotVm {
      VolumeId.checked(vm, "VM");
      VolumeId.checked(snapshot, "snapshot");
      Fields.required(quiesce, "quiesce");
    }

    /** Whether the guest brings its file systems to rest for the moment of the snapshot. */
    public enum Quiesce {
      /** If its agent answers; else the disks are as after a cut of its power. */
      AUTO,
      /** Or there is no snapshot. */
      REQUIRED,
      /** It is not asked. */
      NEVER
    }
  }

  /** Give all disks of a machine that is off what a snapshot keeps; what they hold is lost. */
  record RevertVm(String vm, String snapshot) implements VmOrder {
    public RevertVm {
      VolumeId.checked(vm, "VM");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /** Forget a snapshot; what the machine's disks hold stays. Succeeds if there is none. */
  record DeleteVmSnapshot(String vm, String snapshot) implements VmOrder {
    public DeleteVmSnapshot {
      VolumeId.checked(vm, "VM");
      VolumeId.checked(snapshot, "snapshot");
    }
  }
}
