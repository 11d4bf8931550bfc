package io.ballast.messages;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Work on a volume. It is answered by {@link Reply.Accepted} or refused at once; then it reports by
 * {@link Event.WorkProgressed} and ends in exactly one {@link Event.WorkFinished}, whose operation
 * is the command's message id and whose object is the volume.
 */
public sealed interface VolumeOrder extends StorageCommand<Reply.Accepted> {
  /** The largest disk: 2 PiB. Tools take more, and some of them then count wrong. */
  Bytes LARGEST_DISK = Bytes.ofMiB(2L << 30);

  /** The longest that a volume in the trash can be kept from being removed. */
  Duration LONGEST_KEPT = Duration.ofDays(3_650);

  /** The volume that it works on, or makes. */
  VolumeId volume();

  /** Other volumes that it reads, which must stay as they are until its end. */
  default List<VolumeId> reads() {
    return List.of();
  }

  /**
   * Make an empty disk.
   *
   * @param size 512 bytes to 2 PiB, whole sectors of 512 bytes
   * @param clusterSize of a qcow2 disk: a power of two from 512 bytes to 2 MiB; absent = 64 KiB
   */
  record CreateVolume(
      VolumeId volume,
      Volume.Format format,
      Bytes size,
      Volume.Preallocation preallocation,
      Optional<Bytes> clusterSize)
      implements VolumeOrder {
    public CreateVolume {
      Fields.required(volume, "volume");
      Fields.required(format, "format");
      Fields.diskSize(size, "size");
      Fields.required(preallocation, "preallocation");
      Fields.required(clusterSize, "clusterSize").ifPresent(cluster -> checked(cluster, format));
    }

    private static void checked(Bytes cluster, Volume.Format format) {
      long bytes = cluster.value();
      if (format != Volume.Format.QCOW2) {
        throw new IllegalArgumentException("field 'clusterSize' is for qcow2 only; leave it out");
      }
      if (Long.bitCount(bytes) != 1 || bytes < 512 || bytes > 2 << 20) {
        throw new IllegalArgumentException(
            "field 'clusterSize' is %d; it must be a power of two from 512 to 2097152"
                .formatted(bytes));
      }
    }
  }

  /** Remove a volume that nothing uses; succeeds if there is none. */
  record DeleteVolume(VolumeId volume) implements VolumeOrder {
    public DeleteVolume {
      Fields.required(volume, "volume");
    }
  }

  /**
   * Overwrite with zeros whatever a disk holds, snapshots in it included; then it is empty, of the
   * same form and size. Once begun it can't be given up.
   */
  record WipeVolume(VolumeId volume) implements VolumeOrder {
    public WipeVolume {
      Fields.required(volume, "volume");
    }
  }

  /**
   * Give a disk another size. To shrink cuts off its end, whatever lies there.
   *
   * @param size 512 bytes to 2 PiB, whole sectors of 512 bytes
   * @param shrink whether it may become smaller; refused if anything was written beyond
   */
  record ResizeVolume(VolumeId volume, Bytes size, boolean shrink) implements VolumeOrder {
    public ResizeVolume {
      Fields.required(volume, "volume");
      Fields.diskSize(size, "size");
    }
  }

  /**
   * Make a disk of another one, which may lie in another pool of the host.
   *
   * @param linked whether the new one builds upon the other, which must then never change again; or
   *     is a copy that stands alone
   * @param snapshot in the source whose content is copied; absent = the present content. Only in
   *     pools of Ceph can a linked one build upon a snapshot that is named
   * @param format of a copy; absent = that of the other one, or qcow2 where that can't be made
   * @param compressed whether a copy in qcow2 is made small at the price of time
   * @param size of a linked one in a folder, at least that of the source; absent = the source's
   */
  record CloneVolume(
      VolumeId source,
      Optional<String> snapshot,
      VolumeId volume,
      boolean linked,
      Optional<Volume.Format> format,
      boolean compressed,
      Optional<Bytes> size)
      implements VolumeOrder {
    /** One of the source's size. */
    public CloneVolume(
        VolumeId source,
        Optional<String> snapshot,
        VolumeId volume,
        boolean linked,
        Optional<Volume.Format> format,
        boolean compressed) {
      this(source, snapshot, volume, linked, format, compressed, Optional.empty());
    }

    public CloneVolume {
      Fields.required(size, "size").ifPresent(bytes -> Fields.diskSize(bytes, "size"));
      if (size.isPresent() && !linked) {
        throw new IllegalArgumentException(
            "field 'size' is for linked ones; make a copy, and resize it then");
      }
      Fields.required(volume, "volume");
      differs(volume, Fields.required(source, "source"), "source");
      Fields.required(format, "format");
      Fields.required(snapshot, "snapshot").ifPresent(name -> VolumeId.checked(name, "snapshot"));
      if (linked && (format.isPresent() || compressed)) {
        throw new IllegalArgumentException(
            "fields 'format' and 'compressed' are for copies; what is linked has the source's");
      }
      if (compressed && format.equals(Optional.of(Volume.Format.RAW))) {
        throw new IllegalArgumentException("field 'compressed' is for qcow2 only; leave it out");
      }
    }

    @Override
    public List<VolumeId> reads() {
      return List.of(source);
    }
  }

