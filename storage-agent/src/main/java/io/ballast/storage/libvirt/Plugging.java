package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.DetachDisk;
import io.ballast.messages.DiskOrder.LimitDisk;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** What is done with single disks of machines, whether those run or not. */
final class Plugging {
  /** So long a guest may take to let go of a disk. */
  private static final Duration LETTING_GO = Duration.ofSeconds(30);

  /** So long the copy of a disk may take. */
  private static final Duration LONG = Duration.ofHours(24);

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  private final Lane<Guests> lane;
  private final ScheduledExecutorService clock;
  private final Function<VolumeId, Future<Shelf.Place>> places;

  /**
   * @param places looks a volume up that is to be used; fails where that can't be done safely
   */
  Plugging(
      Lane<Guests> lane,
      ScheduledExecutorService clock,
      Function<VolumeId, Future<Shelf.Place>> places) {
    this.lane = lane;
    this.clock = clock;
    this.places = places;
  }

  /** Has an order carried out. */
  Task carryOut(DiskOrder order, Task.Progress progress) {
    return switch (order) {
      case AttachDisk attach ->
          Task.telling(
              places.apply(attach.volume()).compose(place -> attach(attach, place)), () -> {});
      case DetachDisk detach ->
          Task.telling(detach(new Slot(detach.vm(), detach.target())), () -> {});
      case LimitDisk limit ->
          Task.telling(limit(new Slot(limit.vm(), limit.target()), limit), () -> {});
      case MoveDisk move ->
          Deferred.of(
              places.apply(move.into()).compose(place -> move(move, place.item(), progress)),
              Future::succeededFuture);
    };
  }

  /** A machine that runs has its QEMU copy the disk; one that is off is told what to use. */
  private Future<Task> move(MoveDisk order, Shelf.Item into, Task.Progress progress) {
    Slot slot = new Slot(order.vm(), order.target());
    Definition.Source source = new Definition.Source(into.path(), into.format());
    return lane.look(
            "the look at VM " + slot.vm(), LiveJob.CALL, guests -> guests.machine(slot.vm()))
        .map(
            machine ->
                machine.active()
                    ? copy(slot, source, LiveJob.telling(progress, into.capacity()))
                    : Task.of(use(slot, source)));
  }

  private Future<Void> use(Slot slot, Definition.Source source) {
    return lane.run(
        "the definition of VM " + slot.vm(),
        LiveJob.CALL,
        guests -> guests.use(slot.vm(), Map.of(slot.target(), source)));
  }

  private Task copy(Slot slot, Definition.Source into, Consumer<Guests.Job> progress) {
    return LiveJob.of(
        lane,
        clock,
        slot,
        new LiveJob.Goal(
            "the move of " + slot,
            Guests.Job.Kind.COPY,
            guests -> guests.copy(slot, into),
            guests -> guests.pivot(slot),
            disk -> disk.source().equals(into.path()),
            LONG),
        progress);
  }

  private Future<String> attach(AttachDisk order, Shelf.Place place) {
    Plug plug = Plug.of(order, place.shelf(), place.item());
    return lane.submit(
            "the plugging of %s into VM %s".formatted(order.volume(), order.vm()),
            LiveJob.CALL,
            guests -> guests.plug(order.vm(), plug))
        .map(target -> "as " + target);
  }

  private Future<String> limit(Slot slot, LimitDisk order) {
    return lane.run(
            "the limits of " + slot, LiveJob.CALL, guests -> guests.limit(slot, order.limits()))
        .map("");
  }

  /** It is forgotten for later starts once the guest has let it go. */
  private Future<String> detach(Slot slot) {
    String what = "the removal of " + slot;
    long end = System.nanoTime() + LETTING_GO.toNanos();
    return lane.submit(what, LiveJob.CALL, guests -> guests.unplug(slot))
        .compose(asked -> letGo(slot, end))
        .compose(gone -> lane.run(what, LiveJob.CALL, guests -> guests.forget(slot)))
        .map("");
  }

  private Future<Void> letGo(Slot slot, long end) {
    return lane.look("a look at " + slot, LiveJob.CALL, guests -> guests.isPlugged(slot))
        .compose(
            there -> {
              if (!there) {
                return Future.succeededFuture();
              }
              return System.nanoTime() - end > 0
                  ? Future.failedFuture(held(slot))
                  : pause().compose(later -> letGo(slot, end));
            });
  }

  private static RefusedException held(Slot slot) {
    return new RefusedException(
        Reason.MAY_YET_HAPPEN,
        "the guest was asked to let go of %s, and has not within %d s: unmount it there, and look whether its system is up; ask for it again then"
            .formatted(slot, LETTING_GO.toSeconds()));
  }

  private Future<Void> pause() {
    Promise<Void> later = Promise.promise();
    try {
      var unused =
          clock.schedule(() -> later.complete(), BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      later.fail(new RefusedException(Reason.NOT_READY, "the agent of this host stopped"));
    }
    return later.future();
  }
}
