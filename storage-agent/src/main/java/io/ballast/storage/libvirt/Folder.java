package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Run;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
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
import io.ballast.storage.tool.Download;
import io.ballast.storage.tool.QemuAnswer;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.trade.Task;
import io.ballast.storage.work.Preconditions;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Volumes that are files in a folder.
 *
 * <p>A file is made under a hidden name of its operation, and gets its own by a hard link, which
 * never replaces what is there: so a name stands for something whole, also when two make the same
 * or the host loses its power.
 */
final class Folder implements Backend {
  private final QemuImg images;
  private final Sources sources;
  private final Exchange exchange;

  Folder(QemuImg images, Sources sources, Exchange exchange) {
    this.images = images;
    this.sources = sources;
    this.exchange = exchange;
  }

  private static Path part(Path folder, OperationId operation) {
    return folder.resolve(Part.name(operation));
  }

  private static Path folder(Shelf shelf) {
    return Path.of(shelf.place());
  }

  @Override
  public Task carryOut(Bench bench) {
    return Deferred.of(sources.sound(bench).map(sound -> begin(bench)), Future::succeededFuture);
  }

  private Task begin(Bench bench) {
    return switch (bench.order()) {
      case CreateVolume order -> making(bench, images.create(part(bench), order));
      case CloneVolume order -> cloning(bench, order);
      case ImportVolume order -> importing(bench, order);
      case FetchVolume order -> fetching(bench, order);
      case ExportVolume order -> exporting(bench, order);
      case FlattenVolume order -> {
        Shelf.Item item = bench.item(order.volume());
        yield unkept(item, () -> flatten(bench, item));
      }
      case RebaseVolume order -> {
        Shelf.Item item = bench.item(order.volume());
        Image base = image(bench, order.base());
        yield unkept(item, () -> task(images.rebase(image(item), base, share(bench, item))));
      }
      case CommitVolume order -> {
        Shelf.Item item = bench.item(order.volume());
        yield unkept(item, () -> commit(bench, item, image(bench, order.base())));
      }
      case CheckVolume order -> {
        Run run = images.check(image(bench, order.volume()), order.repair());
        yield Task.telling(run.output().map(QemuAnswer::verdict), run::cancel);
      }
      case CompareVolumes order -> {
        Shelf.Item item = bench.item(order.volume());
        Run run = images.compare(image(item), image(bench, order.other()), share(bench, item));
        yield Task.telling(run.output().map(QemuAnswer::same), run::cancel);
      }
      case SnapshotVolume order -> snapshot(bench, order.snapshot(), QemuImg.Act.CREATE);
      case RevertVolume order -> snapshot(bench, order.snapshot(), QemuImg.Act.REVERT);
      case DeleteSnapshot order -> snapshot(bench, order.snapshot(), QemuImg.Act.DELETE);
      case DeleteVolume order ->
          Task.of(
              bench
                  .shelf()
                  .item(order.volume().name())
                  .map(this::delete)
                  .orElseGet(Future::succeededFuture));
      case ExportDifference order -> throw cephOnly();
      case TrashVolume order -> throw cephOnly();
      case RestoreVolume order -> throw cephOnly();
      case ProtectSnapshot order -> throw cephOnly();
      case UnprotectSnapshot order -> throw cephOnly();
      case WipeVolume order -> Task.of(new Wipe(images, exchange).of(bench, part(bench)));
      case ResizeVolume order -> Task.of(resize(bench.item(order.volume()), order.size()));
    };
  }

  private static Path part(Bench bench) {
    return part(folder(bench.shelf()), bench.operation());
  }

  private Image image(Bench bench, VolumeId volume) {
    return sources.image(bench, volume);
  }

  private static Image image(Shelf.Item item) {
    return new Image(Path.of(item.path()), item.format());
  }

  /** Tells how far work on an item is. */
  private static DoubleConsumer share(Bench bench, Shelf.Item item) {
    return share(bench, item.capacity());
  }

  private static DoubleConsumer share(Bench bench, Bytes total) {
    return share -> bench.progress().at(new Bytes(Math.round(share * total.value())), total);
  }

  private static Task task(Run run) {
    return Task.of(run.output(), run::cancel);
  }

  /**
   * Work after which a disk builds upon something else, and would what its snapshots keep.
   *
   * @throws RefusedException as {@code WRONG_STATE}, at its end, where there are snapshots
   */
  Task unkept(Shelf.Item item, Supplier<Task> work) {
    return Deferred.of(
        kept(item)
            .compose(
                there -> there.isEmpty() ? Future.succeededFuture(work.get()) : keeps(item, there)),
        Future::succeededFuture);
  }

