package io.ballast.ops.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the bus is, and who we are there. The password stands in a file of its own and is read when
 * it is needed.
 *
 * @param host a name or an address; of IPv6 with or without brackets
 * @param port absent = the one in {@code credentials}, or else RabbitMQ's usual one
 * @param virtualHost {@code /} unless the broker is shared
 * @param user as the broker knows us
 * @param passwordFile holds the password and nothing else
 * @param credentials a properties file with {@code user}, {@code password} and, if it likes, {@code
 *     port}, as {@code ops/broker} writes it; its user is the one
 */
public record BusSettings(
    String host,
    Optional<Integer> port,
    String virtualHost,
    String user,
    Optional<Path> passwordFile,
    Optional<Path> credentials) {
  public static final BusSettings DEFAULT =
      new BusSettings(
          "127.0.0.1", Optional.empty(), "/", "ballast", Optional.empty(), Optional.empty());

  public BusSettings {
    host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    if (passwordFile.isPresent() && credentials.isPresent()) {
      throw new IllegalArgumentException(
          "set either bus.password-file or bus.credentials, not both");
    }
  }

  /**
   * The same at another broker: {@code rabbit1}, {@code rabbit1:5673}, {@code ::1} or {@code
   * [::1]:5673}. Without a port its own is looked for as usual.
   */
  public BusSettings at(String broker) {
    int colon = broker.lastIndexOf(':');
    boolean address = broker.indexOf(':') != colon && !broker.contains("]:");
    if (colon < 0 || address) {
      return at(broker, Optional.empty());
    }
    String port = broker.substring(colon + 1);
    if (colon == 0
        || !port.matches("[0-9]{1,5}")
        || Integer.parseInt(port) < 1
        || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "'"
              + broker
              + "' is no address of a broker; write HOST or HOST:PORT, such as 10.0.0.1:5672 or"
              + " [::1]:5672");
    }
    return at(broker.substring(0, colon), Optional.of(Integer.parseInt(port)));
  }

  private BusSettings at(String otherHost, Optional<Integer> otherPort) {
    return new BusSettings(otherHost, otherPort, virtualHost, user, passwordFile, credentials);
  }

  /** The same with another virtual host. */
  public BusSettings inVirtualHost(String other) {
    return new BusSettings(host, port, other, user, passwordFile, credentials);
  }

  /** The same with other credentials. */
  public BusSettings with(Path otherCredentials) {
    return new BusSettings(
        host, port, virtualHost, user, Optional.empty(), Optional.of(otherCredentials));
  }

  static BusSettings read(Section section) {
    return new BusSettings(
        section.text("host", DEFAULT.host()),
        section.whole("port", 1, 65_535),
        section.text("virtual-host", DEFAULT.virtualHost()),
        section.text("user", DEFAULT.user()),
        section.value("password-file", Path::of),
        section.value("credentials", Path::of));
  }
}
