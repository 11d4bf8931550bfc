package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The virtual machines of a libvirt, and what is done with all disks of one together. */
final class Machines {
  private final Lane<Guests> lane;
  private final Stillness stillness;
  private final Storage storage;
  private final Snapshots snapshots;
  private final MomentWork moments;

  Machines(Lane<Guests> lane, Layering layering, Stillness stillness, Storage storage) {
    this.lane = lane;
    this.stillness = stillness;
    this.storage = storage;
    snapshots = new Snapshots(lane, layering, this::look);
    moments = new MomentWork(stillness, storage::ready, this::machine);
  }

  /** What the disks of machines lie on. */
  interface Storage {
    /** All active pools that are folders. */
    Future<List<Seen>> folders();

    /** All active pools whose volumes keep snapshots themselves. */
    Future<List<Shelf>> keepers();

    /** The snapshots in a volume, oldest first. */
    Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item);

    /** Looks at all that an order on a single volume needs; what is given begins it. */
    Future<Supplier<Task>> ready(OperationId operation, VolumeOrder order);
  }

  private Future<VmSeen> look(String vm) {
    return machine(vm)
        .compose(machine -> storage.folders().map(folders -> new VmSeen(machine, folders)));
  }

  private Future<Machine> machine(String vm) {
    return lane.look("the look at VM " + vm, LiveJob.CALL, connection -> connection.machine(vm));
  }

  /** A machine and its disks, and what those keep themselves. */
  Future<VmDisks> disks(String vm) {
    return look(vm)
        .compose(
            seen ->
                seen.allInFolders()
                    ? Future.succeededFuture(seen.disks())
                    : storage.keepers().compose(shelves -> kept(seen, seen.in(shelves))));
  }

  /** All machines that are in memory; pools are looked at only where one of them has a file. */
  Future<Map<VmId, VmDisks>> active() {
    return lane.look("the look at all VMs", LiveJob.CALL, Guests::active)
        .compose(
            active ->
                active.values().stream().anyMatch(Machine::hasFiles)
                    ? storage.folders().map(folders -> VmSeen.disks(active, folders))
                    : Future.succeededFuture(VmSeen.disks(active, List.of())));
  }

  private Future<VmDisks> kept(VmSeen seen, List<VmSeen.Keeper> keepers) {
    Map<VmSeen.Keeper, List<Volume.Snapshot>> kept = new HashMap<>();
    Future<Void> all = Future.succeededFuture();
    for (VmSeen.Keeper keeper : keepers) {
      all =
          all.compose(before -> storage.snapshots(keeper.shelf(), keeper.item()))
              .onSuccess(snapshots -> kept.put(keeper, snapshots))
              .mapEmpty();
    }
    return all.map(done -> seen.disks(kept));
  }

  /** Has an order carried out. */
  Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress) {
    return Deferred.of(
        disks(order.vm())
            .map(
                machine ->
                    Moments.areOf(machine)
                        ? moments.carryOut(operation, order, machine, at)
                        : snapshots.carryOut(operation, order, at, progress)),
        // Libvirt sees then what has changed in its folders.
        () -> look(order.vm()).transform(seen -> Future.succeededFuture()));
  }

  /** Keeps a disk of a machine that runs, whose file systems rest if its agent helps. */
  Task kept(OperationId operation, String vm, Supplier<Task> keeping) {
    return Task.telling(
        stillness.during(
            new Stillness.Sleeper(operation, vm, Quiesce.AUTO, 1), () -> keeping.get().end()),
        () -> {});
  }
}
