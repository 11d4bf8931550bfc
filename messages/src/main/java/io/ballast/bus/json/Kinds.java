package io.ballast.bus.json;

import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.Message;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand;
import io.ballast.messages.NetOrder;
import io.ballast.messages.NetworkOrder;
import io.ballast.messages.Notice;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VolumeOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The kinds of messages: the name that each record bears on the wire, as the AMQP property {@code
 * type}, such as {@code host.migrate} or {@code beat.host}.
 *
 * <p>The first word says who is asked, or that it is a reply, an event or a beat. Names are public
 * and never change or come to mean something else.
 */
public final class Kinds {
  private static final Map<String, Class<? extends Message>> TYPES = new LinkedHashMap<>();
  private static final Map<Class<? extends Message>, String> NAMES = new LinkedHashMap<>();
  private static final Map<Class<? extends Message>, Class<? extends Reply>> REPLIES =
      new LinkedHashMap<>();

  static {
    command("host.inspect-host", HostCommand.InspectHost.class, Reply.HostInspected.class);
    command("host.inspect-vm", HostCommand.InspectVm.class, Reply.VmInspected.class);
    command("host.define", HostCommand.Define.class, Reply.Accepted.class);
    command("host.start", HostCommand.Start.class, Reply.Accepted.class);
    command("host.shut-down", HostCommand.ShutDown.class, Reply.Accepted.class);
    command("host.destroy", HostCommand.Destroy.class, Reply.Accepted.class);
    command("host.reboot", HostCommand.Reboot.class, Reply.Accepted.class);
    command("host.suspend", HostCommand.Suspend.class, Reply.Accepted.class);
    command("host.resume", HostCommand.Resume.class, Reply.Accepted.class);
    command("host.undefine", HostCommand.Undefine.class, Reply.Accepted.class);
    command("host.announce", HostCommand.Announce.class, Reply.Accepted.class);
    command("host.withdraw", HostCommand.Withdraw.class, Reply.OperationInspected.class);
    command("host.steer", HostCommand.Steer.class, Reply.Accepted.class);
    command("host.migrate", HostCommand.Migrate.class, Reply.Accepted.class);
    command("host.cancel", HostCommand.Cancel.class, Reply.Accepted.class);
    command(
        "host.inspect-operation",
        HostCommand.InspectOperation.class,
        Reply.OperationInspected.class);
    command("host.prepare", HostCommand.Prepare.class, Reply.Prepared.class);
    command("host.consider", HostCommand.Consider.class, Reply.Considered.class);
    command("host.examine", HostCommand.Examine.class, Reply.Examined.class);
    command("host.release", HostCommand.Release.class, Reply.Accepted.class);

    command(
        "storage.inspect-storage",
        StorageCommand.InspectStorage.class,
        Reply.StorageInspected.class);

    command(
        "storage.inspect-operation",
        StorageCommand.InspectOperation.class,
        Reply.OperationInspected.class);
    command("storage.list-volumes", StorageCommand.ListVolumes.class, Reply.VolumesListed.class);
    command(
        "storage.inspect-volume", StorageCommand.InspectVolume.class, Reply.VolumeInspected.class);
    command("storage.define-pool", PoolOrder.DefinePool.class, Reply.Accepted.class);
    command("storage.start-pool", PoolOrder.StartPool.class, Reply.Accepted.class);
    command("storage.refresh-pool", PoolOrder.RefreshPool.class, Reply.Accepted.class);
    command("storage.stop-pool", PoolOrder.StopPool.class, Reply.Accepted.class);
    command("storage.forget-pool", PoolOrder.ForgetPool.class, Reply.Accepted.class);
    command("storage.create-volume", VolumeOrder.CreateVolume.class, Reply.Accepted.class);
    command("storage.delete-volume", VolumeOrder.DeleteVolume.class, Reply.Accepted.class);
    command("storage.wipe-volume", VolumeOrder.WipeVolume.class, Reply.Accepted.class);
    command("storage.resize-volume", VolumeOrder.ResizeVolume.class, Reply.Accepted.class);
    command("storage.clone-volume", VolumeOrder.CloneVolume.class, Reply.Accepted.class);
    command("storage.flatten-volume", VolumeOrder.FlattenVolume.class, Reply.Accepted.class);
    command("storage.check-volume", VolumeOrder.CheckVolume.class, Reply.Accepted.class);
    command("storage.compare-volumes", VolumeOrder.CompareVolumes.class, Reply.Accepted.class);
    command("storage.rebase-volume", VolumeOrder.RebaseVolume.class, Reply.Accepted.class);
    command("storage.commit-volume", VolumeOrder.CommitVolume.class, Reply.Accepted.class);
    command("storage.import-volume", VolumeOrder.ImportVolume.class, Reply.Accepted.class);
    command("storage.fetch-volume", VolumeOrder.FetchVolume.class, Reply.Accepted.class);
    command("storage.export-volume", VolumeOrder.ExportVolume.class, Reply.Accepted.class);
    command("storage.snapshot-volume", VolumeOrder.SnapshotVolume.class, Reply.Accepted.class);
    command("storage.revert-volume", VolumeOrder.RevertVolume.class, Reply.Accepted.class);
    command("storage.delete-snapshot", VolumeOrder.DeleteSnapshot.class, Reply.Accepted.class);
    command("storage.protect-snapshot", VolumeOrder.ProtectSnapshot.class, Reply.Accepted.class);
    command(
        "storage.unprotect-snapshot", VolumeOrder.UnprotectSnapshot.class, Reply.Accepted.class);
    command(
        "storage.list-snapshots", StorageCommand.ListSnapshots.class, Reply.SnapshotsListed.class);
    command("storage.export-difference", VolumeOrder.ExportDifference.class, Reply.Accepted.class);
    command("storage.trash-volume", VolumeOrder.TrashVolume.class, Reply.Accepted.class);
    command("storage.restore-volume", VolumeOrder.RestoreVolume.class, Reply.Accepted.class);
    command("storage.list-trash", StorageCommand.ListTrash.class, Reply.TrashListed.class);
    command(
        "storage.measure-volume", StorageCommand.MeasureVolume.class, Reply.VolumeMeasured.class);
    command("storage.snapshot-vm", VmOrder.SnapshotVm.class, Reply.Accepted.class);
    command("storage.revert-vm", VmOrder.RevertVm.class, Reply.Accepted.class);
    command("storage.attach-disk", DiskOrder.AttachDisk.class, Reply.Accepted.class);
    command("storage.detach-disk", DiskOrder.DetachDisk.class, Reply.Accepted.class);
    command("storage.limit-disk", DiskOrder.LimitDisk.class, Reply.Accepted.class);
    command("storage.move-disk", DiskOrder.MoveDisk.class, Reply.Accepted.class);
    command("storage.delete-vm-snapshot", VmOrder.DeleteVmSnapshot.class, Reply.Accepted.class);
    command(
        "storage.list-vm-snapshots",
        StorageCommand.ListVmSnapshots.class,
        Reply.VmSnapshotsListed.class);
    command("storage.cancel", StorageCommand.Cancel.class, Reply.Accepted.class);
    command("storage.inspect-disks", StorageCommand.InspectDisks.class, Reply.DisksInspected.class);
    command("storage.inspect-berth", StorageCommand.InspectBerth.class, Reply.BerthInspected.class);
    command(
        "storage.inspect-contents",
        StorageCommand.InspectContents.class,
        Reply.ContentsInspected.class);
    command(
        "storage.consider-disks", StorageCommand.ConsiderDisks.class, Reply.DisksConsidered.class);
    command("storage.hold-disks", StorageCommand.HoldDisks.class, Reply.Accepted.class);
    command("storage.prepare-disks", StorageCommand.PrepareDisks.class, Reply.Accepted.class);
    command("storage.settle-disks", StorageCommand.SettleDisks.class, Reply.Accepted.class);

    command("net.inspect-net", NetCommand.InspectNet.class, Reply.NetInspected.class);

    command(
        "net.inspect-operation", NetCommand.InspectOperation.class, Reply.OperationInspected.class);
    command("net.inspect-port", NetCommand.InspectPort.class, Reply.PortInspected.class);
    command("net.list-ports", NetCommand.ListPorts.class, Reply.PortsListed.class);
    command("net.prepare-ports", NetCommand.PreparePorts.class, Reply.Accepted.class);
    command("net.create-bridge", NetOrder.CreateBridge.class, Reply.Accepted.class);
    command("net.delete-bridge", NetOrder.DeleteBridge.class, Reply.Accepted.class);
    command("net.plug-port", NetOrder.PlugPort.class, Reply.Accepted.class);
    command("net.change-port", NetOrder.ChangePort.class, Reply.Accepted.class);
    command("net.unplug-port", NetOrder.UnplugPort.class, Reply.Accepted.class);
    command("net.repair-ports", NetOrder.RepairPorts.class, Reply.Accepted.class);
    command("net.list-networks", NetCommand.ListNetworks.class, Reply.NetworksListed.class);
    command("net.define-network", NetworkOrder.DefineNetwork.class, Reply.Accepted.class);
    command("net.start-network", NetworkOrder.StartNetwork.class, Reply.Accepted.class);
    command("net.stop-network", NetworkOrder.StopNetwork.class, Reply.Accepted.class);
    command("net.forget-network", NetworkOrder.ForgetNetwork.class, Reply.Accepted.class);

    command(
        "scheduler.inspect-fleet", SchedulerCommand.InspectFleet.class, Reply.FleetInspected.class);
    command("scheduler.plan-moves", SchedulerCommand.PlanMoves.class, Reply.Planned.class);
    command("scheduler.move-vm", SchedulerCommand.MoveVm.class, Reply.Accepted.class);
    command("scheduler.cancel-move", SchedulerCommand.CancelMove.class, Reply.Accepted.class);
    command("scheduler.settle-move", SchedulerCommand.SettleMove.class, Reply.Accepted.class);
    command("scheduler.forget-host", SchedulerCommand.ForgetHost.class, Reply.Accepted.class);

    name("reply.accepted", Reply.Accepted.class);
    name("reply.refused", Reply.Refused.class);
    name("reply.host-inspected", Reply.HostInspected.class);
    name("reply.vm-inspected", Reply.VmInspected.class);
    name("reply.operation-inspected", Reply.OperationInspected.class);
    name("reply.prepared", Reply.Prepared.class);
    name("reply.considered", Reply.Considered.class);
    name("reply.examined", Reply.Examined.class);
    name("reply.disks-inspected", Reply.DisksInspected.class);
    name("reply.berth-inspected", Reply.BerthInspected.class);
    name("reply.contents-inspected", Reply.ContentsInspected.class);
    name("reply.disks-considered", Reply.DisksConsidered.class);
    name("reply.storage-inspected", Reply.StorageInspected.class);
    name("reply.volumes-listed", Reply.VolumesListed.class);
    name("reply.volume-inspected", Reply.VolumeInspected.class);
    name("reply.snapshots-listed", Reply.SnapshotsListed.class);
    name("reply.trash-listed", Reply.TrashListed.class);
    name("reply.vm-snapshots-listed", Reply.VmSnapshotsListed.class);
    name("reply.volume-measured", Reply.VolumeMeasured.class);
    name("reply.net-inspected", Reply.NetInspected.class);
    name("reply.port-inspected", Reply.PortInspected.class);
    name("reply.ports-listed", Reply.PortsListed.class);
    name("reply.networks-listed", Reply.NetworksListed.class);
    name("reply.fleet-inspected", Reply.FleetInspected.class);
    name("reply.planned", Reply.Planned.class);

    name("event.operation-progressed", Event.OperationProgressed.class);
    name("event.operation-finished", Event.OperationFinished.class);
    name("event.work-progressed", Event.WorkProgressed.class);
    name("event.work-finished", Event.WorkFinished.class);
    name("event.decided", Event.Decided.class);
    name("event.move-changed", Event.MoveChanged.class);
    name("event.alert-raised", Event.AlertRaised.class);
    name("event.alert-resolved", Event.AlertResolved.class);

    name("beat.host", HostBeat.class);
    name("beat.storage", StorageBeat.class);
    name("beat.net", NetBeat.class);
  }

