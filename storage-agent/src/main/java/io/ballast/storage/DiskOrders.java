package io.ballast.storage;

import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.DetachDisk;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.DiskPreconditions;
import io.ballast.storage.work.Holds;
import io.ballast.storage.work.Resumed;
import io.ballast.storage.work.VolumeWork;
import io.vertx.core.Future;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
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

  /** What was taken off before the agent was cut off is not there any more. */
  private Future<Outcome> again(
      OperationId id, DiskOrder order, java.util.function.Function<Work, Future<Outcome>> begin) {
    return checked(id, order)
        .compose(begin)
        .recover(
            failure ->
                order instanceof DetachDisk
                        && failure instanceof RefusedException refused
                        && refused.reason() == Reason.WRONG_STATE
                    ? Future.succeededFuture(new Outcome.Done(Optional.empty()))
                    : Future.failedFuture(failure));
  }

  private Future<Work> checked(OperationId id, DiskOrder order) {
    return loop.here(volumes.disks(order.vm()))
        .compose(
            machine ->
                order instanceof AttachDisk attach
                    ? loop.here(volumes.find(attach.volume()))
                        .map(
                            found -> {
                              DiskPreconditions.attach(attach, found);
                              return begin(id, order, machine, Set.of(attach.volume()));
                            })
                    : Future.succeededFuture(begin(id, order, machine, Set.of())));
  }

  private Work begin(OperationId id, DiskOrder order, VmDisks machine, Set<VolumeId> more) {
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
        told -> volumes.carryOut(id, order),
        () -> loop.run(() -> holds.release(id)));
  }
}
