package io.ballast.ops.client;

import io.ballast.messages.Cidr;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.VmId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A port, and the host whose agent keeps it, as last heard. */
record PortPlace(HostId host, PortStatus status) {
  /** The ports of all hosts, by host and card. */
  static Stream<PortPlace> all(Fleet fleet) {
    return fleet.hosts().stream()
        .flatMap(
            host ->
                host.net().stream()
                    .flatMap(beat -> beat.ports().stream())
                    .map(port -> new PortPlace(host.id(), port)));
  }

  /** The host that is meant, or the only one that keeps a port for a card. */
  static HostId of(Fleet fleet, Mac card, Optional<String> host) {
    return find(fleet, card, host)
        .orElseThrow(
            () ->
                refused(
                    "no host keeps a port for %s; 'ballast net ports' shows them".formatted(card)));
  }

  /** The same; nothing where no host keeps one. */
  static Optional<HostId> find(Fleet fleet, Mac card, Optional<String> host) {
    if (host.isPresent()) {
      return Optional.of(new Directory(fleet).host(host.get()));
    }
    List<HostId> hosts =
        all(fleet)
            .filter(place -> place.status().port().card().equals(card))
            .map(PortPlace::host)
            .toList();
    if (hosts.size() > 1) {
      List<HostId> homes = hosts.stream().filter(each -> isHome(fleet, each, card)).toList();
      if (homes.size() == 1) {
        return Optional.of(homes.getFirst());
      }
      throw refused(
          "several hosts keep a port for %s; name one with --host: %s"
              .formatted(
                  card, hosts.stream().map(HostId::toString).collect(Collectors.joining(", "))));
    }
    return hosts.stream().findFirst();
  }

  /**
   * Whether the machine of a card is active on a host: after a move the other has to let go yet.
   */
  private static boolean isHome(Fleet fleet, HostId host, Mac card) {
    Set<VmId> vms =
        all(fleet)
            .map(place -> place.status().port())
            .filter(port -> port.card().equals(card))
            .map(Port::vm)
            .collect(Collectors.toSet());
    return Directory.places(fleet)
        .anyMatch(
            place ->
                place.on().equals(host)
                    && vms.contains(place.vm().id())
                    && place.vm().state().active());
  }

  /** Refuses to say that no host keeps a port while one was not heard. */
  static void allHeard(Fleet fleet, Mac card) {
    List<String> unheard =
        fleet.hosts().stream()
            .filter(host -> host.net().isEmpty())
            .map(host -> host.id().value())
            .toList();
    if (!unheard.isEmpty()) {
      throw refused(
          "no host is known to keep a port for %s, but the network agent of %s was not heard; name its host with --host if it has one"
              .formatted(card, String.join(", ", unheard)));
    }
  }

  /** Refuses what another VM of the fleet has, by what was last heard. */
  static void free(Fleet fleet, Port port) {
    all(fleet)
        .map(PortPlace::status)
        .map(PortStatus::port)
        .filter(other -> !other.vm().equals(port.vm()))
        .forEach(
            other -> {
              if (other.card().equals(port.card())) {
                throw refused("card %s is that of VM %s".formatted(port.card(), other.vm()));
              }
              boolean together =
                  port.line().isPresent()
                      && port.line().equals(other.line())
                      && port.vlan().equals(other.vlan());
              Stream.concat(
                      port.publicAddress().stream(),
                      together
                          ? port.addresses().stream().map(Cidr::address)
                          : Stream.<IpAddress>empty())
                  .filter(own -> addresses(other).anyMatch(own::equals))
                  .findFirst()
                  .ifPresent(
                      own -> {
                        throw refused(
                            "%s is used by card %s of VM %s"
                                .formatted(own, other.card(), other.vm()));
                      });
            });
  }

  private static Stream<IpAddress> addresses(Port port) {
    return Stream.concat(
        port.publicAddress().stream(), port.addresses().stream().map(Cidr::address));
  }

  private static CommandFailure refused(String message) {
    return new CommandFailure(ExitCode.REFUSED, message);
  }
}
