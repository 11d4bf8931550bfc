package io.ballast.scheduler.core.ports;

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

/**
 * Sees to it that ports are kept where their virtual machine runs, and nowhere else: after a move,
 * after one that did not come to pass, and after a migration by somebody else. One thread at a
 * time.
 *
 * <p>What is out of place has to be so for a while before anything is ordered, and what was ordered
 * is given time. A machine that is active nowhere, on several hosts, or on its way, keeps its ports
 * where they are.
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
   * @param isMoving whether a machine is on its way, or has just been
   */
  public List<Effect> look(List<Fleet.Host> hosts, Predicate<VmId> isMoving, Instant now) {
    Map<VmId, Set<HostId>> homes = homes(hosts);
    if (homes.isEmpty()) {
      waits = Map.of();
      tenures = Map.of();
      return List.of();
    }
    Reach reach = Reach.of(hosts);
    Map<HostId, Fleet.Host> byId = new HashMap<>();
    hosts.forEach(host -> byId.put(host.id(), host));
    Map<Errand, Wait> still = new HashMap<>();
    List<Effect> orders = new ArrayList<>();
    Map<VmId, Tenure> lasting = new HashMap<>();
    homes.forEach(
        (vm, active) -> {
          if (active.size() != 1 || isMoving.test(vm)) {
            return;
          }
          Fleet.Host home = byId.get(active.iterator().next());
          if (home != null && isSure(home)) {
            Tenure tenure = tenure(vm, home);
            lasting.put(vm, tenure);
            for (Errand errand : errands(vm, home, tenure, hosts, reach)) {
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

  /** Where the machines are active for which any host keeps ports. */
  private static Map<VmId, Set<HostId>> homes(List<Fleet.Host> hosts) {
    Map<VmId, Set<HostId>> homes = new HashMap<>();
    for (Fleet.Host host : hosts) {
      host.net().stream()
          .flatMap(beat -> beat.ports().stream())
          .forEach(status -> homes.putIfAbsent(status.port().vm(), new HashSet<>(1)));
    }
    if (homes.isEmpty()) {
      return homes;
    }
    for (Fleet.Host host : hosts) {
      if (host.status() == Fleet.Status.SILENT) {
        continue; // it is no home of what runs elsewhere
      }
      for (Vm vm : host.beat().vms()) {
        Set<HostId> known = vm.state().active() ? homes.get(vm.id()) : null;
        if (known != null) {
          known.add(host.id());
        }
      }
    }
    return homes;
  }

  private static boolean isSure(Fleet.Host host) {
    return host.status() == Fleet.Status.UP
        && host.net().isPresent()
        && host.beat().hypervisor().health() == HostBeat.Health.ANSWERING;
  }

  /** A port elsewhere goes once it is in force where the machine runs, or was unplugged there. */
  private static Set<Errand> errands(
      VmId vm, Fleet.Host home, Tenure tenure, List<Fleet.Host> hosts, Reach reach) {
    Set<Mac> here = new HashSet<>();
    Set<Mac> settled = new HashSet<>(tenure.had());
    for (PortStatus status : kept(home, vm)) {
      here.add(status.port().card());
      if (status.state() != PortStatus.State.IN_FORCE) {
        settled.remove(status.port().card());
      }
    }
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
