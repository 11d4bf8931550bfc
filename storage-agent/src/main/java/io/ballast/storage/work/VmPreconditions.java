package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Lineage;
import io.ballast.storage.layers.Mark;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.trade.VmDisks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What must hold before the disks of a virtual machine are worked on together; what does not is
 * refused, and changes nothing.
 */
public final class VmPreconditions {
  /** As file systems have it, in bytes; all signs in these names take one. */
  private static final int LONGEST_NAME = 255;

  /** A time and the number of a branch. */
  private static final int LONGEST_MARK = "@@20261201T022047Z@999999".length();

  private final VmDisks machine;
  private final Tree tree;

  private VmPreconditions(VmDisks machine) {
    this.machine = machine;
    this.tree = Tree.of(machine);
  }

  /**
   * What an order needs.
   *
   * @param again whether it may have been begun already
   * @throws RefusedException if it can't be carried out now
   */
  public static void of(VmOrder order, VmDisks machine, boolean again) {
    VmPreconditions here = new VmPreconditions(machine);
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

  /** All disks lie on files of pools, each on one of its own. */
  private void plain() {
    if (machine.disks().isEmpty()) {
      throw refused(
          Reason.WRONG_STATE, vm() + " has no disk that it could write to; nothing is to be kept");
    }
    List<VolumeId> seen = new ArrayList<>();
    for (VmDisks.Disk disk : machine.disks()) {
      VolumeId volume =
          disk.volume()
              .orElseThrow(
                  () ->
                      refused(
                          Reason.NOT_ALLOWED,
                          "disk %s of %s lies on %s, which is no file in a pool of this host;"
                                  .formatted(disk.target(), vm(), disk.source())
                              + " snapshots of a VM need all its disks there"));
      if (seen.contains(volume)) {
        throw refused(
            Reason.IN_USE,
            "two disks of %s lie on %s; take one of them off".formatted(vm(), volume));
      }
      seen.add(volume);
    }
    tree.lineages().forEach(this::inside);
  }

  /** Nothing is read through an image that builds upon what lies in no pool. */
  private void inside(Lineage lineage) {
    Volume lowest = lineage.chain().getLast();
    lowest
        .backing()
        .ifPresent(
            path -> {
              throw refused(
                  Reason.INVALID_IMAGE,
                  "disk %s of %s builds upon %s, which is no file in a pool of this host; nothing"
                          .formatted(lineage.target(), vm(), path)
                      + " is read through it");
            });
  }

  private void snapshot(String name, boolean again) {
    if (!Mark.canName(name)) {
      throw unfit(name);
    }
    for (Lineage lineage : tree.lineages()) {
      List<Volume> there = lineage.upon(name);
      if (!there.isEmpty() && !(again && there.stream().allMatch(Lineage::idle))) {
        throw taken(vm(), name);
      }
      growable(lineage, name, there);
    }
    room();
  }

  private void growable(Lineage lineage, String name, List<Volume> left) {
    Volume top = lineage.top();
    layered(top);
    alone(top, left.stream().map(Volume::id).toList(), "a snapshot can't be put upon it");
    if (lineage.chain().size() + 1 > Preconditions.DEEPEST) {
      throw refused(
          Reason.WRONG_STATE,
          "disk %s of %s has %d layers already, and reads get slow; delete a snapshot first"
              .formatted(lineage.target(), vm(), lineage.chain().size()));
    }
    String stem = Mark.stem(top.id().name());
    if (stem.length() + name.length() + LONGEST_MARK > LONGEST_NAME || stem.contains("@")) {
      throw refused(
          Reason.MALFORMED,
          "volume %s can't bear the name of a snapshot: its own is too long, or has an @ in it"
              .formatted(top.id()));
    }
  }

  private void layered(Volume volume) {
    if (!volume.format().equals("raw") && !volume.format().equals("qcow2")) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s is of the form %s; only upon raw and qcow2 disks can snapshots be put"
              .formatted(volume.id(), volume.format()));
    }
  }

  /** Nothing but the machine and some volumes uses a volume. */
  private void alone(Volume volume, List<VolumeId> allowed, String why) {
    Set<String> names = allowed.stream().map(VolumeId::toString).collect(Collectors.toSet());
    volume.users().stream()
        .filter(
            user ->
                switch (user.kind()) {
                  case VM, READER -> !user.name().equals(machine.vm());
                  case VOLUME -> !names.contains(user.name());
                  case CLIENT -> true;
                })
        .findFirst()
        .ifPresent(
            other -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s too; %s".formatted(volume.id(), other, why));
            });
  }

  private void revert(String name) {
    if (machine.active()) {
      throw runs(vm());
    }
    VmSnapshot snapshot = tree.snapshot(name).orElseThrow(() -> unknown(machine.vm(), name));
    if (!snapshot.whole()) {
      boolean going = tree.lineages().stream().anyMatch(it -> it.going(name));
      throw refused(
          Reason.WRONG_STATE,
          going
              ? "the deletion of snapshot '%s' of %s was begun; delete it again, to its end"
                  .formatted(name, vm())
              : "snapshot '%s' keeps only %s of the %d disks of %s; take the others off first"
                  .formatted(name, snapshot.volumes(), machine.disks().size(), vm()));
    }
    room();
  }

  private void delete(String name) {
    List<VolumeId> idle = tree.idleUpon(name).stream().map(Volume::id).toList();
    List<Tree.Merge> merges = tree.merges(name);
    for (Tree.Merge merge : merges) {
      layered(merge.lower());
      List<VolumeId> allowed = new ArrayList<>(idle);
      allowed.add(merge.upper().id());
      if (merge.use() == Tree.Use.DONE) {
        continue;
      }
      alone(
          merge.lower(),
          allowed,
          "snapshot '%s' of %s can't be deleted as long as that needs what it keeps"
              .formatted(name, vm()));
      alone(
          merge.upper(),
          merge.above().stream().filter(it -> Mark.of(it.name()).isPresent()).toList(),
          "flatten or delete that first");
    }
    if (!merges.isEmpty()) {
      room();
    }
  }

  private void room() {
    Set<String> pools = tree.volumes().stream().map(VolumeId::pool).collect(Collectors.toSet());
    machine.pools().stream()
        .filter(pool -> pools.contains(pool.name()))
        .filter(pool -> pool.available().equals(Bytes.ZERO))
        .map(Pool::name)
        .findFirst()
        .ifPresent(
            full -> {
              throw refused(
                  Reason.NO_ROOM, "pool %s is full; make room there first".formatted(full));
            });
  }

  static RefusedException unfit(String name) {
    return refused(
        Reason.MALFORMED,
        "no snapshot can be called '%s': use 1 to 64 letters, digits and . _ + -, not beginning"
                .formatted(name)
            + " with a sign");
  }

  static RefusedException taken(String vm, String name) {
    return refused(
        Reason.NAME_TAKEN,
        "%s has a snapshot '%s' already; choose another name, or delete it first"
            .formatted(vm, name));
  }

  static RefusedException runs(String vm) {
    return refused(Reason.WRONG_STATE, vm + " runs; shut it down first, then it can go back");
  }

  static RefusedException unknown(String vm, String name) {
    return refused(
        Reason.UNKNOWN_VOLUME,
        "VM %s has no snapshot '%s'; 'ballast vm snapshots %s' shows them".formatted(vm, name, vm));
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
