package io.ballast.storage.libvirt;

import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A virtual machine, and all pools that are folders.
 *
 * @param folders each with what uses its volumes
 */
record VmSeen(Machine machine, List<Seen> folders) {
  VmSeen {
    folders = List.copyOf(folders);
  }

  /** The machine and its disks, as this trade tells of them. */
  VmDisks disks() {
    return new VmDisks(
        machine.name(),
        machine.active(),
        machine.disks().stream().filter(Machine.Disk::written).map(this::disk).toList(),
        folders.stream().map(folder -> folder.shelf().pool()).toList(),
        folders.stream().flatMap(folder -> folder.volumes().stream()).toList());
  }

  private VmDisks.Disk disk(Machine.Disk disk) {
    return new VmDisks.Disk(
        disk.target(), disk.source().isEmpty() ? "nothing" : disk.source(), volume(disk));
  }

  /** A disk that is given by its pool has a source that others than QEMU find. */
  private Optional<VolumeId> volume(Machine.Disk disk) {
    return items()
        .filter(owned -> owned.item().path().equals(disk.source()))
        .findFirst()
        .map(owned -> new VolumeId(owned.pool(), owned.item().name()));
  }

  private Stream<Seen.Owned> items() {
    return folders.stream()
        .flatMap(
            folder ->
                folder.shelf().items().stream()
                    .filter(item -> !Part.is(item.name()))
                    .map(item -> new Seen.Owned(folder.shelf().pool().name(), item)));
  }

  /** Where a volume lies, or would. */
  String path(VolumeId volume) {
    return folders.stream()
        .map(Seen::shelf)
        .filter(shelf -> shelf.pool().name().equals(volume.pool()))
        .findFirst()
        .map(
            shelf ->
                shelf
                    .item(volume.name())
                    .map(Shelf.Item::path)
                    .orElseGet(() -> shelf.place() + "/" + volume.name()))
        .orElseThrow(() -> new IllegalStateException(volume + " lies in no pool that was seen"));
  }
}
