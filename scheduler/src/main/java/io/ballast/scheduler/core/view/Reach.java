package io.ballast.scheduler.core.view;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which hosts can have the ports of virtual machines, by what their network agents last said. A
 * machine without ports can go anywhere.
 */
public final class Reach {
  private final Map<VmId, List<Port>> ports;
  private final Map<HostId, NetBeat> nets;
  private final Map<HostId, List<Port>> unheard;

  private Reach(
      Map<VmId, List<Port>> ports, Map<HostId, NetBeat> nets, Map<HostId, List<Port>> unheard) {
    this.ports = ports;
    this.nets = nets;
    this.unheard = unheard;
  }

  /** Of these hosts, without anything from before. */
  public static Reach of(List<Fleet.Host> hosts) {
    return of(hosts, Map.of());
  }

  /**
   * Of these hosts. Where several keep a port for the same card, that of a host on which its
   * machine is active counts.
   *
   * @param unheard what hosts kept of which no network agent was heard since; for cards for which
   *     nobody keeps a port by now
   */
  public static Reach of(List<Fleet.Host> hosts, Map<HostId, List<Port>> unheard) {
    Map<HostId, NetBeat> nets = new HashMap<>();
    Map<VmId, Map<Mac, Port>> ports = new HashMap<>();
    for (Fleet.Host host : hosts) {
      host.net().ifPresent(beat -> nets.put(host.id(), beat));
    }
    for (Fleet.Host host : hosts) {
      List<PortStatus> kept = host.net().map(NetBeat::ports).orElse(List.of());
      if (kept.isEmpty()) {
        continue;
      }
      Set<VmId> here = active(host);
      for (PortStatus status : kept) {
        Port port = status.port();
        Map<Mac, Port> known = ports.computeIfAbsent(port.vm(), vm -> new TreeMap<>());
        if (here.contains(port.vm())) {
          known.put(port.card(), port);
        } else {
          known.putIfAbsent(port.card(), port);
        }
      }
    }
    for (List<Port> before : unheard.values()) {
      for (Port port : before) {
        ports.computeIfAbsent(port.vm(), vm -> new TreeMap<>()).putIfAbsent(port.card(), port);
      }
    }
    Map<VmId, List<Port>> all = new HashMap<>();
    ports.forEach((vm, known) -> all.put(vm, List.copyOf(known.values())));
    return new Reach(all, nets, unheard);
  }

  private static Set<VmId> active(Fleet.Host host) {
    Set<VmId> active = new HashSet<>();
    for (Vm vm : host.beat().vms()) {
      if (vm.state().active()) {
        active.add(vm.id());
      }
    }
    return active;
  }

  /** The ports of a virtual machine, sorted by card. */
  public List<Port> ports(VmId vm) {
    return ports.getOrDefault(vm, List.of());
  }

  /** The ports of a virtual machine that a host keeps, or kept when it was last heard. */
  public List<Port> kept(VmId vm, HostId host) {
    NetBeat beat = nets.get(host);
    return (beat == null
            ? unheard.getOrDefault(host, List.of()).stream()
            : beat.ports().stream().map(PortStatus::port))
        .filter(it -> it.vm().equals(vm))
        .toList();
  }

  /** What a host lacks for a virtual machine's ports, for a person; empty if it can have all. */
  public Optional<String> missing(VmId vm, HostId target) {
    List<Port> wanted = ports(vm);
    if (wanted.isEmpty()) {
      return Optional.empty();
    }
    NetBeat beat = nets.get(target);
    return beat == null
        ? Optional.of(target + " has no network agent on the bus, and the VM has ports")
        : wanted.stream().flatMap(port -> missing(port, target, beat).stream()).findFirst();
  }

  private static Optional<String> missing(Port port, HostId target, NetBeat beat) {
    Optional<Bridge> bridge =
        beat.bridges().stream().filter(it -> it.name().equals(port.bridge())).findFirst();
    if (bridge.isEmpty()) {
      return Optional.of("%s has no bridge %s".formatted(target, port.bridge()));
    }
    return line(port, target, beat).or(() -> abilities(port, bridge.get(), target, beat));
  }

  private static Optional<String> line(Port port, HostId target, NetBeat beat) {
    if (port.line().isEmpty()) {
      return Optional.empty();
    }
    String name = port.line().get();
    Optional<Line> line =
        beat.lines().stream()
            .filter(it -> it.name().equals(name) && it.bridge().equals(port.bridge()))
            .findFirst();
    if (line.isEmpty()) {
      return Optional.of(
          "%s does not reach line '%s' over bridge %s".formatted(target, name, port.bridge()));
    }
    return port.vlan().stream()
        .flatMap(vlan -> vlan.tags().stream())
        .filter(tag -> !line.get().carries(tag))
        .findFirst()
        .map(tag -> "line '%s' of %s does not carry VLAN %d".formatted(name, target, tag));
  }

  private static Optional<String> abilities(Port port, Bridge bridge, HostId target, NetBeat beat) {
    List<Ability> needed = new ArrayList<>();
    switch (bridge.kind()) {
      case OPEN_VSWITCH -> {
        needed.add(Ability.OPEN_VSWITCH);
        port.in().ifPresent(limit -> needed.add(Ability.OPEN_VSWITCH_QUEUE));
        port.out().ifPresent(limit -> needed.add(Ability.OPEN_VSWITCH_METER));
      }
      case LINUX -> {
        needed.add(Ability.LINUX_BRIDGE);
        port.vlan().ifPresent(vlan -> needed.add(Ability.LINUX_VLAN));
        port.in().ifPresent(limit -> needed.add(Ability.LINUX_LIMIT_IN));
        port.out().ifPresent(limit -> needed.add(Ability.LINUX_LIMIT_OUT));
        if (port.antiSpoof() || port.publicAddress().isPresent()) {
          needed.add(Ability.LINUX_FILTER);
        }
      }
    }
    return needed.stream()
        .filter(ability -> !beat.abilities().contains(ability))
        .findFirst()
        .map(
            ability ->
                "%s can't do that on bridge %s: %s"
                    .formatted(target, bridge.name(), words(ability)));
  }

  private static String words(Ability ability) {
    return switch (ability) {
      case OPEN_VSWITCH, LINUX_BRIDGE -> "ports";
      case OPEN_VSWITCH_METER, LINUX_LIMIT_OUT -> "a limit from the guest";
      case OPEN_VSWITCH_QUEUE, LINUX_LIMIT_IN -> "a limit to the guest";
      case LINUX_FILTER -> "anti-spoof and public addresses";
      case LINUX_VLAN -> "VLANs";
    };
  }
}
