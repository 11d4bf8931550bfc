package io.ballast.storage.trade;

import io.ballast.messages.DiskLimits;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A virtual machine of this host, the disks that its guest may write to, and all volumes that lie
 * beside them.
 *
 * @param active whether it is in memory
 * @param pools of the volumes, and of the disks that keep snapshots themselves
 * @param volumes all that lie in pools that are folders
 * @param kept the snapshots in each disk that keeps them itself: in pools of Ceph, and in volume
 *     groups
 */
public record VmDisks(
    String vm,
    boolean active,
    List<Disk> disks,
    List<Pool> pools,
    List<Volume> volumes,
    Map<VolumeId, List<Volume.Snapshot>> kept) {
  /** The kinds of pools whose volumes are files in a folder. */
  private static final Set<String> FOLDERS = Set.of("dir", "fs", "netfs");

  /** The kinds of pools that other hosts reach, too. */
  private static final Set<String> SHARED = Set.of("netfs", "rbd", "gluster");

  /** What stands before a disk's pool and name where its source is given by those. */
  private static final String BY_POOL = "volume:";

  public VmDisks {
    disks = List.copyOf(disks);
    pools = List.copyOf(pools);
    volumes = List.copyOf(volumes);
    kept = Map.copyOf(kept);
  }

  /** A machine of whose disks none keeps snapshots itself. */
  public VmDisks(
      String vm, boolean active, List<Disk> disks, List<Pool> pools, List<Volume> volumes) {
    this(vm, active, disks, pools, volumes, Map.of());
  }

  /**
   * A disk.
   *
   * @param target where it is plugged in, such as {@code vda}
   * @param source what it lies on, for people
   * @param volume that it lies on; absent where that is neither a file of a pool that is a folder,
   *     nor one that keeps snapshots itself
   * @param limits to which it is held
   */
  public record Disk(
      String target, String source, Optional<VolumeId> volume, Optional<DiskLimits> limits) {
    /** One without limits. */
    public Disk(String target, String source, Optional<VolumeId> volume) {
      this(target, source, volume, Optional.empty());
    }
  }

  /** Whether the volumes of a pool are files in a folder. */
  public static boolean isFolder(Pool pool) {
    return FOLDERS.contains(pool.type());
  }

  /** This, of which the pools are known better. */
  public VmDisks with(List<Pool> known) {
    return new VmDisks(vm, active, disks, known, volumes, kept);
  }

  /** The disks, for somebody who would move the machine. */
  public List<VmDisk> told() {
    return disks.stream().map(this::told).toList();
  }

  private VmDisk told(Disk disk) {
    Optional<Pool> pool = pool(disk);
    return new VmDisk(
            disk.target(),
            disk.source(),
            pool.filter(VmDisks::isFolder).flatMap(folder -> disk.volume()).flatMap(this::volume),
            pool.map(it -> SHARED.contains(it.type())).orElseGet(() -> inNetwork(disk.source())))
        .heldTo(disk.limits());
  }

  private Optional<Pool> pool(Disk disk) {
    Optional<String> name = disk.volume().map(VolumeId::pool).or(() -> poolOf(disk.source()));
    return name.flatMap(it -> pools.stream().filter(pool -> pool.name().equals(it)).findFirst());
  }

  private static Optional<String> poolOf(String source) {
    return source.startsWith(BY_POOL)
        ? Optional.of(source.substring(BY_POOL.length()).split("/", 2)[0])
        : Optional.empty();
  }

  /** Whether a source is an address: a protocol and a name. */
  private static boolean inNetwork(String source) {
    return !source.startsWith("/") && !source.startsWith(BY_POOL) && source.indexOf(':') > 0;
  }

  /** A volume, if there is one of that name. */
  public Optional<Volume> volume(VolumeId id) {
    return volumes.stream().filter(volume -> volume.id().equals(id)).findFirst();
  }
}
