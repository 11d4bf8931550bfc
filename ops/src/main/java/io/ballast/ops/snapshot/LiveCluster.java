package io.ballast.ops.snapshot;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.MigrationProgress;
import io.ballast.messages.Move;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One cluster of a fleet, of which a picture is taken. It shows the virtual machines that are in
 * memory, each on one host: who reads only the plain part of the format counts the memory of all
 * that are there.
 */
record LiveCluster(Fleet fleet, String cluster) {
  Snapshot snapshot() {
    List<Fleet.Host> hosts =
        fleet.hosts().stream()
            .filter(host -> host.beat().pulse().cluster().equals(cluster))
            .toList();
    return Snapshot.of(
        new Snapshot.Header(
            cluster, cluster, Optional.of(fleet.at()), 0, "live", Snapshot.Header.USUAL_BANDWIDTH),
        hosts.stream().map(this::host).toList(),
        guests(hosts));
  }

  private Host host(Fleet.Host host) {
    HostBeat beat = host.beat();
    HostBeat.Load load = beat.load();
    return new Host(
        host.id(),
        0,
        beat.capacity(),
        Host.State.UP,
        new Host.Measures(
            Optional.of(load.memoryUsed()),
            Optional.of(load.cpu()),
            Optional.of(new Host.LoadAverages(load.average1(), load.average5(), load.average15())),
            load.pressure(),
            Optional.empty()),
        new Host.Standing(
            host.status(),
            beat.hypervisor().health(),
            age(host, beat.loadAge()),
            beat.pulse().interval().truncatedTo(ChronoUnit.MILLIS),
            Optional.of(beat.pulse().version())),
        Marks.NONE);
  }

  /** A virtual machine in memory of a host. */
  private record Place(Fleet.Host host, Vm vm) {
    /** Where it counts comes first: on a host that is heard, and where it runs. */
    static final Comparator<Place> FIRST =
        Comparator.comparing((Place place) -> place.host().status() == Fleet.Status.SILENT)
            .thenComparing(place -> place.vm().state() != VmState.RUNNING)
            .thenComparing(place -> place.host().id());
  }

  private List<Guest> guests(List<Fleet.Host> hosts) {
    Map<VmId, List<Place>> places = new TreeMap<>();
    for (Fleet.Host host : hosts) {
      for (Vm vm : host.beat().vms()) {
        if (vm.state().active()) {
          places.computeIfAbsent(vm.id(), id -> new ArrayList<>(1)).add(new Place(host, vm));
        }
      }
    }
    Map<VmId, Double> dirty = dirty();
    return places.values().stream()
        .map(of -> guest(of.stream().sorted(Place.FIRST).toList(), dirty))
        .toList();
  }

  private Guest guest(List<Place> places, Map<VmId, Double> dirty) {
    Fleet.Host home = places.getFirst().host();
    Vm vm = places.getFirst().vm();
    HostBeat beat = home.beat();
    Optional<Duration> age =
        beat.hypervisor()
            .sampledAt()
            .map(sampled -> age(home, Duration.between(sampled, beat.pulse().at())));
    List<HostId> elsewhere =
        places.stream()
            .map(place -> place.host().id())
            .filter(id -> !id.equals(home.id()))
            .distinct()
            .toList();
    double wrote = dirty.getOrDefault(vm.id(), 0.0);
    return new Guest(vm.id().toString(), home.id(), vm, wrote, elsewhere, age, Marks.NONE);
  }

  /** What was last seen of those that move or moved lately; of others it is not measured. */
  private Map<VmId, Double> dirty() {
    Map<VmId, Double> rates = new HashMap<>();
    for (Move move : fleet.moves()) {
      move.progress()
          .map(MigrationProgress::dirtyRate)
          .ifPresent(rate -> rates.put(move.vm(), rate.toMiB()));
    }
    return rates;
  }

  /**
   * How old something is.
   *
   * @param before how long before the host's last beat it was measured, by the host's clock
   */
  private Duration age(Fleet.Host host, Duration before) {
    Instant measured = host.heardAt().minus(before.isNegative() ? Duration.ZERO : before);
    Duration age = Duration.between(measured, fleet.at());
    return age.isNegative() ? Duration.ZERO : age.truncatedTo(ChronoUnit.MILLIS);
  }
}
