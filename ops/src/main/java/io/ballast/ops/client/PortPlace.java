package io.ballast.ops.client;

import io.ballast.messages.Cidr;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import java.util.List;
import java.util.Optional;
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
    if (host.isPresent()) {
      return new Directory(fleet).host(host.get());
    }
    List<HostId> hosts =
        all(fleet)
            .filter(place -> place.status().port().card().equals(card))
            .map(PortPlace::host)
            .toList();
    if (hosts.size() > 1) {
      throw refused(
          "several hosts keep a port for %s; name one with --host: %s"
              .formatted(
                  card, hosts.stream().map(HostId::toString).collect(Collectors.joining(", "))));
    }
    if (hosts.isEmpty()) {
      throw refused(
          "no host keeps a port for %s ('ballast net ports' shows them); a new one is known with"
                  .formatted(card)
              + " the next beat of its host; --host NAME asks its agent at once");
    }
    return hosts.getFirst();
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
