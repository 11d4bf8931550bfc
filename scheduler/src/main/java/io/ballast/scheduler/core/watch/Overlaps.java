package io.ballast.scheduler.core.watch;

import io.ballast.messages.HostId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.view.FleetView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Ids of virtual machines that are active on more than one host, and since when: of one VM that is
 * there twice, or, told by their names, of different VMs.
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
   * @param names what it is called on them; several are several VMs that carry one id
   * @param hosts sorted by name
   * @param runs on how many of them it runs
   * @param since when this was first seen, unexplained
   */
  record Overlap(
      VmId vm, List<String> names, List<HostId> hosts, long runs, Instant since, boolean doubled) {
    /** Whether these are different virtual machines that carry one id. */
    boolean isShared() {
      return names.size() > 1;
    }
  }

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
      open.put(vm, new Overlap(vm, List.of(name), sorted, sorted.size(), now, true));
    }
  }

  /** Forgets what a host was part of. */
  void forget(HostId host) {
    open.values().removeIf(overlap -> overlap.hosts().contains(host));
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
    List<String> names = places.stream().map(place -> place.vm().name()).distinct().toList();
    boolean shared = names.size() > 1;
    long runs = places.stream().filter(place -> runs(place.vm())).count();
    boolean explained = runs < 2 && !shared && (moving.test(vm) || busy(hosts, view));
    boolean same =
        before != null
            && !explained
            && before.hosts().equals(hosts)
            && before.names().equals(names)
            && before.runs() >= 2 == runs >= 2;
    Instant since = same && before != null ? before.since() : now;
    Duration hold = runs >= 2 || shared ? settings.doubledFor() : settings.overlapFor();
    boolean doubled =
        !explained && hosts.stream().allMatch(host -> view.isSampledAfter(host, since.plus(hold)));
    return new Overlap(vm, names, hosts, runs, since, doubled);
  }

  /** Whether one of the hosts said after the overlap was found that it no longer has the VM. */
  private static boolean over(Overlap overlap, FleetView view) {
    return overlap.hosts().stream()
        .anyMatch(
            host ->
                view.isSampledAfter(host, overlap.since())
                    && view.host(host).stream()
                        .flatMap(heard -> heard.beat().vms().stream())
                        .noneMatch(vm -> vm.id().equals(overlap.vm()) && vm.state().active()));
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
    shared.replaceAll((vm, none) -> together(view, vm));
    return shared;
  }

  /**
   * Where an id is active: only the places of one name, if that is active on several hosts, for one
   * VM that runs twice is worse than two of one id.
   */
  private static List<FleetView.Place> together(FleetView view, VmId vm) {
    Map<String, List<FleetView.Place>> byName = new TreeMap<>();
    List<FleetView.Place> active =
        view.places(vm).stream().filter(place -> place.vm().state().active()).toList();
    for (FleetView.Place place : active) {
      byName.computeIfAbsent(place.vm().name(), name -> new ArrayList<>()).add(place);
    }
    return byName.values().stream().filter(places -> places.size() > 1).findFirst().orElse(active);
  }
}
