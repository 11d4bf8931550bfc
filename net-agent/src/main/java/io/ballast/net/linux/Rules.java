package io.ballast.net.linux;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Table.Way;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Wanted;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules that a port needs.
 *
 * <p>First what the guest may not send is dropped and counted; then what it sends out of its own
 * network gets its public address. What comes for the public address gets the private one just
 * before it is handed to the card. No connection is remembered, so that a guest that was moved goes
 * on with its connections.
 */
final class Rules {
  private static final int LINK_LOCAL_BYTES = 16;

  /** The bit that an address made of a MAC has turned over (RFC 4291, appendix A). */
  private static final int UNIVERSAL = 0x02;

  /** True of every packet of IP whose headers are whole, and of no other. */
  private static final String WHOLE = "meta l4proto != 255";

  private Rules() {}

  /** By the way of the packets; a way on which it needs none is left out. */
  static Map<Way, List<Rule>> of(Wanted wanted) {
    Map<Way, List<Rule>> rules = new EnumMap<>(Way.class);
    if (wanted.port().antiSpoof()) {
      rules.put(Way.FROM, rules(from(wanted.port())));
    }
    if (hasPublicAddress(wanted)) {
      rules.put(Way.OUT, rules(out(wanted)));
      rules.put(Way.TO, rules(to(wanted)));
    }
    return rules;
  }

  private static List<Rule> rules(List<String> texts) {
    return texts.stream().map(Rule::new).toList();
  }

  /** Whether it has one that can be had here: a bridge of the kernel takes nothing across VLANs. */
  static boolean hasPublicAddress(Wanted wanted) {
    return wanted.outside().isPresent()
        && wanted.outside().get().vlan().stream()
            .toList()
            .equals(wanted.port().vlan().map(Vlan::tags).orElse(List.of()));
  }

  private static List<String> from(Port port) {
    Mac card = port.card();
    String drop = " counter name " + Mark.spoofed(card) + " drop";
    String hex = "0x" + card.value().replace(":", "");
    List<String> rules = new ArrayList<>();
    rules.add("ether saddr != " + card + drop);
    rules.add(
        (port.vlan().orElse(null) instanceof Vlan.Trunk ? "meta protocol" : "ether type")
            + " { 8021q, 8021ad }"
            + drop);
    rules.addAll(arp(port, drop));
    rules.add("meta protocol 0x8035 @nh,64,48 " + hex + " accept");
    rules.add("meta protocol 0x8035" + drop);
    rules.addAll(ipv4(port, drop));
    rules.addAll(ipv6(port, drop));
    return rules;
  }

  private static List<String> arp(Port port, String drop) {
    String sender =
        port.addresses().isEmpty()
            ? ""
            : "arp saddr ip " + set(Stream.concat(Stream.of("0.0.0.0"), ipv4(port))) + " ";
    return List.of(
        "arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp saddr ether %s %s"
                .formatted(port.card(), sender)
            + "arp daddr ip != 255.255.255.255 accept",
        "meta protocol arp" + drop);
  }

  private static List<String> ipv4(Port port, String drop) {
    List<String> rules = new ArrayList<>();
    rules.add("meta protocol ip udp sport 67" + drop);
    rules.add("meta protocol ip udp dport 68" + drop);
    if (port.addresses().isEmpty()) {
      rules.add("meta protocol ip " + WHOLE + " accept");
    } else {
      rules.add("ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept");
      if (ipv4(port).findAny().isPresent()) {
        rules.add("ip saddr " + set(ipv4(port)) + " " + WHOLE + " accept");
      }
    }
    rules.add("meta protocol ip" + drop);
    return rules;
  }

