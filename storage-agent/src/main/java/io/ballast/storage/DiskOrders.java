package io.ballast.storage;

import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.DetachDisk;
import io.ballast.messages.DiskOrder.LimitDisk;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.trade.Volumes.Found;
import io.ballast.storage.work.CutOff;
import io.ballast.storage.work.DiskPreconditions;
import io.ballast.storage.work.Holds;
import io.ballast.storage.work.Resumed;
import io.ballast.storage.work.VolumeWork;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What each command does to one disk of a virtual machine. While it goes on, it has the volumes of
 * all the machine's disks to itself. Lives on one loop.
 */
final class DiskOrders {
  private final HostId host;
  private final Volumes volumes;
  private final Holds holds;
  private final Consumer<String> untouched;
  private final Loop loop;

  /**
   * @param untouched throws where something works on a volume or pool
   */
  DiskOrders(HostId host, Volumes volumes, Holds holds, Consumer<String> untouched, Loop loop) {
    this.host = host;
    this.volumes = volumes;
    this.holds = holds;
    this.untouched = untouched;
    this.loop = loop;
  }

  Handling.Change order(OperationId id, DiskOrder order) {
    return new Handling.Change(
        order.object(),
        true,
        () -> checked(id, order),
        () -> new Resumed(begin -> again(id, order, begin)));
  }

  /**
   * What was taken off before the agent was cut off is not there any more; and a disk that was on
   * its way is looked at.
   */
  private Future<Outcome> again(
      OperationId id, DiskOrder order, Function<Work, Future<Outcome>> begin) {
    if (order instanceof MoveDisk move) {
      return movedOn(id, move, begin);
    }
    return checked(id, order)
        .compose(begin)
        .recover(
            failure ->
                order instanceof DetachDisk detach
                        && failure instanceof RefusedException refused
                        && refused.reason() == Reason.WRONG_STATE
                    ? gone(detach, failure)
                    : Future.failedFuture(failure));
  }

  private Future<Outcome> gone(DetachDisk order, Throwable failure) {
    return loop.here(volumes.disks(order.vm()))
        .compose(
            machine ->
                machine.disks().stream().anyMatch(disk -> disk.target().equals(order.target()))
                    ? Future.failedFuture(failure)
                    : Future.succeededFuture(new Outcome.Done(Optional.empty())));
  }

  /** What was seen before it had the volume to itself may be over. */
  private Task attached(OperationId id, AttachDisk order, Task.Progress told) {
    return Task.telling(
        loop.here(volumes.find(order.volume()))
            .compose(
                found -> {
                  DiskPreconditions.attach(order, found);
                  return loop.here(volumes.carryOut(id, order, told).end());
                }),
        () -> {});
  }

  /** QEMU goes on with a copy whose agent was cut off, and then waits for a word. */
  private Future<Outcome> movedOn(
      OperationId id, MoveDisk order, Function<Work, Future<Outcome>> begin) {
    return loop.here(volumes.clear(id, order.into().pool()))
        .compose(clean -> loop.here(volumes.disks(order.vm())))
        .compose(
            machine -> {
              VolumeId lies = DiskPreconditions.lies(order, machine);
              if (lies.equals(order.into())) {
                return Future.succeededFuture(
                    CutOff.maybe("the disk lies on " + lies + ", and what it lay on may be left"));
              }
              return loop.here(volumes.find(order.into()))
                  .compose(
                      found ->
                          found.volume().isEmpty()
                              ? checked(id, order).compose(begin)
                              : machine.active()
                                  ? begin.apply(copying(id, order, machine, lies))
                                  : Future.succeededFuture(halfMade(order)));
            });
  }

  private Work copying(OperationId id, MoveDisk order, VmDisks machine, VolumeId lies) {
    return begin(
        id,
        order,
        machine,
        Set.of(order.into()),
        told -> new DiskMove(id, order, volumes, loop).goOn(lies, told));
  }

  /** A machine that is off may have run since, or while it was copied. */
  private static Outcome halfMade(MoveDisk order) {
    return CutOff.maybe(
        "the disk lies where it was, and %s may be half a copy; delete that"
            .formatted(order.into()));
  }

  private Future<Work> checked(OperationId id, DiskOrder order) {
    return loop.here(volumes.disks(order.vm()))
        .compose(
            machine ->
                switch (order) {
                  case AttachDisk attach ->
                      loop.here(volumes.find(attach.volume()))
                          .map(
                              found -> {
                                DiskPreconditions.attach(attach, found);
                                return begin(
                                    id,
                                    order,
                                    machine,
                                    Set.of(attach.volume()),
                                    told -> attached(id, attach, told));
                              });
                  case DetachDisk detach ->
                      Future.succeededFuture(plain(id, order, machine, Set.of()));
                  case LimitDisk limit ->
                      Future.succeededFuture(plain(id, order, machine, Set.of()));
                  case MoveDisk move -> move(id, move, machine);
                });
  }

  private Future<Work> move(OperationId id, MoveDisk order, VmDisks machine) {
    VolumeId lies = DiskPreconditions.lies(order, machine);
    return Future.all(loop.here(volumes.find(lies)), loop.here(volumes.find(order.into())))
        .compose(
            both ->
                kept(both.resultAt(0))
                    .map(
                        kept ->
                            DiskPreconditions.move(
                                order, machine, both.resultAt(0), kept, both.resultAt(1))))
        .map(
            volume -> {
              Volume.Format format = DiskPreconditions.form(volume).orElseThrow();
              return begin(
                  id,
                  order,
                  machine,
                  Set.of(order.into()),
                  told ->
                      new DiskMove(id, order, volumes, loop)
                          .begin(machine.active(), volume, format, told));
            });
  }

  /** The snapshots in a volume, of which only one form has any. */
  private Future<List<Volume.Snapshot>> kept(Found found) {
    return found
        .volume()
        .filter(volume -> volume.format().equals(Volume.Format.QCOW2.word()))
        .map(volume -> loop.here(volumes.snapshots(volume.id())))
        .orElseGet(() -> Future.succeededFuture(List.of()));
  }

  private Work plain(OperationId id, DiskOrder order, VmDisks machine, Set<VolumeId> more) {
    return begin(id, order, machine, more, told -> volumes.carryOut(id, order, told));
  }

  private Work begin(
      OperationId id,
      DiskOrder order,
      VmDisks machine,
      Set<VolumeId> more,
      Function<Task.Progress, Task> task) {
    Set<VolumeId> mine =
        machine.disks().stream()
            .flatMap(disk -> disk.volume().stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    mine.addAll(more);
    Set<String> pools = mine.stream().map(VolumeId::pool).collect(Collectors.toSet());
    pools.forEach(untouched);
    for (VolumeId volume : mine) {
      untouched.accept(volume.toString());
      holds.untaken(volume);
      holds.free(volume);
    }
    holds.take(id, mine);
    holds.workIn(id, pools);
    return new VolumeWork(
        new VolumeWork.About(id, host, order.object()),
        task,
        () -> loop.run(() -> holds.release(id)));
  }
}
