package io.ballast.net.linux;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.net.trade.Wanted;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What tells neighbours where an address is now: an ARP request for itself (RFC 5227). */
final class Announcement {
  private static final int FRAME_BYTES = 42;
  private static final short ARP = 0x0806;
  private static final short ETHERNET = 1;
  private static final short IPV4 = 0x0800;
  private static final short REQUEST = 1;
  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private Announcement() {}

  /**
   * A frame for each address of IPv4. None for a port in a VLAN: on a bridge that keeps them apart
   * the host itself need not be in it; there QEMU tells by RARP where the card is.
   */
  static List<byte[]> of(Wanted wanted) {
    if (wanted.port().vlan().isPresent()) {
      return List.of();
    }
    Stream<IpAddress> known =
        Rules.hasPublicAddress(wanted) ? wanted.port().publicAddress().stream() : Stream.empty();
    Stream<IpAddress> own =
        wanted.port().addresses().stream().map(Cidr::address).filter(IpAddress::isIpv4);
    return Stream.concat(known, own)
        .distinct()
        .map(address -> frame(wanted.port().card(), address))
        .toList();
  }

  private static byte[] frame(Mac card, IpAddress address) {
    byte[] mac = COLONS.parseHex(card.value());
    byte[] ip = address.bytes();
    return ByteBuffer.allocate(FRAME_BYTES)
        .put(COLONS.parseHex("ff:ff:ff:ff:ff:ff"))
        .put(mac)
        .putShort(ARP)
        .putShort(ETHERNET)
        .putShort(IPV4)
        .put((byte) mac.length)
        .put((byte) ip.length)
        .putShort(REQUEST)
        .put(mac)
        .put(ip)
        .put(new byte[mac.length])
        .put(ip)
        .array();
  }
}
