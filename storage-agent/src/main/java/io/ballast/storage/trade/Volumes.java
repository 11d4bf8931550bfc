package io.ballast.storage.trade;

import io.ballast.agent.tool.FileSystem;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The places on this host where disks of virtual machines lie, and those disks.
 *
 * <p>No method blocks. The futures of looks complete on the caller's Vert.x context, those of tasks
 * on any thread: with what was asked for, or with a {@link io.ballast.bus.RefusedException}. Looks
 * have a deadline of the implementation's, and fail as {@code TRADE_REFUSED} where the storage does
 * not answer; work has one that is long.
 */
public interface Volumes extends AutoCloseable {
  /** All pools, active or not, sorted by name, as last known. */
  Future<List<Pool>> pools();

  /** Why pools that there are were missing in the last answer of {@link #pools}, by their names. */
  default Map<String, String> unread() {
    return Map.of();
  }

  /**
   * Why pools of the last answer of {@link #pools} were told with the room that they had earlier,
   * by their names.
   */
  default Map<String, String> unmeasured() {
    return Map.of();
  }

  /**
   * A pool and its volumes as the storage has them now. Fails as {@code UNKNOWN_POOL}, or as {@code
   * WRONG_STATE} where the pool is not active.
   */
  Future<Stock> stock(String pool);

  /** A pool, and what lies in it, sorted by name. */
  record Stock(Pool pool, List<Volume> volumes) {
    public Stock {
      volumes = List.copyOf(volumes);
    }
  }

  /** A volume as the storage has it now. Fails as {@link #stock} does. */
  Future<Found> find(VolumeId volume);

  /**
   * What was found of a volume.
   *
   * @param pool in which it lies, or would
   * @param volume absent where there is none
   * @param chain what it builds upon, nearest first
   * @param path where it lies, or would, in a pool that is a folder; absent in all others
   */
  record Found(
      Pool pool, Optional<Volume> volume, List<Volume.Layer> chain, Optional<String> path) {
    public Found {
      chain = List.copyOf(chain);
    }

    /** What was found of one of which it is not said where it lies. */
    public Found(Pool pool, Optional<Volume> volume, List<Volume.Layer> chain) {
      this(pool, volume, chain, Optional.empty());
    }
  }

  /**
   * The snapshots in a volume, oldest first. Fails as {@link #stock} does, or as {@code
   * UNKNOWN_VOLUME}.
   */
  Future<List<Volume.Snapshot>> snapshots(VolumeId volume);

  /**
   * The kind of file system on which a volume lies in a pool that is a folder. Fails as {@link
   * #snapshots} does.
   */
  Future<FileSystem> fileSystem(VolumeId volume);

  /**
   * What a volume in a folder holds now; it is read once, until it is changed. Fails as {@link
   * #snapshots} does, and as {@code NOT_READY} where it is not read within some seconds: it is read
   * on, and can be asked for again.
   */
  Future<Volume.Content> content(VolumeId volume);

  /**
   * Completes once what was written into a volume in a folder would outlast a loss of power, which
   * may take long. Fails as {@link #snapshots} does, and as {@code INVALID_IMAGE} where some of it
   * was lost on its way to the device, be it earlier.
   */
  Future<Void> lasting(VolumeId volume);

  /**
   * What lies in a pool's trash, sorted by name. Fails as {@link #stock} does, or as {@code
   * NOT_ALLOWED} where such a pool has none.
   */
  Future<List<Volume.Trashed>> trash(String pool);

  /**
   * How much a copy of a volume would take. Fails as {@link #stock} does, or as {@code
   * UNKNOWN_VOLUME}.
   */
  Future<Reply.VolumeMeasured> measure(VolumeId volume, Volume.Format format);

  /**
   * Has an order carried out, of which all was checked but what can only be found out on the way. A
   * new volume bears its name only once it is whole, and takes it from nothing that bears it. A
   * volume that is gone can be deleted. Whatever becomes of work that moves data between a volume
   * and what it builds upon, a guest sees the same in it; and where that ended early, the same
   * order brings it to its end.
   *
   * <p>Fails as {@code UNKNOWN_VOLUME}, {@code NAME_TAKEN}, {@code NO_ROOM}, as {@code WRONG_STATE}
   * where something was written beyond the size to shrink to or disks differ, as {@code
   * INVALID_IMAGE} where one is damaged, or as {@link #stock} does.
   */
  Task carryOut(OperationId operation, VolumeOrder order, Task.Progress progress);

  /**
   * Has an order on a pool carried out, of which all was checked but what can only be found out on
   * the way. Carried out again it changes nothing more. Where a pool can't be started, it is not
   * made either.
   *
   * <p>Fails as {@code UNKNOWN_POOL}; as {@code NAME_TAKEN} where a pool of that name is made of
   * something else; as {@code WRONG_STATE} where one to forget is active.
   *
   * @return what a person has to know of the pool, or an empty text
   */
  Future<String> carryOut(PoolOrder order);

  /**
   * A virtual machine and its disks, as they are now. Fails as {@code UNKNOWN_VM}, or as {@link
   * #stock} does.
   *
   * @param vm its UUID, or its name
   */
  Future<VmDisks> disks(String vm);

  /**
   * All virtual machines that are in memory, or saved with it, and their disks, as {@link #disks}
   * tells of each, but for snapshots that volumes keep themselves. Fails as {@code TRADE_REFUSED}.
   */
  Future<Map<VmId, VmDisks>> machines();

  /**
   * Has an order on all disks of a machine carried out, of which all was checked but what can only
   * be found out on the way. Whatever becomes of it, the guest sees the same in its disks, but for
   * a machine that has gone back to a snapshot; and where that ended early, the same order brings
   * it to its end. A layer that bears a new snapshot's name and that nothing uses was left by such
   * an order, and is removed.
   *
   * <p>Fails as {@code BUSY} where something else works on the machine or it is being moved away,
   * as {@code WRONG_STATE} where it is not off and has to be, as {@code HYPERVISOR_REFUSED}, or as
   * {@link #stock} does.
   *
   * @param at the moment of a new snapshot
   */
  Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress);

  /**
   * Has an order on one disk of a machine carried out, of which all was checked but what can only
   * be found out on the way; carried out again it changes nothing more, but where a disk is to be
   * taken off that is not there. A disk moves to a volume that is there: empty where the machine
   * runs, else holding the same already; and the one that it lay on stays.
   *
   * <p>Fails as {@code WRONG_STATE} where there is no such disk or no place for one, as {@code
   * BUSY} where something else works on the machine or it is being moved away, as {@code
   * MAY_YET_HAPPEN} where its guest does not let go, as {@code HYPERVISOR_REFUSED}, or as {@link
   * #stock} does.
   */
  Task carryOut(OperationId operation, DiskOrder order, Task.Progress progress);

  /**
   * Has the virtual machine go on that an operation has brought to rest, if it was cut off before
   * it could do so. Fails as {@code MAY_YET_HAPPEN} where that can't be done.
   */
  Future<Void> wake(OperationId operation);

  /** Has all virtual machines go on that an earlier life of the agent has left at rest. */
  Future<Void> wakeAll();

  /** Removes what an operation left in a pool that did not come to its end. */
  Future<Void> clear(OperationId operation, String pool);

  @Override
  void close();
}
