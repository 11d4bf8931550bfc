package io.ballast.bus;

import static io.ballast.bus.Samples.OPERATION;
import static io.ballast.bus.Samples.VM;
import static io.ballast.bus.Samples.VOLUME;

import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.Message;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmDisk;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One command of each kind for storage agents. */
final class StorageSamples {
  private StorageSamples() {}

  static List<Message> all() {
    return List.of(
        new StorageCommand.InspectStorage(),
        new StorageCommand.InspectOperation(OPERATION),
        new StorageCommand.ListVolumes("default"),
        new StorageCommand.InspectVolume(VOLUME),
        new PoolOrder.DefinePool("default", new PoolSource.Folder("/srv/images")),
        new PoolOrder.StartPool("default"),
        new PoolOrder.RefreshPool("default"),
        new PoolOrder.StopPool("default"),
        new PoolOrder.ForgetPool("default"),
        new VolumeOrder.CreateVolume(
            VOLUME,
            Volume.Format.QCOW2,
            Bytes.ofMiB(2048),
            Volume.Preallocation.METADATA,
            Optional.of(Bytes.ofKiB(128))),
        new VolumeOrder.DeleteVolume(VOLUME),
        new VolumeOrder.WipeVolume(VOLUME),
        new VolumeOrder.ResizeVolume(VOLUME, Bytes.ofMiB(4096), false),
        new VolumeOrder.CloneVolume(
            new VolumeId("default", "debian-12.qcow2"),
            Optional.of("before-upgrade"),
            VOLUME,
            false,
            Optional.of(Volume.Format.QCOW2),
            true),
        new VolumeOrder.FlattenVolume(VOLUME),
        new VolumeOrder.CheckVolume(VOLUME, VolumeOrder.CheckVolume.Repair.LEAKS),
        new VolumeOrder.CompareVolumes(VOLUME, new VolumeId("default", "web-2.qcow2")),
        new VolumeOrder.RebaseVolume(VOLUME, new VolumeId("default", "debian-13.qcow2")),
        new VolumeOrder.CommitVolume(VOLUME, new VolumeId("default", "debian-12.qcow2")),
        new VolumeOrder.ImportVolume(VOLUME, "appliance.vmdk", Volume.Format.QCOW2),
        new VolumeOrder.FetchVolume(
            VOLUME,
            "https://images.example/debian-12.qcow2",
            Optional.of("0123456789abcdef".repeat(4)),
            Volume.Format.QCOW2),
        new VolumeOrder.ExportVolume(
            VOLUME, "web-1.vhdx", VolumeOrder.ExportVolume.Form.VHDX, false),
        new VolumeOrder.SnapshotVolume(VOLUME, "before-upgrade"),
        new VolumeOrder.RevertVolume(VOLUME, "before-upgrade"),
        new VolumeOrder.DeleteSnapshot(VOLUME, "before-upgrade"),
        new VolumeOrder.ProtectSnapshot(VOLUME, "before-upgrade"),
        new VolumeOrder.UnprotectSnapshot(VOLUME, "before-upgrade"),
        new VolumeOrder.ExportDifference(
            VOLUME, Optional.of("monday"), "tuesday", "web-1-tuesday.diff"),
        new VolumeOrder.TrashVolume(VOLUME, Duration.ofDays(7)),
        new VolumeOrder.RestoreVolume(VOLUME, Optional.of("10a76b8b4567")),
        new StorageCommand.ListTrash("default"),
        new StorageCommand.ListSnapshots(VOLUME),
        new StorageCommand.MeasureVolume(VOLUME, Volume.Format.RAW),
        new VmOrder.SnapshotVm("web-1", "before-upgrade", VmOrder.SnapshotVm.Quiesce.AUTO),
        new VmOrder.RevertVm("web-1", "before-upgrade"),
        new VmOrder.DeleteVmSnapshot("web-1", "before-upgrade"),
        new DiskOrder.AttachDisk(
            "web-1", VOLUME, Optional.of("vdb"), Optional.of(Volume.Format.RAW), Optional.of(true)),
        new DiskOrder.DetachDisk("web-1", "vdb"),
        new DiskOrder.LimitDisk("web-1", "vdb", limits()),
        new DiskOrder.MoveDisk("web-1", "vdb", VOLUME, Optional.of(true)),
        new StorageCommand.ListVmSnapshots("web-1"),
        new StorageCommand.InspectDisks(VM),
        new StorageCommand.InspectBerth(OPERATION),
        new StorageCommand.InspectContents(List.of(VOLUME)),
        new StorageCommand.ConsiderDisks(preparation()),
        new StorageCommand.HoldDisks(berth()),
        preparation(),
        new StorageCommand.SettleDisks(OPERATION, true),
        new StorageCommand.Cancel(OPERATION));
  }

  private static StorageCommand.PrepareDisks preparation() {
    return new StorageCommand.PrepareDisks(
        OPERATION,
        VM,
        Samples.H1,
        Samples.H2,
        List.of(
            new Blank(
                VOLUME,
                Volume.Format.QCOW2,
                Bytes.ofMiB(2048),
                Bytes.ofMiB(310),
                "/var/lib/libvirt/images/web-1.qcow2")),
        List.of());
  }

  static DiskLimits limits() {
    return new DiskLimits(
        Optional.of(Bytes.ofMiB(50)),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(500L),
        Optional.of(200L));
  }

  static Berth berth() {
    return new Berth(OPERATION, VM, Samples.H1, Samples.H2, List.of(VOLUME), Bytes.ofMiB(310));
  }

  static Message beatWithBerths() {
    return beatWith(berth());
  }

  static Message beatWith(Berth berth) {
    StorageBeat beat = Samples.storageBeat();
    return new StorageBeat(
        beat.pulse(),
        beat.pools(),
        beat.sampledAt(),
        beat.problem(),
        beat.health(),
        List.of(berth));
  }

  /** What a virtual machine's disks lie on. */
  static Message disksInspected(Volume volume) {
    return new Reply.DisksInspected(
        List.of(
            new VmDisk("vda", "/var/lib/libvirt/images/web-1.qcow2", Optional.of(volume), false)
                .with(List.of("before")),
            new VmDisk("vdb", "nbd:10.0.0.9/data", Optional.empty(), true)));
  }
}
