package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;

/** What is done with a disk while its virtual machine runs: its QEMU does it. */
final class Live {
  private static final Duration LONG = Duration.ofHours(24);

  private final Lane<Guests> lane;
  private final ScheduledExecutorService clock;

  Live(Lane<Guests> lane, ScheduledExecutorService clock) {
    this.lane = lane;
    this.clock = clock;
  }

  /**
   * The machine that runs on something; empty where none does.
   *
   * @throws RefusedException as {@code IN_USE} where several do
   */
  static Optional<String> user(List<Tenant> tenants, String pool, Shelf.Item item) {
    List<String> running =
        tenants.stream()
            .filter(tenant -> tenant.active() && tenant.uses(pool, item))
            .map(Tenant::name)
            .toList();
    if (running.size() > 1) {
      throw new RefusedException(
          Reason.IN_USE,
          "%s is used by the running VMs %s; shut all but one down first"
              .formatted(item.path(), String.join(", ", running)));
    }
    return running.stream().findFirst();
  }

  /**
   * What QEMU has to do of an order; empty where no machine runs on what that works on, or none has
   * a part in it.
   */
  Optional<Task> part(Bench bench, List<Tenant> tenants, Folder folder) {
    if (bench.shelf().kind() != Shelf.Kind.FOLDER) {
      return Optional.empty();
    }
    String pool = bench.order().volume().pool();
    if (bench.order() instanceof ResizeVolume resize) {
      Shelf.Item item = bench.item(resize.volume());
      return user(tenants, pool, item).map(vm -> grow(vm, pool, item, resize.size()));
    }
    if (bench.order() instanceof FlattenVolume flatten) {
      Shelf.Item item = bench.item(flatten.volume());
      return user(tenants, pool, item)
          .map(vm -> folder.unkept(item, () -> flatten(vm, pool, item, bench.progress())));
    }
    return Optional.empty();
  }

  /** Gives a disk of a running machine more room. */
  Task grow(String vm, String pool, Shelf.Item item, Bytes size) {
    if (size.compareTo(item.capacity()) < 0) {
      throw new RefusedException(
          Reason.IN_USE,
          "%s is used by VM %s (running), and can't shrink under it; shut it down first"
              .formatted(item.path(), vm));
    }
    if (size.equals(item.capacity())) {
      return Task.of(Future.succeededFuture());
    }
    return Task.of(
        slot(vm, pool, item)
            .compose(
                slot ->
                    lane.run(
                        "the growth of " + slot, LiveJob.CALL, guests -> guests.grow(slot, size))));
  }

  /** Copies into a disk of a running machine what it builds upon. */
  Task flatten(String vm, String pool, Shelf.Item item, Task.Progress progress) {
    return Deferred.of(
        slot(vm, pool, item)
            .map(
                slot ->
                    LiveJob.of(
                        lane,
                        clock,
                        slot,
                        new LiveJob.Goal(
                            "the flattening of " + slot,
                            Guests.Job.Kind.PULL,
                            guests -> guests.pull(slot),
                            guests -> {},
                            disk -> disk.liesOn(pool, item) && disk.below().isEmpty(),
                            LONG),
                        LiveJob.telling(progress, item.capacity()))),
        Future::succeededFuture);
  }

  private Future<Slot> slot(String vm, String pool, Shelf.Item item) {
    return lane.look("the look at VM " + vm, LiveJob.CALL, guests -> guests.machine(vm))
        .map(
            machine ->
                machine.disks().stream()
                    .filter(disk -> disk.liesOn(pool, item))
                    .findFirst()
                    .map(disk -> new Slot(vm, disk.target()))
                    .orElseThrow(
                        () ->
                            new RefusedException(
                                Reason.IN_USE,
                                "VM %s (running) builds upon %s; shut it down first"
                                    .formatted(vm, item.path()))));
  }
}
