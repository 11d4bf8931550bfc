package io.ballast.storage.testing;

import io.ballast.agent.tool.FileSystem;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
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
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.Preconditions;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A fake: pools and volumes in memory. Pools can be filled, refuse to be listed, or hang; work can
 * be slow; volumes build upon each other and are used.
 */
public final class FakeVolumes implements Volumes {
  /** What an empty disk takes of its pool. */
  static final Bytes EMPTY = Bytes.ofKiB(192);

  private final PoolBook pools = new PoolBook();
  private final Map<VolumeId, Volume> volumes = new TreeMap<>();
  private final FakeExchange exchange = new FakeExchange();
  private final Set<OperationId> parts = ConcurrentHashMap.newKeySet();
  private final FakeTrash trash = new FakeTrash();
  private final FakeSnapshots snapshots = new FakeSnapshots(volumes, trash);
  private final FakeLayers layers = new FakeLayers(volumes, snapshots);
  private final FakeMachines machines = new FakeMachines(volumes, pools::source);
  private final Mood mood = new Mood(this);

  /** Makes an active pool of a directory, or replaces the one of that name. */
  public synchronized void pool(String name, Bytes capacity, Bytes used) {
    pools.put(name, capacity, used);
  }

  /** Makes an active and empty pool of a kind, in libvirt's words, or replaces one. */
  public synchronized void pool(String name, String type, Bytes capacity) {
    pools.put(name, type, capacity, Bytes.ZERO);
  }

  /** Has a pool lie in another folder than {@code /srv/NAME}. */
  public synchronized void place(String pool, String folder) {
    pools.place(pool, folder);
  }

  /** Makes a pool that is defined and not active. */
  public synchronized void inactivePool(String name) {
    pools.putInactive(name);
  }

  /** Makes a pool that should be active and is not. */
  public synchronized void failedPool(String name) {
    pools.putFailed(name);
  }

  /** Makes a pool go away. */
  public synchronized void removePool(String name) {
    pools.remove(name);
  }

  /** Loses something of what is written into a volume. */
  public synchronized void tear(VolumeId volume) {
    layers.tear(volume);
  }

  /** Puts a volume into a pool, or replaces the one of that name. */
  public synchronized void put(Volume volume) {
    volumes.put(volume.id(), volume);
  }

  /** Has a virtual machine use volumes as its disks, or replaces the one of that name. */
  public synchronized void machine(String name, boolean active, VolumeId... disks) {
    machines.put(name, active, List.of(disks));
  }

  /** Refuses every question from now on. */
  public void refuse(String message) {
    mood.refuse(message);
  }

  /** Leaves every question unanswered from now on. */
  public void hang() {
    mood.hang();
  }

  /** Leaves all work from now on undone when it is a quarter done. */
  public void slow() {
    mood.slow();
  }

  /** Has all that is under way come to nothing, as when tools die with their agent. */
  public void loseWork() {
    mood.loseWork();
  }

  /** The operations of which something hidden lies in a pool. */
  public Set<OperationId> parts() {
    return Set.copyOf(parts);
  }

  /** Answers again, also what was asked while it hung, and does the work that was slow. */
  public void recover() {
    mood.recover();
  }

  @Override
  public Future<List<Pool>> pools() {
    return mood.answer(pools::all);
  }

  @Override
  public Future<Stock> stock(String pool) {
    return mood.answer(
        () ->
            new Stock(
                pools.active(pool),
                volumes.values().stream()
                    .filter(volume -> volume.id().pool().equals(pool))
                    .map(this::used)
                    .toList()));
  }

  @Override
  public Future<Found> find(VolumeId volume) {
    return mood.answer(
        () ->
            new Found(
                pools.active(volume.pool()),
                Optional.ofNullable(volumes.get(volume)).map(this::used),
                layers.chain(volume),
                pools.path(volume)));
  }

  /** With what uses it. */
  private Volume used(Volume volume) {
    return volume.with(machines.users(volume.id(), layers::chain)).with(layers.upon(volume.id()));
  }

  @Override
  public Task carryOut(OperationId operation, VolumeOrder order, Task.Progress progress) {
    parts.add(operation);
    if (mood.isSlow()) {
      progress.at(Bytes.ofMiB(1), Bytes.ofMiB(4));
    }
    Task work = mood.work(() -> carryOut(order, progress));
    work.end().onComplete(end -> parts.remove(operation));
    return work;
  }

