package io.ballast.messages;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is to become different in a port; all else stays.
 *
 * @param clear what it is to have no longer; not what is set at once
 */
public record PortChange(
    Optional<String> bridge,
    Optional<Vlan> vlan,
    Optional<List<Cidr>> addresses,
    Optional<RateLimit> in,
    Optional<RateLimit> out,
    Optional<Boolean> antiSpoof,
    Optional<IpAddress> publicAddress,
    Optional<Integer> mtu,
    Optional<String> line,
    Set<Part> clear) {
  /** What a port can do without. */
  public enum Part {
    VLAN,
    ADDRESSES,
    IN,
    OUT,
    PUBLIC_ADDRESS,
    MTU,
    LINE
  }

  public PortChange {
    Fields.required(bridge, "bridge").ifPresent(name -> Fields.link(name, "bridge"));
    Fields.required(vlan, "vlan");
    addresses = Fields.required(addresses, "addresses").map(List::copyOf);
    Fields.required(in, "in");
    Fields.required(out, "out");
    Fields.required(antiSpoof, "antiSpoof");
    Fields.required(publicAddress, "publicAddress");
    Fields.required(mtu, "mtu");
    Fields.required(line, "line");
    clear = Set.copyOf(Fields.listOf(clear, "clear"));
    both(clear, Part.VLAN, "vlan", vlan);
    both(clear, Part.ADDRESSES, "addresses", addresses);
    both(clear, Part.IN, "in", in);
    both(clear, Part.OUT, "out", out);
    both(clear, Part.PUBLIC_ADDRESS, "publicAddress", publicAddress);
    both(clear, Part.MTU, "mtu", mtu);
    both(clear, Part.LINE, "line", line);
  }

  /** A change that only takes away. */
  public static PortChange clearing(Set<Part> parts) {
    return new PortChange(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        parts);
  }

  private static void both(Set<Part> clear, Part part, String field, Optional<?> value) {
    if (clear.contains(part) && value.isPresent()) {
      throw new IllegalArgumentException(
          "field '%s' is to be set and to be cleared; leave one out".formatted(field));
    }
  }

  /**
   * A port with the change. Fails as {@link IllegalArgumentException} where that could not be one.
   */
  public Port to(Port port) {
    return new Port(
        port.card(),
        port.vm(),
        bridge.orElse(port.bridge()),
        chosen(Part.VLAN, vlan, port.vlan()),
        clear.contains(Part.ADDRESSES) ? List.of() : addresses.orElse(port.addresses()),
        chosen(Part.IN, in, port.in()),
        chosen(Part.OUT, out, port.out()),
        antiSpoof.orElse(port.antiSpoof()),
        chosen(Part.PUBLIC_ADDRESS, publicAddress, port.publicAddress()),
        chosen(Part.MTU, mtu, port.mtu()),
        chosen(Part.LINE, line, port.line()));
  }

  private <T> Optional<T> chosen(Part part, Optional<T> next, Optional<T> present) {
    return clear.contains(part) ? Optional.empty() : next.or(() -> present);
  }
}