  private static Future<Task> keeps(Shelf.Item item, List<Volume.Snapshot> there) {
    return Future.failedFuture(
        new RefusedException(
            Reason.WRONG_STATE,
            "%s keeps the snapshots %s, whose content would change; delete them first"
                .formatted(
                    item.path(),
                    there.stream().map(Volume.Snapshot::name).collect(Collectors.joining(", ")))));
  }

  /** QEMU's tool would make two of one name. */
  private Task snapshot(Bench bench, String name, QemuImg.Act act) {
    Image image = image(bench, bench.order().volume());
    return Task.telling(
        find(image, name)
            .compose(
                kept ->
                    switch (act) {
                      case CREATE -> kept.isPresent() ? taken(name) : act(act, name, image);
                      case REVERT ->
                          kept.map(it -> act(act, it.number(), image))
                              .orElseGet(() -> missing(name));
                      case DELETE ->
                          kept.map(it -> act(act, it.tag(), image))
                              .orElseGet(() -> Future.succeededFuture(""));
                    })
            .map(""),
        () -> {});
  }

  private Future<Optional<QemuImg.Kept>> find(Image image, String snapshot) {
    return images
        .snapshots(image)
        .map(
            there ->
                there.stream().filter(kept -> kept.snapshot().name().equals(snapshot)).findFirst());
  }

  private Future<String> act(QemuImg.Act act, String name, Image image) {
    return images.snapshot(act, name, image).output();
  }

  private static Future<String> taken(String name) {
    return Future.failedFuture(
        new RefusedException(
            Reason.NAME_TAKEN,
            "there is a snapshot '%s' already; choose another name, or delete it first"
                .formatted(name)));
  }

