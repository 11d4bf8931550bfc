package io.ballast.net.linux;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Wanted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Ports for tests. */
record Sample(Port port, Optional<Outside> outside) {
  static final Outside OUTSIDE =
      new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.empty());

  static Mac card(int number) {
    return new Mac("52:54:00:00:00:%02x".formatted(number));
  }

  /** A port that allows all. */
  static Sample of(int number, String bridge) {
    return new Sample(
        Port.of(card(number), new VmId(new UUID(0, number)), bridge), Optional.empty());
  }

  Wanted by(String link) {
    return new Wanted(port, Optional.of(link), outside);
  }

  Wanted absent() {
    return new Wanted(port, Optional.empty(), outside);
  }

  Sample on(String bridge) {
    PortChange change =
        new PortChange(
            Optional.of(bridge),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of());
    return new Sample(change.to(port), outside);
  }

  Sample guarded(String... addresses) {
    return with(
        Optional.empty(), List.of(addresses), Optional.empty(), Optional.empty(), true, port.mtu());
  }

  Sample in(Vlan vlan) {
    return with(
        Optional.of(vlan),
        addresses(),
        Optional.empty(),
        Optional.empty(),
        port.antiSpoof(),
        port.mtu());
  }

  Sample limited(Optional<RateLimit> in, Optional<RateLimit> out) {
    return with(Optional.empty(), addresses(), in, out, port.antiSpoof(), port.mtu());
  }

  Sample mtu(int mtu) {
    return with(
        Optional.empty(),
        addresses(),
        Optional.empty(),
        Optional.empty(),
        port.antiSpoof(),
        Optional.of(mtu));
  }

  Sample known(String address, Outside at) {
    PortChange change =
        new PortChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(new IpAddress(address)),
            Optional.empty(),
            Optional.of("outside"),
            Set.of());
    return new Sample(change.to(port), Optional.of(at));
  }

  private List<String> addresses() {
    return port.addresses().stream().map(Cidr::toString).toList();
  }

  private Sample with(
      Optional<Vlan> vlan,
      List<String> addresses,
      Optional<RateLimit> in,
      Optional<RateLimit> out,
      boolean antiSpoof,
      Optional<Integer> mtu) {
    PortChange change =
        new PortChange(
            Optional.empty(),
            vlan,
            Optional.of(addresses.stream().map(Cidr::of).toList()),
            in,
            out,
            Optional.of(antiSpoof),
            Optional.empty(),
            mtu,
            Optional.empty(),
            Set.of());
    return new Sample(change.to(port), outside);
  }
}
