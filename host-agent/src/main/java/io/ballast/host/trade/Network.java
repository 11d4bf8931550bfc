package io.ballast.host.trade;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Optional;

/**
 * A range of IP addresses that begin with the same bits.
 *
 * @param first an address in it
 * @param prefix how many bits its addresses share, 0 to 32 or 128
 */
public record Network(InetAddress first, int prefix) {
  /**
   * Parses {@code 10.0.0.0/8} and {@code fd00::/8}.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static Network of(String text) {
    String[] parts = text.split("/", -1);
    Optional<InetAddress> first = parts.length == 2 ? literal(parts[0]) : Optional.empty();
    if (first.isEmpty() || !parts[1].matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException(
          "expected an address and a number of bits, such as 10.0.0.0/8 or fd00::/8");
    }
    return new Network(first.get(), Integer.parseInt(parts[1]));
  }

  public Network {
    int bits = first.getAddress().length * Byte.SIZE;
    if (prefix < 0 || prefix > bits) {
      throw new IllegalArgumentException(
          "the number of bits is " + prefix + "; it must lie between 0 and " + bits);
    }
  }

  private static Optional<InetAddress> literal(String text) {
    String host = text.contains(":") ? "[" + text + "]" : text;
    return new PeerAddress("", host, Optional.empty()).literal();
  }

  /** Whether an address lies in it; one of the other kind of addresses never does. */
  public boolean contains(InetAddress address) {
    byte[] mine = first.getAddress();
    byte[] other = address.getAddress();
    int rest = mine.length * Byte.SIZE - prefix;
    return mine.length == other.length
        && new BigInteger(1, mine)
            .shiftRight(rest)
            .equals(new BigInteger(1, other).shiftRight(rest));
  }

  @Override
  public String toString() {
    return first.getHostAddress() + "/" + prefix;
  }
}
