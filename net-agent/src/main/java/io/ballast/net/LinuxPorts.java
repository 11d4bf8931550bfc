package io.ballast.net;

import io.ballast.agent.Latest;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network of a Linux host: links and kernel bridges from {@code /sys/class/net}, Open vSwitch
 * bridges from its own tool. Reads on a worker thread.
 *
 * <p>While Open vSwitch does not answer, its bridges are told as they were last seen, and that they
 * are; a link that can't be read costs only itself. The log says either once.
 */
public final class LinuxPorts implements Ports {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxPorts.class);

  private final Vertx vertx;
  private final Path links;
  private final OpenVswitch openVswitch;
  private List<Bridge> switches = List.of();
  private Optional<String> switchProblem = Optional.empty();
  private Set<String> leftOut = Set.of();

  /**
   * @param sys usually {@code /sys}
   */
  public LinuxPorts(Vertx vertx, Path sys, OpenVswitch openVswitch) {
    this.vertx = vertx;
    this.links = sys.resolve("class/net");
    this.openVswitch = openVswitch;
  }

  @Override
  public Future<Wiring> look() {
    return vertx
        .executeBlocking(this::lookNow, false)
        .recover(
            e ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.TRADE_REFUSED, "the host's links can't be read: " + e)));
  }

  @Override
  public void close() {}

  synchronized Wiring lookNow() throws IOException {
    List<Wire> wires = new ArrayList<>();
    lookAtOpenVswitch();
    List<Bridge> bridges = new ArrayList<>(switches);
    Map<String, IOException> odd = new TreeMap<>();
    Duration at = Duration.ofNanos(System.nanoTime());
    for (Path link : children(links)) {
      String name = link.getFileName().toString();
      if (name.equals("lo") || !Files.isDirectory(link)) {
        continue;
      }
      try {
        wires.add(wire(link, name));
        if (Files.isDirectory(link.resolve("bridge"))) {
          bridges.add(bridge(link, name));
        }
      } catch (IOException e) {
        if (Files.isDirectory(link)) {
          odd.put(name, e);
        }
      }
    }
    leaveOut(odd);
    bridges.sort(Comparator.comparing(Bridge::name));
    return new Wiring(at, bridges, wires, switchProblem);
  }

  private void leaveOut(Map<String, IOException> odd) {
    odd.forEach(
        (name, why) -> {
          if (!leftOut.contains(name)) {
            LOG.warn("Link {} is left out, it can't be read: {}", name, why.toString());
          }
        });
    leftOut = Set.copyOf(odd.keySet());
  }

  private static Bridge bridge(Path link, String name) throws IOException {
    List<String> ports =
        children(link.resolve("brif")).stream().map(p -> p.getFileName().toString()).toList();
    return new Bridge(name, Bridge.Kind.LINUX, ports);
  }

  private void lookAtOpenVswitch() {
    try {
      switches = openVswitch.bridges();
      switchProblem = Optional.empty();
    } catch (IOException e) {
      if (switchProblem.isEmpty()) {
        LOG.warn("The bridges of Open vSwitch are told as last seen: {}", e.getMessage());
      }
      switchProblem =
          Optional.of("the bridges of Open vSwitch are as last seen: " + Latest.words(e));
    }
  }

  private static Wire wire(Path link, String name) throws IOException {
    return new Wire(
        name,
        carriesTraffic(link),
        (int) number(link.resolve("mtu"), 1, Integer.MAX_VALUE),
        speed(link),
        new Bytes(number(link.resolve("statistics/rx_bytes"), 0, Long.MAX_VALUE)),
        new Bytes(number(link.resolve("statistics/tx_bytes"), 0, Long.MAX_VALUE)));
  }

  /** Virtual links have no state of their own; for them the carrier counts. */
  private static boolean carriesTraffic(Path link) throws IOException {
    String state = text(link.resolve("operstate"));
    return state.equals("up") || (state.equals("unknown") && hasCarrier(link));
  }

  private static boolean hasCarrier(Path link) {
    try {
      return text(link.resolve("carrier")).equals("1");
    } catch (IOException switchedOff) {
      return false;
    }
  }

  private static Optional<Integer> speed(Path link) {
    try {
      return Optional.of((int) number(link.resolve("speed"), 1, Integer.MAX_VALUE));
    } catch (IOException notKnown) {
      return Optional.empty();
    }
  }

  private static long number(Path file, long least, long most) throws IOException {
    String text = text(file);
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, like a number that makes no sense.
    }
    throw new IOException(
        "%s holds '%s', which is no number from %d to %d".formatted(file, text, least, most));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (NoSuchFileException gone) {
      if (Files.exists(folder.getParent())) {
        return List.of();
      }
      throw gone;
    }
  }
}
