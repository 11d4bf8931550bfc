package io.ballast.messages;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IP address and how many of its first bits name its network (RFC 4632, RFC 4291): {@code
 * 10.0.0.5/24} is a machine in the network 10.0.0.0/24.
 *
 * @param prefix 0 to 32, of IPv6 to 128
 */
public record Cidr(IpAddress address, int prefix) implements Comparable<Cidr> {
  private static final Pattern FORM = Pattern.compile("([^/]*)/(0|[1-9]\\d{0,2})");

  public Cidr {
    Fields.required(address, "address");
    int longest = address.isIpv4() ? 32 : 128;
    if (prefix < 0 || prefix > longest) {
      throw new IllegalArgumentException(
          "'%s/%d' has no network: the number after the slash is 0 to %d"
              .formatted(address, prefix, longest));
    }
  }

  /** Parses the text form; anything else is an {@link IllegalArgumentException}. */
  public static Cidr of(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is no address with its network: write it as 10.0.0.5/24");
    }
    return new Cidr(new IpAddress(parts.group(1)), Integer.parseInt(parts.group(2)));
  }

  /** The network's own address: all bits after the prefix are zero. */
  public IpAddress network() {
    return filled(false);
  }

  /** The network's last address: all bits after the prefix are one. */
  public IpAddress last() {
    return filled(true);
  }

  private IpAddress filled(boolean ones) {
    byte[] bytes = address.bytes();
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      int mask = 0x80 >> (bit % 8);
      bytes[bit / 8] = (byte) (ones ? bytes[bit / 8] | mask : bytes[bit / 8] & ~mask);
    }
    return IpAddress.of(bytes);
  }

  /** Whether an address lies in the network. */
  public boolean contains(IpAddress other) {
    return other.isIpv4() == address.isIpv4()
        && new Cidr(other, prefix).network().equals(network());
  }

  /**
   * Whether a machine of the network can bear the address: it is neither the network's own nor, in
   * IPv4, its broadcast. Networks of one or two addresses have neither (RFC 3021).
   */
  public boolean isHost() {
    boolean tiny = prefix >= (address.isIpv4() ? 31 : 127);
    boolean broadcast = address.isIpv4() && address.equals(last());
    return address.isHost() && (tiny || (!address.equals(network()) && !broadcast));
  }

  @Override
  public int compareTo(Cidr other) {
    int addresses = address.compareTo(other.address);
    return addresses == 0 ? Integer.compare(prefix, other.prefix) : addresses;
  }

  @Override
  public String toString() {
    return address + "/" + prefix;
  }
}
