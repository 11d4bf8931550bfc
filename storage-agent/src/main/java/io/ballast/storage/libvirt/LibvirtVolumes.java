package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneConnection;
import io.ballast.agent.LaneLimits;
import io.ballast.agent.tool.FileSystem;
import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolOrder.ForgetPool;
import io.ballast.messages.PoolOrder.RefreshPool;
import io.ballast.messages.PoolOrder.StartPool;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.tool.Downloads;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The storage of a libvirt: its pools, and the volumes in them.
 *
 * <p>What is asked of libvirt for a beat, what concerns the disks of virtual machines, what brings
 * those to rest, what changes pools, and all else go through five {@link Lane}s, each with a
 * connection of its own. What is not answered at its deadline fails, and its thread waits on for a
 * daemon that may be frozen; until it comes back, everything further on that lane fails at once. So
 * a daemon that hangs costs a few threads and connections, and needs no keepalive: the connection
 * is local, it ends with the daemon, and there is nothing to be done while the daemon stands still.
 */
public final class LibvirtVolumes implements Volumes {
  /** How long a question may take, unless said otherwise. */
  public static final Duration DEFAULT_WITHIN = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(LibvirtVolumes.class);

  /** A pool with many volumes, each of which libvirt opens, takes its time. */
  private static final Duration LOOK = Duration.ofSeconds(30);

  /** A server whose file system is mounted may be slow to answer. */
  private static final Duration CHANGE = Duration.ofMinutes(2);

  private final String uri;
  private final Questions questions;
  private final Duration within;
  private final ScheduledThreadPoolExecutor clock;
  private final Lane<Pools> beats;
  private final Lane<Pools> looks;
  private final Lane<Pools> changes;
  private final Lane<Guests> guests;
  private final Lane<Guests> rests;
  private final Live live;
  private final Plugging plugging;
  private final Stillness stillness;
  private final Machines machines;
  private final Runner runner;
  private final Downloads downloads;
  private final Disk disk;
  private final Zeroing zeroing;
  private final Folder folder;
  private final RbdPool rbdPool;
  private final VolumeGroup group;
  private final Gauge gauge;
  private final Inventory inventory;

  /**
   * @param uri the local libvirt, usually {@code qemu:///system}
   * @param within how long a question may take
   */
  public LibvirtVolumes(Vertx vertx, String uri, Duration within, Places places) {
    this(vertx, uri, within, places, () -> PoolConnection.open(uri));
  }

  /**
   * Where on this host things lie that are no volumes.
   *
   * @param exchange the folder from which images are imported and to which they are exported
   * @param ceph the configuration of Ceph's clients, which names their keyrings
   */
  public record Places(Path exchange, Path ceph) {}

