package io.ballast.ops.client;

import io.ballast.bus.Request;
import io.ballast.ops.config.Amount;
import io.ballast.ops.config.BusSettings;
import io.ballast.ops.config.Configuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which every command and process finds its configuration and the bus. */
public final class FleetOptions {
  private static final Duration USUAL = Duration.ofSeconds(5);
  private static final Duration OF_A_LOOK = Duration.ofSeconds(60);

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "Configuration file (default: $BALLAST_CONFIG, or else /etc/ballast/ballast.yaml if it is"
              + " there).")
  private @Nullable Path config;

  @Option(
      names = "--broker",
      paramLabel = "HOST[:PORT]",
      description =
          "Where RabbitMQ listens, such as 10.0.0.1 or [::1]:5672 (default: bus.host and bus.port,"
              + " the port in the credentials, or 127.0.0.1:5672).")
  private @Nullable String broker;

  @Option(
      names = "--virtual-host",
      paramLabel = "NAME",
      description =
          "RabbitMQ's virtual host that is Ballast's (default: bus.virtual-host, or else /).")
  private @Nullable String virtualHost;

  @Option(
      names = "--credentials",
      paramLabel = "FILE",
      description =
          "Properties file with user, password and perhaps port, such as ops/broker writes; instead"
              + " of bus.credentials.")
  private @Nullable Path credentials;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = PositiveDuration.class,
      description =
          "How long to wait for the bus and for each answer (default: 5s; 60s for an agent that"
              + " looks at its storage or network before it answers).")
  private @Nullable Duration timeout;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say more when something goes wrong.")
  private boolean verbose;

  /** The configuration file with what the options say otherwise. */
  public Configuration configuration(Map<String, String> environment) {
    Configuration found = Configuration.find(Optional.ofNullable(config), environment);
    BusSettings bus = credentials == null ? found.bus() : found.bus().with(credentials);
    if (virtualHost != null) {
      bus = bus.inVirtualHost(virtualHost);
    }
    return found.with(broker == null ? bus : at(bus, broker));
  }

  private static BusSettings at(BusSettings bus, String broker) {
    try {
      return bus.at(broker);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, "--broker: " + e.getMessage());
    }
  }

  /** How long to wait for the bus and for each answer. */
  public Duration timeout() {
    return timeout == null ? USUAL : timeout;
  }

  /**
   * How long to wait for an answer for which an agent has to look first, such as at a large pool.
   */
  public Duration lookingTimeout() {
    return timeout == null ? OF_A_LOOK : timeout;
  }

  public boolean verbose() {
    return verbose;
  }

  /** A length of time above zero and up to 7 days, in the form of the configuration file. */
  static final class PositiveDuration implements picocli.CommandLine.ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        Duration duration = Amount.duration(text);
        if (!duration.isPositive()) {
          throw new IllegalArgumentException("it must be longer");
        }
        if (duration.compareTo(Request.LONGEST_WITHIN) > 0) {
          throw new IllegalArgumentException("it must be 7 days at most");
        }
        return duration;
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
