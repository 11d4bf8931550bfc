package io.ballast.bus;

import static io.ballast.bus.Samples.H1;
import static io.ballast.bus.Samples.H2;
import static io.ballast.bus.Samples.OPERATION;
import static io.ballast.bus.Samples.VM;
import static io.ballast.bus.Samples.progress;

import io.ballast.messages.Bytes;
import io.ballast.messages.Convergence;
import io.ballast.messages.Decision;
import io.ballast.messages.DiskFile;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.Machine;
import io.ballast.messages.Means;
import io.ballast.messages.Message;
import io.ballast.messages.Move;
import io.ballast.messages.Obstacle;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmDisk;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What is said about migrations. */
final class MoveSamples {
  private MoveSamples() {}

  /** Messages with what was added to their kind later, by what it is called. */
  static Map<String, Message> grown() {
    Map<String, Message> grown = new TreeMap<>();
    grown.put("means", with(new Means(true, false, 4)));
    grown.put("locking", with(new Means(false, false, 1, Optional.of(List.of("gfs")))));
    grown.put("copied", copying(Optional.empty(), Optional.empty()));
    grown.put("incremental", copying(Optional.empty(), Optional.of(true)));
    grown.put(
        "copying",
        new SchedulerCommand.MoveVm(VM, Optional.of(H2), Optional.of(true), Optional.empty()));
    grown.put(
        "wanted-offline",
        new SchedulerCommand.MoveVm(VM, Optional.of(H2), Optional.empty(), Optional.of(true)));
    grown.put("offline", with(Means.NONE).ofResting());
    grown.put("defined", new HostCommand.ShutDown(VM, Duration.ofMinutes(1), Optional.of(true)));
    grown.put("files", copying(Optional.of(List.of("/images/web")), Optional.empty()));
    grown.put(
        "inspected-defined",
        new Reply.VmInspected(Optional.empty(), Optional.empty(), Optional.of(true)));
    grown.put(
        "disk-limits",
        new Reply.DisksInspected(
            List.of(
                new VmDisk("vdb", "rbd:vms/web", Optional.empty(), true)
                    .heldTo(Optional.of(StorageSamples.limits())))));
    grown.put("local-disks", Samples.storageBeat().with(List.of(localDisks())));
    grown.put(
        "copying-decision",
        new Event.Decided(
            new Decision(
                Samples.AT,
                "east",
                List.of(
                    new Decision.PlannedMove(
                        VM, "web-1", H1, H2, 1, "CPU of h1 is 92 %", Optional.of(localDisks()))),
                "one move",
                List.of(),
                Map.of())));
    grown.put("lasting", new StorageCommand.InspectBerth(OPERATION, Optional.of(true)));
    grown.put(
        "broken-berth", StorageSamples.beatWith(StorageSamples.berth().broken("it was lost")));
    grown.put("examined-offline", new HostCommand.Examine(VM, H2, Optional.of(true)));
    grown.put(
        "obstacle-disk",
        new Reply.Examined(
            Bytes.ofMiB(96),
            List.of(new Obstacle(Obstacle.Kind.DISK, "its disk vda", Optional.of("vda")))));
    grown.put("convergence", withConvergence());
    grown.put(
        "stages",
        new Event.MoveChanged(
            Samples.move().with(List.of(new Move.Stage("taken on by h1", Samples.AT)))));
    grown.put(
        "machine",
        arrival(
            Optional.of(
                new Machine(
                    Optional.of("/usr/bin/qemu-system-x86_64"),
                    "x86_64",
                    "pc-q35-7.2",
                    "kvm",
                    7_002_000))));
    grown.put(
        "files-shared",
        arrival(
            Optional.empty(),
            List.of(
                new DiskFile("vda", "/nfs/web", "nfs4", Optional.of("4711")),
                new DiskFile("vdb", "/union/web-data", "fuse.mergerfs", Optional.empty()))));
    grown.put("probe", new Reply.Prepared("qemu+tcp://10.0.0.2/system", Optional.of(49_215)));
    return grown;
  }

  private static LocalDisks localDisks() {
    return new LocalDisks(VM, Bytes.ofMiB(60), Bytes.ofMiB(256), List.of("data", "images"), true);
  }

  private static HostCommand.Migrate copying(
      Optional<List<String>> files, Optional<Boolean> incremental) {
    return new HostCommand.Migrate(
        VM,
        H2,
        Optional.empty(),
        Optional.empty(),
        Duration.ofMillis(300),
        Duration.ofMinutes(10),
        Optional.of(Means.NONE),
        Optional.of(List.of("vda")),
        files,
        incremental,
        Optional.empty());
  }

  private static HostCommand.Migrate with(Means means) {
    return new HostCommand.Migrate(
        VM,
        H2,
        Optional.empty(),
        Optional.empty(),
        Duration.ofMillis(300),
        Duration.ofMinutes(10),
        Optional.of(means));
  }

  static HostCommand.Prepare arrival(Optional<Machine> machine) {
    return arrival(machine, List.of());
  }

  private static HostCommand.Prepare arrival(Optional<Machine> machine, List<DiskFile> files) {
    return new HostCommand.Prepare(
        OPERATION,
        H1,
        "east",
        VM,
        "web-1",
        Bytes.ofMiB(512),
        false,
        2,
        Optional.of("<cpu><model>Skylake-Server</model></cpu>"),
        List.of("br0"),
        List.of("default"),
        machine,
        Duration.ofMinutes(10),
        files);
  }

  private static Message withConvergence() {
    return new Event.OperationProgressed(
        OPERATION,
        H1,
        VM,
        progress()
            .with(
                new Convergence(
                    Duration.ofMillis(5200),
                    Duration.ofMillis(300),
                    40,
                    false,
                    Optional.of(Duration.ofSeconds(12)))));
  }
}
