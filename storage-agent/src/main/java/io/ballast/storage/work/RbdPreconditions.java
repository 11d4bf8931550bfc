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

/**
 * What must hold before a volume in a pool of Ceph is worked on. Such a disk is raw, and its layers
 * and snapshots are the cluster's: they can be changed while a guest runs, and what builds upon a
 * volume builds upon a snapshot, not upon what the volume holds now.
 */
final class RbdPreconditions {
  private RbdPreconditions() {}

  /** Whether these are the rules for a pool. */
  static boolean areFor(Found found) {
    return found.pool().type().equals("rbd");
  }

  static void check(VolumeOrder order, Found found, Map<VolumeId, Found> seen) {
    switch (order) {
      case CreateVolume create -> creatable(found, create);
      case CloneVolume clone -> cloneable(Preconditions.of(seen, clone.source()), found, clone);
      case ImportVolume imported -> importable(found, imported.volume(), imported.format());
      case FetchVolume fetched -> importable(found, fetched.volume(), fetched.format());
      case WipeVolume wipe ->
          throw notHere(
              "delete it: nobody can read in Ceph what was written to a disk that is gone");
      case FlattenVolume flatten -> {
        if (known(found, flatten.volume()).backing().isPresent()) {
          room(found.pool(), Bytes.ZERO);
        }
      }
      case SnapshotVolume snapshot -> {
        newName(snapshot.snapshot());
        known(found, snapshot.volume());
      }
      case DeleteSnapshot delete -> known(found, delete.volume());
      case ProtectSnapshot kept -> known(found, kept.volume());
      case UnprotectSnapshot freed -> known(found, freed.volume());
      case RevertVolume revert -> still(found, revert.volume());
      case ResizeVolume resize -> {
        Volume volume = still(found, resize.volume());
        Preconditions.resizedTo(found, volume, resize);
      }
      case ExportVolume exported -> {
        newName(exported.file());
        settled(found, exported.volume());
      }
      case CompareVolumes compare -> {
        settled(found, compare.volume());
        settled(Preconditions.of(seen, compare.other()), compare.other());
      }
      case DeleteVolume delete -> found.volume().ifPresent(Preconditions::unused);
      case TrashVolume trash -> found.volume().ifPresent(Preconditions::unused);
      case RestoreVolume restore -> fresh(found, restore.volume());
      case ExportDifference exported -> {
        newName(exported.file());
        known(found, exported.volume());
      }
      case RebaseVolume rebase ->
          throw notHere("flatten it, or make a linked clone of the other disk");
      case CommitVolume commit ->
          throw notHere("flatten it, and put it in the place of the other disk");
      case CheckVolume check -> throw notHere("'ceph health detail' tells how the cluster is");
    }
  }

  private static RefusedException notHere(String instead) {
    return refused(
        Reason.NOT_ALLOWED, "that is not done with a disk in a pool of Ceph; " + instead);
  }

  private static void raw(boolean other) {
    if (other) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a pool of Ceph is raw, for it has layers and snapshots of its own; say"
              + " --format raw");
    }
  }

  private static void fresh(Found found, VolumeId volume) {
    newName(volume.name());
    absent(found, volume);
  }

  private static void importable(Found found, VolumeId volume, Volume.Format format) {
    raw(format == Volume.Format.QCOW2);
    fresh(found, volume);
    room(found.pool(), Bytes.ZERO);
  }

  private static void creatable(Found found, CreateVolume order) {
    raw(order.format() == Volume.Format.QCOW2);
    switch (order.preallocation()) {
      case OFF, METADATA -> {}
      case FALLOC, FULL ->
          throw refused(
              Reason.NOT_ALLOWED,
              "a disk in a pool of Ceph takes room as it is written, never before; leave"
                  + " --preallocate out");
    }
    fresh(found, order.volume());
    fits(found.pool(), order.size());
    room(found.pool(), Bytes.ZERO);
  }

  private static void cloneable(Found from, Found target, CloneVolume order) {
    Volume source = known(from, order.source());
    inside(from, source);
    raw(
        order.compressed()
            || order.format().filter(format -> format == Volume.Format.QCOW2).isPresent());
    if (order.linked() && !areFor(from)) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a pool of Ceph builds upon others of that Ceph only; make a copy that stands"
              + " alone");
    }
    if (order.size().isPresent()) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a pool of Ceph is made as large as the one that it builds upon; resize it"
              + " then");
    }
    Preconditions.keptHere(from, target, order);
    // A snapshot stays as it is, whatever a guest does.
    if (order.snapshot().isEmpty() || !areFor(from)) {
      settled(from, order.source());
    }
    fresh(target, order.volume());
    if (order.linked()) {
      Preconditions.shallow(from, source);
    }
    fits(target.pool(), source.capacity());
    room(target.pool(), order.linked() ? Bytes.ZERO : source.allocated());
  }
}
