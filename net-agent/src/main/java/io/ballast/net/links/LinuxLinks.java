package io.ballast.net.links;

import io.ballast.agent.tool.Runner;
import io.ballast.agent.tool.Watch;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Mac;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links of a Linux host, from {@code /sys/class/net}. Reads on a worker thread.
 *
 * <p>A link that can't be read costs only itself; the log says so once.
 */
public final class LinuxLinks implements Links {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxLinks.class);

  private static final Duration LISTEN_AGAIN = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final Path links;
  private final Ways ways;
  private final Troubles troubles;
  private final Watch watch;
  private volatile Future<Sight> looking = Future.failedFuture("not looked yet");
  private Set<String> leftOut = Set.of();

  /**
   * @param sys usually {@code /sys}
   */
  public LinuxLinks(Vertx vertx, Path sys, Ways ways, Runner runner) {
    this.vertx = vertx;
    this.links = sys.resolve("class/net");
    this.ways = ways;
    this.troubles = new Troubles(links);
    this.watch =
        new Watch(
            vertx, runner, List.of("ip", "-oneline", "monitor", "link"), () -> true, LISTEN_AGAIN);
  }

  /** One that goes on serves all, so that what hangs costs one thread only. */
  @Override
  public Future<Sight> look() {
    Future<Sight> now = looking;
    if (now.isComplete()) {
      now =
          vertx
              .executeBlocking(this::lookNow, false)
              .recover(
                  e ->
                      Future.failedFuture(
                          new RefusedException(
                              Reason.TRADE_REFUSED, "the host's links can't be read: " + e)));
      looking = now;
    }
    return now;
  }

  @Override
  public void onChange(Runnable listener) {
    watch.tell(listener);
  }

  @Override
  public void close() {
    watch.close();
  }

  synchronized Sight lookNow() throws IOException {
    List<Wire> wires = new ArrayList<>();
    Map<String, IOException> odd = new TreeMap<>();
    Duration at = Duration.ofNanos(System.nanoTime());
    for (Path link : children(links)) {
      String name = link.getFileName().toString();
      if (name.equals("lo") || !Files.isDirectory(link)) {
        continue;
      }
      try {
        wires.add(wire(link, name));
      } catch (IOException e) {
        if (Files.isDirectory(link)) {
          odd.put(name, e);
        }
      }
    }
    leaveOut(odd);
    return new Sight(at, wires, new Bonds(links).look(), ways.now());
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

  private Wire wire(Path link, String name) throws IOException {
    return new Wire(
        name,
        kind(link),
        mac(link),
        carriesTraffic(link),
        (int) number(link.resolve("mtu"), 1, Integer.MAX_VALUE),
        speed(link),
        new Bytes(number(link.resolve("statistics/rx_bytes"), 0, Long.MAX_VALUE)),
        new Bytes(number(link.resolve("statistics/tx_bytes"), 0, Long.MAX_VALUE)),
        troubles.of(name));
  }

  private static Wire.Kind kind(Path link) {
    return Files.exists(link.resolve("tun_flags"))
        ? Wire.Kind.TAP
        : Files.isDirectory(link.resolve("bonding"))
            ? Wire.Kind.BOND
            : Files.exists(link.resolve("device")) ? Wire.Kind.PHYSICAL : Wire.Kind.OTHER;
  }

  private static Optional<Mac> mac(Path link) {
    try {
      return Optional.of(new Mac(text(link.resolve("address"))));
    } catch (IOException | IllegalArgumentException none) {
      return Optional.empty();
    }
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
