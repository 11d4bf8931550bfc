package io.ballast.scheduler.core;

import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Virtual machines that are active on more than one host, and since when.
 *
 * <p>A live migration shows its guest on both hosts: running at the source and paused at the target
 * for as long as it takes, and, since two hosts are never looked at in the same moment, for about a
 * beat as running on both. Neither is a doubled VM. It is doubled when
 *
 * <ul>
 *   <li>it runs on two hosts, and still does in samples that both took long enough after that was
 *       first seen; no migration does that, open or not; or
 *   <li>it is in memory on two hosts for much longer, while no move of it and no operation on
 *       either host is open that explains it; or
 *   <li>somebody asked both hypervisors and was told so ({@link #claim}).
 * </ul>
 *
 * <p>Only what a hypervisor said afresh counts: what a silent host or a hung hypervisor last said
 * neither makes a VM doubled nor ends it. One thread at a time.
 */
final class Overlaps {
  private final AlertSettings settings;
  private final SortedMap<VmId, Overlap> open = new TreeMap<>();

  Overlaps(AlertSettings settings) {
    this.settings = settings;
  }

  /**
   * A virtual machine on several hosts.
   *
   * @param hosts sorted by name
   * @param runs on how many of them it runs
   * @param since when this was first seen, unexplained
   */
  record Overlap(
      VmId vm, String name, List<HostId> hosts, long runs, Instant since, boolean doubled) {}

  /** Compares what all hosts say; {@code moving} tells which VMs have an open move. */
  void look(FleetView view, Predicate<VmId> moving, Instant now) {
    Map<VmId, List<FleetView.Place>> shared = shared(view);
    open.values()
        .removeIf(
            overlap -> overlap.doubled() ? over(overlap, view) : !shared.containsKey(overlap.vm()));
    shared.forEach((vm, places) -> open.put(vm, next(vm, places, view, moving, now)));
  }

  /** Takes a VM as doubled because both hypervisors were asked. */
  void claim(VmId vm, String name, List<HostId> hosts, Instant now) {
    if (!isDoubled(vm)) {
      List<HostId> sorted = hosts.stream().sorted().toList();
      open.put(vm, new Overlap(vm, name, sorted, sorted.size(), now, true));
    }
  }

  boolean isDoubled(VmId vm) {
    Overlap overlap = open.get(vm);
    return overlap != null && overlap.doubled();
  }

  List<Overlap> doubled() {
    return open.values().stream().filter(Overlap::doubled).toList();
  }

  private Overlap next(
      VmId vm, List<FleetView.Place> places, FleetView view, Predicate<VmId> moving, Instant now) {
    Overlap before = open.get(vm);
    if (before != null && before.doubled()) {
      return before;
    }
    List<HostId> hosts = places.stream().map(FleetView.Place::host).toList();
    long runs = places.stream().filter(place -> runs(place.vm())).count();
    boolean explained = runs < 2 && (moving.test(vm) || busy(hosts, view));
    boolean same =
        before != null
            && !explained
            && before.hosts().equals(hosts)
            && before.runs() >= 2 == runs >= 2;
    Instant since = same && before != null ? before.since() : now;
    Duration hold = runs >= 2 ? settings.doubledFor() : settings.overlapFor();
    boolean doubled =
        !explained && hosts.stream().allMatch(host -> sampledAfter(host, since.plus(hold), view));
    return new Overlap(vm, places.getFirst().vm().name(), hosts, runs, since, doubled);
  }

  /** Whether one of the hosts said after the overlap was found that it no longer has the VM. */
  private static boolean over(Overlap overlap, FleetView view) {
    return overlap.hosts().stream()
        .anyMatch(
            host ->
                sampledAfter(host, overlap.since(), view)
                    && view.host(host).stream()
                        .flatMap(heard -> heard.beat().vms().stream())
                        .noneMatch(vm -> vm.id().equals(overlap.vm()) && vm.state().active()));
  }

  private static boolean sampledAfter(HostId host, Instant instant, FleetView view) {
    return view.host(host).flatMap(Overlaps::sampledAt).map(instant::isBefore).orElse(false);
  }

  /**
   * When the hypervisor was last looked at, by the scheduler's clock: the arrival of the beat less
   * the age of its sample, both of whose ends are of the host's clock.
   */
  private static Optional<Instant> sampledAt(Heard<HostBeat> heard) {
    HostBeat beat = heard.beat();
    if (beat.hypervisor().health() != Health.ANSWERING) {
      return Optional.empty();
    }
    return beat.hypervisor()
        .sampledAt()
        .map(sampled -> Duration.between(sampled, beat.pulse().at()))
        .map(age -> age.isNegative() ? heard.at() : heard.at().minus(age));
  }

  private static boolean busy(List<HostId> hosts, FleetView view) {
    return hosts.stream()
        .flatMap(host -> view.host(host).stream())
        .anyMatch(heard -> !heard.beat().operations().isEmpty());
  }

  private static boolean runs(Vm vm) {
    return vm.state() == VmState.RUNNING || vm.state() == VmState.SHUTTING_DOWN;
  }

  private static Map<VmId, List<FleetView.Place>> shared(FleetView view) {
    Map<VmId, HostId> first = new HashMap<>();
    Map<VmId, List<FleetView.Place>> shared = new TreeMap<>();
    view.hosts()
        .forEach(
            (host, heard) -> {
              for (Vm vm : heard.beat().vms()) {
                if (vm.state().active() && first.putIfAbsent(vm.id(), host) != null) {
                  shared.put(vm.id(), Collections.emptyList());
                }
              }
            });
    shared.replaceAll(
        (vm, none) ->
            new ArrayList<>(
                view.places(vm).stream().filter(place -> place.vm().state().active()).toList()));
    return shared;
  }
}
