package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.agent.tool.Run;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.layers.Tree.Merge;
import io.ballast.storage.layers.Tree.Overlay;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Files as layers upon each other: how they are made, written into one another, and removed. */
final class Layering {
  static final Duration LONG = Duration.ofHours(24);

  private final QemuImg images;
  private final Disk disk;
  private final ScheduledExecutorService clock;

  Layering(QemuImg images, Disk disk, ScheduledExecutorService clock) {
    this.images = images;
    this.disk = disk;
    this.clock = clock;
  }

  /** Fails as {@code INVALID_IMAGE} where a machine's layers are not what they are used as. */
  Future<VmSeen> sound(VmSeen seen) {
    return disk.call(
        "the look at the disks of VM " + seen.machine().name(),
        () -> {
          Sources.checkHeaders(seen.layers());
          return seen;
        });
  }

  /**
   * Makes empty layers, each in a hidden file first, which then gets a name that nothing bears; all
   * of them, or none.
   */
  Future<Void> make(OperationId operation, VmSeen seen, List<Overlay> overlays) {
    List<Path> made = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (Overlay overlay : overlays) {
      // A machine that is off here may run on another host.
      Path base = Path.of(seen.path(overlay.base().id()));
      all = all.compose(before -> free(seen, "the look at " + base, base, () -> true));
    }
    for (Overlay overlay : overlays) {
      Path file = Path.of(seen.path(overlay.layer()));
      Path part = file.resolveSibling(Part.name(operation));
      all =
          all.compose(before -> empty(seen, overlay.base(), part))
              .compose(done -> disk.call("the naming of " + file, () -> Exchange.name(part, file)))
              .map(named -> made.add(file))
              .mapEmpty();
      all = all.recover(failure -> remove(part).transform(gone -> Future.failedFuture(failure)));
    }
    return all.recover(failure -> removeAll(made).transform(gone -> Future.failedFuture(failure)));
  }

  /** Makes an empty layer in a hidden file. */
  private Future<Void> empty(VmSeen seen, Volume base, Path part) {
    return remove(part)
        .compose(
            gone ->
                images.layer(image(seen, base), base.capacity(), part).output().<Void>mapEmpty())
        .recover(failure -> remove(part).transform(gone -> Future.failedFuture(failure)));
  }

  private static Image image(VmSeen seen, Volume volume) {
    return new Image(Path.of(seen.path(volume.id())), volume.format());
  }

  /** Removes layers; those that are gone are no error. */
  Future<Void> remove(VmSeen seen, List<VolumeId> layers) {
    Future<Void> removed = Future.succeededFuture();
    for (VolumeId layer : layers) {
      removed = removed.compose(before -> remove(seen, layer));
    }
    return removed;
  }

  private Future<Void> remove(VmSeen seen, VolumeId layer) {
    Path file = Path.of(seen.path(layer));
    return free(seen, "the removal of " + file, file, () -> Files.deleteIfExists(file));
  }

  /**
   * Changes a file that no QEMU has open: a machine that is off here may run on another host. Of
   * one that runs here it is known which files it has, some of which its QEMU closes late.
   */
  private Future<Void> free(VmSeen seen, String what, Path file, Disk.Call<?> deed) {
    return disk.call(what, () -> seen.machine().active() ? deed.run() : QemuLock.held(file, deed))
        .mapEmpty();
  }

  private Future<Void> removeAll(List<Path> files) {
    Future<Void> removed = Future.succeededFuture();
    for (Path file : files) {
      removed = removed.compose(before -> remove(file));
    }
    return removed;
  }

  private Future<Void> remove(Path file) {
    return disk.call("the removal of " + file, () -> Files.deleteIfExists(file)).mapEmpty();
  }

  /** Removes and empties layers that nothing needs. */
  Future<Void> cut(OperationId operation, VmSeen seen, List<Tree.Cut> cuts) {
    Future<Void> done = Future.succeededFuture();
    for (Tree.Cut cut : cuts) {
      done =
          done.compose(
              before ->
                  switch (cut) {
                    case Tree.Cut.Remove it -> remove(seen, it.layer().id());
                    case Tree.Cut.Empty it -> emptied(operation, seen, it);
                  });
    }
    return done;
  }