  private String carryOut(VolumeOrder order, Task.Progress progress) {
    pools.active(order.volume().pool());
    switch (order) {
      case CreateVolume create -> {
        Bytes takes =
            switch (create.preallocation()) {
              case OFF, METADATA -> EMPTY;
              case FALLOC, FULL -> create.size();
            };
        make(create.volume(), create.format().word(), create.size(), takes, Optional.empty());
      }
      case CloneVolume clone -> clone(clone, progress);
      case FlattenVolume flatten -> {
        Volume volume = unkept(flatten.volume());
        onto(volume, Optional.empty());
        progress.at(volume.capacity(), volume.capacity());
      }
      case RebaseVolume rebase ->
          onto(unkept(rebase.volume()), Optional.of(known(rebase.base()).id().toString()));
      case CommitVolume commit -> {
        Volume volume = unkept(commit.volume());
        Volume base = known(commit.base());
        put(with(base, base.allocated().plus(volume.allocated()), base.backing()));
        put(with(volume, EMPTY, volume.backing()));
      }
      case ImportVolume imported -> bring(imported.volume(), imported.file(), imported.format());
      case FetchVolume fetched -> bring(fetched.volume(), fetched.source(), fetched.format());
      case ExportVolume exported -> {
        Volume volume = known(exported.volume());
        exchange.add(
            exported.file(), new FakeExchange.Image(volume.capacity(), layers.written(volume)));
      }
      case CheckVolume check -> {
        known(check.volume());
        return "no errors";
      }
      case SnapshotVolume snapshot -> snapshots.keep(known(snapshot.volume()), snapshot.snapshot());
      case RevertVolume revert -> put(kept(revert.volume(), revert.snapshot()));
      case DeleteSnapshot delete ->
          snapshots.forget(known(delete.volume()).id(), delete.snapshot());
      case ProtectSnapshot kept -> snapshots.protect(known(ceph(kept)).id(), kept.snapshot());
      case UnprotectSnapshot freed ->
          snapshots.unprotect(known(ceph(freed)).id(), freed.snapshot());
      case CompareVolumes compare -> {
        return layers.compare(known(compare.volume()), known(compare.other()));
      }
      case DeleteVolume delete -> {
        snapshots.forget(delete.volume());
        Volume gone = volumes.remove(delete.volume());
        if (gone != null) {
          pools.giveBack(delete.volume().pool(), gone.allocated());
        }
      }
      case WipeVolume wipe -> {
        Volume volume = known(wipe.volume());
        snapshots.take(wipe.volume());
        put(with(volume, EMPTY, Optional.empty()));
        progress.at(volume.capacity(), volume.capacity());
      }
      case ExportDifference exported -> {
        Volume until = kept(ceph(exported), exported.until());
        exported.from().ifPresent(name -> kept(exported.volume(), name));
        exchange.add(exported.file(), new FakeExchange.Image(until.capacity(), EMPTY));
      }
      case TrashVolume discarded -> {
        Volume gone = volumes.remove(ceph(discarded));
        if (gone == null) {
          trash.found(discarded.volume(), Optional.empty());
        } else {
          trash.put(gone, snapshots.take(gone.id()), discarded.keep());
        }
      }
      case RestoreVolume restore -> {
        FakeTrash.Binned back = trash.one(ceph(restore), restore.id());
        if (volumes.containsKey(restore.volume())) {
          throw new RefusedException(Reason.NAME_TAKEN, restore.volume() + " is there already");
        }
        trash.remove(back);
        put(back.as(restore.volume()));
        snapshots.bring(restore.volume(), back.kept());
      }
      case ResizeVolume resize -> {
        Volume known = known(resize.volume());
        if (resize.size().compareTo(known.allocated()) < 0) {
          throw new RefusedException(
              Reason.WRONG_STATE, resize.volume() + " has data beyond " + resize.size());
        }
        put(
            new Volume(
                known.id(),
                known.format(),
                resize.size(),
                known.allocated(),
                known.backing(),
                known.users()));
      }
    }
    return "";
  }

  @Override
  public Future<String> carryOut(PoolOrder order) {
    return mood.answer(
        () -> {
          pools.carryOut(order);
          return "";
        });
  }

  /** Puts an image where the exchange folder, or a server, has it under a name or address. */
  public synchronized void image(String name, Bytes capacity, Bytes takes) {
    exchange.put(name, new FakeExchange.Image(capacity, takes));
  }

  private void bring(VolumeId volume, String name, Format format) {
    FakeExchange.Image image = exchange.known(name);
    Bytes size = Preconditions.fitting(pools.active(volume.pool()), image.capacity());
    make(volume, format.word(), size, image.takes(), Optional.empty());
  }

  /** The volume of an order that only pools of Ceph carry out. */
  private VolumeId ceph(VolumeOrder order) {
    if (!isCeph(order.volume())) {
      throw new RefusedException(Reason.NOT_ALLOWED, "only pools of Ceph do that");
    }
    return order.volume();
  }

  private boolean isCeph(VolumeId volume) {
    return pools.active(volume.pool()).type().equals("rbd");
  }

  @Override
  public Future<List<Volume.Trashed>> trash(String pool) {
    return mood.answer(() -> trash.of(pools.ofType("rbd", pool).name()));
  }

  /** A volume whose snapshots don't build upon what it builds upon. */
  private Volume unkept(VolumeId id) {
    if (!isCeph(id) && !snapshots.of(known(id).id()).isEmpty()) {
      throw new RefusedException(Reason.WRONG_STATE, id + " keeps snapshots");
    }
    return known(id);
  }

  private Volume kept(VolumeId id, String snapshot) {
    return snapshots.content(known(id).id(), snapshot);
  }

