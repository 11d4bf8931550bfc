package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    return disks(Map.of());
  }

  /** Machines and their disks, of which what keeps snapshots itself is not looked at. */
  static Map<VmId, VmDisks> disks(Map<VmId, Machine> machines, List<Seen> folders) {
    List<Pool> pools = folders.stream().map(folder -> folder.shelf().pool()).toList();
    List<Volume> volumes = folders.stream().flatMap(folder -> folder.volumes().stream()).toList();
    Map<VmId, VmDisks> disks = new TreeMap<>();
    machines.forEach(
        (vm, machine) -> {
          VmSeen seen = new VmSeen(machine, folders);
          disks.put(
              vm,
              new VmDisks(
                  machine.name(),
                  machine.active(),
                  seen.written().map(disk -> seen.disk(disk, Map.of())).toList(),
                  pools,
                  volumes));
        });
    return disks;
  }

  /**
   * The machine and its disks.
   *
   * @param kept what those keep that do so themselves
   */
  VmDisks disks(Map<Keeper, List<Volume.Snapshot>> kept) {
    Map<String, VolumeId> keepers =
        kept.keySet().stream().collect(Collectors.toMap(Keeper::target, Keeper::id));
    Map<VolumeId, List<Volume.Snapshot>> snapshots = new TreeMap<>();
    kept.forEach((keeper, all) -> snapshots.put(keeper.id(), all));
    return new VmDisks(
        machine.name(),
        machine.active(),
        written().map(disk -> disk(disk, keepers)).toList(),
        Stream.concat(folders.stream().map(Seen::shelf), kept.keySet().stream().map(Keeper::shelf))
            .map(Shelf::pool)
            .distinct()
            .toList(),
        folders.stream().flatMap(folder -> folder.volumes().stream()).toList(),
        snapshots);
  }

  private Stream<Machine.Disk> written() {
    return machine.disks().stream().filter(Machine.Disk::written);
  }

  private VmDisks.Disk disk(Machine.Disk disk, Map<String, VolumeId> keepers) {
    return new VmDisks.Disk(
        disk.target(),
        disk.source().isEmpty() ? "nothing" : disk.source(),
        Optional.ofNullable(keepers.get(disk.target())).or(() -> volume(disk)),
        disk.limits());
  }

  /** A disk of the machine that lies on a volume which keeps snapshots itself. */
  record Keeper(String target, Shelf shelf, Shelf.Item item) {
    VolumeId id() {
      return new VolumeId(shelf.pool().name(), item.name());
    }
  }

  /** Whether all disks lie in folders. */
  boolean allInFolders() {
    return written().allMatch(disk -> volume(disk).isPresent());
  }

  /** The disks that lie in some pools. */
  List<Keeper> in(List<Shelf> shelves) {
    return written().flatMap(disk -> keeper(disk, shelves).stream()).toList();
  }

  /**
   * Where a disk lies.
   *
   * @throws RefusedException as {@code NOT_ALLOWED} where it may lie in one of several clusters
   */
  private static Optional<Keeper> keeper(Machine.Disk disk, List<Shelf> shelves) {
    List<Keeper> found =
        shelves.stream()
            .flatMap(
                shelf ->
                    shelf.items().stream()
                        .filter(item -> disk.liesOn(shelf.pool().name(), item))
                        .map(item -> new Keeper(disk.target(), shelf, item)))
            .toList();
    if (found.stream().map(keeper -> keeper.shelf().access().monitors()).distinct().count() > 1) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "disk %s lies on %s, and there is such a volume in each of %s; name its pool in the VM's description"
              .formatted(
                  disk.target(),
                  disk.source(),
                  found.stream().map(keeper -> keeper.id().toString()).toList()));
    }
    return found.stream().findFirst();
  }

  /** A disk that is given by its pool has a source that others than QEMU find. */
  private Optional<VolumeId> volume(Machine.Disk disk) {
    return items()
        .filter(owned -> owned.item().path().equals(disk.source()))
        .findFirst()
        .map(owned -> new VolumeId(owned.pool(), owned.item().name()));
  }

  /**
   * The files that the machine's disks lie on, with all that they build upon.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} where one looks like another form than that
   *     in which it is used: a guest may have written a header that names its host's files
   */
  List<Shelf.Item> layers() {
    Map<String, Shelf.Item> byPath =
        items()
            .map(Seen.Owned::item)
            .collect(Collectors.toMap(Shelf.Item::path, Function.identity(), (a, b) -> a));
    Map<String, Shelf.Item> layers = new LinkedHashMap<>();
    for (Machine.Disk disk : machine.disks()) {
      Optional<String> path = Optional.of(disk.source()).filter(it -> disk.written());
      Optional<String> form = Optional.of(disk.format());
      while (path.isPresent()) {
        Shelf.Item item = byPath.get(path.get());
        if (item == null) {
          break;
        }
        used(item, form);
        if (layers.put(item.path(), item) != null) {
          break;
        }
        path = item.backing();
        form = item.backingFormat();
      }
    }
    return List.copyOf(layers.values());
  }

  private static void used(Shelf.Item item, Optional<String> form) {
    form.filter(it -> !it.equals(item.format()))
        .ifPresent(
            it -> {
              throw new RefusedException(
                  Reason.INVALID_IMAGE,
                  "%s is used in the form %s and looks like %s, as its guest may have written; nothing"
                          .formatted(item.path(), it, item.format())
                      + " is read through it");
            });
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
        .map(shelf -> shelf.path(volume.name()))
        .orElseThrow(() -> new IllegalStateException(volume + " lies in no pool that was seen"));
  }
}
