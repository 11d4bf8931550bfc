package io.ballast.storage.trade;

import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A virtual machine of this host, the disks that its guest may write to, and all volumes that lie
 * beside them.
 *
 * @param active whether it is in memory
 * @param pools of the volumes
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
   */
  public record Disk(String target, String source, Optional<VolumeId> volume) {}

  /** A volume, if there is one of that name. */
  public Optional<Volume> volume(VolumeId id) {
    return volumes.stream().filter(volume -> volume.id().equals(id)).findFirst();
  }
}
