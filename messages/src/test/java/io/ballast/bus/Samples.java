package io.ballast.bus;

import io.ballast.messages.Alert;
import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Message;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.NetBeat;
import io.ballast.messages.Obstacle;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolOrder;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.VmState;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One message of each kind, as a fleet would send it: the content of the golden files. */
public final class Samples {
  public static final HostId H1 = new HostId("h1");
  public static final HostId H2 = new HostId("h2");
  public static final VmId VM = VmId.of("0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10");
  public static final OperationId OPERATION =
      new OperationId("1f6c2b9e-7c38-4c57-8d0a-5b4c0a3d2e11");

  public static final VolumeId VOLUME = new VolumeId("default", "web-1.qcow2");

  static final Instant AT = Instant.parse("2030-01-31T12:00:00.250Z");

  private Samples() {}

  public static Pulse pulse() {
    return new Pulse(H1, "east", 1_890_000_000_000L, 42, AT, Duration.ofSeconds(3), "0.1.0");
  }

  public static Vm vm() {
    return new Vm(
        VM,
        "web-1",
        VmState.RUNNING,
        2,
        0.35,
        Bytes.ofMiB(512),
        Bytes.ofMiB(300),
        new Vm.Traffic(
            Bytes.ofKiB(10), Bytes.ofKiB(20), new Bytes(12_345), new Bytes(Long.MAX_VALUE)));
  }

  public static HostBeat hostBeat() {
    return new HostBeat(
        pulse(),
        new HostBeat.Capacity(4, Bytes.ofMiB(8192)),
        new HostBeat.Load(
            0.75,
            Bytes.ofMiB(4096),
            3.5,
            2.25,
            1,
            Optional.of(new HostBeat.Pressure(0.12, 0, 0, 0.03, 0.01)),
            List.of(new HostBeat.LinkTraffic("eth0", Bytes.ofKiB(900), Bytes.ofKiB(40)))),
        new HostBeat.Hypervisor(
            HostBeat.Health.ANSWERING, Optional.of(AT), "qemu+tcp://10.0.0.1/system"),
        List.of(vm()),
        List.of(OPERATION),
        Optional.empty());
  }

  static HostBeat hostBeatWithEpoch() {
    HostBeat beat = hostBeat();
    return new HostBeat(
        beat.pulse(),
        beat.capacity(),
        beat.load(),
        beat.hypervisor(),
        beat.vms(),
        beat.operations(),
        Optional.of(7L));
  }

  static HostBeat hostBeatWithOldLoad() {
    HostBeat beat = hostBeat();
    HostBeat.Load load = beat.load();
    return beat.with(
        new HostBeat.Load(
            load.cpu(),
            load.memoryUsed(),
            load.average1(),
            load.average5(),
            load.average15(),
            load.pressure(),
            load.links(),
            Optional.of(AT.minusSeconds(90)),
            Optional.of("/proc/stat names no processor")),
        beat.vms());
  }

  static HostBeat hostBeatWithEnded() {
    HostBeat beat = hostBeat();
    return new HostBeat(
        beat.pulse(),
        beat.capacity(),
        beat.load(),
        beat.hypervisor(),
        beat.vms(),
        beat.operations(),
        beat.epoch(),
        List.of(
            new HostBeat.Ended(OPERATION, new Outcome.Done(Optional.of(migration()))),
            new HostBeat.Ended(
                new OperationId("other"), new Outcome.Unknown("libvirt did not come back"))));
  }

  public static StorageBeat storageBeat() {
    return new StorageBeat(
        pulse(),
        List.of(
            new StorageBeat.Pool(
                "default", "dir", true, Bytes.ofMiB(1000), Bytes.ofMiB(400), Bytes.ofMiB(600))),
        Optional.empty(),
        Optional.empty());
  }

  static StorageBeat storageBeatWithAge() {
    return new StorageBeat(
        pulse(),
        storageBeat().pools(),
        Optional.of(AT.minusSeconds(90)),
        Optional.of("libvirt did not list its pools"));
  }

