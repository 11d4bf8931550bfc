package io.ballast.ops.snapshot;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The hosts of a picture as a scheduler would have heard them. What the picture does not say of a
 * host follows from its virtual machines: it uses what they use, nothing else runs there, and
 * nothing waits.
 *
 * @param now when the picture is taken to have been taken
 */
record Revival(Snapshot snapshot, Instant now) {
  /** The most memory that virtual machines are said to hold together; no host comes near. */
  private static final double MOST_USED = 0x1p60;

  private static final HostBeat.Pressure NOTHING_WAITS = new HostBeat.Pressure(0, 0, 0, 0, 0);

  ClusterView view() {
    Map<HostId, List<Guest>> guests = new HashMap<>();
    Map<HostId, List<Vm>> copies = new HashMap<>();
    for (Guest guest : snapshot.guests().values()) {
      guests.computeIfAbsent(guest.host(), id -> new ArrayList<>()).add(guest);
      for (HostId other : guest.elsewhere()) {
        copies.computeIfAbsent(other, id -> new ArrayList<>()).add(copy(guest.vm()));
      }
    }
    return new ClusterView(
        snapshot.header().cluster(),
        snapshot.hosts().values().stream()
            .map(
                host ->
                    revived(
                        host,
                        guests.getOrDefault(host.id(), List.of()),
                        copies.getOrDefault(host.id(), List.of())))
            .toList());
  }

  /**
   * What a second host has of a virtual machine; the memory that it holds is the host's to tell.
   */
  private static Vm copy(Vm vm) {
    return new Vm(
        vm.id(),
        vm.name(),
        VmState.PAUSED,
        vm.vcpus(),
        0,
        vm.memory(),
        Bytes.ZERO,
        Vm.Traffic.NONE);
  }

  private Fleet.Host revived(Host host, List<Guest> guests, List<Vm> copies) {
    Host.Standing standing = host.standing();
    Instant heard = now.minus(standing.age());
    Duration oldest =
        guests.stream()
            .flatMap(guest -> guest.age().stream())
            .max(Comparator.naturalOrder())
            .orElse(standing.age());
    List<Vm> vms = new ArrayList<>(guests.stream().map(Guest::vm).toList());
    vms.addAll(copies);
    HostBeat beat =
        new HostBeat(
            new Pulse(
                host.id(),
                snapshot.header().cluster(),
                1,
                1,
                heard,
                standing.interval(),
                standing.agent().orElse("unknown")),
            host.capacity(),
            load(host, vms),
            new HostBeat.Hypervisor(
                standing.hypervisor(),
                Optional.of(now.minus(oldest)),
                "qemu+tcp://" + host.id() + "/system"),
            vms,
            List.of(),
            Optional.empty());
    return new Fleet.Host(beat, standing.status(), heard, Optional.empty(), Optional.empty());
  }

  private static HostBeat.Load load(Host host, List<Vm> vms) {
    Host.Measures measures = host.measures();
    double wanted = 0;
    double held = 0;
    for (Vm vm : vms) {
      if (vm.state().active()) {
        wanted += vm.cpus();
        held += vm.resident().value();
      }
    }
    double cpus = host.capacity().cpus();
    double busy = measures.busy().orElse(Math.min(1, wanted / cpus));
    double running = Math.max(wanted, busy * cpus);
    Host.LoadAverages load =
        measures.load().orElse(new Host.LoadAverages(running, running, running));
    // A picture with neither says what its virtual machines want, not only what they get: none of
    // it is hidden by a host that is too busy.
    Optional<HostBeat.Pressure> pressure =
        measures.load().isEmpty() && measures.pressure().isEmpty()
            ? Optional.of(NOTHING_WAITS)
            : measures.pressure();
    return new HostBeat.Load(
        busy,
        measures.used().orElse(new Bytes((long) Math.min(MOST_USED, held))),
        load.over1(),
        load.over5(),
        load.over15(),
        pressure,
        List.of());
  }
}