  /** With connections of another make. */
  LibvirtVolumes(
      Vertx vertx, String uri, Duration within, Places places, Lane.Opener<Pools> opener) {
    this.uri = uri;
    questions = new Questions(vertx, uri);
    this.within = within;
    clock =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("storage deadlines").factory());
    clock.setRemoveOnCancelPolicy(true);
    beats = lane("pools", opener, new LaneLimits(1, 1, 1));
    looks = lane("volumes", opener, new LaneLimits(1, 64, 1));
    changes = lane("changes of pools", opener, new LaneLimits(1, 16, 1));
    guests = lane("disks", () -> GuestConnection.open(uri), new LaneLimits(1, 256, 2));
    rests = lane("machines at rest", () -> GuestConnection.open(uri), new LaneLimits(1, 256, 2));
    live = new Live(guests, clock);
    plugging =
        new Plugging(
            guests,
            clock,
            volume -> asked(volume, (backend, place) -> Future.succeededFuture(place)));
    runner = new Runner(Runner.Limits.DEFAULT, clock);
    disk = new Disk(Duration.ofMinutes(1), clock);
    downloads = new Downloads(clock);
    zeroing = Zeroing.of(disk, runner);
    QemuImg images = new QemuImg(runner);
    Sources sources = new Sources(disk, places.ceph());
    Exchange exchange = new Exchange(disk, downloads, places.exchange());
    folder = new Folder(images, sources, exchange);
    rbdPool = new RbdPool(runner, sources, exchange, new Removal(clock));
    group = new VolumeGroup(runner, sources, exchange);
    gauge = new Gauge(places.ceph(), clock);
    inventory = new Inventory(new Rooms(gauge, Rooms.Alarm.of(clock)));
    stillness = new Stillness(rests, clock, Stillness.LONGEST);
    machines = new Machines(guests, new Layering(images, disk, clock), stillness, new Storage());
  }

  private <C extends LaneConnection> Lane<C> lane(
      String what, Lane.Opener<C> opener, LaneLimits limits) {
    return new Lane<>(
        "libvirt at " + uri + " (" + what + ")", opener, within, Duration.ZERO, limits, clock);
  }

  @Override
  public Future<List<Pool>> pools() {
    return ask(inventory::read);
  }

  @Override
  public Map<String, String> unread() {
    return inventory.unread();
  }

  @Override
  public Map<String, String> unmeasured() {
    return inventory.unmeasured();
  }

  @Override
  public Future<Stock> stock(String pool) {
    return seen(pool).map(seen -> new Stock(seen.shelf().pool(), seen.volumes()));
  }

  @Override
  public Future<Found> find(VolumeId volume) {
    return onContext(
        seen(volume.pool())
            .compose(
                seen ->
                    rbdPool
                        .clients(seen.shelf(), volume.name())
                        .map(more -> seen.found(volume.name(), more))));
  }

  private Future<Seen> seen(String pool) {
    Future<Seen> seen = look(pool, connection -> Seen.of(connection, pool));
    return onContext(seen.compose(this::layered));
  }

  /** What libvirt does not tell of pools of Ceph is asked of Ceph, once for each pool. */
  private Future<Seen> layered(Seen seen) {
    if (seen.shelf().kind() != Shelf.Kind.RBD) {
      return Future.succeededFuture(seen);
    }
    Future<List<Shelf>> all = Future.succeededFuture(List.of());
    for (Shelf shelf : seen.shelves()) {
      all =
          all.compose(
              known ->
                  (shelf.equals(seen.shelf()) ? rbdPool.known(shelf) : rbdPool.layered(shelf))
                      .map(it -> Stream.concat(known.stream(), Stream.of(it)).toList()));
    }
    return all.map(seen::with);
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(VolumeId volume, Volume.Format format) {
    return asked(volume, (backend, place) -> backend.measure(place.shelf(), place.item(), format));
  }

  @Override
  public Future<List<Volume.Snapshot>> snapshots(VolumeId volume) {
    return asked(volume, (backend, place) -> backend.snapshots(place.shelf(), place.item()));
  }

  @Override
  public Future<FileSystem> fileSystem(VolumeId volume) {
    return asked(volume, (backend, place) -> disk.fileSystem(place.item().path()));
  }

  @Override
  public Future<Volume.Content> content(VolumeId volume) {
    return asked(volume, (backend, place) -> disk.content(volume, place.item()));
  }

  @Override
  public Future<Void> lasting(VolumeId volume) {
    return asked(volume, (backend, place) -> disk.lasting(place.item().path()));
  }

  @Override
  public Future<List<Volume.Trashed>> trash(String pool) {
    return onContext(shelf(pool).compose(shelf -> backend(shelf).trash(shelf)));
  }

  private <T> Future<T> asked(
      VolumeId volume, BiFunction<Backend, Shelf.Place, Future<T>> question) {
    return onContext(
        shelf(volume.pool())
            .compose(
                shelf ->
                    shelf
                        .item(volume.name())
                        .map(
                            item ->
                                sound(shelf, item)
                                    .compose(
                                        sound ->
                                            question.apply(
                                                backend(shelf), new Shelf.Place(shelf, item))))
                        .orElseGet(() -> Future.failedFuture(unknown(volume)))));
  }

  /** A tool would follow what a guest has written into a header. */
  private Future<Boolean> sound(Shelf shelf, Shelf.Item item) {
    if (!item.isFile() || item.format().equals("raw")) {
      return Future.succeededFuture(true);
    }
    return look(shelf.pool().name(), Pools::tenants)
        .compose(
            tenants ->
                disk.call(
                    "the look at " + item.path(),
                    () -> {
                      Bench.checkHeader(shelf.pool().name(), item, tenants);
                      Sources.checkHeaders(List.of(item));
                      return true;
                    }));
  }

  private static RefusedException unknown(VolumeId volume) {
    return new RefusedException(Reason.UNKNOWN_VOLUME, "there is no volume " + volume);
  }

  @Override
  public Task carryOut(OperationId operation, VolumeOrder order, Task.Progress progress) {
    String pool = order.volume().pool();
    return Deferred.of(
        shelves(order)
            .map(shelves -> new Bench(operation, order, progress, shelves))
            .compose(this::whole)
            .compose(this::begin),
        () -> told(pool));
  }

  /** With the pools of all that the volumes build upon. */
  private Future<Bench> whole(Bench bench) {
    return bench.isWhole()
        ? Future.succeededFuture(bench)
        : asked(looks, "the look at the pools", LOOK, Seen::folders)
            .map(folders -> bench.with(folders.stream().map(Seen::shelf).toList()));
  }

  /**
   * A file that a running VM uses, its QEMU works on; all else is done beside it. Ceph works on its
   * images itself.
   */
  private Future<Task> begin(Bench bench) {
    Backend backend = backend(bench.shelf());
    VolumeOrder order = bench.order();
    if (order instanceof SnapshotVolume && bench.shelf().kind() != Shelf.Kind.FOLDER) {
      return kept(bench, () -> backend.carryOut(bench));
    }
    if (order instanceof DeleteVolume || bench.opened().stream().noneMatch(Shelf.Item::isFile)) {
      return Future.succeededFuture(backend.carryOut(bench));
    }
    String pool = order.volume().pool();
    return look(pool, Pools::tenants)
        .map(
            tenants -> {
              bench.checkHeaders(tenants);
              return live.part(bench, tenants, folder).orElseGet(() -> backend.carryOut(bench));
            });
  }

  /** Keeps a volume, while the machine rests that writes to it. */
  private Future<Task> kept(Bench bench, Supplier<Task> keeping) {
    String pool = bench.order().volume().pool();
    Shelf.Item item = bench.item(bench.order().volume());
    return look(pool, Pools::tenants)
        .map(tenants -> tenants.stream().filter(it -> it.writes(pool, item)).toList())
        .map(
            writers ->
                writers.size() == 1
                    ? machines.kept(bench.operation(), writers.getFirst().name(), keeping)
                    : keeping.get());
  }

  @Override
  public Future<VmDisks> disks(String vm) {
    return onContext(machines.disks(vm));
  }

  @Override
  public Future<Map<VmId, VmDisks>> machines() {
    return onContext(machines.active());
  }

  @Override
  public Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress) {
    return machines.carryOut(operation, order, at, progress);
  }

  @Override
  public Task carryOut(OperationId operation, DiskOrder order, Task.Progress progress) {
    return plugging.carryOut(order, progress);
  }

  @Override
  public Future<Void> wake(OperationId operation) {
    return onContext(stillness.wake(operation).mapEmpty());
  }

  @Override
  public Future<Void> wakeAll() {
    return onContext(stillness.wakeAll());
  }

  /** What the disks of machines lie on. */
  private final class Storage implements Machines.Storage {
    @Override
    public Future<List<Seen>> folders() {
      return asked(looks, "the look at the pools", LOOK, Seen::folders);
    }

    @Override
    public Future<List<Shelf>> keepers() {
      return asked(looks, "the look at the pools", LOOK, Seen::keepers);
    }

    @Override
    public Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item) {
      return backend(shelf).snapshots(shelf, item);
    }

    @Override
    public Future<Supplier<Task>> ready(OperationId operation, VolumeOrder order) {
      return shelves(order)
          .map(shelves -> new Bench(operation, order, (done, total) -> {}, shelves))
          .map(bench -> () -> backend(bench.shelf()).carryOut(bench));
    }
  }

  /** The pools of all volumes that an order names, one look after the other. */
  private Future<Map<String, Shelf>> shelves(VolumeOrder order) {
    Future<Map<String, Shelf>> shelves = Future.succeededFuture(new TreeMap<>());
    Set<String> pools = new TreeSet<>(List.of(order.volume().pool()));
    order.reads().forEach(other -> pools.add(other.pool()));
    for (String pool : pools) {
      shelves =
          shelves.compose(
              seen ->
                  shelf(pool)
                      .map(
                          shelf -> {
                            seen.put(pool, shelf);
                            return seen;
                          }));
    }
    return shelves;
  }

  @Override
  public Future<String> carryOut(PoolOrder order) {
    String what = "the change of pool " + order.pool();
    return onContext(
        questions
            .change(changes, what, CHANGE, connection -> connection.carryOut(order))
            .compose(done -> known(order)));
  }

  /** What a person has to know of a pool that is used from now on. */
  private Future<String> known(PoolOrder order) {
    return switch (order) {
      case DefinePool define -> known(define.pool());
      case StartPool start -> known(start.pool());
      case RefreshPool refresh -> known(refresh.pool());
      case StopPool stop -> {
        inventory.forget(stop.pool());
        yield Future.succeededFuture("");
      }
      case ForgetPool forget -> Future.succeededFuture("");
    };
  }

  private Future<String> known(String pool) {
    return shelf(pool)
        .compose(
            shelf ->
                shelf.kind() == Shelf.Kind.FOLDER
                    ? zeroing.look(Path.of(shelf.place()))
                    : Future.succeededFuture(""))
        .otherwise("");
  }

  @Override
  public Future<Void> clear(OperationId operation, String pool) {
    return onContext(shelf(pool).compose(shelf -> backend(shelf).clear(shelf, operation)));
  }

  private Future<Shelf> shelf(String pool) {
    return look(pool, connection -> connection.shelf(pool));
  }

  /** Lets libvirt know what has changed in a pool; who asks libvirt itself sees it then. */
  private Future<Void> told(String pool) {
    return shelf(pool)
        .<Void>mapEmpty()
        .onFailure(e -> LOG.debug("Pool {} was not refreshed: {}", pool, e.getMessage()))
        .otherwiseEmpty();
  }

  private Backend backend(Shelf shelf) {
    return switch (shelf.kind()) {
      case FOLDER -> folder;
      case RBD -> rbdPool;
      case GROUP -> group;
      case OTHER -> throw shelf.unfit();
    };
  }

  @Override
  public void close() {
    stillness.close();
    inventory.close();
    gauge.close();
    runner.close();
    downloads.close();
    disk.close();
    beats.close();
    looks.close();
    changes.close();
    guests.close();
    rests.close();
    clock.shutdown();
  }

  /** Asks what a beat tells. */
  Future<List<Pool>> ask(Lane.Call<Pools, List<Pool>> question) {
    return asked(beats, "the look at the pools", within, question);
  }

  private <T> Future<T> look(String pool, Lane.Call<Pools, T> question) {
    return asked(looks, "the look at pool " + pool, LOOK, question);
  }

  private <T> Future<T> asked(
      Lane<Pools> lane, String what, Duration limit, Lane.Call<Pools, T> question) {
    return questions.ask(lane, what, limit, question);
  }

  private <T> Future<T> onContext(Future<T> future) {
    return questions.onContext(future);
  }
}
