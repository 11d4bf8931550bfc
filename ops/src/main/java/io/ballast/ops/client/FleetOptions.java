package io.ballast.ops.client;

import io.ballast.ops.config.Amount;
import io.ballast.ops.config.BusSettings;
import io.ballast.ops.config.Configuration;
import io.ballast.ops.config.ListenAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options by which every command and process finds its configuration and the bus. */
public final class FleetOptions {
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
          "Where RabbitMQ listens (default: bus.host and bus.port, the port in the credentials, or"
              + " 127.0.0.1:5672).")
  private @Nullable String broker;

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
      defaultValue = "5s",
      converter = PositiveDuration.class,
      description = "How long to wait for the bus and for each answer (default: ${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = {"-v", "--verbose"},
      description = "Say more when something goes wrong.")
  private boolean verbose;

  /** The configuration file with what the options say otherwise. */
  public Configuration configuration(Map<String, String> environment) {
    Configuration found = Configuration.find(Optional.ofNullable(config), environment);
    BusSettings bus = credentials == null ? found.bus() : found.bus().with(credentials);
    return found.with(broker == null ? bus : at(bus, broker));
  }

  private static BusSettings at(BusSettings bus, String broker) {
    if (!broker.matches(".*:[0-9]+")) {
      return bus.at(broker, Optional.empty());
    }
    ListenAddress address = ListenAddress.of(broker);
    return bus.at(address.host(), Optional.of(address.port()));
  }

  /** How long to wait for the bus and for each answer. */
  public Duration timeout() {
    return timeout;
  }

  public boolean verbose() {
    return verbose;
  }

  /** A length of time above zero, in the form of the configuration file. */
  static final class PositiveDuration implements picocli.CommandLine.ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      try {
        Duration duration = Amount.duration(text);
        if (duration.isPositive()) {
          return duration;
        }
        throw new IllegalArgumentException("it must be longer");
      } catch (IllegalArgumentException e) {
        throw new picocli.CommandLine.TypeConversionException("'" + text + "': " + e.getMessage());
      }
    }
  }
}
