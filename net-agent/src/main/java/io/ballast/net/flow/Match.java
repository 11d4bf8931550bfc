package io.ballast.net.flow;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Vlan;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which packets a flow is for. What is said of an upper layer is only to be had from the layer
 * below: there are no ports without a protocol, and no protocol without IP.
 *
 * <p>Each step leaves what it came from as it was.
 */
public sealed interface Match {
  /** Its fields by name, as {@code ovs-ofctl} prints them; a protocol has an empty value. */
  SortedMap<String, String> fields();

  /** Any packet. */
  static Frame anything() {
    return new Frame(new TreeMap<>());
  }

  /** Frames of Ethernet. */
  final class Frame implements Match {
    private final SortedMap<String, String> fields;

    private Frame(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    /** That come in by a port of the bridge. */
    public Frame from(int port) {
      return new Frame(with(fields, "in_port", port(port)));
    }

    public Frame source(Mac mac) {
      return new Frame(with(fields, "dl_src", mac.value()));
    }

    public Frame destination(Mac mac) {
      return new Frame(with(fields, "dl_dst", mac.value()));
    }

    /** That bear the tag of a VLAN. */
    public Frame tagged(int vlan) {
      return new Frame(with(fields, "dl_vlan", Integer.toString(Vlan.checked(vlan, "vlan"))));
    }

    /** That bear no tag at all. */
    public Frame untagged() {
      return new Frame(with(fields, "vlan_tci", "0x0000/0x1fff"));
    }

    /** Of a kind that has no fields here, by its number. */
    public Frame kind(int number) {
      if (number < 0x600 || number > 0xffff) {
        throw new IllegalArgumentException("no kind of frame has the number " + number);
      }
      return new Frame(with(fields, "dl_type", String.format(Locale.ROOT, "0x%04x", number)));
    }

    public Arp arp() {
      return new Arp(with(fields, "arp", ""));
    }

    public Arp rarp() {
      return new Arp(with(fields, "rarp", ""));
    }

    public Ipv4 ipv4() {
      return new Ipv4(with(fields, "ip", ""));
    }

    public Ipv6 ipv6() {
      return new Ipv6(with(fields, "ipv6", ""));
    }
  }

  /** Packets of ARP or RARP. */
  final class Arp implements Match {
    private final SortedMap<String, String> fields;

    private Arp(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    /** Only those that ask. */
    public Arp request() {
      return new Arp(with(fields, "arp_op", "1"));
    }

    public Arp senderMac(Mac mac) {
      return new Arp(with(fields, "arp_sha", mac.value()));
    }

    public Arp targetMac(Mac mac) {
      return new Arp(with(fields, "arp_tha", mac.value()));
    }

    public Arp sender(IpAddress address) {
      return new Arp(with(fields, "arp_spa", four(address)));
    }

    public Arp target(IpAddress address) {
      return new Arp(with(fields, "arp_tpa", four(address)));
    }

    /** Any target of a network. */
    public Arp target(Cidr network) {
      return new Arp(network(fields, "arp_tpa", network));
    }
  }

  /** Packets of IPv4. */
  final class Ipv4 implements Match {
    private final SortedMap<String, String> fields;

    private Ipv4(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    public Ipv4 source(IpAddress address) {
      return new Ipv4(with(fields, "nw_src", four(address)));
    }

    public Ipv4 destination(IpAddress address) {
      return new Ipv4(with(fields, "nw_dst", four(address)));
    }

    /** Any destination of a network. */
    public Ipv4 destination(Cidr network) {
      return new Ipv4(network(fields, "nw_dst", network));
    }

    public Ports udp() {
      return new Ports(upper(fields, "ip", "udp"));
    }

    public Ports tcp() {
      return new Ports(upper(fields, "ip", "tcp"));
    }
  }

  /** Packets of IPv6. */
  final class Ipv6 implements Match {
    private final SortedMap<String, String> fields;

