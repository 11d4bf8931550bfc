package io.ballast.scheduler.core.follow;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetOrder;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
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
 * Sees to it that ports are kept where their virtual machine is, and nowhere else: after a move,
 * after one that did not come to pass, and after a migration by somebody else. One thread at a
 * time.
 *
 * <p>What is out of place has to be so for a while before anything is ordered, and what was ordered
 * is given time. A machine that does not run is where it is defined. One that is active on several
 * hosts, or on its way, or active nowhere while several hosts define it or one does not tell, keeps
 * its ports where they are; and no port goes whose card is there.
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

  /** A port that a host keeps. */
  private record Kept(Fleet.Host host, PortStatus status) {
    Mac card() {
      return status.port().card();
    }

    /** Whether its card is known not to be there. */
    boolean isIdle() {
      return status.state() == PortStatus.State.WAITING && status.link().isEmpty();
    }
  }

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
    Map<VmId, List<Kept>> kept = kept(hosts);
    Set<VmId> vms = new HashSet<>(kept.keySet());
    unheard.values().forEach(ports -> ports.forEach(port -> vms.add(port.vm())));
    if (vms.isEmpty()) {
      waits = Map.of();
      tenures = Map.of();
      return List.of();
    }
    Reach reach = Reach.of(hosts, unheard);
    Map<Errand, Wait> still = new HashMap<>();
    List<Effect> orders = new ArrayList<>();
    Map<VmId, Tenure> lasting = new HashMap<>();
    Home.of(hosts, vms)
        .forEach(
            (vm, home) -> {
              List<Kept> all = kept.getOrDefault(vm, List.of());
              if (isSure(home, all) && !isMoving.test(vm)) {
                Tenure tenure = tenure(vm, home, all);
                lasting.put(vm, tenure);
                for (Errand errand : errands(home, tenure, all, reach.ports(vm))) {
                  take(errand, reach, vm, still, orders, now);
                }
              }
            });
    waits = still;
    tenures = lasting;
    return orders;
  }

  private static Map<VmId, List<Kept>> kept(List<Fleet.Host> hosts) {
    Map<VmId, List<Kept>> kept = new HashMap<>();
    for (Fleet.Host host : hosts) {
      for (PortStatus status : host.net().map(NetBeat::ports).orElse(List.of())) {
        kept.computeIfAbsent(status.port().vm(), vm -> new ArrayList<>(2))
            .add(new Kept(host, status));
      }
    }
    return kept;
  }

  /** Whether it is there: what runs nowhere may run on a host that can't tell what it runs. */
  private static boolean isSure(Home home, List<Kept> kept) {
    return home.isSure()
        && home.host().net().isPresent()
        && (home.runs() || kept.stream().allMatch(each -> Home.isSure(each.host())));
  }

  private Tenure tenure(VmId vm, Home home, List<Kept> kept) {
    HostId host = home.host().id();
    Tenure before = tenures.get(vm);
    Set<Mac> had = new HashSet<>();
    if (before != null && before.home().equals(host)) {
      had.addAll(before.had());
    }
    at(host, kept).forEach(each -> had.add(each.card()));
    return new Tenure(host, had);
  }

  private static List<Kept> at(HostId host, List<Kept> kept) {
    return kept.stream().filter(each -> each.host().id().equals(host)).toList();
  }

  /** What a machine lacks at home, and what it has elsewhere and needs there no more. */
  private static Set<Errand> errands(Home home, Tenure tenure, List<Kept> kept, List<Port> wanted) {
    HostId host = home.host().id();
    Set<Errand> errands = new LinkedHashSet<>();
    for (Port port : wanted) {
      if (!tenure.had().contains(port.card())) {
        errands.add(new Errand(host, port.card(), true));
      }
    }
    Set<Mac> settled = settled(home, tenure, kept);
    for (Kept each : kept) {
      if (!each.host().id().equals(host)
          && each.host().status() == Fleet.Status.UP
          && each.isIdle()
          && settled.contains(each.card())) {
        errands.add(new Errand(each.host().id(), each.card(), false));
      }
    }
    return errands;
  }

  /**
   * The cards whose ports elsewhere may go: those whose port is in force at home, or waits there
   * for its machine to run, or was unplugged there.
   */
  private static Set<Mac> settled(Home home, Tenure tenure, List<Kept> kept) {
    Set<Mac> settled = new HashSet<>(tenure.had());
    for (Kept each : at(home.host().id(), kept)) {
      boolean fine =
          switch (each.status().state()) {
            case IN_FORCE -> true;
            case WAITING -> !home.runs();
            case DIFFERS, UNKNOWN -> false;
          };
      if (!fine) {
        settled.remove(each.card());
      }
    }
    return settled;
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
                        "card %s of VM %s has no port on %s, where the VM is: %s"
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
