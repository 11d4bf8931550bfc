package io.ballast.net.rig;

import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** An Ethernet frame, as it goes over a link. */
public final class Frame {
  public static final int ARP = 0x0806;
  public static final int RARP = 0x8035;
  public static final int IPV4 = 0x0800;
  public static final int IPV6 = 0x86dd;
  public static final int VLAN = 0x8100;
  public static final int UDP = 17;
  public static final int TCP = 6;
  public static final int ICMP = 1;
  public static final int ICMP6 = 58;
  public static final Mac ALL = new Mac("ff:ff:ff:ff:ff:ff");
  public static final Mac NOBODY = new Mac("00:00:00:00:00:00");

  private final byte[] bytes;

  private Frame(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Who sends or receives. */
  public record End(Mac mac, IpAddress ip) {
    public static End of(String mac, String ip) {
      return new End(new Mac(mac), new IpAddress(ip));
    }

    /** The same machine with another address. */
    public End at(String other) {
      return new End(mac, new IpAddress(other));
    }

    /** Another machine that says it has this address. */
    public End as(Mac other) {
      return new End(other, ip);
    }
  }

  /** What an ARP packet says. */
  public record Arp(int operation, End sender, End target) {}

  /** What an IP packet says. */
  public record Ip(IpAddress source, IpAddress destination, int protocol) {}

  static Frame of(byte[] bytes) {
    return new Frame(bytes);
  }

  /** A frame of any kind. */
  public static Frame of(Mac from, Mac to, int type, byte[] body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(bytes(to));
    all.writeBytes(bytes(from));
    all.writeBytes(two(type));
    all.writeBytes(body);
    return new Frame(all.toByteArray());
  }

  /** An ARP packet to a machine or to all. */
  public static Frame arp(Mac to, Arp said) {
    return of(said.sender().mac(), to, ARP, body(said));
  }

  /** Who has that address? */
  public static Frame asking(End sender, IpAddress address) {
    return arp(ALL, new Arp(1, sender, new End(NOBODY, address)));
  }

  /** I have it. */
  public static Frame answering(End sender, End asker) {
    return arp(asker.mac(), new Arp(2, sender, asker));
  }

  /** What QEMU sends for a card that came from another host. */
  public static Frame rarp(Mac card) {
    IpAddress none = new IpAddress("0.0.0.0");
    return of(card, ALL, RARP, body(new Arp(3, new End(card, none), new End(card, none))));
  }

  private static byte[] body(Arp said) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {0, 1, 8, 0, 6, 4, 0, (byte) said.operation()});
    for (End end : new End[] {said.sender(), said.target()}) {
      body.writeBytes(bytes(end.mac()));
      body.writeBytes(end.ip().bytes());
    }
    return body.toByteArray();
  }

  /** A datagram with a text, by IPv4 or IPv6 as the addresses are. */
  public static Frame udp(End from, End to, int fromPort, int toPort, String text) {
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(two(fromPort));
    body.writeBytes(two(toPort));
    body.writeBytes(two(8 + data.length));
    body.writeBytes(two(0));
    body.writeBytes(data);
    return ip(from, to, UDP, body.toByteArray());
  }

  /** A datagram with a text between ports that mean nothing. */
  public static Frame udp(End from, End to, String text) {
    return udp(from, to, 4_000, 4_001, text);
  }

  /** A TCP segment with a text. */
  public static Frame tcp(End from, End to, String text) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(two(4_000));
    body.writeBytes(two(80));
    body.writeBytes(new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0x10, 0, 0, 0, 0, 0});
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return ip(from, to, TCP, body.toByteArray());
  }

  /** An echo request with a text. */
  public static Frame ping(End from, End to, String text) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {8, 0, 0, 0, 0, 1, 0, 1});
    body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return ip(from, to, ICMP, body.toByteArray());
  }

  /**
   * A packet of ICMP for IPv6.
   *
   * @param rest all after its checksum
   */
  public static Frame icmp6(End from, End to, int type, byte[] rest) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {(byte) type, 0, 0, 0});
    body.writeBytes(rest);
    return ip(from, to, ICMP6, body.toByteArray());
  }

  /** A neighbour solicitation (135) or advertisement (136) with one option of a MAC. */
  public static Frame neighbour(End from, End to, int type, IpAddress target, Mac told) {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    rest.writeBytes(new byte[] {(byte) (type == 136 ? 0x20 : 0), 0, 0, 0});
    rest.writeBytes(target.bytes());
    rest.writeBytes(new byte[] {(byte) (type == 136 ? 2 : 1), 1});
    rest.writeBytes(bytes(told));
    return icmp6(from, to, type, rest.toByteArray());
  }

  /** A packet of any protocol, with the checksums that it needs. */
  public static Frame ip(End from, End to, int protocol, byte[] body) {
    byte[] checked = Checksums.filled(from.ip(), to.ip(), protocol, body);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    boolean four = from.ip().isIpv4();
    if (four) {
      byte[] head = new byte[20];
      head[0] = 0x45;
      System.arraycopy(two(20 + body.length), 0, head, 2, 2);
      head[8] = 64;
      head[9] = (byte) protocol;
      System.arraycopy(from.ip().bytes(), 0, head, 12, 4);
      System.arraycopy(to.ip().bytes(), 0, head, 16, 4);
      System.arraycopy(two(Checksums.of(head)), 0, head, 10, 2);
      all.writeBytes(head);
    } else {
      all.writeBytes(new byte[] {0x60, 0, 0, 0});
      all.writeBytes(two(body.length));
      all.writeBytes(new byte[] {(byte) protocol, (byte) 255});
      all.writeBytes(from.ip().bytes());
      all.writeBytes(to.ip().bytes());
    }
    all.writeBytes(checked);
    return of(from.mac(), to.mac(), four ? IPV4 : IPV6, all.toByteArray());
  }

  /** The same from another card. */
  public Frame from(Mac card) {
    return with(6, bytes(card));
  }

  /** The same to another card. */
  public Frame to(Mac card) {
    return with(0, bytes(card));
  }

  /** The same with a tag of a VLAN. */
  public Frame tagged(int vlan) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.write(bytes, 0, 12);
    all.writeBytes(two(VLAN));
    all.writeBytes(two(vlan));
    all.write(bytes, 12, bytes.length - 12);
    return new Frame(all.toByteArray());
  }

  /** The same with other bytes at one place. */
  public Frame with(int at, byte... others) {
    byte[] all = bytes.clone();
    System.arraycopy(others, 0, all, at, others.length);
    return new Frame(all);
  }

  /** Its first bytes alone. */
  public Frame cut(int length) {
    return new Frame(Arrays.copyOf(bytes, length));
  }

  byte[] bytes() {
    return bytes.clone();
  }

  /** How many bytes it has. */
  public int length() {
    return bytes.length;
  }

  public Mac destination() {
    return mac(0);
  }

  public Mac source() {
    return mac(6);
  }

  /** The VLAN whose tag it bears. */
  public Optional<Integer> vlan() {
    return number(12) == VLAN ? Optional.of(number(14) & 0xfff) : Optional.empty();
  }

  /** What kind of packet it holds. */
  public int type() {
    return number(body() - 2);
  }

  private int body() {
    return vlan().isPresent() ? 18 : 14;
  }

  /** What it says, if it is of ARP. */
  public Optional<Arp> arp() {
    int at = body();
    if (type() != ARP || bytes.length < at + 28) {
      return Optional.empty();
    }
    return Optional.of(
        new Arp(
            number(at + 6),
            new End(mac(at + 8), address(at + 14, 4)),
            new End(mac(at + 18), address(at + 24, 4))));
  }

  /** What it says, if it is of IP. */
  public Optional<Ip> ip() {
    int at = body();
    if (type() == IPV4 && bytes.length >= at + 20) {
      return Optional.of(
          new Ip(address(at + 12, 4), address(at + 16, 4), Byte.toUnsignedInt(bytes[at + 9])));
    }
    if (type() == IPV6 && bytes.length >= at + 40) {
      return Optional.of(
          new Ip(address(at + 8, 16), address(at + 24, 16), Byte.toUnsignedInt(bytes[at + 6])));
    }
    return Optional.empty();
  }

  /** Whether all checksums of a packet of IP are right. */
  public boolean checks() {
    return ip().isPresent()
        && Checksums.hold(Arrays.copyOfRange(bytes, body(), bytes.length), ip().get());
  }

  /** Whether this text is in it. */
  public boolean says(String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
  }

  /** Whether it is the other one, but for a tag of a VLAN, and bytes that fill it up. */
  public boolean is(Frame other) {
    byte[] mine = untagged();
    byte[] others = other.untagged();
    return mine.length >= others.length
        && Arrays.equals(mine, 0, others.length, others, 0, others.length);
  }

  private byte[] untagged() {
    return vlan().isEmpty()
        ? bytes
        : of(source(), destination(), type(), Arrays.copyOfRange(bytes, 18, bytes.length)).bytes;
  }

  private int number(int at) {
    return bytes.length < at + 2
        ? -1
        : Byte.toUnsignedInt(bytes[at]) << 8 | Byte.toUnsignedInt(bytes[at + 1]);
  }

  private Mac mac(int at) {
    return new Mac(
        HexFormat.ofDelimiter(":").formatHex(Arrays.copyOfRange(bytes, at, Math.addExact(at, 6))));
  }

  private IpAddress address(int at, int length) {
    return IpAddress.of(Arrays.copyOfRange(bytes, at, at + length));
  }

  private static byte[] bytes(Mac mac) {
    return HexFormat.ofDelimiter(":").parseHex(mac.value());
  }

  static byte[] two(int number) {
    return new byte[] {(byte) (number >> 8), (byte) number};
  }

  @Override
  public String toString() {
    String what = arp().map(Arp::toString).or(() -> ip().map(Ip::toString)).orElse("");
    return "%s > %s %s %04x %s (%d bytes)"
        .formatted(
            source(),
            destination(),
            vlan().map(tag -> "vlan " + tag).orElse(""),
            type(),
            what,
            bytes.length);
  }
}
