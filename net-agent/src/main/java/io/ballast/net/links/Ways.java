package io.ballast.net.links;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which links carry the host's own traffic: its default routes, by {@code /proc/net/route} and
 * {@code /proc/net/ipv6_route}, and the way to the bus.
 */
public final class Ways {
  private static final Logger LOG = LoggerFactory.getLogger(Ways.class);

  /** The columns of both files, see proc_net(5). */
  private static final int LINK_4 = 0;

  private static final int DESTINATION_4 = 1;
  private static final int MASK_4 = 7;
  private static final int PREFIX_6 = 1;
  private static final int LINK_6 = 9;

  private final Path net;
  private final List<InetSocketAddress> brokers;
  private final Map<InetSocketAddress, InetAddress> addresses = new ConcurrentHashMap<>();

  /** The ways that were last found; one that can't be found out stays what it was. */
  private final Map<InetSocketAddress, String> known = new ConcurrentHashMap<>();

  /**
   * @param proc usually {@code /proc}
   * @param brokers of the bus; those that are not resolved are looked up until they are
   */
  public Ways(Path proc, List<InetSocketAddress> brokers) {
    this.net = proc.resolve("net");
    this.brokers = List.copyOf(brokers);
  }

  /** Their names, without loopback. What can't be found out is left out. */
  Set<String> now() {
    Set<String> links = new HashSet<>();
    for (String[] route : rows("route")) {
      if (route.length > MASK_4
          && route[DESTINATION_4].equals("00000000")
          && route[MASK_4].equals("00000000")) {
        links.add(route[LINK_4]);
      }
    }
    for (String[] route : rows("ipv6_route")) {
      if (route.length > LINK_6 && route[PREFIX_6].equals("00")) {
        links.add(route[LINK_6]);
      }
    }
    brokers.forEach(broker -> towards(broker).ifPresent(links::add));
    links.remove("lo");
    return links;
  }

  private List<String[]> rows(String file) {
    try {
      return Files.readAllLines(net.resolve(file)).stream()
          .map(line -> line.strip().split("\\s+"))
          .toList();
    } catch (IOException e) {
      LOG.debug("{}: {}", file, e.toString());
      return List.of();
    }
  }

  /** By asking the kernel from which of its addresses it would send; nothing is sent. */
  private Optional<String> towards(InetSocketAddress broker) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(address(broker), broker.getPort()));
      Optional.ofNullable(NetworkInterface.getByInetAddress(socket.getLocalAddress()))
          .map(NetworkInterface::getName)
          .ifPresent(link -> known.put(broker, link));
    } catch (IOException | RuntimeException e) {
      LOG.debug("The way to {}: {}", broker, e.toString());
    }
    return Optional.ofNullable(known.get(broker));
  }

  /** Looked up until it was found once, for that may take long. */
  private InetAddress address(InetSocketAddress broker) throws UnknownHostException {
    InetAddress found = found(broker);
    addresses.put(broker, found);
    return found;
  }

  private InetAddress found(InetSocketAddress broker) throws UnknownHostException {
    InetAddress before = addresses.get(broker);
    return before == null ? InetAddress.getByName(broker.getHostString()) : before;
  }
}