    private Ipv6(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    public Ipv6 source(IpAddress address) {
      return new Ipv6(with(fields, "ipv6_src", six(address)));
    }

    public Ipv6 destination(IpAddress address) {
      return new Ipv6(with(fields, "ipv6_dst", six(address)));
    }

    /** Whose headers end before they name a protocol. */
    public Ipv6 cutShort() {
      return new Ipv6(with(fields, "nw_proto", "0"));
    }

    public Ports udp() {
      return new Ports(upper(fields, "ipv6", "udp6"));
    }

    public Ports tcp() {
      return new Ports(upper(fields, "ipv6", "tcp6"));
    }

    /** Packets of ICMPv6 of one type. */
    public Icmp6 icmp6(int type) {
      return new Icmp6(
          with(upper(fields, "ipv6", "icmp6"), "icmp_type", number(type, 0xff, "a type")));
    }

    /** That ask which card has an address. */
    public Neighbour solicitation() {
      return new Neighbour(icmp6(135).fields(), "nd_sll");
    }

    /** That say which card has an address. */
    public Neighbour advertisement() {
      return new Neighbour(icmp6(136).fields(), "nd_tll");
    }
  }

  /** Packets of UDP or TCP. */
  final class Ports implements Match {
    private final SortedMap<String, String> fields;

    private Ports(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    public Ports sourcePort(int port) {
      return new Ports(with(fields, "tp_src", number(port, 0xffff, "a port")));
    }

    public Ports destinationPort(int port) {
      return new Ports(with(fields, "tp_dst", number(port, 0xffff, "a port")));
    }
  }

  /** Packets of ICMPv6. */
  final class Icmp6 implements Match {
    private final SortedMap<String, String> fields;

    private Icmp6(SortedMap<String, String> fields) {
      this.fields = fields;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }
  }

  /** Packets by which neighbours find each other (RFC 4861). */
  final class Neighbour implements Match {
    private final SortedMap<String, String> fields;
    private final String option;

    private Neighbour(SortedMap<String, String> fields, String option) {
      this.fields = fields;
      this.option = option;
    }

    @Override
    public SortedMap<String, String> fields() {
      return new TreeMap<>(fields);
    }

    /** About an address. */
    public Neighbour target(IpAddress address) {
      return new Neighbour(with(fields, "nd_target", six(address)), option);
    }

    /** In which the sender names its card so. */
    public Neighbour card(Mac mac) {
      return new Neighbour(with(fields, option, mac.value()), option);
    }

    /** In which the sender does not name its card. */
    public Neighbour noCard() {
      return new Neighbour(with(fields, option, "00:00:00:00:00:00"), option);
    }
  }

  private static SortedMap<String, String> with(
      SortedMap<String, String> fields, String name, String value) {
    SortedMap<String, String> more = new TreeMap<>(fields);
    more.put(name, value);
    return more;
  }

  private static SortedMap<String, String> upper(
      SortedMap<String, String> fields, String below, String protocol) {
    SortedMap<String, String> more = with(fields, protocol, "");
    more.remove(below);
    return more;
  }

  /** A network of all addresses is no match at all. */
  private static SortedMap<String, String> network(
      SortedMap<String, String> fields, String name, Cidr network) {
    if (network.prefix() == 0) {
      SortedMap<String, String> fewer = new TreeMap<>(fields);
      fewer.remove(name);
      return fewer;
    }
    String first = four(network.network());
    return with(fields, name, network.prefix() == 32 ? first : first + "/" + network.prefix());
  }

  private static String four(IpAddress address) {
    if (!address.isIpv4()) {
      throw new IllegalArgumentException(address + " is no address of IPv4");
    }
    return address.value();
  }

  private static String six(IpAddress address) {
    if (address.isIpv4()) {
      throw new IllegalArgumentException(address + " is no address of IPv6");
    }
    return address.value();
  }

  private static String number(int number, int most, String what) {
    if (number < 0 || number > most) {
      throw new IllegalArgumentException(number + " is not " + what);
    }
    return Integer.toString(number);
  }

  /** The numbers of ports of a bridge; the bridge's own is told by name. */
  static String port(int port) {
    return port == Flow.LOCAL ? "LOCAL" : number(port, 0xfeff, "a port of a bridge");
  }
}