  /** Make a volume stand alone: what it builds upon is copied into it, and no longer needed. */
  record FlattenVolume(VolumeId volume) implements VolumeOrder {
    public FlattenVolume {
      Fields.required(volume, "volume");
    }
  }

  /**
   * Look whether an image is sound. It ends as failed, {@code INVALID_IMAGE}, where errors stay.
   *
   * @param repair what is mended
   */
  record CheckVolume(VolumeId volume, Repair repair) implements VolumeOrder {
    public CheckVolume {
      Fields.required(volume, "volume");
      Fields.required(repair, "repair");
    }

    /** What a check mends. */
    public enum Repair {
      /** Nothing: it only looks. */
      NONE,
      /** Room that nothing refers to, which is harmless. */
      LEAKS,
      /** Whatever it can; what guests wrote may get lost with it. */
      ALL
    }
  }

  /**
   * Look whether two disks hold the same, whatever their forms. It ends as failed, {@code
   * WRONG_STATE}, where they do not.
   */
  record CompareVolumes(VolumeId volume, VolumeId other) implements VolumeOrder {
    public CompareVolumes {
      Fields.required(volume, "volume");
      differs(volume, Fields.required(other, "other"), "other");
    }

    @Override
    public List<VolumeId> reads() {
      return List.of(other);
    }
  }

  /** Have a volume build upon another one; a guest sees the same in it. */
  record RebaseVolume(VolumeId volume, VolumeId base) implements VolumeOrder {
    public RebaseVolume {
      Fields.required(volume, "volume");
      differs(volume, Fields.required(base, "base"), "base");
    }

    @Override
    public List<VolumeId> reads() {
      return List.of(base);
    }
  }

  /**
   * Write what a volume holds into the one that it builds upon, which nothing else may use; then it
   * is empty, and a guest sees the same in it.
   *
   * @param base the volume that it builds upon
   */
  record CommitVolume(VolumeId volume, VolumeId base) implements VolumeOrder {
    public CommitVolume {
      Fields.required(volume, "volume");
      differs(volume, Fields.required(base, "base"), "base");
    }

    @Override
    public List<VolumeId> reads() {
      return List.of(base);
    }
  }

  /**
   * Make a disk of an image in the host's exchange folder, whose form is told by its content.
   *
   * @param file its name in that folder
   * @param format of the new disk
   */
  record ImportVolume(VolumeId volume, String file, Volume.Format format) implements VolumeOrder {
    public ImportVolume {
      Fields.required(volume, "volume");
      VolumeId.checked(file, "file");
      Fields.required(format, "format");
    }
  }

  /**
   * Make a disk of an image that a server offers, whose form is told by its content.
   *
   * @param source address of the image, {@code http} or {@code https}, without a user or password
   * @param sha256 of the image, 64 digits in lower case; absent = whatever it is
   * @param format of the new disk
   */
  record FetchVolume(VolumeId volume, String source, Optional<String> sha256, Volume.Format format)
      implements VolumeOrder {
    private static final int LONGEST = 2_000;

    public FetchVolume {
      Fields.required(volume, "volume");
      if (!isAddress(Fields.text(source, "source"))) {
        throw new IllegalArgumentException(
            "field 'source' is no address of a file; write http:// or https://, a server and a"
                + " path, without a user");
      }
      Fields.required(sha256, "sha256")
          .filter(digits -> !digits.matches("[0-9a-f]{64}"))
          .ifPresent(
              digits -> {
                throw new IllegalArgumentException(
                    "field 'sha256' is no SHA-256; write its 64 digits in lower case");
              });
      Fields.required(format, "format");
    }

    /** Whether a text is the address of something that a server offers. */
    public static boolean isAddress(String text) {
      try {
        URI uri = new URI(text);
        return text.length() <= LONGEST
            && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
            && uri.getHost() != null
            && uri.getUserInfo() == null
            && uri.getFragment() == null
            && uri.getPath().startsWith("/");
      } catch (URISyntaxException e) {
        return false;
      }
    }
  }

