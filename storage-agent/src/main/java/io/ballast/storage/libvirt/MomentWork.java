package io.ballast.storage.libvirt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.layers.Moment;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of virtual machines whose disks keep them themselves: one of every disk, made while the
 * machine rests.
 */
final class MomentWork {
  private static final Logger LOG = LoggerFactory.getLogger(MomentWork.class);

  private final Stillness stillness;
  private final BiFunction<OperationId, VolumeOrder, Future<Supplier<Task>>> orders;
  private final Function<String, Future<Machine>> looks;

  /**
   * @param orders looks at all that an order on a single volume needs; what is given begins it
   * @param looks looks at a machine anew
   */
  MomentWork(
      Stillness stillness,
      BiFunction<OperationId, VolumeOrder, Future<Supplier<Task>>> orders,
      Function<String, Future<Machine>> looks) {
    this.stillness = stillness;
    this.orders = orders;
    this.looks = looks;
  }

  /** Has an order carried out. */
  Task carryOut(OperationId operation, VmOrder order, VmDisks machine, Instant at) {
    return switch (order) {
      case SnapshotVm snapshot ->
          Task.telling(
              keep(operation, snapshot, machine, new Moment(order.snapshot(), at)), () -> {});
      case RevertVm revert ->
          Task.of(
              each(
                  operation,
                  Moments.of(machine).disks(),
                  moments(machine, revert.snapshot()),
                  RevertVolume::new));
      case DeleteVmSnapshot delete -> Task.of(forget(operation, machine, delete.snapshot()));
    };
  }

  private static List<Moment> moments(VmDisks machine, String snapshot) {
    return Moments.of(machine).named(snapshot);
  }

  private Future<Void> forget(OperationId operation, VmDisks machine, String snapshot) {
    return each(
        operation, Moments.of(machine).disks(), moments(machine, snapshot), DeleteSnapshot::new);
  }

  // ---- keep

  private Future<String> keep(
      OperationId operation, SnapshotVm order, VmDisks machine, Moment moment) {
    List<VolumeId> disks = Moments.of(machine).disks();
    // What an earlier life of this operation left is not of one moment.
    return forget(operation, machine, order.snapshot())
        .compose(clean -> ready(operation, disks, moment))
        .compose(
            ready ->
                machine.active()
                    ? stillness.during(
                        new Stillness.Sleeper(operation, order.vm(), order.quiesce(), disks.size()),
                        () -> together(ready))
                    : together(ready).compose(kept -> off(order.vm())))
        .recover(failure -> undone(operation, disks, moment, failure));
  }

  /** A machine that was started meanwhile may have written to one disk and not to another. */
  private Future<String> off(String vm) {
    return looks
        .apply(vm)
        .map(
            machine -> {
              if (machine.active()) {
                throw new RefusedException(
                    Reason.BUSY,
                    "VM %s was started while its disks were kept; try again".formatted(vm));
              }
              return "the VM was off";
            });
  }

  private Future<List<Supplier<Task>>> ready(
      OperationId operation, List<VolumeId> disks, Moment moment) {
    List<Future<Supplier<Task>>> ready = new ArrayList<>();
    for (VolumeId disk : disks) {
      ready.add(orders.apply(part(operation, disk), new SnapshotVolume(disk, moment.name())));
    }
    return Future.all(ready).map(all -> all.list());
  }

  /** All at once, and to the end of the last. */
  private static Future<?> together(List<Supplier<Task>> ready) {
    return Future.join(ready.stream().map(one -> one.get().end()).toList());
  }

  /** What an operation does with one of several disks. */
  private static OperationId part(OperationId operation, VolumeId disk) {
    String name = operation + " " + disk;
    return new OperationId(UUID.nameUUIDFromBytes(name.getBytes(UTF_8)).toString());
  }

  /** Forgets what was kept for a snapshot that failed, unless its machine may rest yet. */
  private Future<String> undone(
      OperationId operation, List<VolumeId> disks, Moment moment, Throwable failure) {
    if (!(failure instanceof RefusedException refused)
        || refused.reason() == Reason.MAY_YET_HAPPEN) {
      return Future.failedFuture(failure);
    }
    List<String> left = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (VolumeId disk : disks) {
      all =
          all.compose(
              before ->
                  each(operation, List.of(disk), List.of(moment), DeleteSnapshot::new)
                      .onFailure(e -> LOG.warn("{} is left: {}", moment.name(), e.getMessage()))
                      .onFailure(e -> left.add(disk.toString()))
                      .otherwiseEmpty());
    }
    return all.transform(
        gone -> Future.failedFuture(left.isEmpty() ? failure : left(refused, moment, left)));
  }

  private static RefusedException left(RefusedException why, Moment moment, List<String> disks) {
    return new RefusedException(
        why.reason(),
        "%s; snapshot '%s' is left in %s, and could not be removed: delete it"
            .formatted(why.getMessage(), moment.snapshot(), String.join(", ", disks)));
  }

  // ---- one disk after the other

  /** Makes an order on one disk. */
  private interface Making {
    VolumeOrder of(VolumeId disk, String snapshot);
  }

  private Future<Void> each(
      OperationId operation, List<VolumeId> disks, List<Moment> moments, Making making) {
    List<String> done = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (Moment moment : moments) {
      for (VolumeId disk : disks) {
        VolumeOrder order = making.of(disk, moment.name());
        all =
            all.compose(before -> orders.apply(part(operation, disk), order))
                .compose(ready -> ready.get().end())
                .onSuccess(end -> done.add(disk.toString()))
                .mapEmpty();
      }
    }
    return all.recover(failure -> Future.failedFuture(partly(failure, done)));
  }

  private static Throwable partly(Throwable failure, List<String> done) {
    return failure instanceof RefusedException refused && !done.isEmpty()
        ? new RefusedException(
            refused.reason(),
            "%s; done with %s, ask for it again"
                .formatted(refused.getMessage(), String.join(", ", done)))
        : failure;
  }
}
