package io.ballast.storage;

import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.CutOff;
import io.ballast.storage.work.Holds;
import io.ballast.storage.work.MomentPreconditions;
import io.ballast.storage.work.Resumed;
import io.ballast.storage.work.VmPreconditions;
import io.ballast.storage.work.VolumeWork;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What each command does to the disks of a virtual machine together. While it goes on, it has all
 * their volumes to itself. Lives on one loop.
 */
final class VmCommands {
  private final HostId host;
  private final Volumes volumes;
  private final Holds holds;
  private final Consumer<String> untouched;
  private final Loop loop;
  private final Clock clock;

  /**
   * @param untouched throws where something works on a volume or pool
   */
  VmCommands(
      HostId host,
      Volumes volumes,
      Holds holds,
      Consumer<String> untouched,
      Loop loop,
      Clock clock) {
    this.host = host;
    this.volumes = volumes;
    this.holds = holds;
    this.untouched = untouched;
    this.loop = loop;
    this.clock = clock;
  }

  Handling.Change order(OperationId id, VmOrder order) {
    return new Handling.Change(
        order.object(),
        true,
        () -> volumes.disks(order.vm()).compose(machine -> checked(id, order, machine, false)),
        () ->
            new Resumed(
                begin ->
                    cleared(id, order)
                        .compose(machine -> again(id, order, machine))
                        .compose(begin)));
  }

  /** Clears away what was interrupted, in all pools of the machine's disks. */
  private Future<VmDisks> cleared(OperationId id, VmOrder order) {
    return volumes
        .wake(id)
        .compose(awake -> volumes.disks(order.vm()))
        .compose(
            machine -> {
              Future<Void> cleared = Future.succeededFuture();
              for (String pool : pools(machine)) {
                cleared = cleared.compose(before -> volumes.clear(id, pool));
              }
              return cleared.map(machine);
            });
  }

  private static Set<String> pools(VmDisks machine) {
    return machine.disks().stream()
        .flatMap(disk -> disk.volume().stream())
        .map(VolumeId::pool)
        .collect(Collectors.toSet());
  }

  /** What a guest wrote since must not be thrown away by an order that was carried out before. */
  private Future<Work> again(OperationId id, VmOrder order, VmDisks machine) {
    if (order instanceof RevertVm) {
      return ended(
          CutOff.maybe(
              "VM %s may have been used since then; 'ballast vm snapshots' shows where it stands"
                  .formatted(order.vm())));
    }
    if (order instanceof SnapshotVm snapshot
        && Moments.of(machine)
            .snapshot(snapshot.snapshot())
            .filter(VmSnapshot::whole)
            .isPresent()) {
      return ended(
          CutOff.maybe(
              "VM %s has a snapshot '%s', of which it is not known whether all its disks kept it at one moment"
                  .formatted(order.vm(), order.snapshot())));
    }
    if (order instanceof SnapshotVm snapshot && Tree.of(machine).stands(snapshot.snapshot())) {
      return ended(
          new Outcome.Done(
              Optional.empty(),
              Optional.of("the agent was cut off; whether its guest rested is not known")));
    }
    return checked(id, order, machine, true);
  }

  private static Future<Work> ended(Outcome outcome) {
    return Future.succeededFuture(tell -> Future.succeededFuture(outcome));
  }

  private Future<Work> checked(OperationId id, VmOrder order, VmDisks machine, boolean again) {
    Map<VolumeId, Volumes.Found> seen = new TreeMap<>();
    Future<Void> looked = Future.succeededFuture();
    for (VolumeId disk : Moments.of(machine).disks()) {
      looked =
          looked
              .compose(before -> volumes.find(disk))
              .onSuccess(found -> seen.put(disk, found))
              .mapEmpty();
    }
    return loop.here(looked)
        .map(
            done -> {
              if (Moments.areOf(machine)) {
                MomentPreconditions.of(order, machine, seen, again);
              } else {
                VmPreconditions.of(order, machine, again);
              }
              return begin(id, order, machine);
            });
  }

  private Work begin(OperationId id, VmOrder order, VmDisks machine) {
    Set<VolumeId> mine = new LinkedHashSet<>(Tree.of(machine).volumes());
    mine.addAll(Moments.of(machine).disks());
    Set<String> pools = pools(machine);
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
        told -> volumes.carryOut(id, order, clock.instant(), told),
        () -> loop.run(() -> holds.release(id)));
  }
}
