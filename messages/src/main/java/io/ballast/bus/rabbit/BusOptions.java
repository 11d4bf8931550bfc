package io.ballast.bus.rabbit;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a {@link RabbitBus} reaches its broker.
 *
 * @param brokers where it listens; more than one for a cluster, of which any will do
 * @param password never shown
 * @param virtualHost {@code /} unless the broker is shared
 * @param name how this member calls itself as a sender, such as {@code host.h1}
 * @param heartbeat how often both sides say that they are there, 1 s to 60 s; a connection that was
 *     silent for about two of them is given up
 */
public record BusOptions(
    List<Broker> brokers,
    String user,
    String password,
    String virtualHost,
    String name,
    Duration heartbeat) {
  public static final String DEFAULT_VIRTUAL_HOST = "/";
  public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(4);

  public BusOptions {
    brokers = List.copyOf(brokers);
    if (brokers.isEmpty()) {
      throw new IllegalArgumentException("a bus needs the address of at least one broker");
    }
    if (name.isBlank()) {
      throw new IllegalArgumentException("a member of the bus needs a name");
    }
    if (heartbeat.toSeconds() < 1 || heartbeat.toSeconds() > 60) {
      throw new IllegalArgumentException(
          "the heartbeat of the bus is 1 s to 60 s, not " + heartbeat.toMillis() + " ms");
    }
  }

  /** One broker, with the usual virtual host and heartbeat. */
  public static BusOptions of(Broker broker, String user, String password, String name) {
    return new BusOptions(
        List.of(broker), user, password, DEFAULT_VIRTUAL_HOST, name, DEFAULT_HEARTBEAT);
  }

  public BusOptions withVirtualHost(String virtualHost) {
    return new BusOptions(brokers, user, password, virtualHost, name, heartbeat);
  }

  public BusOptions withHeartbeat(Duration heartbeat) {
    return new BusOptions(brokers, user, password, virtualHost, name, heartbeat);
  }

  /** The brokers for a person, such as {@code 10.0.0.1:5672}. */
  public String address() {
    return brokers.stream().map(Broker::toString).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return "amqp://" + user + "@" + address() + " as " + name;
  }

  /** Where one broker listens. */
  public record Broker(String host, int port) {
    public static final int DEFAULT_PORT = 5672;

    public Broker {
      if (host.isBlank()) {
        throw new IllegalArgumentException("a broker needs a host");
      }
      if (port < 1 || port > 65_535) {
        throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
      }
    }

    /** {@code 10.0.0.1:5672}, {@code [::1]:5672}. */
    @Override
    public String toString() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }
}
