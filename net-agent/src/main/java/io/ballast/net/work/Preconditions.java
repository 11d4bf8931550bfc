package io.ballast.net.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.DeleteBridge;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.net.trade.Guests.Card;
import io.ballast.net.trade.Links.Wire;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.NetPolicy.Reach;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What must hold before an order is taken on, by what the host's network is at that moment. Each
 * check throws a {@link RefusedException} that names what is missing, and changes nothing.
 *
 * @param wanted the ports that are kept already
 */
public record Preconditions(
    Scene scene, Map<Mac, Port> wanted, NetPolicy policy, Abilities abilities) {

  /** The same once a port is kept, too. */
  public Preconditions with(Port port) {
    Map<Mac, Port> more = new HashMap<>(wanted);
    more.put(port.card(), port);
    return new Preconditions(scene, more, policy, abilities);
  }

  /** A port can be had here. */
  public void plug(Port port) {
    Bridge bridge =
        scene
            .sure(port.bridge())
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNKNOWN_BRIDGE,
                        "this host has no bridge %s; it has: %s"
                            .formatted(
                                port.bridge(), names(scene.bridges().stream().map(Bridge::name)))));
    room(port, wanted);
    card(port);
    untaken(port, wanted);
    abilities(port, bridge.kind());
    line(port, bridge.kind());
    limits(port, bridge);
    mtu(port, bridge);
  }

  /** There is room for one more among these ports. */
  static void room(Port port, Map<Mac, Port> wanted) {
    if (!wanted.containsKey(port.card()) && wanted.size() >= NetBeat.MOST_PORTS) {
      throw new RefusedException(
          Reason.NO_ROOM,
          "this host keeps %d ports already; unplug what is not needed".formatted(wanted.size()));
    }
  }

  private void card(Port port) {
    scene.sight().wires().stream()
        .filter(wire -> wire.mac().equals(Optional.of(port.card())))
        .findFirst()
        .ifPresent(
            wire -> {
              throw new RefusedException(
                  Reason.NOT_ALLOWED,
                  "%s is the address of this host's own link %s, and no card of a VM"
                      .formatted(port.card(), wire.name()));
            });
    List<Wire> taps = scene.sight().taps(port.card());
    Uplinks uplinks = uplinks();
    for (Wire tap : taps) {
      if (uplinks.has(tap.name())) {
        throw new RefusedException(
            Reason.NOT_ALLOWED,
            "%s is an uplink of this host; no port is made of it".formatted(tap.name()));
      }
    }
    if (taps.size() > 1) {
      throw new RefusedException(
          Reason.IN_USE,
          "several links have the card %s: %s; two VMs must not have one address"
              .formatted(port.card(), names(taps.stream().map(Wire::name))));
    }
  }

  private Uplinks uplinks() {
    return new Uplinks(scene.sight(), policy.uplinks());
  }

  /** Neither its card nor an address of it is that of another machine by these ports. */
  static void untaken(Port port, Map<Mac, Port> wanted) {
    Port present = wanted.get(port.card());
    if (present != null && !present.vm().equals(port.vm())) {
      throw new RefusedException(
          Reason.IN_USE,
          "card %s is that of VM %s here; unplug it there first"
              .formatted(port.card(), present.vm()));
    }
    for (Port other : wanted.values()) {
      if (other.card().equals(port.card())) {
        continue;
      }
      boolean together = other.bridge().equals(port.bridge()) && other.vlan().equals(port.vlan());
      List<IpAddress> taken = new ArrayList<>();
      if (together) {
        taken.addAll(other.addresses().stream().map(Cidr::address).toList());
      }
      other.publicAddress().ifPresent(taken::add);
      Stream.concat(port.addresses().stream().map(Cidr::address), port.publicAddress().stream())
          .filter(taken::contains)
          .findFirst()
          .ifPresent(
              address -> {
                throw new RefusedException(
                    Reason.IN_USE,
                    "%s is used by card %s of VM %s".formatted(address, other.card(), other.vm()));
              });
    }
    if (port.addresses().stream().map(Cidr::address).distinct().count() < port.addresses().size()) {
      throw new RefusedException(Reason.MALFORMED, "field 'addresses' names an address twice");
    }
  }

  /** No other machine has its card, whether there is a port for that or not. */
  public static void unshared(Port port, Set<Card> there) {
    there.stream()
        .filter(card -> card.address().equals(port.card()) && !card.vm().equals(port.vm()))
        .findFirst()
        .ifPresent(
            other -> {
              throw new RefusedException(
                  Reason.IN_USE,
                  "card %s is that of VM %s on this host; give one of the two another address"
                      .formatted(port.card(), other.name()));
            });
  }

  private void abilities(Port port, Bridge.Kind kind) {
    told(kind);
    boolean filter = port.antiSpoof() || port.publicAddress().isPresent();
    switch (kind) {
      case OPEN_VSWITCH -> {
        need(Ability.OPEN_VSWITCH, "ports on Open vSwitch");
        if (port.in().isPresent()) {
          need(Ability.OPEN_VSWITCH_QUEUE, "a limit to the guest on Open vSwitch");
        }
        if (port.out().isPresent()) {
          need(Ability.OPEN_VSWITCH_METER, "a limit from the guest on Open vSwitch");
        }
      }
      case LINUX -> {
        need(Ability.LINUX_BRIDGE, "ports on bridges of the kernel");
        if (filter) {
          need(Ability.LINUX_FILTER, "anti-spoof and public addresses on bridges of the kernel");
        }
        if (port.vlan().isPresent()) {
          need(Ability.LINUX_VLAN, "VLANs on bridges of the kernel");
        }
        if (port.in().isPresent()) {
          need(Ability.LINUX_LIMIT_IN, "a limit to the guest on bridges of the kernel");
        }
        if (port.out().isPresent()) {
          need(Ability.LINUX_LIMIT_OUT, "a limit from the guest on bridges of the kernel");
        }
      }
    }
  }

  private void told(Bridge.Kind kind) {
    if (abilities.untold().contains(kind)) {
      throw new RefusedException(
          Reason.TRADE_REFUSED,
          "what this host can do with bridges of that kind could not be found out yet; try again in"
              + " a moment, or see its agent's log");
    }
  }

  private void need(Ability ability, String what) {
    if (!abilities.known().contains(ability)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, "this host can't have %s; its agent's log says why".formatted(what));
    }
  }

  private void line(Port port, Bridge.Kind kind) {
    if (port.line().isEmpty()) {
      return;
    }
    String name = port.line().get();
    Reach reach =
        policy
            .line(name)
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNKNOWN_BRIDGE,
                        "this host reaches no line '%s'; it names: %s"
                            .formatted(
                                name,
                                names(policy.lines().stream().map(each -> each.line().name())))));
    if (!reach.line().bridge().equals(port.bridge())) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "line '%s' is reached over bridge %s here, not over %s"
              .formatted(name, reach.line().bridge(), port.bridge()));
    }
    port.vlan().stream()
        .flatMap(vlan -> vlan.tags().stream())
        .filter(tag -> !reach.line().carries(tag))
        .findFirst()
        .ifPresent(
            tag -> {
              throw new RefusedException(
                  Reason.NOT_ALLOWED,
                  "line '%s' does not carry VLAN %d; it carries %s"
                      .formatted(
                          name, tag, names(reach.line().vlans().stream().map(Object::toString))));
            });
    port.publicAddress()
        .ifPresent(
            shown -> {
              outside(port, shown, reach);
              if (kind == Bridge.Kind.LINUX) {
                sameVlan(port, reach);
              }
            });
  }

  private static void sameVlan(Port port, Reach reach) {
    List<Integer> outside = reach.outside().stream().flatMap(it -> it.vlan().stream()).toList();
    List<Integer> inside = port.vlan().map(Vlan::tags).orElse(List.of());
    if (!outside.equals(inside)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          ("line '%s' is in VLAN %s of bridge %s and the port in VLAN %s; a public address across"
                  + " VLANs needs a bridge of Open vSwitch")
              .formatted(
                  reach.line().name(),
                  names(outside.stream().map(Object::toString)),
                  port.bridge(),
                  names(inside.stream().map(Object::toString))));
    }
  }

  private static void outside(Port port, IpAddress shown, Reach reach) {
    String name = reach.line().name();
    List<Cidr> networks = reach.line().networks();
    if (reach.outside().isEmpty()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "line '%s' has no gateway in this host's configuration, so it has no public addresses"
              .formatted(name));
    }
    if (!networks.isEmpty()
        && networks.stream()
            .noneMatch(
                network -> network.contains(shown) && new Cidr(shown, network.prefix()).isHost())) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "%s lies outside of line '%s', whose networks are %s"
              .formatted(shown, name, names(networks.stream().map(Cidr::toString))));
    }
    Cidr inside = port.privateAddress().orElseThrow();
    IpAddress router = reach.outside().get().guestGateway();
    if (shown.equals(reach.outside().get().gateway()) || inside.address().equals(router)) {
      throw new RefusedException(Reason.IN_USE, "%s is the gateway's own address".formatted(shown));
    }
    if (!inside.contains(router)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "the guest's network of %s does not have the gateway %s of line '%s'"
              .formatted(inside, router, name));
    }
  }

  /** A limit that the fastest way out of the bridge never reaches limits nothing. */
  private void limits(Port port, Bridge bridge) {
    Optional<Integer> fastest =
        bridge.uplinks().stream()
            .flatMap(name -> scene.sight().wire(name).stream())
            .flatMap(wire -> wire.megabitsPerSecond().stream())
            .max(Comparator.naturalOrder());
    Stream.concat(port.in().stream(), port.out().stream())
        .map(RateLimit::kilobitsPerSecond)
        .filter(rate -> fastest.filter(speed -> rate > speed * 1000L).isPresent())
        .findFirst()
        .ifPresent(
            rate -> {
              throw new RefusedException(
                  Reason.NOT_ALLOWED,
                  ("a limit of %d kbit/s is above the %d Mbit/s of the uplink of %s;"
                          + " leave it out instead")
                      .formatted(rate, fastest.orElse(0), bridge.name()));
            });
  }

  /** A bridge of the kernel carries no more than the smallest of its links. */
  private void mtu(Port port, Bridge bridge) {
    Optional<Integer> most = scene.sight().wire(port.bridge()).map(Wire::mtu);
    if (port.mtu().isEmpty() || most.isEmpty()) {
      return;
    }
    int mtu = port.mtu().get();
    if (mtu > most.get()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "bridge %s carries packets of %d bytes at most, not of %d"
              .formatted(port.bridge(), most.get(), mtu));
    }
    if (mtu < most.get() && bridge.kind() == Bridge.Kind.LINUX && !bridge.uplinks().isEmpty()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "a card of %d bytes would make bridge %s as small for all that is on it, its uplink %s too;"
                  .formatted(mtu, port.bridge(), names(bridge.uplinks().stream()))
              + " set it in the guest instead");
    }
  }

  /** The port of a card that is to be changed. */
  public Port present(Mac card) {
    Port port = wanted.get(card);
    if (port == null) {
      throw new RefusedException(
          Reason.UNKNOWN_PORT,
          "this host keeps no port for card %s; plug it first, or see 'ballast net ports'"
              .formatted(card));
    }
    return port;
  }

  /** A bridge can be made, or is there as it is to be. */
  public void create(CreateBridge order) {
    Ability needed =
        switch (order.kind()) {
          case OPEN_VSWITCH -> Ability.OPEN_VSWITCH;
          case LINUX -> Ability.LINUX_BRIDGE;
        };
    told(order.kind());
    need(needed, "bridges of that kind");
    Optional<Bridge> there = scene.sure(order.bridge());
    boolean same =
        there.filter(bridge -> bridge.kind() == order.kind()).flatMap(Bridge::ours).orElse(false);
    if (!same && (there.isPresent() || scene.sight().wire(order.bridge()).isPresent())) {
      throw new RefusedException(
          Reason.NAME_TAKEN,
          "this host has a link %s that is not ours; use another name".formatted(order.bridge()));
    }
  }

  /** A bridge can be removed; the kind that it has, or nothing where it is gone. */
  public Optional<Bridge.Kind> delete(DeleteBridge order) {
    String name = order.bridge();
    Optional<Bridge> there = scene.sure(name);
    if (there.isEmpty()) {
      return Optional.empty();
    }
    Bridge bridge = there.get();
    if (uplinks().has(name)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "bridge %s carries this host's own traffic; no command removes it".formatted(name));
    }
    if (!bridge.uplinks().isEmpty()) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "bridge %s has the uplink %s; no command takes that off"
              .formatted(name, names(bridge.uplinks().stream())));
    }
    if (!bridge.ours().orElse(false)) {
      throw new RefusedException(
          Reason.NOT_ALLOWED,
          "bridge %s was not made by this agent; remove it with the tool that made it"
              .formatted(name));
    }
    List<String> ports = new ArrayList<>(bridge.ports());
    wanted.values().stream()
        .filter(port -> port.bridge().equals(name))
        .forEach(port -> ports.add(Port.object(port.card())));
    if (!ports.isEmpty()) {
      throw new RefusedException(
          Reason.IN_USE,
          "bridge %s is used by %s; unplug that first".formatted(name, names(ports.stream())));
    }
    return Optional.of(bridge.kind());
  }

  private static String names(Stream<String> names) {
    List<String> all = names.limit(6).toList();
    return all.isEmpty()
        ? "none"
        : String.join(", ", all.subList(0, Math.min(5, all.size())))
            + (all.size() > 5 ? ", ..." : "");
  }
}
