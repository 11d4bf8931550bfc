package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
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
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Rbd.Address;
import io.ballast.storage.tool.RbdAnswer;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes that are images in a pool of Ceph.
 *
 * <p>An image is made under a hidden name of its operation, and gets its own by being renamed,
 * which never replaces what is there. What builds upon a volume builds upon a protected snapshot of
 * it: one that was named, or one that was made for it and goes with the last that needs it.
 */
final class RbdPool implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(RbdPool.class);

  private final Runner runner;
  private final Sources sources;
  private final Exchange exchange;
  private final QemuImg images;
  private final Removal removal;

  RbdPool(Runner runner, Sources sources, Exchange exchange, Removal removal) {
    this.runner = runner;
    this.sources = sources;
    this.exchange = exchange;
    this.removal = removal;
    images = new QemuImg(runner);
  }

  private Rbd rbd(Shelf shelf) {
    return new Rbd(runner, sources.login(shelf));
  }

  /** An order in the pool of its volume. */
  private record Site(RawWork work, Rbd rbd) {
    Bench bench() {
      return work.bench();
    }

    Steps steps() {
      return work.steps();
    }

    Address volume() {
      return Sources.address(bench().shelf(), bench().order().volume().name());
    }

    Address part() {
      return Sources.address(bench().shelf(), Part.name(bench().operation()));
    }

    Address snapshot(String name) {
      return volume().at(name);
    }

    DoubleConsumer share(Bytes total) {
      return work.share(total);
    }
  }

  @Override
  public Task carryOut(Bench bench) {
    return Deferred.of(sources.sound(bench).map(sound -> begin(bench)), Future::succeededFuture);
  }

  private Task begin(Bench bench) {
    if (RawWork.isQcow2(bench.order())) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, "a disk in a pool of Ceph is raw; say --format raw");
    }
    Steps steps = new Steps(Rbd::told);
    RawWork work = new RawWork(bench, steps, images, sources, exchange);
    return steps.task(end(new Site(work, rbd(bench.shelf())), bench.order()));
  }

  private Future<String> end(Site site, VolumeOrder order) {
    Bench bench = site.bench();
    return switch (order) {
      case CreateVolume create -> made(site, empty(site, create.size()));
      case CloneVolume clone -> clone(site, clone);
      case ImportVolume imported ->
          made(site, site.work().imported(imported, (image, size) -> filled(site, image, size)));
      case FetchVolume fetched ->
          made(site, site.work().fetched(fetched, (image, size) -> filled(site, image, size)));
      case ExportVolume exported -> site.work().exported(exported);
      case CompareVolumes compare -> site.work().compared(compare);
      case FlattenVolume flatten -> flatten(site, bench.item(flatten.volume()));
      case ResizeVolume resize -> resize(site, bench.item(resize.volume()), resize.size());
      case SnapshotVolume snapshot -> snapshot(site, snapshot.snapshot()).keep();
      case RevertVolume revert -> snapshot(site, revert.snapshot()).revert();
      case DeleteSnapshot delete -> snapshot(site, delete.snapshot()).forget(delete.volume());
      case ProtectSnapshot kept -> snapshot(site, kept.snapshot()).protect();
      case UnprotectSnapshot freed -> snapshot(site, freed.snapshot()).unprotect();
      case DeleteVolume delete -> delete(site, delete.volume());
      case TrashVolume discarded ->
          new RbdTrash(site.rbd(), site.steps()).discard(site.volume(), discarded.keep());
      case RestoreVolume restore ->
          new RbdTrash(site.rbd(), site.steps())
              .restore(site.volume(), restore.id())
              .recover(failure -> Future.failedFuture(named(failure, site)));
      case ExportDifference exported -> exportDifference(site, exported);
      case RebaseVolume rebase -> fixed("flatten it, or make a linked clone of the other disk");
      case CommitVolume commit -> fixed("flatten it, and put it in the place of the other disk");
      case WipeVolume wipe -> fixed("delete it: nobody can read what was written to it then");
      case CheckVolume check -> fixed("Ceph itself looks after it: 'ceph health detail' tells");
    };
  }

  private static Future<String> fixed(String instead) {
    return Future.failedFuture(
        new RefusedException(
            Reason.NOT_ALLOWED, "that is not done with a disk in a pool of Ceph; " + instead));
  }

  // ---- what makes a volume

  /** What was made under the hidden name gets its own, or is removed. */
  private Future<String> made(Site site, Future<?> part) {
    return part.compose(
            done -> site.steps().surely(() -> site.rbd().rename(site.part(), site.volume())))
        .compose(done -> renamed(site))
        .recover(
            failure ->
                removal
                    .of(site.rbd(), site.part())
                    .transform(gone -> Future.failedFuture(named(failure, site))));
  }

  /**
   * Ceph tells no failure of a renaming that found the name borne since it looked. The image still
   * has its hidden name then.
   */
  private static Future<String> renamed(Site site) {
    return site.rbd()
        .parent(site.part())
        .transform(
            look ->
                look.succeeded()
                    ? Future.failedFuture(
                        new RefusedException(Reason.NAME_TAKEN, "another took the name"))
                    : unless(Reason.UNKNOWN_VOLUME, look.cause()));
  }

  private static Throwable named(Throwable failure, Site site) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.NAME_TAKEN
        ? new RefusedException(
            Reason.NAME_TAKEN,
            site.volume() + " is there already; choose another name, or delete it first")
        : failure;
  }

  private static Future<String> empty(Site site, Bytes size) {
    return site.steps().then(() -> site.rbd().create(site.part(), size));
  }

  private Future<String> filled(Site site, Image from, Bytes size) {
    Image part = Image.of(sources.login(site.bench().shelf()), site.part());
    return empty(site, size)
        .compose(done -> site.steps().then(() -> images.fill(from, part, site.share(size))));
  }

  private Future<String> clone(Site site, CloneVolume order) {
    Shelf from = site.bench().shelf(order.source());
    Shelf.Item source = site.bench().item(order.source());
    boolean here =
        from.kind() == Shelf.Kind.RBD && from.access().equals(site.bench().shelf().access());
    if (order.linked()) {
      return here
          ? linked(site, Sources.address(from, source.name()), order.snapshot())
          : Future.failedFuture(
              new RefusedException(
                  Reason.NOT_ALLOWED,
                  "a disk in a pool of Ceph builds upon others of the same Ceph only; make a copy"
                      + " that stands alone"));
    }
    if (here) {
      Address content = Sources.address(from, source.name());
      Address address = order.snapshot().map(content::at).orElse(content);
      DoubleConsumer progress = site.share(source.capacity());
      return made(site, site.steps().then(() -> site.rbd().copy(address, site.part(), progress)));
    }
    return made(
        site,
        site.work().contentOf(order).compose(image -> filled(site, image, source.capacity())));
  }

  private Future<String> linked(Site site, Address base, Optional<String> named) {
    Address snapshot = base.at(named.orElse(Part.snapshot(site.bench().operation())));
    Future<String> kept =
        named.isPresent()
            ? Future.succeededFuture("")
            : step(site, Rbd.Act.CREATE, snapshot).recover(e -> unless(Reason.NAME_TAKEN, e));
    Future<String> part =
        kept.compose(done -> step(site, Rbd.Act.PROTECT, snapshot))
            // it is protected already
            .recover(e -> unless(Reason.IN_USE, e))
            .compose(done -> site.steps().then(() -> site.rbd().clone(snapshot, site.part())));
    return made(site, part)
        .recover(
            failure ->
                removal.tidy(site.rbd(), snapshot).transform(t -> Future.failedFuture(failure)));
  }

  private static Future<String> step(Site site, Rbd.Act act, Address snapshot) {
    return site.steps().then(() -> site.rbd().snapshot(act, snapshot));
  }

  /** A failure that means that it was done before is none. */
  static Future<String> unless(Reason reason, Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == reason
        ? Future.succeededFuture("")
        : Future.failedFuture(failure);
  }

  // ---- what changes one

  private Future<String> flatten(Site site, Shelf.Item item) {
    return site.rbd()
        .parent(site.volume())
        .compose(
            parent ->
                parent.isEmpty()
                    ? Future.succeededFuture("")
                    : site.steps()
                        .then(() -> site.rbd().flatten(site.volume(), site.share(item.capacity())))
                        .compose(done -> removal.tidy(site.rbd(), parent.get()))
                        .map(""));
  }

  private Future<String> resize(Site site, Shelf.Item item, Bytes size) {
    Future<Boolean> written =
        size.compareTo(item.capacity()) < 0
            ? images.writtenBeyond(sources.image(site.bench().shelf(), item), size, item.capacity())
            : Future.succeededFuture(false);
    return written.compose(
        beyond ->
            beyond
                ? Future.failedFuture(
                    new RefusedException(
                        Reason.WRONG_STATE,
                        "%s has data beyond %s, or in the object of 4 MiB in which that lies; shrink"
                                .formatted(site.volume(), size)
                            + " the file systems in it first"))
                : site.steps().surely(() -> site.rbd().resize(site.volume(), size)).map(""));
  }

  private RbdSnapshot snapshot(Site site, String name) {
    return new RbdSnapshot(site.rbd(), site.steps(), removal, site.snapshot(name));
  }

  private Future<String> delete(Site site, VolumeId volume) {
    return site.rbd()
        .parent(site.volume())
        .compose(
            parent ->
                removal
                    .withSnapshots(site.rbd(), volume, site.volume())
                    .compose(
                        gone ->
                            parent
                                .map(it -> removal.tidy(site.rbd(), it))
                                .orElseGet(Future::succeededFuture)))
        .map("")
        .recover(failure -> unless(Reason.UNKNOWN_VOLUME, failure));
  }

  private Future<String> exportDifference(Site site, ExportDifference order) {
    Bench bench = site.bench();
    DoubleConsumer progress = site.share(bench.item(order.volume()).capacity());
    return exchange
        .roomFor(bench)
        .compose(
            room ->
                exchange.named(
                    bench.operation(),
                    order.file(),
                    site.steps()
                        .then(
                            () ->
                                site.rbd()
                                    .exportDifference(
                                        order.from(),
                                        site.snapshot(order.until()),
                                        exchange.part(bench.operation()),
                                        progress))));
  }

  @Override
  public Future<List<Volume.Trashed>> trash(Shelf shelf) {
    return rbd(shelf).trash(shelf.place());
  }

  // ---- looks

  @Override
  public Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item) {
    return rbd(shelf)
        .snapshots(Sources.address(shelf, item.name()))
        .map(
            all ->
                all.stream()
                    .map(
                        kept ->
                            new Volume.Snapshot(
                                kept.name(), kept.at(), Bytes.ZERO, Optional.of(kept.guarded())))
                    .toList());
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(Shelf shelf, Shelf.Item item, Volume.Format format) {
    return images.measure(sources.image(shelf, item), format);
  }

  @Override
  public Future<Void> clear(Shelf shelf, OperationId operation) {
    return removal
        .of(rbd(shelf), Sources.address(shelf, Part.name(operation)))
        .compose(gone -> exchange.remove(exchange.part(operation)));
  }

  /** The pool with what each volume builds upon, which libvirt does not tell. */
  Future<Shelf> layered(Shelf shelf) {
    return rbd(shelf).parents(shelf.place()).map(parents -> shelf.upon(parents));
  }

  /**
   * The pool also with what each volume takes: libvirt may take that for its whole size. Where Ceph
   * does not tell it in time, for it counts objects of images that keep no account, it stays so.
   * And with its own room, for libvirt tells that of the whole cluster, where each byte is kept
   * several times; which stays where Ceph does not tell.
   */
  Future<Shelf> known(Shelf shelf) {
    return layered(shelf)
        .compose(
            layered ->
                rbd(shelf)
                    .room(shelf.place())
                    .map(layered::with)
                    .onFailure(why -> LOG.debug("{}: {}", shelf.pool().name(), why.getMessage()))
                    .otherwise(layered))
        .compose(
            layered ->
                rbd(shelf)
                    .usage(shelf.place())
                    .map(layered::taking)
                    .onFailure(why -> LOG.debug("{}: {}", shelf.pool().name(), why.getMessage()))
                    .otherwise(layered));
  }

  /** Who in the network has a volume open to write to it, or holds a lock on it; of Ceph alone. */
  Future<List<Volume.User>> clients(Shelf shelf, String name) {
    return shelf
        .item(name)
        .filter(item -> shelf.kind() == Shelf.Kind.RBD)
        .map(item -> clients(shelf, item))
        .orElseGet(() -> Future.succeededFuture(List.of()));
  }

  private Future<List<Volume.User>> clients(Shelf shelf, Shelf.Item item) {
    Address address = Sources.address(shelf, item.name());
    Rbd rbd = rbd(shelf);
    return rbd.watchers(address)
        .compose(watchers -> rbd.lockers(address).map(lockers -> clients(watchers, lockers)))
        .recover(failure -> unless(Reason.UNKNOWN_VOLUME, failure).map(List.of()));
  }

  private static List<Volume.User> clients(
      List<RbdAnswer.Client> watchers, List<RbdAnswer.Client> lockers) {
    Map<String, Volume.User> users = new TreeMap<>();
    lockers.forEach(it -> users.put(it.toString(), client(it, false)));
    watchers.forEach(it -> users.put(it.toString(), client(it, true)));
    return new ArrayList<>(users.values());
  }

  private static Volume.User client(RbdAnswer.Client client, boolean active) {
    return new Volume.User(Volume.User.Kind.CLIENT, client.toString(), active);
  }
}
