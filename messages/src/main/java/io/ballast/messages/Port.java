package io.ballast.messages;

import java.util.List;
import java.util.Optional;

/**
 * What must hold for a network card of a virtual machine, whenever it is there.
 *
 * @param card the hardware address that the guest uses; no group's
 * @param vm whose card it is
 * @param bridge into which the card is plugged, a link of the host; in an order a network of
 *     libvirt stands for the bridge that it has
 * @param vlan absent = none: what the card sends bears no tag
 * @param addresses that the guest may use, each with its network; at most 64
 * @param in what may go to the guest; absent = no limit
 * @param out what may come from it; absent = no limit
 * @param antiSpoof whether it may only send as {@code card} and, if there are any, {@code
 *     addresses}, and not answer as a DHCP server or an IPv6 router
 * @param publicAddress that stands for the first IPv4 address of the guest outside; it needs a
 *     {@code line}
 * @param mtu largest packet in bytes, 576 to 65,535; absent = that of the bridge
 * @param line the network outside that it belongs to, as the host's configuration names it
 */
public record Port(
    Mac card,
    VmId vm,
    String bridge,
    Optional<Vlan> vlan,
    List<Cidr> addresses,
    Optional<RateLimit> in,
    Optional<RateLimit> out,
    boolean antiSpoof,
    Optional<IpAddress> publicAddress,
    Optional<Integer> mtu,
    Optional<String> line) {
  /** How many addresses one card may have. */
  public static final int MOST_ADDRESSES = 64;

  private static final int SMALLEST_MTU = 576;
  private static final int LARGEST_MTU = 65_535;

  public Port {
    if (!Fields.required(card, "card").isCard()) {
      throw new IllegalArgumentException(
          "field 'card' is %s, which stands for a group or for nobody; a card has its own address"
              .formatted(card));
    }
    Fields.required(vm, "vm");
    Fields.link(bridge, "bridge");
    Fields.required(vlan, "vlan");
    addresses = Fields.listOf(addresses, "addresses");
    addresses.forEach(Port::checked);
    if (addresses.size() > MOST_ADDRESSES) {
      throw new IllegalArgumentException(
          "field 'addresses' has %d; a card has at most %d"
              .formatted(addresses.size(), MOST_ADDRESSES));
    }
    Fields.required(in, "in");
    Fields.required(out, "out");
    Fields.required(mtu, "mtu").ifPresent(Port::checkedMtu);
    Fields.required(line, "line").ifPresent(name -> Fields.word(name, "line"));
    Fields.required(publicAddress, "publicAddress");
    if (publicAddress.isPresent()) {
      checkedPublic(publicAddress.get(), addresses, vlan, line);
    }
  }

  /** A port without limits, of a card in no VLAN, which may send as whom it likes. */
  public static Port of(Mac card, VmId vm, String bridge) {
    return new Port(
        card,
        vm,
        bridge,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same on another bridge. */
  public Port on(String other) {
    return new Port(card, vm, other, vlan, addresses, in, out, antiSpoof, publicAddress, mtu, line);
  }

  /** The address for which the public one stands, with its network: the first of IPv4. */
  public Optional<Cidr> privateAddress() {
    return addresses.stream().filter(each -> each.address().isIpv4()).findFirst();
  }

  /** What it is called in operations: {@code port 52:54:00:12:34:56}. */
  public static String object(Mac card) {
    return "port " + card;
  }

  private static void checked(Cidr address) {
    if (!address.isHost()) {
      throw new IllegalArgumentException(
          "field 'addresses' has %s, which no machine can bear in that network".formatted(address));
    }
  }

  private static void checkedMtu(int mtu) {
    if (mtu < SMALLEST_MTU || mtu > LARGEST_MTU) {
      throw new IllegalArgumentException(
          "field 'mtu' is %d; it must lie between %d and %d"
              .formatted(mtu, SMALLEST_MTU, LARGEST_MTU));
    }
  }

  private static void checkedPublic(
      IpAddress address, List<Cidr> addresses, Optional<Vlan> vlan, Optional<String> line) {
    String why =
        !address.isIpv4() || !address.isHost()
            ? "it must be an IPv4 address that a machine can bear"
            : line.isEmpty()
                ? "it needs a 'line', the network outside to which it belongs"
                : vlan.orElse(null) instanceof Vlan.Trunk
                    ? "a trunk can have none"
                    : addresses.stream().noneMatch(each -> each.address().isIpv4())
                        ? "'addresses' needs an IPv4 address for which it stands"
                        : addresses.stream().anyMatch(each -> each.address().equals(address))
                            ? "it is one of 'addresses'; leave it out of these, or there"
                            : "";
    if (!why.isEmpty()) {
      throw new IllegalArgumentException("field 'publicAddress' is %s: %s".formatted(address, why));
    }
  }
}
