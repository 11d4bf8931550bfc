package io.ballast.scheduler.core.ports;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetOrder;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.view.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Sees to it that ports are kept where their virtual machine runs, and nowhere else: after a move,
 * after one that did not come to pass, and after a migration by somebody else. One thread at a
 * time.
 *
 * <p>What is out of place has to be so for a while before anything is ordered, and what was ordered
 * is given time. One that does not run has its ports where it is defined. A machine that is active
 * on several hosts, or defined on several and active on none, or on its way, keeps its ports where
 * they are.
 */
public final class Following {
  /** So long the picture has to stay the same before it is believed. */
  static final Duration SETTLED = Duration.ofSeconds(10);

  /** So long an order is given before it is given again. */
  static final Duration AGAIN = Duration.ofMinutes(1);

  /** How many orders are given with one look. */
  static final int MOST = 20;

  /** What is out of place, by when it was first seen so or was last ordered right. */
  private Map<Errand, Wait> waits = Map.of();

  /** Where machines run, and which cards had their ports there since they do. */
  private Map<VmId, Tenure> tenures = Map.of();

  /** What a machine had on a host; a card that had a port there was unplugged on purpose since. */
  private record Tenure(HostId home, Set<Mac> had) {}

  /**
   * Where a machine is.
   *
   * @param runs whether it is active there, or only defined
   */
  private record Home(HostId host, boolean runs) {}

  /** Something to be done about a card on a host. */
  private record Errand(HostId host, Mac card, boolean plug) {}

  /**
   * How long it has been so.
   *
   * @param due when it is to be ordered
   */
  private record Wait(Instant due) {}

  /**
   * Looks at the fleet.
   *
   * @param unheard what hosts kept of which no network agent was heard in this life
   * @param isMoving whether a machine is on its way, or has just been
   */
  public List<Effect> look(
      List<Fleet.Host> hosts,
      Map<HostId, List<Port>> unheard,
      Predicate<VmId> isMoving,
      Instant now) {
    Map<VmId, Home> homes = homes(hosts, withPorts(hosts, unheard));
    if (homes.isEmpty()) {
      waits = Map.of();
      tenures = Map.of();
      return List.of();
    }
    Reach reach = Reach.of(hosts, unheard);
    Map<HostId, Fleet.Host> byId = new HashMap<>();
    hosts.forEach(host -> byId.put(host.id(), host));
    Map<Errand, Wait> still = new HashMap<>();
    List<Effect> orders = new ArrayList<>();
    Map<VmId, Tenure> lasting = new HashMap<>();
    homes.forEach(
        (vm, home) -> {
          Fleet.Host host = requireNonNull(byId.get(home.host()));
          if (isSure(host) && !isMoving.test(vm)) {
            Tenure tenure = tenure(vm, host);
            lasting.put(vm, tenure);
            Set<Mac> settled = settled(vm, host, tenure, home.runs());
            for (Errand errand : errands(vm, host, tenure, settled, hosts, reach)) {
              take(errand, reach, vm, still, orders, now);
            }
          }
        });
    waits = still;
    tenures = lasting;
    return orders;
  }

  private Tenure tenure(VmId vm, Fleet.Host home) {
    Tenure before = tenures.get(vm);
    Set<Mac> had = new HashSet<>();
    if (before != null && before.home().equals(home.id())) {
      had.addAll(before.had());
    }
    kept(home, vm).forEach(status -> had.add(status.port().card()));
    return new Tenure(home.id(), had);
  }

  /** The machines for which any host keeps ports, or kept them. */
  private static Set<VmId> withPorts(List<Fleet.Host> hosts, Map<HostId, List<Port>> unheard) {
    Set<VmId> vms = new HashSet<>();
    for (Fleet.Host host : hosts) {
      host.net().stream()
          .flatMap(beat -> beat.ports().stream())
          .forEach(status -> vms.add(status.port().vm()));
    }
    unheard.values().forEach(ports -> ports.forEach(port -> vms.add(port.vm())));
    return vms;
  }

