package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Run;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.storage.tool.Download;
import io.ballast.storage.tool.Downloads;
import io.ballast.storage.tool.Headroom;
import io.ballast.storage.tool.ImageHeader;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder from which images are imported and to which they are exported, and how a file gets its
 * name: it is made under a hidden name of its operation, and gets its own by a hard link, which
 * never replaces what is there.
 */
record Exchange(Disk disk, Downloads downloads, Path folder) {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** An image that somebody brought, once it is known to be harmless. */
  Future<Image> brought(String name) {
    return image(folder.resolve(name));
  }

  /** A file of somebody else as an image, once it is known to be harmless. */
  Future<Image> image(Path file) {
    return disk.call("the look at " + file, () -> strange(file));
  }

  /** Checks that all of what an order reads has room here; a copy takes no more. */
  Future<Bytes> roomFor(Bench bench) {
    Bytes needed =
        bench.opened().stream().map(Shelf.Item::allocated).reduce(Bytes.ZERO, Bytes::plus);
    return disk.call(
        "the look at " + folder,
        () -> {
          Headroom.OF_DISK.check(folder, needed);
          return needed;
        });
  }

  /** Fetches an image into the hidden file of an operation. */
  Download fetch(OperationId operation, FetchVolume order, Task.Progress progress) {
    return downloads.fetch(
        new Download.What(URI.create(order.source()), order.sha256()),
        part(operation),
        (done, total) -> total.ifPresent(all -> progress.at(new Bytes(done), new Bytes(all))));
  }

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

  /** The hidden file of an operation. */
  Path part(OperationId operation) {
    return folder.resolve(Part.name(operation));
  }

  /** Work that fills the hidden file; what it fills gets its name in this folder. */
  Task exporting(OperationId operation, String name, Run run) {
    return naming(part(operation), folder.resolve(name), run);
  }

  /** Work that fills a hidden file; what it fills gets its name, or is removed. */
  Task naming(Path part, Path file, Run run) {
    return Task.of(named(part, file, run.output()), run::cancel);
  }

  /** Once the hidden file is filled it gets its name in this folder; or else it is removed. */
  Future<String> named(OperationId operation, String name, Future<?> filled) {
    return named(part(operation), folder.resolve(name), filled).map("");
  }

  private Future<Path> named(Path part, Path file, Future<?> filled) {
    return filled
        .compose(done -> disk.call("the naming of " + file, () -> name(part, file)))
        .recover(failure -> remove(part).transform(gone -> Future.failedFuture(failure)));
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
    sync(file);
    return file;
  }

  /** Has the name of a file outlive a cut of the power, where the file system can do that. */
  static void sync(Path file) {
    Path folder = file.resolveSibling(".");
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      LOG.debug("{} can't be synced: {}", folder, e.getMessage());
    }
  }

  /** Has a file take the place of another one, which no QEMU has open, at once. */
  static Path put(Path part, Path file) throws IOException {
    return QemuLock.held(
        file,
        () -> {
          Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
          sync(file);
          return file;
        });
  }

  /** Removes a file; what is gone already is no error. */
  Future<Void> remove(Path file) {
    return disk.call("the removal of " + file, () -> Files.deleteIfExists(file)).mapEmpty();
  }

  /**
   * Removes a file that no guest uses; what is gone already is no error. Fails as {@code IN_USE}
   * where a QEMU has it open.
   */
  Future<Void> removeUnused(Path file) {
    return disk.call(
            "the removal of " + file, () -> QemuLock.held(file, () -> Files.deleteIfExists(file)))
        .mapEmpty();
  }

  /** A file itself: never what a link in its place points to. */
  static Path plain(Path file) {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, file + " is no plain file; only those are worked on");
    }
    return file;
  }
}
