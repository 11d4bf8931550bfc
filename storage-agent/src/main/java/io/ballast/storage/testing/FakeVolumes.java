package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat.Pool;
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
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fake: pools and volumes in memory. Pools can be filled, refuse to be listed, or hang; work can
 * be slow; volumes build upon each other and are used.
 */
public final class FakeVolumes implements Volumes {
  /** What an empty disk takes of its pool. */
  static final Bytes EMPTY = Bytes.ofKiB(192);

  private final Map<String, Pool> pools = new TreeMap<>();
  private final Map<VolumeId, Volume> volumes = new TreeMap<>();
  private final Map<String, Image> exchange = new TreeMap<>();
  private final Map<VolumeId, Map<String, Volume>> snapshots = new TreeMap<>();
  private final FakeMachines machines = new FakeMachines(volumes);
  private final List<Runnable> hanging = new ArrayList<>();
  private @Nullable String refusal;
  private boolean hangs;
  private boolean slow;

  /** A file in the exchange folder. */
  private record Image(Bytes capacity, Bytes takes) {}

  /** Makes an active pool of a directory, or replaces the one of that name. */
  public synchronized void pool(String name, Bytes capacity, Bytes used) {
    pools.put(name, new Pool(name, "dir", true, capacity, used, capacity.minusOrZero(used)));
  }

