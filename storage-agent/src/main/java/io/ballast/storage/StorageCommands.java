package io.ballast.storage;

import io.ballast.agent.Agent;
import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Trade;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.Cancel;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.InspectOperation;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.messages.StorageCommand.InspectVolume;
import io.ballast.messages.StorageCommand.ListSnapshots;
import io.ballast.messages.StorageCommand.ListTrash;
import io.ballast.messages.StorageCommand.ListVmSnapshots;
import io.ballast.messages.StorageCommand.ListVolumes;
import io.ballast.messages.StorageCommand.MeasureVolume;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.FetchPolicy;
import io.ballast.storage.trade.StoragePolicy;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.trade.Volumes.Found;
import io.ballast.storage.work.Berths;
import io.ballast.storage.work.CutOff;
import io.ballast.storage.work.Holds;
import io.ballast.storage.work.Preconditions;
import io.ballast.storage.work.Resumed;
import io.ballast.storage.work.VolumeWork;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The trade of a host's storage agent: what each command does to a volume, checked against what the
 * storage says then. Lives on one loop.
 */
final class StorageCommands implements Trade {
  private final HostId host;
  private final Volumes volumes;
  private final Agent<StorageBeat> agent;
  private final Loop loop;
  private final Holds holds;
  private final PoolCommands pools;
  private final VmCommands vms;
  private final DiskCommands disks;
  private final DiskOrders plugged;
  private final Berths berths;
  private final FetchPolicy images;

  StorageCommands(
      HostId host,
      StorageAgent.Machine machine,
      StoragePolicy policy,
      Agent<StorageBeat> agent,
      Loop loop,
      Clock clock) {
    this.host = host;
    volumes = machine.volumes();
    this.agent = agent;
    this.loop = loop;
    holds = new Holds(loop);
    images = policy.images();
    pools = new PoolCommands(host, volumes, policy.pools(), holds, this::untouched, loop);
    vms = new VmCommands(host, volumes, holds, this::untouched, loop, clock);
    plugged = new DiskOrders(host, volumes, holds, this::untouched, loop);
    berths = new Berths(loop, machine.berths(), holds);
    disks = new DiskCommands(volumes, berths, holds, this::untouched, agent::beat, loop);
  }