  private static List<String> ipv6(Port port, String drop) {
    String hex = port.card().value().replace(":", "");
    List<String> rules = new ArrayList<>();
    rules.add("meta protocol ip6 udp sport 547" + drop);
    rules.add("meta protocol ip6 udp dport 546" + drop);
    rules.add("icmpv6 type { 134, 137 }" + drop);
    // The hardware address that it tells of itself stands in the first option, if there is any.
    rules.add("icmpv6 type 136 @th,192,64 != 0x0201" + hex + drop);
    rules.add("icmpv6 type 135 ip6 saddr != :: @th,192,64 != 0x0101" + hex + drop);
    if (port.addresses().isEmpty()) {
      rules.add("meta protocol ip6 " + WHOLE + " accept");
    } else {
      List<IpAddress> own =
          Stream.concat(
                  port.addresses().stream().map(Cidr::address).filter(address -> !address.isIpv4()),
                  Stream.of(linkLocal(port.card())))
              .distinct()
              .sorted()
              .toList();
      String targets = set(own.stream().map(each -> "0x" + HexFormat.of().formatHex(each.bytes())));
      rules.add("icmpv6 type 136 @th,64,128 != " + targets + drop);
      // Who looks whether an address is free has none yet; nor has who joins a group for that.
      rules.add("ip6 saddr :: icmpv6 type 135 @th,64,128 " + targets + " accept");
      rules.add("ip6 saddr :: icmpv6 type { 131, 132, 143 } accept");
      rules.add("ip6 saddr " + set(own.stream().map(IpAddress::value)) + " " + WHOLE + " accept");
    }
    rules.add("meta protocol ip6" + drop);
    return rules;
  }

  private static Stream<String> ipv4(Port port) {
    return port.addresses().stream()
        .map(Cidr::address)
        .filter(IpAddress::isIpv4)
        .distinct()
        .sorted()
        .map(IpAddress::value);
  }

  private static String set(Stream<String> elements) {
    return elements.collect(Collectors.joining(", ", "{ ", " }"));
  }

  /** The address that a card gives itself on its link (RFC 4291). */
  static IpAddress linkLocal(Mac card) {
    byte[] bytes = new byte[LINK_LOCAL_BYTES];
    byte[] mac = HexFormat.ofDelimiter(":").parseHex(card.value());
    bytes[0] = (byte) 0xfe;
    bytes[1] = (byte) 0x80;
    System.arraycopy(mac, 0, bytes, 8, 3);
    bytes[8] ^= UNIVERSAL;
    bytes[11] = (byte) 0xff;
    bytes[12] = (byte) 0xfe;
    System.arraycopy(mac, 3, bytes, 13, 3);
    return IpAddress.of(bytes);
  }

  private static List<String> out(Wanted wanted) {
    Outside outside = wanted.outside().orElseThrow();
    IpAddress known = wanted.port().publicAddress().orElseThrow();
    Cidr own = wanted.port().privateAddress().orElseThrow();
    Cidr network = new Cidr(own.network(), own.prefix());
    List<String> rules = new ArrayList<>();
    rules.add(
        "arp saddr ip %s arp daddr ip %s arp daddr ip set %s arp saddr ip set %s"
            .formatted(own.address(), outside.guestGateway(), outside.gateway(), known));
    if (network.prefix() > 0) {
      rules.add(
          "arp saddr ip %s arp daddr ip != %s arp saddr ip set %s"
              .formatted(own.address(), network, known));
      rules.add(
          "ip saddr %s ip daddr != %s ip daddr != 224.0.0.0/3 ip saddr set %s"
              .formatted(own.address(), network, known));
    }
    return rules;
  }

  private static List<String> to(Wanted wanted) {
    Outside outside = wanted.outside().orElseThrow();
    IpAddress known = wanted.port().publicAddress().orElseThrow();
    IpAddress own = wanted.port().privateAddress().orElseThrow().address();
    return List.of(
        "arp daddr ip %s arp saddr ip %s arp saddr ip set %s"
            .formatted(known, outside.gateway(), outside.guestGateway()),
        "arp daddr ip %s arp daddr ip set %s".formatted(known, own),
        // A router that tells everybody of its new hardware address.
        "arp saddr ip %1$s arp daddr ip %1$s arp saddr ip set %2$s arp daddr ip set %2$s"
            .formatted(outside.gateway(), outside.guestGateway()),
        "ip daddr %s ip daddr set %s".formatted(known, own));
  }
}
