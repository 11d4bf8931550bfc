package io.ballast.scheduler.core.move;

import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.VmDisk;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The disks that a move has to copy: those that its source alone has.
 *
 * @param disks each with its volume
 * @param whole whether all that the guest sees is copied, into disks that stand alone; else of one
 *     that builds upon others only what lies in itself
 */
public record Freight(List<VmDisk> disks, boolean whole) {
  private static final long SECTOR = 512;

  /** What stands before a disk's pool and name where its source is given by those. */
  private static final String BY_POOL = "volume:";

  /** Of all disks of a virtual machine. */
  public static Freight of(List<VmDisk> all) {
    return new Freight(all.stream().filter(disk -> !disk.shared()).toList(), false);
  }

  /** This, of which all is copied that the guest sees. */
  public Freight copiedWhole() {
    return new Freight(disks, true);
  }

  /** Whether there is nothing to copy. */
  public boolean isEmpty() {
    return disks.isEmpty();
  }

  /** Why one of them can't be copied, for a person; empty = all can be. */
  public Optional<String> objection(HostId from) {
    return disks.stream().flatMap(disk -> objection(disk, from)).findFirst();
  }

  private static Stream<String> objection(VmDisk disk, HostId from) {
    if (disk.volume().isEmpty() && disk.source().startsWith(BY_POOL)) {
      return Stream.of(
          "disk %s is given as %s, and only those are copied that are given by their files; say so in the VM's description, with 'virsh edit'"
              .formatted(disk.target(), disk.source()));
    }
    if (disk.volume().isEmpty()) {
      return Stream.of(
          "disk %s lies on %s, which is no file in a pool of %s, and only those are copied; define"
                  .formatted(disk.target(), disk.source(), from)
              + " a pool on its folder on both hosts");
    }
    Volume volume = disk.volume().get();
    if (volume.backing().isPresent() && !isWhole(disk.layers())) {
      return Stream.of(
          "disk %s, %s, builds upon %s, which is not all of files in pools; 'ballast volume flatten %s' makes it one that stands alone"
              .formatted(disk.target(), volume.id(), volume.backing().get(), volume.id()));
    }
    long machines =
        volume.users().stream().filter(user -> user.kind() == Volume.User.Kind.VM).count();
    if (machines > 1) {
      return Stream.of(
          "disk %s, %s, is a disk of several VMs, and only that of one is copied: %s"
              .formatted(disk.target(), volume.id(), volume.usersText()));
    }
    if (!disk.snapshots().isEmpty()) {
      return Stream.of(
          "disk %s, %s, keeps the snapshots %s, which are not copied; 'ballast volume delete-snapshot %s@%s' deletes one"
              .formatted(
                  disk.target(),
                  volume.id(),
                  String.join(", ", disk.snapshots()),
                  volume.id(),
                  disk.snapshots().getFirst()));
    }
    return format(volume).isEmpty()
        ? Stream.of(
            "disk %s is of the form %s, and only raw and qcow2 disks are copied"
                .formatted(disk.target(), volume.format()))
        : Stream.empty();
  }

  /** Whether all of what a disk builds upon can be named. */
  private static boolean isWhole(List<Volume.Layer> layers) {
    return !layers.isEmpty() && layers.stream().allMatch(layer -> layer.volume().isPresent());
  }

  private static Optional<Volume.Format> format(Volume volume) {
    return Stream.of(Volume.Format.values())
        .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(volume.format()))
        .findFirst();
  }

  /** By which places the machine knows them. */
  public List<String> places() {
    return disks.stream().map(VmDisk::target).toList();
  }

  /** All that the disks build upon; where only they themselves are copied the target needs it. */
  public List<VolumeId> layers() {
    return disks.stream()
        .flatMap(disk -> disk.layers().stream())
        .flatMap(layer -> layer.volume().stream())
        .distinct()
        .sorted()
        .toList();
  }

  /** Where they lie, in the same order. */
  public List<String> files() {
    return disks.stream().map(VmDisk::source).toList();
  }

  /** Whether the same disks lie in the same places, and build upon the same in the same order. */
  public boolean isSame(Freight other) {
    return lies().equals(other.lies());
  }

  private Set<Lie> lies() {
    return disks.stream()
        .map(
            disk ->
                new Lie(disk.target(), disk.source(), disk.volume().map(Volume::id), disk.layers()))
        .collect(Collectors.toSet());
  }

  private record Lie(
      String target, String source, Optional<VolumeId> volume, List<Volume.Layer> layers) {}

  /** Whether of some disks only that is copied which lies in themselves. */
  public boolean isIncremental() {
    return !whole && !layers().isEmpty();
  }

  /**
   * Why the disks can't build upon what the target has, for a person; empty = they can.
   *
   * @param ours what the source's hold
   * @param theirs what the target's hold
   */
  public static Optional<String> objection(List<Volume.Content> ours, List<Volume.Content> theirs) {
    return ours.stream()
        .filter(own -> !theirs.contains(own))
        .findFirst()
        .map(own -> differs(own, theirs));
  }

  private static String differs(Volume.Content own, List<Volume.Content> theirs) {
    return theirs.stream()
        .filter(other -> other.volume().equals(own.volume()))
        .findFirst()
        .map(
            other ->
                other.path().equals(own.path())
                    ? "volume %s, upon which a disk builds, holds something else at the target; have the source's file there as it is, or make the disk one that stands alone with 'ballast volume flatten'"
                        .formatted(own.volume())
                    : "volume %s, upon which a disk builds, lies at %s, and at %s at the target; give the pools one path"
                        .formatted(own.volume(), own.path(), other.path()))
        .orElseGet(
            () ->
                "the target does not tell what volume %s holds, upon which a disk builds"
                    .formatted(own.volume()));
  }

  /** What the source has to keep as it is. */
  public Berth berth(OperationId move, VmId vm, HostId from, HostId to) {
    return new Berth(move, vm, from, to, volumes().map(Volume::id).toList(), Bytes.ZERO, layers());
  }

  /** What the target has to make; only where nothing speaks against it. */
  public PrepareDisks preparation(OperationId move, VmId vm, HostId from, HostId to) {
    return new PrepareDisks(
        move,
        vm,
        from,
        to,
        disks.stream().map(this::blank).toList(),
        isIncremental() ? layers() : List.of());
  }

  private Stream<Volume> volumes() {
    return disks.stream().flatMap(disk -> disk.volume().stream());
  }

  /** Of what a disk builds upon it is not known how much of it the guest sees: all at most. */
  private Blank blank(VmDisk disk) {
    Volume volume = disk.volume().orElseThrow();
    return new Blank(
        volume.id(),
        format(volume).orElseThrow(),
        wholeSectors(volume.capacity()),
        whole && !disk.layers().isEmpty() ? volume.capacity() : volume.allocated(),
        disk.source(),
        whole
            ? Optional.empty()
            : disk.layers().stream().findFirst().flatMap(Volume.Layer::volume));
  }

  /** QEMU takes a file that ends within a sector as if that were whole. */
  private static Bytes wholeSectors(Bytes size) {
    return new Bytes(Math.ceilDiv(size.value(), SECTOR) * SECTOR);
  }
}