  private Kinds() {}

  private static <R extends Reply> void command(
      String name, Class<? extends Command<R>> type, Class<R> reply) {
    name(name, type);
    REPLIES.put(type, reply);
  }

  private static void name(String name, Class<? extends Message> type) {
    TYPES.put(name, type);
    NAMES.put(type, name);
  }

  /** All kinds by name: commands by receiver, replies, events, beats. */
  public static Map<String, Class<? extends Message>> all() {
    return Collections.unmodifiableMap(TYPES);
  }

  /** The record that bears a name on the wire, if any does. */
  public static Optional<Class<? extends Message>> type(String name) {
    return Optional.ofNullable(TYPES.get(name));
  }

  /** The name that a message bears on the wire. */
  public static String of(Message message) {
    String name = NAMES.get(message.getClass());
    if (name == null) {
      throw new IllegalArgumentException(message.getClass() + " has no name on the wire");
    }
    return name;
  }

  /** What a command of this type is answered with, unless it is refused. */
  public static Class<? extends Reply> replyTo(Command<?> command) {
    Class<? extends Reply> reply = REPLIES.get(command.getClass());
    if (reply == null) {
      throw new IllegalArgumentException(command.getClass() + " has no reply");
    }
    return reply;
  }

  /** Who is asked by a command. */
  public static Role role(Command<?> command) {
    return switch (command) {
      case HostCommand<?> c -> Role.HOST;
      case StorageCommand<?> c -> Role.STORAGE;
      case NetCommand<?> c -> Role.NET;
      case SchedulerCommand<?> c -> Role.SCHEDULER;
    };
  }

  /** The names of all notices of a type, such as the eight of {@code Event}. */
  public static List<String> of(Class<? extends Notice> type) {
    return TYPES.entrySet().stream()
        .filter(kind -> type.isAssignableFrom(kind.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
