package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Rbd.Address;
import io.ballast.storage.tool.RbdAnswer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How images of Ceph and their snapshots are removed: never what anybody needs. */
final class Removal {
  private static final Logger LOG = LoggerFactory.getLogger(Removal.class);

  /** A tool that was ended is missed by the cluster after half a minute, and watches until then. */
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private static final int TRIES = 45;

  private final ScheduledExecutorService clock;

  Removal(ScheduledExecutorService clock) {
    this.clock = clock;
  }

  /** Removes what an operation made and nobody knows; what is gone already is no error. */
  Future<Void> of(Rbd rbd, Address part) {
    return of(rbd, part, TRIES);
  }

  private Future<Void> of(Rbd rbd, Address part, int tries) {
    return Rbd.told(rbd.remove(part))
        .<Void>mapEmpty()
        .recover(
            failure ->
                switch (reason(failure)) {
                  case UNKNOWN_VOLUME -> Future.succeededFuture();
                  case IN_USE ->
                      tries > 1
                          ? later().compose(now -> of(rbd, part, tries - 1))
                          : Future.failedFuture(failure);
                  default -> Future.failedFuture(failure);
                });
  }

  private static Reason reason(Throwable failure) {
    return failure instanceof RefusedException refused ? refused.reason() : Reason.INTERNAL;
  }

  private Future<Void> later() {
    Promise<Void> later = Promise.promise();
    try {
      ScheduledFuture<?> pause =
          clock.schedule(() -> later.complete(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      return later.future().onComplete(end -> pause.cancel(false));
    } catch (RejectedExecutionException e) {
      return Future.failedFuture(
          new RefusedException(Reason.NOT_READY, "the agent of this host stopped"));
    }
  }

  /** Fails as {@code IN_USE}, by name, where anything builds upon a snapshot. */
  Future<Void> childless(Rbd rbd, Address snapshot) {
    return rbd.children(snapshot)
        .compose(
            children ->
                children.isEmpty()
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new RefusedException(
                            Reason.IN_USE,
                            "snapshot %s is used by %s; flatten or delete them first"
                                .formatted(snapshot, String.join(", ", children)))));
  }

  /** Removes a snapshot upon which nothing builds. */
  Future<String> of(Rbd rbd, Address snapshot, RbdAnswer.Kept kept) {
    Future<String> free =
        kept.guarded()
            ? Rbd.told(rbd.snapshot(Rbd.Act.UNPROTECT, snapshot))
            : Future.succeededFuture("");
    return free.compose(done -> Rbd.told(rbd.snapshot(Rbd.Act.REMOVE, snapshot)));
  }

  /**
   * Removes an image that nobody has open, with its snapshots, unless something builds upon one or
   * somebody has protected one.
   */
  Future<Void> withSnapshots(Rbd rbd, VolumeId volume, Address image) {
    return rbd.watchers(image)
        .compose(watchers -> shut(image, watchers))
        .compose(shut -> rbd.snapshots(image))
        .compose(
            snapshots -> {
              Future<?> free = Future.succeededFuture();
              for (RbdAnswer.Kept kept : snapshots) {
                free = free.compose(done -> childless(rbd, image.at(kept.name())));
              }
              return free.map(done -> unguarded(volume, snapshots));
            })
        .compose(
            snapshots -> {
              Future<?> gone = Future.succeededFuture();
              for (RbdAnswer.Kept kept : snapshots) {
                gone = gone.compose(done -> of(rbd, image.at(kept.name()), kept));
              }
              return gone;
            })
        .compose(done -> Rbd.told(rbd.remove(image)))
        .mapEmpty();
  }

  /** Fails as {@code IN_USE}, by name, where anybody has an image open. */
  static Future<Void> shut(Address image, List<RbdAnswer.Client> watchers) {
    if (watchers.isEmpty()) {
      return Future.succeededFuture();
    }
    List<String> names = new ArrayList<>();
    watchers.forEach(watcher -> names.add(watcher.toString()));
    return Future.failedFuture(
        new RefusedException(
            Reason.IN_USE,
            "%s is open to %s; close it there first".formatted(image, String.join(", ", names))));
  }

  /**
   * The snapshots of an image.
   *
   * @throws RefusedException as {@code WRONG_STATE} where somebody has protected one
   */
  static List<RbdAnswer.Kept> unguarded(VolumeId volume, List<RbdAnswer.Kept> snapshots) {
    for (RbdAnswer.Kept kept : snapshots) {
      if (kept.guarded() && !Part.isSnapshot(kept.name())) {
        throw new RefusedException(
            Reason.WRONG_STATE,
            "snapshot '%s' of %s is protected; 'ballast volume unprotect %s %s' frees it"
                .formatted(kept.name(), volume, volume, kept.name()));
      }
    }
    return snapshots;
  }

  /**
   * Removes a snapshot that was made for a clone, once nothing builds upon it. Always succeeds:
   * what stays harms nothing, and goes with its image.
   */
  Future<Void> tidy(Rbd rbd, Address snapshot) {
    if (!Part.isSnapshot(snapshot.snapshot().orElse(""))) {
      return Future.succeededFuture();
    }
    return childless(rbd, snapshot)
        .compose(none -> rbd.snapshots(snapshot.whole()))
        .compose(
            all ->
                all.stream()
                    .filter(kept -> snapshot.equals(snapshot.at(kept.name())))
                    .findFirst()
                    .map(kept -> of(rbd, snapshot, kept))
                    .orElseGet(() -> Future.succeededFuture("")))
        .<Void>mapEmpty()
        .onFailure(why -> LOG.info("{} stays for now: {}", snapshot, why.getMessage()))
        .otherwiseEmpty();
  }
}