  static StorageBeat storageBeatWithHealth() {
    Instant asked = AT.minusSeconds(300);
    return new StorageBeat(
        pulse(),
        List.of(
            new StorageBeat.Pool(
                "default",
                "dir",
                true,
                Bytes.ofMiB(1000),
                Bytes.ofMiB(400),
                Bytes.ofMiB(600),
                Optional.of(true))),
        Optional.of(AT),
        Optional.empty(),
        List.of(
            new StorageBeat.Health(
                StorageBeat.Health.Kind.DISK,
                Optional.of("/dev/sda"),
                Optional.of("ST4000NM0035, serial ZC11ABCD"),
                StorageBeat.Health.Verdict.WARNING,
                "8 sectors can't be read",
                asked),
            new StorageBeat.Health(
                StorageBeat.Health.Kind.ARRAY,
                Optional.empty(),
                Optional.empty(),
                StorageBeat.Health.Verdict.UNKNOWN,
                "/proc/mdstat can't be read",
                asked)));
  }

  static Alert alertOfPool() {
    return new Alert(
        "pool-full:h1/pool default:1890000000000:1893412801000",
        Alert.Verdict.POOL_FULL,
        H1,
        AT.plusSeconds(1),
        AT,
        List.of(),
        List.of("97.2% of it are used, 28.0 MiB of 1000.0 MiB are left."),
        Optional.empty(),
        Optional.of("pool default"));
  }

  public static Volume volume() {
    return new Volume(
        VOLUME,
        "qcow2",
        Bytes.ofMiB(2048),
        Bytes.ofMiB(310),
        Optional.of("/var/lib/libvirt/images/debian-12.qcow2"),
        List.of(new Volume.User(Volume.User.Kind.VM, "web-1", true)));
  }

  public static NetBeat netBeat() {
    return new NetBeat(
        pulse(),
        List.of(
            new NetBeat.Bridge("br0", NetBeat.Bridge.Kind.LINUX, List.of("eth0", "vnet3")),
            new NetBeat.Bridge("ovs0", NetBeat.Bridge.Kind.OPEN_VSWITCH, List.of())),
        List.of(
            new NetBeat.Link("eth0", true, 1500, Optional.of(10_000), Bytes.ofKiB(5), Bytes.ZERO),
            new NetBeat.Link("vnet3", false, 1500, Optional.empty(), Bytes.ZERO, Bytes.ZERO)),
        Optional.empty(),
        Optional.empty());
  }

  public static MigrationProgress progress() {
    return new MigrationProgress(
        Duration.ofMillis(2500),
        Bytes.ofMiB(512),
        Bytes.ofMiB(200),
        Bytes.ofMiB(312),
        Bytes.ofMiB(80),
        Bytes.ofMiB(2),
        1,
        Optional.empty());
  }

  public static Outcome.Migration migration() {
    return new Outcome.Migration(
        Duration.ofMillis(6400), Duration.ofMillis(38), Bytes.ofMiB(540), 3);
  }

  public static Move move() {
    return new Move(
        OPERATION,
        VM,
        "web-1",
        H1,
        H2,
        Move.Priority.BALANCE,
        Move.State.MIGRATING,
        AT,
        Optional.of(progress()),
        Optional.empty(),
        "CPU of h1 is 92 %");
  }

  public static Decision decision() {
    return new Decision(
        AT,
        "east",
        List.of(new Decision.PlannedMove(VM, "web-1", H1, H2, 1, "CPU of h1 is 92 %")),
        "move 1 VM from h1 to h2",
        List.of(new Decision.Term("cpu-spread", 0.31, 0.04)),
        Map.of("cool-down", 2, "no-room", 5));
  }

  public static Alert alert(Optional<Instant> resolvedAt) {
    return new Alert(
        "host-silent/h1/1890000000000",
        Alert.Verdict.HOST_SILENT,
        H1,
        AT,
        AT.minusSeconds(12),
        List.of("web-1"),
        List.of("no beat for 12.0 s, where 3.0 s are usual"),
        resolvedAt);
  }