  /**
   * Write a copy of a disk into the host's exchange folder.
   *
   * @param file its name in that folder, which nothing bears yet
   * @param compressed whether the copy is made small at the price of time; qcow2 and VMDK only
   */
  record ExportVolume(VolumeId volume, String file, Form form, boolean compressed)
      implements VolumeOrder {
    public ExportVolume {
      Fields.required(volume, "volume");
      VolumeId.checked(file, "file");
      Fields.required(form, "form");
      if (compressed && form != Form.QCOW2 && form != Form.VMDK) {
        throw new IllegalArgumentException(
            "field 'compressed' is for qcow2 and vmdk only; leave it out");
      }
    }

    /** A form in which disks are exchanged. */
    public enum Form {
      /** QEMU's own. */
      QCOW2,
      /** The bytes of the disk, one after the other. */
      RAW,
      /** VMware's. */
      VMDK,
      /** VirtualBox's. */
      VDI,
      /** Hyper-V's. */
      VHDX;

      /** Its usual name. */
      public String word() {
        return name().toLowerCase(Locale.ROOT);
      }
    }
  }

  /** Keep the present content of a qcow2 disk in it, under a name. */
  record SnapshotVolume(VolumeId volume, String snapshot) implements VolumeOrder {
    public SnapshotVolume {
      Fields.required(volume, "volume");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /** Give a disk the content that a snapshot in it has kept; what it has now is lost. */
  record RevertVolume(VolumeId volume, String snapshot) implements VolumeOrder {
    public RevertVolume {
      Fields.required(volume, "volume");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /** Forget a snapshot in a disk that is not protected; succeeds if there is none. */
  record DeleteSnapshot(VolumeId volume, String snapshot) implements VolumeOrder {
    public DeleteSnapshot {
      Fields.required(volume, "volume");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /**
   * Keep a snapshot in a disk from being deleted, and the disk with it. Only in pools of Ceph;
   * succeeds if it is protected already.
   */
  record ProtectSnapshot(VolumeId volume, String snapshot) implements VolumeOrder {
    public ProtectSnapshot {
      Fields.required(volume, "volume");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /**
   * Let a snapshot in a disk, upon which nothing builds, be deleted again. Only in pools of Ceph;
   * succeeds if it is not protected.
   */
  record UnprotectSnapshot(VolumeId volume, String snapshot) implements VolumeOrder {
    public UnprotectSnapshot {
      Fields.required(volume, "volume");
      VolumeId.checked(snapshot, "snapshot");
    }
  }

  /**
   * Write what changed in a disk between two snapshots into the host's exchange folder, as Ceph's
   * tool can put it upon a disk that is as it was at the first. Only in pools of Ceph.
   *
   * @param from snapshot from which it goes; absent = it holds all of the disk
   * @param until snapshot up to which it goes
   * @param file its name in that folder, which nothing bears yet
   */
  record ExportDifference(VolumeId volume, Optional<String> from, String until, String file)
      implements VolumeOrder {
    public ExportDifference {
      Fields.required(volume, "volume");
      Fields.required(from, "from").ifPresent(name -> VolumeId.checked(name, "snapshot"));
      VolumeId.checked(until, "snapshot");
      VolumeId.checked(file, "file");
      if (from.equals(Optional.of(until))) {
        throw new IllegalArgumentException(
            "field 'from' names the snapshot of field 'until'; name an earlier one");
      }
    }
  }

  /**
   * Put a volume that nothing uses into its pool's trash, from where it can be restored. Only in
   * pools of Ceph; succeeds if it is there already.
   *
   * @param keep for how long it can't be removed from there, 0 to {@link #LONGEST_KEPT}
   */
  record TrashVolume(VolumeId volume, Duration keep) implements VolumeOrder {
    public TrashVolume {
      Fields.required(volume, "volume");
      Fields.between(keep, "keep", Duration.ZERO, LONGEST_KEPT);
    }
  }

  /**
   * Bring a volume back from its pool's trash. Only in pools of Ceph.
   *
   * @param volume as it is called then
   * @param id of what lies in the trash; absent = the only one there that was called so
   */
  record RestoreVolume(VolumeId volume, Optional<String> id) implements VolumeOrder {
    public RestoreVolume {
      Fields.required(volume, "volume");
      Fields.required(id, "id").ifPresent(it -> VolumeId.checked(it, "id"));
    }
  }

  private static void differs(VolumeId volume, VolumeId other, String field) {
    if (volume.equals(other)) {
      throw new IllegalArgumentException(
          "field '" + field + "' names the volume itself; name another one");
    }
  }
}
