package io.ballast.storage.work;

import static io.ballast.storage.work.Preconditions.absent;
import static io.ballast.storage.work.Preconditions.fits;
import static io.ballast.storage.work.Preconditions.inside;
import static io.ballast.storage.work.Preconditions.known;
import static io.ballast.storage.work.Preconditions.newName;
import static io.ballast.storage.work.Preconditions.refused;
import static io.ballast.storage.work.Preconditions.room;
import static io.ballast.storage.work.Preconditions.settled;
import static io.ballast.storage.work.Preconditions.still;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.trade.Volumes.Found;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What must hold before a volume in a volume group is worked on. Such a disk is raw, stands alone
 * and takes its whole size from the beginning; so does each of its snapshots.
 */
final class GroupPreconditions {
  /** What LVM keeps for volumes of its own. */
  private static final Pattern RESERVED =
      Pattern.compile(
          "(snapshot|pvmove).*|.*_(cdata|cmeta|corig|cpool|cvol|iorig|imeta|mimage|mlog|pmspare"
              + "|rimage|rmeta|tdata|tmeta|vdata|vorigin|wcorig).*");

  /** Together with the name of the group a name must fit into one of the kernel's. */
  private static final int LONGEST_NAME = 60;

  private GroupPreconditions() {}

  /** Whether these are the rules for a pool. */
  static boolean areFor(Found found) {
    return found.pool().type().equals("logical");
  }

  static void check(VolumeOrder order, Found found, Map<VolumeId, Found> seen) {
    switch (order) {
      case CreateVolume create -> {
        raw(create.format() == Volume.Format.QCOW2);
        fresh(found, create.volume());
        fits(found.pool(), create.size());
        room(found.pool(), create.size());
      }
      case CloneVolume clone -> cloneable(Preconditions.of(seen, clone.source()), found, clone);
      case ImportVolume imported -> importable(found, imported.volume(), imported.format());
      case FetchVolume fetched -> importable(found, fetched.volume(), fetched.format());
      case ExportVolume exported -> {
        newName(exported.file());
        settled(found, exported.volume());
      }
      case CompareVolumes compare -> {
        settled(found, compare.volume());
        settled(Preconditions.of(seen, compare.other()), compare.other());
      }
      case ResizeVolume resize -> {
        Volume volume = still(found, resize.volume());
        Preconditions.resizedTo(found, volume, resize);
        Preconditions.notBuiltUpon(volume);
        Bytes more = resize.size().minusOrZero(volume.capacity());
        if (more.value() > 0) {
          room(found.pool(), more);
        }
      }
      case WipeVolume wipe -> Preconditions.notBuiltUpon(still(found, wipe.volume()));
      case SnapshotVolume snapshot -> {
        newName(snapshot.snapshot());
        room(found.pool(), known(found, snapshot.volume()).capacity());
      }
      case RevertVolume revert -> Preconditions.notBuiltUpon(still(found, revert.volume()));
      case DeleteSnapshot delete -> known(found, delete.volume());
      case DeleteVolume delete -> found.volume().ifPresent(Preconditions::unused);
      case FlattenVolume flatten -> known(found, flatten.volume());
      case RebaseVolume rebase -> throw notHere("make a copy of the other disk");
      case CommitVolume commit -> throw notHere("make a copy of it");
      case CheckVolume check -> throw notHere("a raw disk has no form that could be damaged");
      case TrashVolume trash -> throw notHere("keep a copy, or delete the disk");
      case RestoreVolume restore -> throw notHere("there is no trash here");
      case ExportDifference exported ->
          throw notHere("export the whole disk with 'ballast image export'");
      case ProtectSnapshot kept ->
          throw notHere("'ballast volume clone --snapshot' makes a copy that stands alone");
      case UnprotectSnapshot freed ->
          throw notHere("no snapshot is protected there, and each can be deleted");
    }
  }

  private static RefusedException notHere(String instead) {
    return refused(
        Reason.NOT_ALLOWED, "that is not done with a disk in a volume group; " + instead);
  }

  private static void raw(boolean other) {
    if (other) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a volume group is raw, for LVM gives it its room and its snapshots; say"
              + " --format raw");
    }
  }

  private static void fresh(Found found, VolumeId volume) {
    newName(volume.name());
    if (volume.name().length() > LONGEST_NAME) {
      throw refused(
          Reason.MALFORMED,
          "a disk in a volume group has a name of %d characters at most".formatted(LONGEST_NAME));
    }
    if (RESERVED.matcher(volume.name()).matches()) {
      throw refused(
          Reason.MALFORMED,
          "LVM keeps names like '%s' for volumes of its own; choose another"
              .formatted(volume.name()));
    }
    absent(found, volume);
  }

  private static void importable(Found found, VolumeId volume, Volume.Format format) {
    raw(format == Volume.Format.QCOW2);
    fresh(found, volume);
    room(found.pool(), Bytes.ZERO);
  }

  private static void cloneable(Found from, Found target, CloneVolume order) {
    Volume source = known(from, order.source());
    inside(from, source);
    raw(order.compressed() || order.format().equals(Optional.of(Volume.Format.QCOW2)));
    if (order.linked()) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a volume group builds upon no other; make a copy that stands alone");
    }
    Preconditions.keptHere(from, target, order);
    // A snapshot stays as it is, whatever a guest does.
    if (order.snapshot().isEmpty()) {
      settled(from, order.source());
    }
    fresh(target, order.volume());
    room(target.pool(), source.capacity());
  }
}
