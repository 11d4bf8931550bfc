package io.ballast.net.rig;

import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.net.rig.Frame.Arp;
import io.ballast.net.rig.Frame.End;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a guest with one address of each family may send, and what it may not, by what it is. */
final class Guarded {
  private static final IpAddress OTHER_SIX = new IpAddress("fd00:20::66");
  private static final End ALL_NODES = End.of("33:33:00:00:00:01", "ff02::1");
  private static final End ALL_ROUTERS = End.of("33:33:00:00:00:02", "ff02::2");
  private static final End ALL = new End(Frame.ALL, new IpAddress("255.255.255.255"));
  private static final Mac STRANGER = new Mac("52:54:00:cc:00:01");
  private static final byte[] ADVERTISEMENT = {64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0};
  private static final byte[] REDIRECT = new byte[36];

  private Guarded() {}

  /** The guest's address of IPv6. */
  private static End six(End guest) {
    return guest.at("fd00:20::5");
  }

  /** The guest's link-local address: that of its MAC (RFC 4291, appendix A). */
  static End local(End guest) {
    long bits = guest.mac().bits() ^ (2L << 40);
    return guest.at(
        "fe80::%x:%xff:fe%02x:%x"
            .formatted(bits >> 32, bits >> 24 & 0xff, bits >> 16 & 0xff, bits & 0xffff));
  }

  static Map<String, Frame> right(End guest, End neighbour) {
    Map<String, Frame> all = new LinkedHashMap<>();
    all.put("an ARP request", Frame.asking(guest, neighbour.ip()));
    all.put("an ARP answer", Frame.answering(guest, neighbour));
    all.put("an ARP probe", Frame.asking(guest.at("0.0.0.0"), guest.ip()));
    all.put("a gratuitous ARP", Frame.asking(guest, guest.ip()));
    all.put("a datagram", Frame.udp(guest, neighbour, "right"));
    all.put("a broadcast", Frame.udp(guest, ALL, "right"));
    all.put("a segment", Frame.tcp(guest, neighbour, "right"));
    all.put("a ping", Frame.ping(guest, neighbour, "right"));
    all.put("DHCP", Frame.udp(guest.at("0.0.0.0"), ALL, 68, 67, "right"));
    all.put("RARP", Frame.rarp(guest.mac()));
    End six = six(guest);
    End local = local(guest);
    all.put("a datagram of IPv6", Frame.udp(six, neighbour.at("fd00:20::9"), "right"));
    all.put("a datagram of the link", Frame.udp(local, neighbour.at("fe80::9"), "right"));
    all.put("a solicitation", Frame.neighbour(six, ALL_NODES, 135, OTHER_SIX, guest.mac()));
    all.put("one of the link", Frame.neighbour(local, ALL_NODES, 135, OTHER_SIX, guest.mac()));
    all.put("an advertisement", Frame.neighbour(six, ALL_NODES, 136, six.ip(), guest.mac()));
    all.put(
        "one of the link, too", Frame.neighbour(local, ALL_NODES, 136, local.ip(), guest.mac()));
    byte[] probe = new byte[20];
    System.arraycopy(six.ip().bytes(), 0, probe, 4, 16);
    all.put("a probe of an address", Frame.icmp6(guest.at("::"), ALL_NODES, 135, probe));
    all.put("a question for routers", Frame.icmp6(local, ALL_ROUTERS, 133, new byte[4]));
    all.put("DHCPv6", Frame.udp(local, ALL_ROUTERS.at("ff02::1:2"), 546, 547, "right"));
    return all;
  }

  static Map<String, Frame> wrong(End guest, End neighbour) {
    Map<String, Frame> all = wrongOfAnyAddress(guest, neighbour);
    End other = guest.at("10.20.0.66");
    all.put("another address", Frame.udp(other, neighbour, "wrong"));
    all.put("no address", Frame.udp(guest.at("0.0.0.0"), neighbour, "wrong"));
    all.put("another address under a tag", Frame.udp(other, neighbour, "wrong").tagged(5));
    all.put("an ARP request of another", Frame.asking(other, neighbour.ip()));
    all.put("an ARP answer of another", Frame.answering(other, neighbour));
    all.put("a gratuitous ARP of another", Frame.asking(other, other.ip()));
    all.put("an ARP answer under a tag", Frame.answering(other, neighbour).tagged(5));
    End six = guest.at("fd00:20::66");
    End local = guest.at("fe80::66");
    all.put("another address of IPv6", Frame.udp(six, neighbour.at("fd00:20::9"), "wrong"));
    all.put("another one of the link", Frame.udp(local, neighbour.at("fe80::9"), "wrong"));
    all.put(
        "an advertisement of another",
        Frame.neighbour(six(guest), ALL_NODES, 136, OTHER_SIX, guest.mac()));
    all.put(
        "a solicitation of another", Frame.neighbour(six, ALL_NODES, 135, OTHER_SIX, guest.mac()));
    byte[] probe = new byte[20];
    System.arraycopy(OTHER_SIX.bytes(), 0, probe, 4, 16);
    all.put("a probe of another address", Frame.icmp6(guest.at("::"), ALL_NODES, 135, probe));
    return all;
  }

  /** What it may not send though it may send as any address. */
  static Map<String, Frame> wrongOfAnyAddress(End guest, End neighbour) {
    Map<String, Frame> all = new LinkedHashMap<>();
    End local = local(guest);
    all.put("another card", Frame.udp(guest, neighbour, "wrong").from(STRANGER));
    all.put("a neighbour's card", Frame.udp(guest, ALL, "wrong").from(neighbour.mac()));
    all.put(
        "ARP for another card",
        Frame.arp(Frame.ALL, new Arp(1, guest.as(STRANGER), neighbour)).from(guest.mac()));
    all.put("RARP of another card", Frame.rarp(STRANGER));
    all.put("RARP for another card", Frame.rarp(STRANGER).from(guest.mac()));
    all.put("a DHCP server", Frame.udp(guest, ALL, 67, 68, "wrong"));
    all.put("a DHCP server of its own port", Frame.udp(guest, ALL, 6767, 68, "wrong"));
    all.put("a DHCPv6 server of its own port", Frame.udp(local, ALL_NODES, 5470, 546, "wrong"));
    all.put("a DHCPv6 server", Frame.udp(local, ALL_NODES, 547, 546, "wrong"));
    all.put("a router", Frame.icmp6(local, ALL_NODES, 134, ADVERTISEMENT));
    all.put("a redirect", Frame.icmp6(local, ALL_NODES, 137, REDIRECT));
    return all;
  }

  static Map<String, Frame> malformed(End guest, End neighbour) {
    Frame datagram = Frame.udp(guest, neighbour, "malformed");
    Frame asking = Frame.asking(guest, neighbour.ip());
    Frame six = Frame.udp(six(guest), neighbour.at("fd00:20::9"), "malformed");
    Map<String, Frame> all = new LinkedHashMap<>();
    all.put("half a header of IPv4", datagram.cut(24));
    all.put("no packet at all", datagram.cut(14));
    all.put("a header that is too short", datagram.with(14, (byte) 0x44));
    all.put("a length beyond the end", datagram.with(16, (byte) 0x40, (byte) 0));
    all.put("half an ARP packet", asking.cut(30));
    all.put("ARP of longer addresses", asking.with(18, (byte) 8));
    all.put("half a header of IPv6", six.cut(40));
    return all;
  }
}
