package io.ballast.ops.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the bus is, and who we are there. The password stands in a file of its own and is read when
 * it is needed.
 *
 * @param port absent = the one in {@code credentials}, or else RabbitMQ's usual one
 * @param user as the broker knows us
 * @param passwordFile holds the password and nothing else
 * @param credentials a properties file with {@code user}, {@code password} and, if it likes, {@code
 *     port}, as {@code ops/broker} writes it; its user is the one
 */
public record BusSettings(
    String host,
    Optional<Integer> port,
    String user,
    Optional<Path> passwordFile,
    Optional<Path> credentials) {
  public static final BusSettings DEFAULT =
      new BusSettings("127.0.0.1", Optional.empty(), "ballast", Optional.empty(), Optional.empty());

  public BusSettings {
    if (passwordFile.isPresent() && credentials.isPresent()) {
      throw new IllegalArgumentException(
          "set either bus.password-file or bus.credentials, not both");
    }
  }

  /** The same at another broker; without a port its own is looked for as usual. */
  public BusSettings at(String otherHost, Optional<Integer> otherPort) {
    return new BusSettings(otherHost, otherPort, user, passwordFile, credentials);
  }

  /** The same with other credentials. */
  public BusSettings with(Path otherCredentials) {
    return new BusSettings(host, port, user, Optional.empty(), Optional.of(otherCredentials));
  }

  static BusSettings read(Section section) {
    return new BusSettings(
        section.text("host", DEFAULT.host()),
        section.whole("port", 1, 65_535),
        section.text("user", DEFAULT.user()),
        section.value("password-file", Path::of),
        section.value("credentials", Path::of));
  }
}