  public static Reply.OperationInspected operation() {
    return new Reply.OperationInspected(
        OPERATION,
        "host.start",
        VM.toString(),
        "cli",
        AT,
        Reply.OperationInspected.Stage.ENDED,
        Optional.empty(),
        Optional.of(new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "no such disk; look at it")),
        Optional.empty());
  }

  public static Fleet fleet() {
    return new Fleet(
        AT,
        List.of(
            new Fleet.Host(
                hostBeat(),
                Fleet.Status.UP,
                AT,
                Optional.of(storageBeat()),
                Optional.of(netBeat()))),
        List.of(alert(Optional.empty())),
        List.of(move()),
        List.of(decision()));
  }

  /** Messages with what was added to their kind later, or can be chosen, by what it is called. */
  public static Map<String, Message> grown() {
    Map<String, Message> grown = new TreeMap<>(earlier());
    grown.put("file-system", pool(new PoolSource.FileSystem("/dev/vg1/images", "/srv/images")));
    grown.put(
        "gluster",
        pool(
            new PoolSource.Network(
                PoolSource.Network.Protocol.GLUSTER, "nas1", "/images", "/srv/images")));
    grown.put("volume-group", pool(new PoolSource.VolumeGroup("vg1")));
    grown.put(
        "rbd",
        pool(
            new PoolSource.Rbd(
                List.of("10.0.0.5:3300", "[fd00::5]:3300"),
                "kvm",
                "libvirt",
                Optional.of(VM.value()))));
    grown.put("health", storageBeatWithHealth());
    grown.put("berths", StorageSamples.beatWithBerths());
    grown.put("ports", NetSamples.beatWithPorts());
    grown.putAll(NetSamples.networks());
    grown.putAll(MoveSamples.grown());
    grown.put("percent", operation().running(Optional.of(42)));
    grown.put("object", new Event.AlertRaised(alertOfPool()));
    grown.put(
        "protected",
        new Reply.SnapshotsListed(
            List.of(
                new Volume.Snapshot("before-upgrade", AT, Bytes.ZERO, Optional.of(true)),
                new Volume.Snapshot("after-upgrade", AT, Bytes.ZERO, Optional.of(false)))));
    return grown;
  }

  private static Message pool(PoolSource source) {
    return new PoolOrder.DefinePool("default", source);
  }

  private static Map<String, Message> earlier() {
    return Map.of(
        "without-peer-uri",
        new HostCommand.Migrate(
            VM,
            H2,
            Optional.empty(),
            Optional.empty(),
            Duration.ofMillis(300),
            Duration.ofMinutes(10),
            Optional.empty()),
        "epoch",
        hostBeatWithEpoch(),
        "old-load",
        hostBeatWithOldLoad(),
        "ended",
        hostBeatWithEnded(),
        "age-of-pools",
        storageBeatWithAge(),
        "age-of-links",
        NetSamples.beatWithAge(),
        "not-migratable",
        new Reply.Refused(Reason.NOT_MIGRATABLE, "the VM has a passed-through device; take it out"),
        "report",
        new Event.WorkFinished(
            OPERATION,
            H1,
            VOLUME.toString(),
            new Outcome.Done(Optional.empty(), Optional.of("no errors")),
            AT),
        "vm",
        new HostCommand.Cancel(OPERATION, Optional.of(VM)));
  }

  public static List<Message> all() {
    return Stream.of(StorageSamples.all(), NetSamples.all(), others())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Message> others() {
    return List.of(
        new HostCommand.InspectHost(),
        new HostCommand.InspectVm(VM),
        new HostCommand.Define("<domain type='kvm'><name>web-1</name></domain>"),
        new HostCommand.Start(VM),
        new HostCommand.ShutDown(VM, Duration.ofMinutes(1)),
        new HostCommand.Destroy(VM),
        new HostCommand.Reboot(VM),
        new HostCommand.Suspend(VM),
        new HostCommand.Resume(VM),
        new HostCommand.Undefine(VM),
        new HostCommand.Migrate(
            VM,
            H2,
            Optional.of("qemu+tcp://10.0.0.2/system"),
            Optional.of(Bytes.ofMiB(100)),
            Duration.ofMillis(300),
            Duration.ofMinutes(10),
            Optional.empty()),
        new HostCommand.Steer(
            OPERATION, Optional.of(Duration.ofSeconds(2)), Optional.of(Bytes.ofMiB(50)), true),
        new HostCommand.Announce(OPERATION),
        new HostCommand.Withdraw(OPERATION),
        new HostCommand.Cancel(OPERATION, Optional.empty()),
        new HostCommand.InspectOperation(OPERATION),
        MoveSamples.arrival(Optional.empty()),
        new HostCommand.Consider(MoveSamples.arrival(Optional.empty())),
        new HostCommand.Examine(VM, H2),
        new HostCommand.Release(OPERATION),
        new SchedulerCommand.InspectFleet(),
        new SchedulerCommand.PlanMoves(),
        new SchedulerCommand.MoveVm(VM, Optional.of(H2)),
        new SchedulerCommand.CancelMove(OPERATION),
        new SchedulerCommand.SettleMove(OPERATION, new HostId("h2")),
        new SchedulerCommand.ForgetHost(new HostId("h2")),
        new Reply.Accepted(OPERATION),
        new Reply.Refused(Reason.UNKNOWN_VM, "h1 has no VM " + VM + "; ask ballast vms"),
        new Reply.HostInspected(hostBeat()),
        new Reply.VmInspected(Optional.of(vm()), Optional.of("<domain type='kvm'/>")),
        operation(),
        new Reply.Prepared("qemu+tcp://10.0.0.2/system"),
        new Reply.Considered(
            new Reply.Prepared("qemu+tcp://10.0.0.2/system"),
            List.of(new Obstacle(Obstacle.Kind.BRIDGE, "this host has no bridge br0"))),
        new Reply.Examined(
            Bytes.ofMiB(96), List.of(new Obstacle(Obstacle.Kind.DEVICE, "its <hostdev>"))),
        new Reply.StorageInspected(storageBeat()),
        StorageSamples.disksInspected(volume()),
        new Reply.BerthInspected(Optional.of(StorageSamples.berth()), List.of(volume())),
        new Reply.DisksConsidered(
            Optional.of(new Reply.Refused(Reason.NO_ROOM, "pool default has 1 GiB left"))),
        new Reply.ContentsInspected(
            List.of(
                new Volume.Content(
                    new VolumeId("default", "debian-12.qcow2"),
                    "/var/lib/libvirt/images/debian-12.qcow2",
                    "qcow2",
                    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"))),
        new Reply.VolumesListed(storageBeat().pools().getFirst(), List.of(volume())),
        new Reply.VolumeInspected(
            Optional.of(volume()),
            List.of(
                new Volume.Layer(
                    "/var/lib/libvirt/images/debian-12.qcow2",
                    Optional.of(new VolumeId("default", "debian-12.qcow2"))))),
        new Reply.SnapshotsListed(List.of(new Volume.Snapshot("before-upgrade", AT, Bytes.ZERO))),
        new Reply.TrashListed(
            List.of(new Volume.Trashed("10a76b8b4567", "web-1", AT, AT.plus(Duration.ofDays(7))))),
        new Reply.VmSnapshotsListed(
            "web-1",
            List.of(
                new VmSnapshot(
                    "before-upgrade", AT, Optional.of("fresh"), true, true, List.of(VOLUME)))),
        new Reply.VolumeMeasured(Bytes.ofMiB(311), Bytes.ofMiB(2049)),
        new Reply.NetInspected(netBeat()),
        new Reply.FleetInspected(fleet()),
        new Reply.Planned(decision()),
        new Event.OperationProgressed(OPERATION, H1, VM, progress()),
        new Event.OperationFinished(
            OPERATION, H1, VM, new Outcome.Done(Optional.of(migration())), AT),
        new Event.WorkProgressed(
            OPERATION, H1, VOLUME.toString(), Bytes.ofMiB(300), Bytes.ofMiB(2048)),
        new Event.WorkFinished(
            OPERATION,
            H1,
            VOLUME.toString(),
            new Outcome.Failed(Reason.CANCELLED, "it was cancelled"),
            AT),
        new Event.Decided(decision()),
        new Event.MoveChanged(move()),
        new Event.AlertRaised(alert(Optional.empty())),
        new Event.AlertResolved(alert(Optional.of(AT))),
        hostBeat(),
        storageBeat(),
        netBeat());
  }
}