  /** Makes a pool that is defined and not active. */
  public synchronized void inactivePool(String name) {
    pools.put(name, new Pool(name, "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO));
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
  public synchronized void refuse(String message) {
    refusal = message;
  }

  /** Leaves every question unanswered from now on. */
  public synchronized void hang() {
    hangs = true;
  }

  /** Leaves all work undone from now on. */
  public synchronized void slow() {
    slow = true;
  }

  /** Has all that is under way come to nothing, as when tools die with their agent. */
  public synchronized void loseWork() {
    hanging.clear();
  }

  /** Answers again, also what was asked while it hung, and does the work that was slow. */
  public void recover() {
    List<Runnable> now;
    synchronized (this) {
      refusal = null;
      hangs = false;
      slow = false;
      now = List.copyOf(hanging);
      hanging.clear();
    }
    now.forEach(Runnable::run);
  }

  @Override
  public Future<List<Pool>> pools() {
    return answer(() -> List.copyOf(pools.values()));
  }

  @Override
  public Future<Stock> stock(String pool) {
    return answer(
        () ->
            new Stock(
                active(pool),
                volumes.values().stream()
                    .filter(volume -> volume.id().pool().equals(pool))
                    .map(this::used)
                    .toList()));
  }

  @Override
  public Future<Found> find(VolumeId volume) {
    return answer(
        () ->
            new Found(
                active(volume.pool()),
                Optional.ofNullable(volumes.get(volume)).map(this::used),
                chain(volume)));
  }

  private List<Volume.Layer> chain(VolumeId volume) {
    List<Volume.Layer> chain = new ArrayList<>();
    Optional<String> below = Optional.ofNullable(volumes.get(volume)).flatMap(Volume::backing);
    while (below.isPresent() && chain.size() < volumes.size()) {
      Optional<Volume> base = base(below.get());
      chain.add(new Volume.Layer(below.get(), base.map(Volume::id)));
      below = base.flatMap(Volume::backing);
    }
    return chain;
  }

  /** What lies at a path; the path of a volume here is its id. */
  private Optional<Volume> base(String path) {
    return volumes.values().stream()
        .filter(volume -> volume.id().toString().equals(path))
        .findFirst();
  }

  /** With the volumes that build upon it. */
  private Volume used(Volume volume) {
    List<Volume.User> users = new ArrayList<>(volume.users());
    users.addAll(machines.users(volume.id(), this::chain));
    volumes.values().stream()
        .filter(other -> other.backing().equals(Optional.of(volume.id().toString())))
        .forEach(
            other ->
                users.add(new Volume.User(Volume.User.Kind.VOLUME, other.id().toString(), false)));
    return new Volume(
        volume.id(),
        volume.format(),
        volume.capacity(),
        volume.allocated(),
        volume.backing(),
        users);
  }

  private Pool active(String name) {
    Pool pool = pools.get(name);
    if (pool == null) {
      throw new RefusedException(Reason.UNKNOWN_POOL, "this host has no pool '" + name + "'");
    }
    if (!pool.active()) {
      throw new RefusedException(Reason.WRONG_STATE, "pool '" + name + "' is not active");
    }
    return pool;
  }

  @Override
  public Task carryOut(OperationId operation, VolumeOrder order, Task.Progress progress) {
    return work(() -> carryOut(order, progress));
  }

  private String carryOut(VolumeOrder order, Task.Progress progress) {
    active(order.volume().pool());
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
        Volume volume = known(flatten.volume());
        onto(volume, Optional.empty());
        progress.at(volume.capacity(), volume.capacity());
      }
      case RebaseVolume rebase -> {
        Volume volume = known(rebase.volume());
        onto(volume, Optional.of(known(rebase.base()).id().toString()));
      }
      case CommitVolume commit -> {
        Volume volume = known(commit.volume());
        Volume base = known(commit.base());
        put(with(base, base.allocated().plus(volume.allocated()), base.backing()));
        put(with(volume, EMPTY, volume.backing()));
      }
      case ImportVolume imported -> {
        Image image = exchange.get(imported.file());
        if (image == null) {
          throw new RefusedException(
              Reason.UNKNOWN_VOLUME, "there is no file " + imported.file() + " to import");
        }
        make(
            imported.volume(),
            imported.format().word(),
            image.capacity(),
            image.takes(),
            Optional.empty());
      }
      case ExportVolume exported -> {
        Volume volume = known(exported.volume());
        Image image = new Image(volume.capacity(), written(volume));
        if (exchange.putIfAbsent(exported.file(), image) != null) {
          throw new RefusedException(Reason.NAME_TAKEN, exported.file() + " is there already");
        }
      }
      case CheckVolume check -> {
        known(check.volume());
        return "no errors";
      }
      case SnapshotVolume snapshot -> {
        Volume volume = known(snapshot.volume());
        if (kept(volume.id()).putIfAbsent(snapshot.snapshot(), volume) != null) {
          throw new RefusedException(Reason.NAME_TAKEN, "there is such a snapshot already");
        }
      }
      case RevertVolume revert -> put(kept(revert.volume(), revert.snapshot()));
      case DeleteSnapshot delete -> kept(delete.volume()).remove(delete.snapshot());
      case CompareVolumes compare -> {
        if (!written(known(compare.volume())).equals(written(known(compare.other())))) {
          throw new RefusedException(Reason.WRONG_STATE, "they differ, first at byte 0");
        }
        return "they hold the same";
      }
      case DeleteVolume delete -> {
        Volume gone = volumes.remove(delete.volume());
        snapshots.remove(delete.volume());
        if (gone != null) {
          Pool pool = active(delete.volume().pool());
          pool(pool.name(), pool.capacity(), pool.used().minusOrZero(gone.allocated()));
        }
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

  private Map<String, Volume> kept(VolumeId id) {
    return snapshots.computeIfAbsent(known(id).id(), none -> new LinkedHashMap<>());
  }

  private Volume kept(VolumeId id, String snapshot) {
    Volume kept = kept(id).get(snapshot);
    if (kept == null) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no snapshot " + snapshot);
    }
    return kept;
  }

  @Override
  public Future<List<Volume.Snapshot>> snapshots(VolumeId volume) {
    return answer(
        () -> {
          active(volume.pool());
          return kept(volume).keySet().stream()
              .map(name -> new Volume.Snapshot(name, Instant.EPOCH, Bytes.ZERO))
              .toList();
        });
  }

  private void make(VolumeId id, String format, Bytes size, Bytes takes, Optional<String> backing) {
    if (volumes.containsKey(id)) {
      throw new RefusedException(Reason.NAME_TAKEN, id + " is there already");
    }
    take(id.pool(), takes);
    put(new Volume(id, format, size, takes, backing, List.of()));
  }

  private void clone(CloneVolume order, Task.Progress progress) {
    Volume source =
        order
            .snapshot()
            .map(snapshot -> kept(order.source(), snapshot))
            .orElseGet(() -> known(order.source()));
    if (order.linked()) {
      make(
          order.volume(),
          "qcow2",
          source.capacity(),
          EMPTY,
          Optional.of(order.source().toString()));
    } else {
      String format = order.format().map(Format::word).orElse("qcow2");
      make(order.volume(), format, source.capacity(), written(source), Optional.empty());
    }
    progress.at(source.capacity(), source.capacity());
  }

  /** Copies into a volume what it builds upon, and has it build upon something else. */
  private void onto(Volume volume, Optional<String> backing) {
    Bytes below = volume.backing().flatMap(this::base).map(this::written).orElse(Bytes.ZERO);
    take(volume.id().pool(), below);
    put(with(volume, volume.allocated().plus(below), backing));
  }

  static Volume with(Volume volume, Bytes allocated, Optional<String> backing) {
    return new Volume(
        volume.id(), volume.format(), volume.capacity(), allocated, backing, volume.users());
  }

  /** How much was ever written to a volume and to what it builds upon. */
  private Bytes written(Volume volume) {
    return volume
        .backing()
        .flatMap(this::base)
        .map(base -> written(base).plus(volume.allocated().minusOrZero(EMPTY)))
        .orElse(volume.allocated());
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(VolumeId volume, Format format) {
    return answer(
        () -> {
          active(volume.pool());
          Volume known = known(volume);
          return new Reply.VolumeMeasured(written(known), known.capacity());
        });
  }

  private Volume known(VolumeId id) {
    Volume known = volumes.get(id);
    if (known == null) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no volume " + id);
    }
    return known;
  }

  private void take(String name, Bytes amount) {
    Pool pool = active(name);
    if (pool.available().compareTo(amount) < 0) {
      throw new RefusedException(Reason.NO_ROOM, "the pool is full: " + name);
    }
    pool(name, pool.capacity(), pool.used().plus(amount));
  }

  @Override
  public Future<Void> clear(OperationId operation, String pool) {
    return answer(() -> active(pool)).mapEmpty();
  }

  @Override
  public Future<VmDisks> disks(String vm) {
    return answer(() -> seen(vm));
  }

  private VmDisks seen(String vm) {
    return machines.disks(
        vm, List.copyOf(pools.values()), volumes.values().stream().map(this::used).toList());
  }

  @Override
  public Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress) {
    return work(() -> machines.carryOut(order, at, () -> seen(order.vm())));
  }

  private synchronized <T> Future<T> answer(Supplier<T> question) {
    if (refusal != null) {
      return Future.failedFuture(new RefusedException(Reason.TRADE_REFUSED, refusal));
    }
    return hangs ? later(question) : tried(question);
  }

  private synchronized <T> Future<T> tried(Supplier<T> question) {
    try {
      return Future.succeededFuture(question.get());
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  private <T> Future<T> later(Supplier<T> question) {
    Promise<T> told = Promise.promise();
    Context asker = Vertx.currentContext();
    hanging.add(
        () -> {
          Future<T> answer = tried(question);
          if (asker == null) {
            answer.onComplete(told);
          } else {
            asker.runOnContext(now -> answer.onComplete(told));
          }
        });
    return told.future();
  }

  private synchronized Task work(Supplier<String> doing) {
    if (!slow) {
      return Task.telling(tried(doing), () -> {});
    }
    Promise<String> end = Promise.promise();
    hanging.add(
        () -> {
          if (!end.future().isComplete()) {
            tried(doing).onComplete(end);
          }
        });
    return Task.telling(
        end.future(),
        () -> end.tryFail(new RefusedException(Reason.CANCELLED, "it was cancelled")));
  }

  @Override
  public void close() {
    recover();
  }
}
