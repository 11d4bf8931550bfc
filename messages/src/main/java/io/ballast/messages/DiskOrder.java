package io.ballast.messages;

import java.util.Optional;

/**
 * Work on one disk of a virtual machine, whether that runs or not. It is answered by {@link
 * Reply.Accepted} or refused at once; then it ends in exactly one {@link Event.WorkFinished}, whose
 * operation is the command's message id and whose object is {@code VM} and the machine's name.
 */
public sealed interface DiskOrder extends StorageCommand<Reply.Accepted> {
  /** The name of the machine, by which its host's libvirt knows it. */
  String vm();

  /** What it works on, for people. */
  default String object() {
    return "VM " + vm();
  }

  /**
   * Plug a volume into a machine as one more disk, at once if it runs, and for all its later
   * starts. Succeeds if it is one of its disks already.
   *
   * @param target where, such as {@code vdb}; absent = the first place that is free
   * @param format in which it is used; absent = the one that it has
   * @param readOnly whether the guest may only read it; absent = it may write
   */
  record AttachDisk(
      String vm,
      VolumeId volume,
      Optional<String> target,
      Optional<Volume.Format> format,
      Optional<Boolean> readOnly)
      implements DiskOrder {
    public AttachDisk {
      VolumeId.checked(vm, "VM");
      Fields.required(volume, "volume");
      Fields.required(target, "target").ifPresent(Targets::checked);
      Fields.required(format, "format");
      Fields.required(readOnly, "readOnly");
    }

    /** Whether the guest may write to it. */
    public boolean writes() {
      return !readOnly.orElse(false);
    }
  }

  /**
   * Take a disk off a machine; what it lies on stays. Of one that runs the guest has to let it go.
   */
  record DetachDisk(String vm, String target) implements DiskOrder {
    public DetachDisk {
      VolumeId.checked(vm, "VM");
      Targets.checked(target);
    }
  }

  /** Hold a disk to some limits and no others, at once and for all its machine's later starts. */
  record LimitDisk(String vm, String target, DiskLimits limits) implements DiskOrder {
    public LimitDisk {
      VolumeId.checked(vm, "VM");
      Targets.checked(target);
      Fields.required(limits, "limits");
    }
  }

  /**
   * Have a disk lie on a new volume of the same host that holds the same, while the machine runs or
   * is off. What it lay on is deleted then.
   *
   * @param into a name that is free, in a pool that is a folder
   * @param keep whether the old volume stays; absent = no
   */
  record MoveDisk(String vm, String target, VolumeId into, Optional<Boolean> keep)
      implements DiskOrder {
    public MoveDisk {
      VolumeId.checked(vm, "VM");
      Targets.checked(target);
      Fields.required(into, "into");
      Fields.required(keep, "keep");
    }

    /** Whether the old volume stays. */
    public boolean keeps() {
      return keep.orElse(false);
    }
  }

  /** The places of disks. */
  final class Targets {
    private Targets() {}

    /** A bus and the letters of a place, as guests name their disks. */
    private static final java.util.regex.Pattern FORM =
        java.util.regex.Pattern.compile("(?:vd|sd|hd|xvd)[a-z]{1,2}");

    static void checked(String target) {
      if (!FORM.matcher(Fields.text(target, "target")).matches()) {
        throw new IllegalArgumentException(
            "no disk has the place '%s'; places are such as vda and sdb".formatted(target));
      }
    }
  }
}