  /** Where machines are; without those of which that is in doubt. */
  private static Map<VmId, Home> homes(List<Fleet.Host> hosts, Set<VmId> vms) {
    if (vms.isEmpty()) {
      return Map.of();
    }
    Map<VmId, List<Home>> known = new HashMap<>();
    Set<VmId> lost = new HashSet<>();
    for (Fleet.Host host : hosts) {
      for (Vm vm : host.beat().vms()) {
        if (!vms.contains(vm.id())) {
          continue;
        }
        if (host.status() != Fleet.Status.SILENT) {
          known
              .computeIfAbsent(vm.id(), id -> new ArrayList<>(1))
              .add(new Home(host.id(), vm.state().active()));
        } else if (vm.state().active()) {
          lost.add(vm.id()); // no home of what runs elsewhere, but perhaps of what runs nowhere
        }
      }
    }
    Map<VmId, Home> homes = new HashMap<>();
    known.forEach(
        (vm, all) -> {
          List<Home> active = all.stream().filter(Home::runs).toList();
          List<Home> meant = active.isEmpty() && !lost.contains(vm) ? all : active;
          if (meant.size() == 1) {
            homes.put(vm, meant.getFirst());
          }
        });
    return homes;
  }

  private static boolean isSure(Fleet.Host host) {
    return host.status() == Fleet.Status.UP
        && host.net().isPresent()
        && host.beat().hypervisor().health() == HostBeat.Health.ANSWERING;
  }

  /**
   * The cards whose ports elsewhere may go: those whose port is in force at home, or waits there
   * for its machine to run, or was unplugged there.
   */
  private static Set<Mac> settled(VmId vm, Fleet.Host home, Tenure tenure, boolean runs) {
    Set<Mac> settled = new HashSet<>(tenure.had());
    for (PortStatus status : kept(home, vm)) {
      boolean fine =
          switch (status.state()) {
            case IN_FORCE -> true;
            case WAITING -> !runs;
            case DIFFERS, UNKNOWN -> false;
          };
      if (!fine) {
        settled.remove(status.port().card());
      }
    }
    return settled;
  }

  private static Set<Errand> errands(
      VmId vm,
      Fleet.Host home,
      Tenure tenure,
      Set<Mac> settled,
      List<Fleet.Host> hosts,
      Reach reach) {
    Set<Mac> here =
        kept(home, vm).stream().map(status -> status.port().card()).collect(Collectors.toSet());
    Set<Errand> errands = new LinkedHashSet<>();
    for (Port port : reach.ports(vm)) {
      if (!here.contains(port.card()) && !tenure.had().contains(port.card())) {
        errands.add(new Errand(home.id(), port.card(), true));
      }
    }
    for (Fleet.Host other : hosts) {
      if (!other.id().equals(home.id()) && other.status() == Fleet.Status.UP) {
        kept(other, vm).stream()
            .map(status -> status.port().card())
            .filter(settled::contains)
            .forEach(card -> errands.add(new Errand(other.id(), card, false)));
      }
    }
    return errands;
  }

  private static List<PortStatus> kept(Fleet.Host host, VmId vm) {
    return host.net().stream()
        .flatMap(beat -> beat.ports().stream())
        .filter(status -> status.port().vm().equals(vm))
        .toList();
  }

  private void take(
      Errand errand,
      Reach reach,
      VmId vm,
      Map<Errand, Wait> still,
      List<Effect> orders,
      Instant now) {
    Wait wait = waits.getOrDefault(errand, new Wait(now.plus(SETTLED)));
    if (now.isBefore(wait.due()) || orders.size() >= MOST) {
      still.put(errand, wait);
      return;
    }
    still.put(errand, new Wait(now.plus(AGAIN)));
    Optional<String> missing = errand.plug() ? reach.missing(vm, errand.host()) : Optional.empty();
    orders.add(
        missing
            .<Effect>map(
                why ->
                    new Effect.Warn(
                        "card %s of VM %s runs on %s without its port: %s"
                            .formatted(errand.card(), vm, errand.host(), why)))
            .orElseGet(() -> new Effect.Order(errand.host(), order(errand, reach, vm))));
  }

  private static NetOrder order(Errand errand, Reach reach, VmId vm) {
    return errand.plug()
        ? new NetOrder.PlugPort(
            reach.ports(vm).stream()
                .filter(port -> port.card().equals(errand.card()))
                .findFirst()
                .orElseThrow())
        : new NetOrder.UnplugPort(errand.card());
  }
}