  private Future<Void> emptied(OperationId operation, VmSeen seen, Tree.Cut.Empty cut) {
    Path file = Path.of(seen.path(cut.layer().id()));
    Path part = file.resolveSibling(Part.name(operation));
    return empty(seen, cut.base(), part)
        .compose(
            made ->
                free(
                    seen,
                    "the emptying of " + file,
                    file,
                    () -> Files.move(part, file, StandardCopyOption.ATOMIC_MOVE)))
        .recover(failure -> remove(part).transform(gone -> Future.failedFuture(failure)));
  }

  /** Leaves a sign that a snapshot is being deleted. */
  Future<Void> sign(VmSeen seen, VolumeId sign) {
    Path file = Path.of(seen.path(sign));
    return disk.call(
            "the making of " + file,
            () -> {
              try {
                return Files.createFile(file);
              } catch (FileAlreadyExistsException e) {
                return file;
              }
            })
        .mapEmpty();
  }

  /** Writes a layer that no machine has open into the one below. */
  Task commit(VmSeen seen, Merge merge, Task.Progress progress) {
    Run run =
        images.commit(
            image(seen, merge.upper()),
            share ->
                progress.at(
                    new Bytes(Math.round(share * merge.upper().capacity().value())),
                    merge.upper().capacity()));
    return Task.of(run.output(), run::cancel);
  }

  /**
   * Writes the layer that a machine which is off uses into the one below, and does something then
   * during which the machine can't be started, unless the machine has written to it in between.
   */
  Task commit(VmSeen seen, Merge merge, Task.Progress progress, Supplier<Future<Void>> then) {
    Path upper = Path.of(seen.path(merge.upper().id()));
    return Deferred.of(
        disk.call("the look at " + upper, () -> Unwritten.of(upper))
            .map(
                before -> {
                  Task written = commit(seen, merge, progress);
                  return Task.of(
                      written.end().compose(done -> held(before, then)), written::cancel);
                }),
        Future::succeededFuture);
  }

  private Future<Void> held(Unwritten before, Supplier<Future<Void>> deed) {
    return disk.call("the look at " + before.file(), before::held)
        .compose(
            lock ->
                deed.get()
                    .eventually(
                        () ->
                            disk.call(
                                "the release of " + before.file(),
                                () -> {
                                  lock.close();
                                  return true;
                                })));
  }

  /** Has a machine's QEMU work on a disk. */
  Task live(Lane<Guests> lane, Slot slot, LiveJob.Goal goal, Consumer<Guests.Job> progress) {
    return LiveJob.of(lane, clock, slot, goal, progress);
  }

  /**
   * Sets those layers upon the lower one that still build upon the upper one. Fails as {@code
   * INTERRUPTED} where either is not seen, and what builds upon it neither.
   */
  Future<Void> settle(VmSeen now, Merge merge) {
    Future<Void> settled = Future.succeededFuture();
    Optional<Volume> upper = now.disks().volume(merge.upper().id());
    if (upper.isEmpty() || now.disks().volume(merge.lower().id()).isEmpty()) {
      return Future.failedFuture(unseen(merge));
    }
    for (Volume.User user : upper.get().users()) {
      if (user.kind() == Volume.User.Kind.VOLUME) {
        VolumeId child = VolumeId.of(user.name());
        settled =
            settled.compose(
                before ->
                    images
                        .set(
                            new Image(Path.of(now.path(child)), "qcow2"), image(now, merge.lower()))
                        .output()
                        .mapEmpty());
      }
    }
    return settled;
  }

  /** Removes the upper layer and the sign, once nothing uses the one any more. */
  Future<Void> finish(VmSeen now, Merge merge) {
    Optional<Volume> upper = now.disks().volume(merge.upper().id());
    if (upper.isEmpty()) {
      return Future.failedFuture(unseen(merge));
    }
    if (!upper.get().users().isEmpty()) {
      return Future.failedFuture(
          new RefusedException(
              Reason.INTERRUPTED,
              "layer %s is written into the one below, and is used by %s yet; ask for it again"
                  .formatted(upper.get().id(), upper.get().usersText())));
    }
    return remove(now, List.of(merge.upper().id(), merge.sign()));
  }

  private static RefusedException unseen(Merge merge) {
    return new RefusedException(
        Reason.INTERRUPTED,
        "%s or %s is not seen any more, nor what builds upon them; look whether their pool is"
                .formatted(merge.upper().id(), merge.lower().id())
            + " active, and ask for it again");
  }
}
