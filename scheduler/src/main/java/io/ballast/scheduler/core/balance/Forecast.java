package io.ballast.scheduler.core.balance;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.LocalDisks;
import io.ballast.messages.Move;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Averages;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Standing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The hosts that take part and their guests, as measured, with the effect of the moves under way
 * and of the moves that a plan makes up one after the other. One plan, one forecast.
 */
final class Forecast {
  private static final double FULL = 0.9;

  private final TreeMap<HostId, Site> sites = new TreeMap<>();
  private final Map<HostId, List<Guest>> guests = new HashMap<>();
  private final TreeMap<HostId, Objection> absent = new TreeMap<>();
  private final Map<VmId, Set<HostId>> homes = new HashMap<>();

  private Forecast() {}

  /** Of the hosts as their last beats show them. */
  static Forecast of(ClusterView view, List<Move> moves, Policy policy, Instant now) {
    return of(view, Averages.NONE, moves, policy, now);
  }

  /** Of the hosts as they are on average; who is where is as their last beats show it. */
  static Forecast of(
      ClusterView view, Averages averages, List<Move> moves, Policy policy, Instant now) {
    Forecast forecast = new Forecast();
    for (Fleet.Host host : view.hosts()) {
      for (Vm vm : host.beat().vms()) {
        if (vm.state().active()) {
          forecast.homes.computeIfAbsent(vm.id(), id -> new TreeSet<>()).add(host.id());
        }
      }
      Optional<Objection> objection = Standing.of(host, policy, now);
      if (objection.isPresent()) {
        forecast.absent.put(host.id(), objection.get());
      } else {
        List<Guest> guests = guestsOf(host, averages);
        forecast.guests.put(host.id(), new ArrayList<>(guests));
        forecast.sites.put(
            host.id(),
            Site.of(
                averages.mean(host),
                guests,
                lags(host.id(), moves, policy, now),
                averages.variance(host.id()),
                host.beat().load().memoryUsed()));
      }
    }
    forecast.leaveTheDead(view);
    moves.stream()
        .filter(move -> move.state().open())
        .forEach(move -> forecast.expect(view, averages, move));
    return forecast;
  }

  /** A silent host is no home of a VM that another host runs. */
  private void leaveTheDead(ClusterView view) {
    Set<HostId> silent = view.silent();
    for (Set<HostId> of : homes.values()) {
      if (of.size() > 1 && !silent.containsAll(of)) {
        of.removeAll(silent);
      }
    }
  }

  /** The hosts that take part, by id. */
  Collection<Site> sites() {
    return sites.values();
  }

  Optional<Site> site(HostId id) {
    return Optional.ofNullable(sites.get(id));
  }

  /** The hosts that take no part, and why. */
  Map<HostId, Objection> absent() {
    return absent;
  }

  /** The guests of a host that takes part, by id. */
  List<Guest> guests(HostId id) {
    return guests.getOrDefault(id, List.of());
  }

  /**
   * The hosts on which a VM is active, whether they take part or not; a silent one only if it was
   * active nowhere else.
   */
  Set<HostId> homes(VmId vm) {
    return homes.getOrDefault(vm, Set.of());
  }

  /** A metric of all hosts that take part together as measured: a larger host counts for more. */
  double mean(Metric metric) {
    double sum = 0;
    double all = 0;
    for (Site site : sites.values()) {
      HostBeat.Capacity capacity = site.host().beat().capacity();
      double size =
          switch (metric) {
            case CPU, LOAD -> capacity.cpus();
            case MEMORY -> capacity.memory().toMiB();
          };
      sum += metric.of(site.host().beat()) * size;
      all += size;
    }
    return all == 0 ? 0 : sum / all;
  }

  /**
   * Whether all hosts together have so little left of a metric that no move helps for long: they
   * are above nine tenths of its trigger.
   */
  boolean isFull(Metric metric, Policy policy) {
    return mean(metric) >= FULL * policy.thresholds().of(metric).trigger();
  }

  Score score(Policy policy) {
    return Score.of(sites.values(), policy.thresholds());
  }

  /** Lets a guest of one host be on another; both take part. */
  void move(Guest guest, Site from, Site to) {
    sites.put(from.id(), from.without(guest));
    sites.put(to.id(), to.with(guest));
    guests(from.id()).remove(guest);
    guests(to.id()).add(guest);
  }

  private static List<Guest> guestsOf(Fleet.Host host, Averages averages) {
    HostBeat mean = averages.mean(host).beat();
    Appetite appetite = Appetite.on(mean);
    Map<VmId, LocalDisks> local = new HashMap<>();
    host.storage().ifPresent(beat -> beat.local().forEach(disks -> local.put(disks.vm(), disks)));
    return mean.vms().stream()
        .filter(vm -> vm.state().active())
        .sorted(Comparator.comparing(Vm::id))
        .map(
            vm ->
                Guest.of(
                    vm,
                    appetite,
                    averages.variance(vm, host.id()),
                    Optional.ofNullable(local.get(vm.id()))))
        .toList();
  }

  private static boolean lags(HostId host, List<Move> moves, Policy policy, Instant now) {
    Instant forgotten = now.minus(policy.pace().loadLag());
    return moves.stream()
        .filter(move -> move.state() == Move.State.DONE && move.since().isAfter(forgotten))
        .anyMatch(move -> move.from().equals(host) || move.to().equals(host));
  }

  /**
   * Counts a move under way: its VM's appetite as moved, its memory on both hosts. Where it already
   * runs on the target, its effect is measured there.
   */
  private void expect(ClusterView view, Averages averages, Move move) {
    Optional<Guest> moving =
        view.host(move.from()).flatMap(host -> find(guestsOf(host, averages), move.vm()));
    Optional<Vm> copy = find(guests(move.to()), move.vm()).map(Guest::vm);
    if (moving.isEmpty() || copy.filter(vm -> vm.state() == VmState.RUNNING).isPresent()) {
      return;
    }
    Bytes here = copy.map(Vm::resident).orElse(Bytes.ZERO);
    sites.computeIfPresent(move.from(), (id, site) -> site.leaving(moving.get()));
    sites.computeIfPresent(move.to(), (id, site) -> site.expecting(moving.get(), here));
  }

  private static Optional<Guest> find(List<Guest> guests, VmId vm) {
    return guests.stream().filter(guest -> guest.vm().id().equals(vm)).findFirst();
  }
}