  private static Future<String> missing(String name) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_VOLUME,
            "there is no snapshot '%s'; 'ballast volume snapshots' shows them".formatted(name)));
  }

  @Override
  public Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item) {
    return kept(item);
  }

  private Future<List<Volume.Snapshot>> kept(Shelf.Item item) {
    return item.format().equals("qcow2")
        ? images
            .snapshots(image(item))
            .map(there -> there.stream().map(QemuImg.Kept::snapshot).toList())
        : Future.succeededFuture(List.of());
  }

  @Override
  public Future<List<Volume.Trashed>> trash(Shelf shelf) {
    return Future.failedFuture(cephOnly());
  }

  private static RefusedException cephOnly() {
    return new RefusedException(
        Reason.NOT_ALLOWED,
        "a folder has no trash, protects no snapshots, tells no differences; pools of Ceph do");
  }

  private Task cloning(Bench bench, CloneVolume order) {
    Shelf.Item source = bench.item(order.source());
    Shelf shelf = bench.shelf(order.source());
    if (order.linked()) {
      return linked(bench, ownImage(shelf, source, order), order.size().orElse(source.capacity()));
    }
    if (shelf.kind() == Shelf.Kind.RBD) {
      return copying(
          bench, order, sources.image(shelf, source, order.snapshot()), Optional.empty());
    }
    Future<Optional<String>> number =
        order
            .snapshot()
            .map(name -> find(image(source), name).compose(found -> found(found, name)))
            .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    return Deferred.of(
        number.map(snapshot -> copying(bench, order, image(source), snapshot)),
        Future::succeededFuture);
  }

  /** QEMU's tool would build upon what somebody writes to. */
  private Task linked(Bench bench, Image base, Bytes size) {
    return Deferred.of(
        exchange
            .disk()
            .call("the look at " + base, () -> QemuLock.unwritten(Path.of(base.address())))
            .map(unwritten -> making(bench, images.overlay(base, size, part(bench)))),
        Future::succeededFuture);
  }

  private Task copying(
      Bench bench, CloneVolume order, Image image, Optional<String> snapshotNumber) {
    Shelf.Item source = bench.item(order.source());
    return making(
        bench,
        images.convert(
            image,
            new Image(part(bench), format(order, source)),
            new QemuImg.Copy(snapshotNumber, order.compressed()),
            share(bench, source)));
  }

  /** What a file can build upon: the present content of another. */
  private static Image ownImage(Shelf shelf, Shelf.Item source, CloneVolume order) {
    if (shelf.kind() != Shelf.Kind.FOLDER || order.snapshot().isPresent()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "a disk in a folder builds upon the present content of another one in a folder only; make"
              + " a copy that stands alone");
    }
    return image(source);
  }

  private static Future<Optional<String>> found(Optional<QemuImg.Kept> kept, String snapshot) {
    return kept.isPresent()
        ? Future.succeededFuture(kept.map(QemuImg.Kept::number))
        : missing(snapshot).map(Optional.empty());
  }

  private static String format(CloneVolume order, Shelf.Item source) {
    return order
        .format()
        .map(Volume.Format::word)
        .orElse(source.format().equals("raw") && !order.compressed() ? "raw" : "qcow2");
  }

  private Task flatten(Bench bench, Shelf.Item item) {
    return item.backing().isEmpty()
        ? Task.of(Future.succeededFuture())
        : task(images.flatten(image(item), share(bench, item)));
  }

  /** What is written into its base is replaced by an empty layer upon that. */
  private Task commit(Bench bench, Shelf.Item item, Image base) {
    Path file = Path.of(item.path());
    return Deferred.of(
        exchange
            .disk()
            .call("the look at " + file, () -> Unwritten.of(file))
            .map(
                before -> {
                  Run run = images.commit(image(item), share(bench, item));
                  return Task.of(
                      run.output().compose(done -> emptied(bench, item, base, before)),
                      run::cancel);
                }),
        Future::succeededFuture);
  }

  private Future<Void> emptied(Bench bench, Shelf.Item item, Image base, Unwritten before) {
    Path empty = part(bench);
    return exchange
        .remove(empty)
        .compose(gone -> images.layer(base, item.capacity(), empty).output())
        .compose(
            made ->
                exchange
                    .disk()
                    .call(
                        "the emptying of " + before.file(),
                        () -> before.still(() -> Exchange.put(empty, before.file()))))
        .<Void>mapEmpty()
        .recover(failure -> exchange.remove(empty).transform(gone -> Future.failedFuture(failure)));
  }

  private Task importing(Bench bench, ImportVolume order) {
    return Deferred.of(
        importing(bench, exchange.brought(order.file()), order.format()), Future::succeededFuture);
  }

  private Future<Task> importing(Bench bench, Future<Image> brought, Volume.Format format) {
    return brought.compose(
        image ->
            images
                .capacity(image)
                .map(size -> Preconditions.fitting(bench.shelf().pool(), size))
                .map(
                    size ->
                        making(
                            bench,
                            images.convert(
                                image,
                                new Image(part(bench), format.word()),
                                QemuImg.Copy.PLAIN,
                                share(bench, size)))));
  }

  /** An image is fetched into the exchange folder, imported from there, and removed. */
  private Task fetching(Bench bench, FetchVolume order) {
    Download download = exchange.fetch(bench.operation(), order, bench.progress());
    Task work =
        Deferred.of(
            importing(bench, download.end().compose(exchange::image), order.format()),
            () -> exchange.remove(exchange.part(bench.operation())));
    return Task.telling(
        work.end(),
        () -> {
          download.cancel();
          work.cancel();
        });
  }

  private Task exporting(Bench bench, ExportVolume order) {
    Shelf.Item item = bench.item(order.volume());
    Image copy = new Image(exchange.part(bench.operation()), order.form().word());
    QemuImg.Copy how = new QemuImg.Copy(Optional.empty(), order.compressed());
    return Deferred.of(
        exchange
            .roomFor(bench)
            .map(
                room ->
                    exchange.exporting(
                        bench.operation(),
                        order.file(),
                        images.convert(image(item), copy, how, share(bench, item)))),
        Future::succeededFuture);
  }

  private Task making(Bench bench, Run run) {
    Path part = part(bench);
    return exchange.naming(part, part.resolveSibling(bench.order().volume().name()), run);
  }

  private Future<Void> delete(Shelf.Item item) {
    return exchange.removeUnused(Path.of(item.path()));
  }

  private Future<Void> resize(Shelf.Item item, Bytes size) {
    return fits(item, size).compose(fits -> images.resize(image(item), size).output()).mapEmpty();
  }

  private Future<Void> fits(Shelf.Item item, Bytes size) {
    if (size.compareTo(item.capacity()) >= 0) {
      return Future.succeededFuture();
    }
    Path file = Path.of(item.path());
    Disk disk = exchange.disk();
    return disk.call("the look at " + file, () -> Unwritten.of(file))
        .compose(
            before ->
                images
                    .writtenBeyond(image(item), size, item.capacity())
                    .compose(
                        written ->
                            written
                                ? Future.failedFuture(
                                    new RefusedException(
                                        Reason.WRONG_STATE,
                                        "%s has data beyond %s; shrink the file systems in it first"
                                            .formatted(item.path(), size)))
                                : disk.call("the look at " + file, () -> before.still(() -> true))))
        .mapEmpty();
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(Shelf shelf, Shelf.Item item, Volume.Format format) {
    return images.measure(image(item), format);
  }

  @Override
  public Future<Void> clear(Shelf shelf, OperationId operation) {
    Path part = part(folder(shelf), operation);
    return exchange
        .remove(part)
        .compose(gone -> exchange.remove(Wipe.old(part)))
        .compose(gone -> exchange.remove(exchange.part(operation)));
  }
}
