package io.ballast.ops.screen;

import io.ballast.messages.Alert;
import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Messages with plausible contents for tests, all at one fixed time. */
public final class SampleFleet {
  public static final Instant NOW = Instant.parse("2025-03-01T12:00:00Z");

  private SampleFleet() {}

  public static VmId idOf(String name) {
    return new VmId(UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)));
  }

  public static Vm vm(String name, double cpus) {
    return vm(name, VmState.RUNNING, cpus);
  }

  public static Vm vm(String name, VmState state, double cpus) {
    return new Vm(
        idOf(name),
        name,
        state,
        1,
        cpus,
        Bytes.ofMiB(96),
        state.active() ? Bytes.ofMiB(64) : Bytes.ZERO,
        Vm.Traffic.NONE);
  }

  public static HostBeat beat(String host, double cpu, Vm... vms) {
    return new HostBeat(
        new Pulse(new HostId(host), "lab", 1, 7, NOW, Duration.ofSeconds(3), "0.1"),
        new HostBeat.Capacity(0.5, Bytes.ofMiB(1024)),
        new HostBeat.Load(
            cpu,
            Bytes.ofMiB(128 + 64L * vms.length),
            cpu * 5,
            cpu * 3,
            cpu,
            Optional.empty(),
            List.of()),
        new HostBeat.Hypervisor(
            HostBeat.Health.ANSWERING, Optional.of(NOW), "qemu+tcp://" + host + "/system"),
        List.of(vms),
        List.of(),
        Optional.empty());
  }

  public static Fleet.Host host(String name, double cpu, Vm... vms) {
    return host(name, Fleet.Status.UP, Duration.ofSeconds(1), cpu, vms);
  }

  public static Fleet.Host host(
      String name, Fleet.Status status, Duration silence, double cpu, Vm... vms) {
    return new Fleet.Host(
        beat(name, cpu, vms), status, NOW.minus(silence), Optional.empty(), Optional.empty());
  }

  public static Fleet fleet(Fleet.Host... hosts) {
    return new Fleet(NOW, List.of(hosts), List.of(), List.of(), List.of());
  }

  public static Fleet with(
      Fleet fleet, List<Alert> alerts, List<Move> moves, List<Decision> decisions) {
    return new Fleet(fleet.at(), fleet.hosts(), alerts, moves, decisions);
  }

  public static Move move(String vm, String from, String to, Move.State state, Duration ago) {
    boolean done = state == Move.State.DONE;
    return new Move(
        new OperationId("move-" + vm),
        idOf(vm),
        vm,
        new HostId(from),
        new HostId(to),
        Move.Priority.BALANCE,
        state,
        NOW.minus(ago),
        state == Move.State.MIGRATING ? Optional.of(progress(40)) : Optional.empty(),
        done
            ? Optional.of(
                new Outcome.Migration(
                    Duration.ofMillis(12_340), Duration.ofMillis(85), Bytes.ofMiB(110), 3))
            : Optional.empty(),
        state == Move.State.FAILED ? "the target has no room; free some memory there" : "");
  }

  public static MigrationProgress progress(int leftMib) {
    return new MigrationProgress(
        Duration.ofSeconds(4),
        Bytes.ofMiB(128),
        Bytes.ofMiB(88),
        Bytes.ofMiB(leftMib),
        Bytes.ofMiB(11),
        Bytes.ofKiB(512),
        2,
        Optional.empty());
  }

  public static Decision decision(Duration ago, String summary, Decision.PlannedMove... moves) {
    return new Decision(
        NOW.minus(ago),
        "lab",
        List.of(moves),
        summary,
        List.of(new Decision.Term("spread of CPU", 0.39, 0.04)),
        Map.of("no room", 2));
  }

  public static Decision.PlannedMove planned(String vm, String from, String to, int wave) {
    return new Decision.PlannedMove(
        idOf(vm), vm, new HostId(from), new HostId(to), wave, "takes 20% CPU off the busiest host");
  }

  public static Alert silence(String host, Optional<Instant> resolvedAt) {
    return new Alert(
        "silence-" + host,
        Alert.Verdict.HOST_SILENT,
        new HostId(host),
        NOW.minusSeconds(6),
        NOW.minusSeconds(18),
        List.of("web1", "db"),
        List.of("No beat for 12 s where one is due every 3 s.", "The other 2 hosts are heard."),
        resolvedAt);
  }

  /** An alert about a part of a host. */
  public static Alert alertOf(
      String object, Alert.Verdict verdict, String host, Optional<Instant> resolvedAt) {
    Alert alert = alert(verdict, host, resolvedAt);
    return new Alert(
        alert.id(),
        alert.verdict(),
        alert.host(),
        alert.raisedAt(),
        alert.lastHeard(),
        alert.vms(),
        alert.evidence(),
        alert.resolvedAt(),
        Optional.of(object));
  }

  /** An alert about VMs, or about a host with VMs. */
  public static Alert alert(
      Alert.Verdict verdict, String host, Optional<Instant> resolvedAt, String... vms) {
    return new Alert(
        verdict + ":" + host + ":" + resolvedAt.isPresent(),
        verdict,
        new HostId(host),
        NOW.minusSeconds(75),
        NOW.minusSeconds(1),
        List.of(vms),
        List.of("Why this is believed."),
        resolvedAt);
  }
}
