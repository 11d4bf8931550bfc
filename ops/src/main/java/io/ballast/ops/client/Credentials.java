package io.ballast.ops.client;

import io.ballast.bus.rabbit.BusOptions;
import io.ballast.ops.config.BusSettings;
import io.ballast.ops.config.ConfigException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** Reads who we are at the broker from the files that the configuration names. */
public final class Credentials {
  private Credentials() {}

  /**
   * The options of a bus, with the password from its file. Fails with a {@link ConfigException}
   * that says which file can't be used.
   *
   * @param name how this member calls itself on the bus
   */
  public static BusOptions busOptions(BusSettings settings, String name) {
    if (settings.credentials().isPresent()) {
      return ofProperties(settings, settings.credentials().get(), name);
    }
    Path file =
        settings
            .passwordFile()
            .orElseThrow(
                () ->
                    new ConfigException(
                        "there is no password for the bus: name a file with it by --credentials,"
                            + " or by bus.credentials or bus.password-file in the configuration"));
    return options(settings, settings.port(), settings.user(), read(file).strip(), name);
  }

  private static BusOptions ofProperties(BusSettings settings, Path file, String name) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(file + " is no properties file: " + e.getMessage());
    } catch (IOException e) {
      throw ConfigException.unreadable("credentials file", file, e);
    }
    Optional<String> port = Optional.ofNullable(properties.getProperty("port"));
    if (port.isPresent() && !port.get().matches("[0-9]{1,5}")) {
      throw new ConfigException(file + ": 'port' is '" + port.get() + "'; expected a number");
    }
    return options(
        settings,
        settings.port().or(() -> port.map(Integer::parseInt)),
        required(properties, "user", file),
        required(properties, "password", file),
        name);
  }

  private static BusOptions options(
      BusSettings settings, Optional<Integer> port, String user, String password, String name) {
    BusOptions.Broker broker =
        new BusOptions.Broker(settings.host(), port.orElse(BusOptions.Broker.DEFAULT_PORT));
    return BusOptions.of(broker, user, password, name).withVirtualHost(settings.virtualHost());
  }

  private static String required(Properties properties, String key, Path file) {
    String value = properties.getProperty(key, "");
    if (value.isBlank()) {
      throw new ConfigException(file + " has no '" + key + "='; ops/broker writes such a file");
    }
    return value;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw ConfigException.unreadable("password file", file, e);
    }
  }
}
