package io.ballast.host.trade;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where another host's hypervisor is reached: {@code SCHEME://HOST/system} or {@code
 * SCHEME://HOST:PORT/system}. There is no other form: a URI of libvirt with a user, a query or
 * another path can have a program started here or another daemon asked.
 *
 * @param scheme such as {@code qemu+tls}, in lower case
 * @param host a name in lower case, an IPv4 address as four decimal numbers, or an IPv6 address in
 *     brackets
 * @param port absent = the usual one of the scheme
 */
public record PeerAddress(String scheme, String host, Optional<Integer> port) {
  private static final int LONGEST = 300;
  private static final int LONGEST_NAME = 253;
  private static final int MOST_SHOWN = 100;

  private static final Pattern FORM =
      Pattern.compile("([a-z][a-z+]{0,20})://(\\[[^\\]/]*]|[^:/\\[\\]]*)(?::([0-9]{1,5}))?/system");

  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

  private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]{1,43}]");

  /** Words between dots, none of which begins as an option of a program does. */
  private static final Pattern NAME =
      Pattern.compile("(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\\.(?!$)|$))+");

  /** Systems take such names for addresses in forms of their own. */
  private static final Pattern NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)");

  /**
   * Reads an address.
   *
   * @throws RefusedException as {@code NOT_ALLOWED} if it has another form
   */
  public static PeerAddress of(String uri) {
    Matcher form = FORM.matcher(uri);
    if (uri.length() > LONGEST || !form.matches()) {
      throw refused(uri, "write it as SCHEME://HOST/system, such as qemu+tcp://10.0.0.2/system");
    }
    String host = form.group(2);
    if (!IPV4.matcher(host).matches() && literal6(host).isEmpty() && !isName(host)) {
      throw refused(
          uri,
          "its host is neither a name nor an IPv4 address of four decimal numbers nor an IPv6"
              + " address in brackets");
    }
    Optional<Integer> port = Optional.ofNullable(form.group(3)).map(Integer::valueOf);
    if (port.filter(number -> number < 1 || number > 65_535).isPresent()) {
      throw refused(uri, "a port lies between 1 and 65535");
    }
    return new PeerAddress(form.group(1), host.toLowerCase(Locale.ROOT), port);
  }

  private static boolean isName(String host) {
    return host.length() <= LONGEST_NAME
        && NAME.matcher(host).matches()
        && !NUMBER.matcher(host).matches();
  }

  private static Optional<InetAddress> literal6(String host) {
    if (!IPV6.matcher(host).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /** The address itself where the host is written as one; no name is resolved. */
  public Optional<InetAddress> literal() {
    if (!IPV4.matcher(host).matches()) {
      return literal6(host);
    }
    String[] numbers = host.split("\\.", -1);
    byte[] address = new byte[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      address[i] = (byte) Integer.parseInt(numbers[i]);
    }
    try {
      return Optional.of(InetAddress.getByAddress(address));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** What libvirt connects to. */
  public String uri() {
    return scheme + "://" + host + port.map(number -> ":" + number).orElse("") + "/system";
  }

  /**
   * Where a guest's memory is sent: to the same host, as it is written here. Without it libvirt
   * sends it to what the target calls itself, which need not resolve here.
   */
  public String dataUri() {
    return "tcp://" + host;
  }

  @Override
  public String toString() {
    return uri();
  }

  private static RefusedException refused(String uri, String todo) {
    String shown = uri.substring(0, Math.min(MOST_SHOWN, uri.length()));
    return new RefusedException(
        Reason.NOT_ALLOWED,
        "'%s' is no address of a peer: %s".formatted(shown.replaceAll("[^ -~]", "?"), todo));
  }
}
