package io.ballast.storage.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.tool.ImageHeader;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.Run;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.DoubleConsumer;

/**
 * Volumes that are files in a folder.
 *
 * <p>A file is made under a hidden name of its operation, and gets its own by a hard link, which
 * never replaces what is there: so a name stands for something whole, also when two make the same
 * or the host loses its power.
 */
final class Folder implements Backend {
  private static final String PREFIX = ".ballast-";
  private static final String SUFFIX = ".part";

  private final QemuImg images;
  private final Disk disk;
  private final Path exchange;

  /**
   * @param exchange the folder from which images are imported and to which they are exported
   */
  Folder(QemuImg images, Disk disk, Path exchange) {
    this.images = images;
    this.disk = disk;
    this.exchange = exchange;
  }

  /** Whether a file is something that is being made, and no volume yet. */
  static boolean isPart(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** The hidden file of an operation. */
  static Path part(Path folder, OperationId operation) {
    UUID name = UUID.nameUUIDFromBytes(operation.value().getBytes(UTF_8));
    return folder.resolve(PREFIX + name + SUFFIX);
  }

  private static Path folder(Shelf shelf) {
    return Path.of(shelf.place());
  }

  @Override
  public Task carryOut(Bench bench) {
    return Deferred.of(
        disk.call("the look at the images", () -> sound(bench)).map(sound -> begin(bench)),
        Future::succeededFuture);
  }

  /**
   * Looks at all images that a tool would open: they are what libvirt takes them for, files of the
   * pool itself, and name no file that libvirt does not tell of.
   */
  private static boolean sound(Bench bench) throws IOException {
    if (bench.order() instanceof DeleteVolume order) {
      bench.shelf().item(order.volume().name()).ifPresent(item -> plain(Path.of(item.path())));
      return true;
    }
    for (Shelf.Item item : bench.opened()) {
      ImageHeader header = ImageHeader.of(plain(Path.of(item.path())));
      if (header.pointsTo() == ImageHeader.Outside.DATA_FILE) {
        throw new RefusedException(
            Reason.INVALID_IMAGE,
            item.path() + " names an external data file, and nothing is read through it");
      }
    }
    return true;
  }

  private Task begin(Bench bench) {
    return switch (bench.order()) {
      case CreateVolume order -> making(bench, images.create(part(bench), order));
      case CloneVolume order -> cloning(bench, order);
      case ImportVolume order -> importing(bench, order);
      case ExportVolume order -> exporting(bench, order);
      case FlattenVolume order -> flatten(bench, bench.item(order.volume()));
      case RebaseVolume order -> {
        Shelf.Item item = bench.item(order.volume());
        yield task(images.rebase(image(item), image(bench, order.base()), share(bench, item)));
      }
      case CommitVolume order -> {
        Shelf.Item item = bench.item(order.volume());
        yield task(images.commit(image(item), share(bench, item)));
      }
      case CheckVolume order -> {
        Run run = images.check(image(bench, order.volume()), order.repair());
        yield Task.telling(run.output().map(QemuImg::verdict), run::cancel);
      }
      case CompareVolumes order -> {
        Shelf.Item item = bench.item(order.volume());
        Run run = images.compare(image(item), image(bench, order.other()), share(bench, item));
        yield Task.telling(run.output().map(QemuImg::same), run::cancel);
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
      case ResizeVolume order -> Task.of(resize(bench.item(order.volume()), order.size()));
    };
  }

  private static Path part(Bench bench) {
    return part(folder(bench.shelf()), bench.operation());
  }

  private static Image image(Bench bench, VolumeId volume) {
    return image(bench.item(volume));
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

  /** QEMU's tool would make two of one name. */
  private Task snapshot(Bench bench, String name, QemuImg.Act act) {
    Image image = image(bench, bench.order().volume());
    return Task.telling(
        number(image, name)
            .compose(
                number ->
                    switch (act) {
                      case CREATE -> number.isPresent() ? taken(name) : act(act, name, image);
                      case REVERT ->
                          number.map(it -> act(act, it, image)).orElseGet(() -> missing(name));
                      case DELETE ->
                          number.isPresent() ? act(act, name, image) : Future.succeededFuture("");
                    })
            .map(""),
        () -> {});
  }

  private Future<Optional<String>> number(Image image, String snapshot) {
    return images
        .snapshots(image)
        .map(
            there ->
                there.stream()
                    .filter(kept -> kept.snapshot().name().equals(snapshot))
                    .map(QemuImg.Kept::number)
                    .findFirst());
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
  public Future<List<Volume.Snapshot>> snapshots(Shelf.Item item) {
    return item.format().equals("qcow2")
        ? images
            .snapshots(image(item))
            .map(there -> there.stream().map(QemuImg.Kept::snapshot).toList())
        : Future.succeededFuture(List.of());
  }

  private Task cloning(Bench bench, CloneVolume order) {
    Shelf.Item source = bench.item(order.source());
    if (order.linked()) {
      return making(bench, images.overlay(image(source), part(bench)));
    }
    Future<Optional<String>> number =
        order
            .snapshot()
            .map(name -> number(image(source), name).compose(found -> found(found, name)))
            .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    return Deferred.of(
        number.map(
            snapshot ->
                making(
                    bench,
                    images.convert(
                        image(source),
                        new Image(part(bench), format(order, source)),
                        new QemuImg.Copy(snapshot, order.compressed()),
                        share(bench, source)))),
        Future::succeededFuture);
  }

  private static Future<Optional<String>> found(Optional<String> number, String snapshot) {
    return number.isPresent()
        ? Future.succeededFuture(number)
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

  private Task importing(Bench bench, ImportVolume order) {
    Path file = exchange.resolve(order.file());
    return Deferred.of(
        disk.call("the look at " + file, () -> strange(file))
            .compose(
                image ->
                    images
                        .capacity(image)
                        .map(
                            size ->
                                making(
                                    bench,
                                    images.convert(
                                        image,
                                        new Image(part(bench), order.format().word()),
                                        QemuImg.Copy.PLAIN,
                                        share(bench, size))))),
        Future::succeededFuture);
  }

  /** An image that somebody brought, once it is known to be harmless. */
  private static Image strange(Path file) throws IOException {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(
          Reason.UNKNOWN_VOLUME, file + " is not there; put the image into that folder first");
    }
    plain(file);
    ImageHeader header = ImageHeader.of(file);
    if (header.pointsTo() != ImageHeader.Outside.NOTHING) {
      throw new RefusedException(
          Reason.INVALID_IMAGE,
          "%s names %s, and nothing is read through it; flatten it where it comes from"
              .formatted(file.getFileName(), header.pointsTo()));
    }
    return new Image(file, header.format());
  }

  private Task exporting(Bench bench, ExportVolume order) {
    Shelf.Item item = bench.item(order.volume());
    Path part = part(exchange, bench.operation());
    return naming(
        part,
        exchange.resolve(order.file()),
        images.convert(
            image(item),
            new Image(part, order.form().word()),
            new QemuImg.Copy(Optional.empty(), order.compressed()),
            share(bench, item)));
  }

  private Task making(Bench bench, Run run) {
    Path part = part(bench);
    return naming(part, part.resolveSibling(bench.order().volume().name()), run);
  }

  /** Work that fills the hidden file; what it fills gets its name, or is removed. */
  private Task naming(Path part, Path file, Run run) {
    Future<Path> end =
        run.output()
            .compose(done -> disk.call("the naming of " + file, () -> name(part, file)))
            .recover(failure -> remove(part).transform(gone -> Future.failedFuture(failure)));
    return Task.of(end, run::cancel);
  }

  /** Gives a hidden file a name that nothing bears yet. */
  static Path name(Path part, Path file) throws IOException {
    try {
      Files.createLink(file, part);
    } catch (FileAlreadyExistsException e) {
      throw new RefusedException(
          Reason.NAME_TAKEN, file + " is there already; choose another name, or delete it first");
    }
    Files.delete(part);
    return file;
  }

  private Future<Void> delete(Shelf.Item item) {
    return remove(Path.of(item.path()));
  }

  private Future<Void> remove(Path file) {
    return disk.call("the removal of " + file, () -> Files.deleteIfExists(file)).mapEmpty();
  }

  private Future<Void> resize(Shelf.Item item, Bytes size) {
    return fits(item, size).compose(fits -> images.resize(image(item), size).output()).mapEmpty();
  }

  private Future<Void> fits(Shelf.Item item, Bytes size) {
    if (size.compareTo(item.capacity()) >= 0) {
      return Future.succeededFuture();
    }
    return images
        .writtenBeyond(image(item), size)
        .compose(
            written ->
                written
                    ? Future.failedFuture(
                        new RefusedException(
                            Reason.WRONG_STATE,
                            "%s has data beyond %s; shrink the file systems in it first"
                                .formatted(item.path(), size)))
                    : Future.succeededFuture());
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(Shelf.Item item, Volume.Format format) {
    return images.measure(image(item), format);
  }

  @Override
  public Future<Void> clear(Shelf shelf, OperationId operation) {
    return remove(part(folder(shelf), operation))
        .compose(gone -> remove(part(exchange, operation)));
  }

  /** A file itself: never what a link in its place points to. */
  private static Path plain(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, file + " is no plain file; only those are worked on");
    }
    return file;
  }
}
