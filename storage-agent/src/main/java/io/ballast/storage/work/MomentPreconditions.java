package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.layers.Mark;
import io.ballast.storage.layers.Moment;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes.Found;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What must hold before the disks of a virtual machine are worked on together that keep snapshots
 * themselves; what does not is refused, and changes nothing. For each disk the same must hold as if
 * it were worked on alone.
 */
public final class MomentPreconditions {
  private final VmDisks machine;
  private final Moments moments;
  private final Map<VolumeId, Found> seen;

  private MomentPreconditions(VmDisks machine, Map<VolumeId, Found> seen) {
    this.machine = machine;
    this.moments = Moments.of(machine);
    this.seen = seen;
  }

  /**
   * What an order needs.
   *
   * @param seen all disks that keep snapshots, as the storage has them now
   * @param again whether it may have been begun already
   * @throws RefusedException if it can't be carried out now
   */
  public static void of(VmOrder order, VmDisks machine, Map<VolumeId, Found> seen, boolean again) {
    MomentPreconditions here = new MomentPreconditions(machine, seen);
    here.plain();
    switch (order) {
      case SnapshotVm snapshot -> here.snapshot(snapshot.snapshot(), again);
      case RevertVm revert -> here.revert(revert.snapshot());
      case DeleteVmSnapshot delete -> here.delete(delete.snapshot());
    }
  }

  private String vm() {
    return "VM " + machine.vm();
  }

  /** All disks keep snapshots themselves, each on a volume of its own. */
  private void plain() {
    Set<VolumeId> volumes = new HashSet<>();
    for (VmDisks.Disk disk : machine.disks()) {
      VolumeId volume = disk.volume().filter(machine.kept()::containsKey).orElse(null);
      if (volume == null) {
        throw refused(
            Reason.NOT_ALLOWED,
            "disk %s of %s lies on %s, and other disks of it in a pool of Ceph or a volume group;"
                    .formatted(disk.target(), vm(), disk.source())
                + " snapshots of a VM need all its disks there, or all in folders");
      }
      if (!volumes.add(volume)) {
        throw refused(
            Reason.IN_USE,
            "two disks of %s lie on %s; take one of them off".formatted(vm(), volume));
      }
    }
  }

  private void snapshot(String name, boolean again) {
    if (!Mark.canName(name)) {
      throw VmPreconditions.unfit(name);
    }
    if (!moments.named(name).isEmpty() && !again) {
      throw VmPreconditions.taken(vm(), name);
    }
    for (VolumeId disk : moments.disks()) {
      Preconditions.of(new SnapshotVolume(disk, name), seen);
      if (moments.disks().size() > 1) {
        alone(disk);
      }
    }
  }

  /** Nobody else writes to a disk while the others are kept. */
  private void alone(VolumeId disk) {
    Found found = Preconditions.of(seen, disk);
    Volume volume = Preconditions.known(found, disk);
    if (!machine.active()) {
      Preconditions.still(found, disk);
    }
    volume.users().stream()
        .filter(user -> user.kind() == Volume.User.Kind.VM && user.active())
        .filter(user -> !user.name().equals(machine.vm()))
        .findFirst()
        .ifPresent(
            other -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s too, which does not rest while %s does; shut it down first"
                      .formatted(disk, other, vm()));
            });
  }

  private void revert(String name) {
    if (machine.active()) {
      throw VmPreconditions.runs(vm());
    }
    VmSnapshot snapshot =
        moments.snapshot(name).orElseThrow(() -> VmPreconditions.unknown(machine.vm(), name));
    if (!snapshot.whole()) {
      throw refused(
          Reason.WRONG_STATE,
          "snapshot '%s' keeps only %s of the %d disks of %s; take the others off first"
              .formatted(name, snapshot.volumes(), machine.disks().size(), vm()));
    }
    String kept = new Moment(name, snapshot.at()).name();
    moments.disks().forEach(disk -> Preconditions.of(new RevertVolume(disk, kept), seen));
  }

  private void delete(String name) {
    for (Moment moment : moments.named(name)) {
      for (VolumeId disk : moments.disks()) {
        Preconditions.of(new DeleteSnapshot(disk, moment.name()), seen);
        moments.kept(disk, moment).ifPresent(kept -> unprotected(disk, kept));
      }
    }
  }

  /** So that no disk has forgotten what another one must not. */
  private static void unprotected(VolumeId disk, Volume.Snapshot kept) {
    if (kept.isProtected().orElse(false)) {
      throw refused(
          Reason.WRONG_STATE,
          "snapshot '%s' of %s is protected; 'ballast volume unprotect %s %s' frees it"
              .formatted(kept.name(), disk, disk, kept.name()));
    }
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
