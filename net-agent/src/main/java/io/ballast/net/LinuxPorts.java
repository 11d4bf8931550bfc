package io.ballast.net;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network of a Linux host: links and kernel bridges from {@code /sys/class/net}, Open vSwitch
 * bridges from its own tool. Reads on a worker thread.
 *
 * <p>An Open vSwitch that does not answer costs the host its Open vSwitch bridges only; the log
 * says so once.
 */
public final class LinuxPorts implements Ports {
  private static final Logger LOG = LoggerFactory.getLogger(LinuxPorts.class);

  private final Vertx vertx;
  private final Path links;
  private final OpenVswitch openVswitch;
  private boolean openVswitchAnswers = true;

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
    List<Bridge> bridges = new ArrayList<>(openVswitchBridges());
    Duration at = Duration.ofNanos(System.nanoTime());
    for (Path link : children(links)) {
      String name = link.getFileName().toString();
      if (name.equals("lo") || !Files.isDirectory(link)) {
        continue;
      }
      wire(link, name).ifPresent(wires::add);
      if (Files.isDirectory(link.resolve("bridge"))) {
        List<String> ports =
            children(link.resolve("brif")).stream().map(p -> p.getFileName().toString()).toList();
        bridges.add(new Bridge(name, Bridge.Kind.LINUX, ports));
      }
    }
    bridges.sort(Comparator.comparing(Bridge::name));
    return new Wiring(at, bridges, wires);
  }

  private List<Bridge> openVswitchBridges() {
    try {
      List<Bridge> found = openVswitch.bridges();
      openVswitchAnswers = true;
      return found;
    } catch (IOException e) {
      if (openVswitchAnswers) {
        LOG.warn("The bridges of Open vSwitch are left out: {}", e.getMessage());
      }
      openVswitchAnswers = false;
      return List.of();
    }
  }

  /** Empty if the link is gone by now. */
  private static Optional<Wire> wire(Path link, String name) throws IOException {
    try {
      return Optional.of(
          new Wire(
              name,
              carriesTraffic(link),
              (int) number(link.resolve("mtu")),
              speed(link),
              new Bytes(number(link.resolve("statistics/rx_bytes"))),
              new Bytes(number(link.resolve("statistics/tx_bytes")))));
    } catch (NoSuchFileException gone) {
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
      int speed = (int) number(link.resolve("speed"));
      return speed > 0 ? Optional.of(speed) : Optional.empty();
    } catch (IOException notKnown) {
      return Optional.empty();
    }
  }

  private static long number(Path file) throws IOException {
    String text = text(file);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + " holds '" + text + "', which is no number", e);
    }
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    } catch (NoSuchFileException gone) {
      if (Files.exists(folder.getParent())) {
        return List.of();
      }
      throw gone;
    }
  }
}
