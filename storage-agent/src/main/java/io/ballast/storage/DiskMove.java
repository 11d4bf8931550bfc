package io.ballast.storage;

import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A disk on its way to another volume of its host: the new one is made, the disk comes to lie on
 * it, and the old one is deleted. Where it does not get that far, the new one is deleted, unless
 * the disk may lie on it. Lives on one loop.
 */
final class DiskMove implements Task {
  private static final long SECTOR = 512;

  private final OperationId id;
  private final MoveDisk order;
  private final Volumes volumes;
  private final Loop loop;
  private Task now = Task.of(Future.succeededFuture());
  private boolean cancelled;
  private Future<String> end = Future.failedFuture("not begun");

  DiskMove(OperationId id, MoveDisk order, Volumes volumes, Loop loop) {
    this.id = id;
    this.order = order;
    this.volumes = volumes;
    this.loop = loop;
  }

  /**
   * Begins it.
   *
   * @param running whether the machine runs
   * @param from what the disk lies on
   */
  Task begin(boolean running, Volume from, Format format, Task.Progress progress) {
    end =
        step(() -> volumes.carryOut(id, made(running, from, format), running ? none() : progress))
            .compose(
                made ->
                    step(() -> volumes.carryOut(id, order, progress))
                        .recover(failure -> undone(failure)))
            .compose(moved -> rid(from.id()));
    return this;
  }

  /**
   * Goes on with one of a machine that runs, which was cut off with its agent: QEMU copies on, or
   * begins anew.
   */
  Task goOn(VolumeId from, Task.Progress progress) {
    end =
        step(() -> volumes.carryOut(id, order, progress))
            .recover(failure -> undone(failure))
            .compose(moved -> rid(from));
    return this;
  }

  private static Task.Progress none() {
    return (done, total) -> {};
  }

  private VolumeOrder made(boolean running, Volume from, Format format) {
    Bytes size = new Bytes(Math.ceilDiv(from.capacity().value(), SECTOR) * SECTOR);
    return running
        ? new CreateVolume(order.into(), format, size, Volume.Preallocation.OFF, Optional.empty())
        : new CloneVolume(
            from.id(), Optional.empty(), order.into(), false, Optional.of(format), false);
  }

  private Future<String> step(Supplier<Task> next) {
    if (cancelled) {
      return Future.failedFuture(new RefusedException(Reason.CANCELLED, "it was cancelled"));
    }
    now = next.get();
    return loop.here(now.end());
  }

  private Future<String> undone(Throwable failure) {
    return loop.here(volumes.disks(order.vm()))
        .compose(
            machine ->
                liesOnNew(machine)
                    ? Future.succeededFuture("")
                    : mayGoOn(failure) ? Future.failedFuture(failure) : deleted(failure));
  }

  private static boolean mayGoOn(Throwable failure) {
    return !(failure instanceof RefusedException refused)
        || refused.reason() == Reason.MAY_YET_HAPPEN
        || refused.reason() == Reason.NOT_READY;
  }

  private Future<String> deleted(Throwable failure) {
    return loop.here(volumes.find(order.into()))
        .compose(
            found ->
                found.volume().filter(it -> it.users().isEmpty()).isPresent()
                    ? loop.here(volumes.carryOut(id, new DeleteVolume(order.into()), none()).end())
                    : Future.succeededFuture(""))
        .transform(gone -> Future.failedFuture(failure));
  }

  private boolean liesOnNew(VmDisks machine) {
    return machine.disks().stream()
        .filter(disk -> disk.target().equals(order.target()))
        .anyMatch(disk -> disk.volume().equals(Optional.of(order.into())));
  }

  /** What anything uses by now stays, and is told of. */
  private Future<String> rid(VolumeId old) {
    if (order.keeps()) {
      return Future.succeededFuture(old + " is kept");
    }
    return loop.here(volumes.lasting(order.into()))
        .compose(lasting -> loop.here(volumes.find(old)))
        .compose(
            found ->
                found.volume().filter(it -> it.users().isEmpty()).isPresent()
                    ? loop.here(volumes.carryOut(id, new DeleteVolume(old), none()).end())
                    : Future.succeededFuture(
                        found
                            .volume()
                            .map(it -> "%s stays, it is used by %s".formatted(old, it.usersText()))
                            .orElse("")))
        .recover(
            failure ->
                Future.succeededFuture(
                    "%s is left, for it can't be deleted: %s"
                        .formatted(old, failure.getMessage())));
  }

  @Override
  public Future<String> end() {
    return end;
  }

  @Override
  public void cancel() {
    cancelled = true;
    now.cancel();
  }
}
