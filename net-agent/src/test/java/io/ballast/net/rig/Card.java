package io.ballast.net.rig;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.rig.Frame.End;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Wanted;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A guest's card, and the port that it is to have. */
public record Card(Tap tap, Port port, Optional<Outside> outside) {
  /** The card of a number, with a port that allows all. */
  public static Card of(int number, Tap tap, String bridge) {
    return new Card(
        tap, Port.of(mac(number), new VmId(new UUID(0, number)), bridge), Optional.empty());
  }

  /** The hardware address of a number. */
  public static Mac mac(int number) {
    return new Mac("52:54:00:aa:00:%02x".formatted(number));
  }

  public Wanted wanted() {
    return new Wanted(port, Optional.of(tap.name()), outside);
  }

  /** As it is wanted while the guest is off. */
  public Wanted absent() {
    return new Wanted(port, Optional.empty(), outside);
  }

  /** The guest as it speaks. */
  public End end(String address) {
    return new End(port.card(), new IpAddress(address));
  }

  public Card in(Optional<Vlan> vlan) {
    return with(
        new PortChange(
            Optional.empty(),
            vlan,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            vlan.isPresent() ? Set.of() : Set.of(PortChange.Part.VLAN)));
  }

  /** With anti-spoof, which allows it these. */
  public Card guarded(String... addresses) {
    return with(
        new PortChange(
            Optional.empty(),
            Optional.empty(),
            Optional.of(List.of(addresses).stream().map(Cidr::of).toList()),
            Optional.empty(),
            Optional.empty(),
            Optional.of(true),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of()));
  }

  public Card limited(Optional<RateLimit> in, Optional<RateLimit> out) {
    return with(
        new PortChange(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            in,
            out,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Set.of()));
  }

  public Card on(String bridge) {
    return with(
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
            Set.of()));
  }

  /** Known outside by an address. */
  public Card known(String address, Outside at) {
    Port changed =
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
                Set.of())
            .to(port);
    return new Card(tap, changed, Optional.of(at));
  }

  /** The same port for another link, after the guest came back. */
  public Card by(Tap other) {
    return new Card(other, port, outside);
  }

  private Card with(PortChange change) {
    return new Card(tap, change.to(port), outside);
  }
}
