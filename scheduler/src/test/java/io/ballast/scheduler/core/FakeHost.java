package io.ballast.scheduler.core;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A fake host of a {@link FakeFleet}: its guests, its work, and the beats that tell of them. */
final class FakeHost {
  private static final Bytes MEMORY = Bytes.ofMiB(4096);

  final HostId id;
  final Map<VmId, Guest> guests = new TreeMap<>();
  final List<OperationId> operations = new ArrayList<>();
  long incarnation = 1000;
  long sequence;
  boolean dead;
  Duration interval = BeatMaker.INTERVAL;
  Duration ahead = Duration.ZERO;
  Optional<Long> epoch = Optional.empty();

  FakeHost(HostId id) {
    this.id = id;
  }

  double demand() {
    return guests.values().stream()
        .filter(guest -> guest.state() == VmState.RUNNING)
        .mapToDouble(Guest::appetite)
        .sum();
  }

  HostBeat beat(Instant at) {
    sequence++;
    double demand = demand();
    double share = demand <= 1 ? 1 : 1 / demand;
    return new HostBeat(
        new Pulse(id, "lab", incarnation, sequence, at.plus(ahead), interval, "test"),
        new HostBeat.Capacity(1, MEMORY),
        new HostBeat.Load(
            Math.min(1, demand),
            Bytes.ofMiB(64L * guests.size()),
            demand,
            demand,
            demand,
            Optional.empty(),
            List.of()),
        new HostBeat.Hypervisor(
            HostBeat.Health.ANSWERING, Optional.of(at.plus(ahead)), "fake://" + id + "/system"),
        guests.values().stream().map(guest -> vm(guest, share)).toList(),
        operations,
        epoch);
  }

  static Vm vm(Guest guest, double share) {
    boolean active = guest.state().active();
    return new Vm(
        guest.id(),
        guest.name(),
        guest.state(),
        1,
        guest.state() == VmState.RUNNING ? guest.appetite() * share : 0,
        Bytes.ofMiB(64),
        active ? Bytes.ofMiB(64) : Bytes.ZERO,
        Vm.Traffic.NONE);
  }

  /** A guest wants {@code appetite} processors. */
  record Guest(VmId id, String name, VmState state, double appetite) {}
}
