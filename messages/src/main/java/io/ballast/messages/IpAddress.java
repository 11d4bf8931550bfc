package io.ballast.messages;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address in its shortest text form: {@code 10.0.0.5}, {@code 2001:db8::5}. Never a
 * name; an IPv6 address has no zone.
 */
public record IpAddress(String value) implements Comparable<IpAddress> {
  private static final Pattern FOUR =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
  private static final int GROUPS = 8;

  public IpAddress {
    value = text(bytes(Fields.required(value, "address")));
  }

  private static byte[] bytes(String text) {
    if (FOUR.matcher(text).matches() || SIX.matcher(text).matches()) {
      try {
        // A literal of either form is never looked up.
        return InetAddress.getByName(text).getAddress();
      } catch (UnknownHostException e) {
        // Said below.
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no IP address: write it as 10.0.0.5 or 2001:db8::5");
  }

  /** The address of 4 or 16 bytes, most significant first. */
  public static IpAddress of(byte[] bytes) {
    return new IpAddress(text(bytes));
  }

  /** Its 4 or 16 bytes, most significant first. */
  public byte[] bytes() {
    return bytes(value);
  }

  public boolean isIpv4() {
    return value.indexOf(':') < 0;
  }

  /** Whether one machine can bear it: no group, no broadcast, no loopback, not all zeros. */
  public boolean isHost() {
    byte[] bytes = bytes();
    boolean zeros = true;
    boolean ones = true;
    for (byte each : bytes) {
      zeros &= each == 0;
      ones &= each == -1;
    }
    int first = bytes[0] & 0xff;
    boolean reserved =
        isIpv4()
            ? first == 0 || first == 127 || first >= 224
            : first == 0xff || value.equals("::1");
    return !zeros && !ones && !reserved;
  }

  /** RFC 5952: the longest run of two or more zero groups is left out, the first of equals. */
  private static String text(byte[] bytes) {
    if (bytes.length == 4) {
      return (bytes[0] & 0xff)
          + "."
          + (bytes[1] & 0xff)
          + "."
          + (bytes[2] & 0xff)
          + "."
          + (bytes[3] & 0xff);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int from = -1;
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = 0;
      while (i + run < GROUPS && groups[i + run] == 0) {
        run++;
      }
      if (run > length) {
        from = i;
        length = run;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == from) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** By family, then by number. */
  @Override
  public int compareTo(IpAddress other) {
    byte[] mine = bytes();
    byte[] others = other.bytes();
    return mine.length == others.length
        ? Arrays.compareUnsigned(mine, others)
        : Integer.compare(mine.length, others.length);
  }

  @Override
  public String toString() {
    return value;
  }
}