  @Override
  public Future<List<Volume.Snapshot>> snapshots(VolumeId volume) {
    return mood.answer(
        () -> {
          pools.active(volume.pool());
          return snapshots.listed(known(volume).id(), isCeph(volume));
        });
  }

  @Override
  public Future<FileSystem> fileSystem(VolumeId volume) {
    return mood.answer(() -> pools.fileSystem(known(volume).id()));
  }

  @Override
  public Future<Volume.Content> content(VolumeId volume) {
    return mood.answer(() -> layers.content(known(volume), pools.path(volume)));
  }

  @Override
  public Future<Void> lasting(VolumeId volume) {
    return mood.answer(() -> layers.lasting(known(volume))).mapEmpty();
  }

  private void make(VolumeId id, String format, Bytes size, Bytes takes, Optional<String> backing) {
    if (volumes.containsKey(id)) {
      throw new RefusedException(Reason.NAME_TAKEN, id + " is there already");
    }
    pools.take(id.pool(), takes);
    put(new Volume(id, format, size, takes, backing, List.of()));
  }

  private void clone(CloneVolume order, Task.Progress progress) {
    Volume source =
        order
            .snapshot()
            .map(snapshot -> kept(order.source(), snapshot))
            .orElseGet(() -> known(order.source()));
    String usual = isCeph(order.volume()) ? "raw" : "qcow2";
    if (order.linked()) {
      Bytes size = order.size().orElse(source.capacity());
      make(order.volume(), usual, size, EMPTY, Optional.of(upon(order)));
    } else {
      String format = order.format().map(Format::word).orElse(usual);
      make(order.volume(), format, source.capacity(), layers.written(source), Optional.empty());
    }
    progress.at(source.capacity(), source.capacity());
  }

  /** The path of what a linked clone builds upon; a snapshot is protected for it. */
  private String upon(CloneVolume order) {
    return order
        .snapshot()
        .filter(name -> isCeph(order.source()))
        .map(
            name -> {
              snapshots.protect(order.source(), name);
              return FakeSnapshots.path(order.source(), name);
            })
        .orElseGet(order.source()::toString);
  }

  /** Copies into a volume what it builds upon, and has it build upon something else. */
  private void onto(Volume volume, Optional<String> backing) {
    Bytes below = volume.backing().flatMap(layers::at).map(layers::written).orElse(Bytes.ZERO);
    pools.take(volume.id().pool(), below);
    put(with(volume, volume.allocated().plus(below), backing));
  }

  static Volume with(Volume volume, Bytes allocated, Optional<String> backing) {
    return new Volume(
        volume.id(), volume.format(), volume.capacity(), allocated, backing, volume.users());
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(VolumeId volume, Format format) {
    return mood.answer(
        () -> {
          pools.active(volume.pool());
          Volume known = known(volume);
          return new Reply.VolumeMeasured(layers.written(known), known.capacity());
        });
  }

  private Volume known(VolumeId id) {
    Volume known = volumes.get(id);
    if (known == null) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no volume " + id);
    }
    return known;
  }

  @Override
  public Future<Void> clear(OperationId operation, String pool) {
    return mood.answer(
            () -> {
              parts.remove(operation);
              return pools.active(pool);
            })
        .mapEmpty();
  }

  @Override
  public Future<VmDisks> disks(String vm) {
    return mood.answer(() -> seen(vm));
  }

  @Override
  public Future<Map<VmId, VmDisks>> machines() {
    return mood.answer(() -> machines.active(this::seen));
  }

  private VmDisks seen(String vm) {
    Map<VolumeId, List<Volume.Snapshot>> kept = new TreeMap<>();
    machines.disks(vm).stream()
        .filter(this::isCeph)
        .forEach(id -> kept.put(id, snapshots.listed(id, true)));
    List<Volume> used = volumes.values().stream().map(this::used).toList();
    return machines.seen(vm, pools.all(), used, kept);
  }

  @Override
  public Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress) {
    return mood.work(
        () ->
            Moments.areOf(seen(order.vm()))
                ? machines.carryOut(
                    operation, order, at, seen(order.vm()), it -> carryOut(it, progress))
                : machines.carryOut(order, at, () -> seen(order.vm())));
  }

  @Override
  public Task carryOut(OperationId operation, DiskOrder order, Task.Progress progress) {
    return mood.work(() -> machines.carryOut(order));
  }

  /** Leaves the machine of an operation as an agent does that is cut off while that rests. */
  public synchronized void rest(OperationId operation) {
    machines.rest(operation);
  }

  /** The operations that have brought a machine to rest. */
  public synchronized Set<OperationId> resting() {
    return machines.resting();
  }

  @Override
  public Future<Void> wake(OperationId operation) {
    return mood.answer(() -> machines.wake(operation)).mapEmpty();
  }

  @Override
  public Future<Void> wakeAll() {
    return mood.answer(machines::wakeAll).mapEmpty();
  }

  @Override
  public void close() {
    recover();
  }
}
