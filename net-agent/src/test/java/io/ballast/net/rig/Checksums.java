package io.ballast.net.rig;

import io.ballast.messages.IpAddress;
import io.ballast.net.rig.Frame.Ip;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The checksum of the Internet (RFC 1071), and where packets have it. */
final class Checksums {
  private Checksums() {}

  static int of(byte[] bytes) {
    long sum = 0;
    for (int i = 0; i < bytes.length; i++) {
      sum += (long) Byte.toUnsignedInt(bytes[i]) << (i % 2 == 0 ? 8 : 0);
    }
    while (sum >> 16 != 0) {
      sum = (sum & 0xffff) + (sum >> 16);
    }
    return (int) ~sum & 0xffff;
  }

  /** The body of a packet with its checksum. */
  static byte[] filled(IpAddress from, IpAddress to, int protocol, byte[] body) {
    int at = place(protocol);
    byte[] all = body.clone();
    if (at >= 0 && at + 2 <= all.length) {
      System.arraycopy(Frame.two(of(covered(from, to, protocol, all))), 0, all, at, 2);
    }
    return all;
  }

  /** Whether those of a packet are right. */
  static boolean hold(byte[] packet, Ip said) {
    boolean four = said.source().isIpv4();
    int head = four ? 20 : 40;
    int length =
        four
            ? Byte.toUnsignedInt(packet[2]) << 8 | Byte.toUnsignedInt(packet[3])
            : 40 + (Byte.toUnsignedInt(packet[4]) << 8 | Byte.toUnsignedInt(packet[5]));
    byte[] body = Arrays.copyOfRange(packet, head, length);
    return (!four || of(Arrays.copyOf(packet, head)) == 0)
        && (place(said.protocol()) < 0
            || of(covered(said.source(), said.destination(), said.protocol(), body)) == 0);
  }

  private static int place(int protocol) {
    return switch (protocol) {
      case Frame.UDP -> 6;
      case Frame.TCP -> 16;
      case Frame.ICMP, Frame.ICMP6 -> 2;
      default -> -1;
    };
  }

  /** The body, behind the addresses where these count too. */
  private static byte[] covered(IpAddress from, IpAddress to, int protocol, byte[] body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    if (protocol != Frame.ICMP) {
      all.writeBytes(from.bytes());
      all.writeBytes(to.bytes());
      all.writeBytes(Frame.two(protocol));
      all.writeBytes(Frame.two(body.length));
    }
    all.writeBytes(body);
    return all.toByteArray();
  }
}