  /** The volumes that are kept for moves; no order is carried out before they are known. */
  Berths berths() {
    return berths;
  }

  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case StorageCommand<?> asked -> handling(id, asked);
      case HostCommand<?> other -> throw notForThis(other);
      case NetCommand<?> other -> throw notForThis(other);
      case SchedulerCommand<?> other -> throw notForThis(other);
    };
  }

  private Handling handling(OperationId id, StorageCommand<?> command) {
    return switch (command) {
      case InspectStorage asked ->
          new Handling.Question(() -> agent.next().map(Reply.StorageInspected::new));
      case InspectOperation asked -> new Handling.Inspect(asked.operation());
      case ListVolumes asked ->
          new Handling.Question(
              () ->
                  volumes
                      .stock(asked.pool())
                      .map(stock -> new Reply.VolumesListed(stock.pool(), stock.volumes())));
      case InspectVolume asked ->
          new Handling.Question(
              () ->
                  volumes
                      .find(asked.volume())
                      .map(found -> new Reply.VolumeInspected(found.volume(), found.chain())));
      case ListSnapshots asked ->
          new Handling.Question(
              () -> volumes.snapshots(asked.volume()).map(Reply.SnapshotsListed::new));
      case ListTrash asked ->
          new Handling.Question(() -> volumes.trash(asked.pool()).map(Reply.TrashListed::new));
      case MeasureVolume asked ->
          new Handling.Question(() -> volumes.measure(asked.volume(), asked.format()));
      case Cancel asked -> new Handling.Cancel(asked.operation(), () -> unknown(asked));
      case InspectDisks asked -> disks.handling(asked);
      case InspectBerth asked -> disks.handling(asked);
      case InspectContents asked -> disks.handling(asked);
      case ConsiderDisks asked -> disks.handling(asked);
      case HoldDisks asked -> disks.handling(asked);
      case PrepareDisks asked -> disks.handling(asked);
      case SettleDisks asked -> disks.handling(asked);
      case PoolOrder asked -> knowing(pools.handling(id, asked));
      case ListVmSnapshots asked ->
          new Handling.Question(
              () ->
                  volumes
                      .disks(asked.vm())
                      .map(
                          machine ->
                              new Reply.VmSnapshotsListed(machine.vm(), Moments.all(machine))));
      case VmOrder asked -> knowing(vms.order(id, asked));
      case DiskOrder asked -> knowing(plugged.order(id, asked));
      case VolumeOrder asked -> knowing(order(id, asked));
    };
  }

  /** A change that is checked once it is known which volumes are kept for moves. */
  private Handling knowing(Handling.Change change) {
    return new Handling.Change(
        change.object(),
        change.endsEarly(),
        () -> berths.opened().compose(known -> change.check().get()),
        change.aftermath());
  }

  private Handling.Change order(OperationId id, VolumeOrder order) {
    Supplier<Future<Work>> check = () -> checked(id, order);
    return new Handling.Change(
        order.volume().toString(),
        true,
        check,
        () -> new Resumed(begin -> again(id, order, () -> check.get().compose(begin))));
  }

  /** Does an order that was cut off, unless that could do harm to what was done since. */
  private Future<Outcome> again(OperationId id, VolumeOrder order, Supplier<Future<Outcome>> work) {
    Future<Void> cleared =
        volumes.wake(id).compose(awake -> volumes.clear(id, order.volume().pool()));
    return switch (CutOff.of(order)) {
      case MAKES ->
          cleared
              .compose(done -> volumes.find(order.volume()))
              .compose(
                  found ->
                      found.volume().isPresent()
                          ? Future.succeededFuture(CutOff.maybe(order.volume() + " is there"))
                          : work.get());
      case REPEATED -> cleared.compose(done -> work.get());
      case NAMES ->
          cleared
              .compose(done -> work.get())
              .recover(failure -> CutOff.named(order.volume(), failure));
      case REMOVES ->
          cleared
              .compose(done -> volumes.find(order.volume()))
              .map(
                  found ->
                      found.volume().isPresent()
                          ? CutOff.maybe(order.volume() + " is there")
                          : new Outcome.Done(Optional.empty()));
      case LOSES ->
          cleared.map(
              done -> CutOff.maybe("%s may have been used since then".formatted(order.volume())));
    };
  }

  private Future<Work> checked(OperationId id, VolumeOrder order) {
    return loop.here(found(order))
        .map(
            found -> {
              Preconditions.of(order, found);
              if (order instanceof FetchVolume fetch) {
                images.check(fetch.source());
              }
              order.reads().forEach(volume -> untouched(volume.toString()));
              order.reads().forEach(holds::untaken);
              untouched(order.volume().pool());
              holds.untaken(order.volume());
              if (writes(order)) {
                holds.free(order.volume());
              }
              if (order instanceof CommitVolume commit) {
                holds.free(commit.base());
                holds.take(id, Set.of(commit.base()));
              }
              holds.hold(id, order.reads());
              holds.workIn(id, Set.of(order.volume().pool()));
              return new VolumeWork(
                  new VolumeWork.About(id, host, order.volume().toString()),
                  told -> volumes.carryOut(id, order, told),
                  () -> loop.run(() -> holds.release(id)));
            });
  }

  /** All volumes that an order names, as the storage has them now; one look after the other. */
  private Future<Map<VolumeId, Found>> found(VolumeOrder order) {
    Future<Map<VolumeId, Found>> all = Future.succeededFuture(new TreeMap<>());
    for (VolumeId volume : order.reads()) {
      all = all.compose(seen -> volumes.find(volume).map(found -> with(seen, volume, found)));
    }
    return all.compose(
        seen -> volumes.find(order.volume()).map(found -> with(seen, order.volume(), found)));
  }

  private static Map<VolumeId, Found> with(
      Map<VolumeId, Found> seen, VolumeId volume, Found found) {
    seen.put(volume, found);
    return seen;
  }

  private static boolean writes(VolumeOrder order) {
    return switch (order) {
      case CreateVolume create -> false;
      case CloneVolume clone -> false;
      case CompareVolumes compare -> false;
      case ImportVolume imported -> false;
      case FetchVolume fetched -> false;
      case ExportVolume exported -> false;
      case CheckVolume check -> check.repair() != CheckVolume.Repair.NONE;
      case FlattenVolume flatten -> true;
      case RebaseVolume rebase -> true;
      case CommitVolume commit -> true;
      case ResizeVolume resize -> true;
      case WipeVolume wipe -> true;
      case SnapshotVolume snapshot -> true;
      case RevertVolume revert -> true;
      case DeleteSnapshot delete -> true;
      case ProtectSnapshot change -> true;
      case UnprotectSnapshot change -> true;
      case DeleteVolume delete -> true;
      case ExportDifference exported -> false;
      case TrashVolume trash -> true;
      case RestoreVolume restore -> true;
    };
  }

  /** Nothing is under way that changes a volume or a pool. */
  private void untouched(String object) {
    Optional<RefusedException> busy = agent.objection(object);
    if (busy.isPresent()) {
      throw busy.get();
    }
  }

  private static Future<?> unknown(Cancel asked) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_OPERATION, "there is no operation " + asked.operation() + " here"));
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    return new Event.WorkFinished(operation, host, object, outcome, at);
  }

  private static RefusedException notForThis(Command<?> command) {
    return new RefusedException(
        Reason.UNKNOWN_KIND,
        command.getClass().getSimpleName() + " is no command for a storage agent");
  }
}
