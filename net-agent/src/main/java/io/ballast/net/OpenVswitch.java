package io.ballast.net;

import io.ballast.messages.NetBeat.Bridge;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridges of Open vSwitch, asked of its tool {@code ovs-vsctl} in one run. The tool is started
 * directly, without a shell, and killed at the deadline.
 *
 * <p>A bridge has ports, a port has one interface or, if it is a bond, several; what is told are
 * the interfaces, without the bridge's own.
 */
public final class OpenVswitch {
  /** Where the tool usually is. */
  public static final Path DEFAULT_TOOL = Path.of("/usr/bin/ovs-vsctl");

  /** How long it may take, unless said otherwise. */
  public static final Duration DEFAULT_WITHIN = Duration.ofSeconds(3);

  private static final Logger LOG = LoggerFactory.getLogger(OpenVswitch.class);
  private static final List<String> TABLES = List.of("Bridge", "Port", "Interface");

  private final Path tool;
  private final Duration within;

  /**
   * @param tool where {@code ovs-vsctl} is, if it is installed
   * @param within how long one run may take
   */
  public OpenVswitch(Path tool, Duration within) {
    this.tool = tool;
    this.within = within;
  }

  /** All bridges, or none where Open vSwitch is not installed. Blocks until the deadline. */
  List<Bridge> bridges() throws IOException {
    return Files.isExecutable(tool) ? read(run()) : List.of();
  }

  private String run() throws IOException {
    Process process =
        new ProcessBuilder(
                tool.toString(),
                "--format=json",
                "--columns=name,ports",
                "list",
                TABLES.get(0),
                "--",
                "--columns=_uuid,interfaces",
                "list",
                TABLES.get(1),
                "--",
                "--columns=_uuid,name",
                "list",
                TABLES.get(2))
            .start();
    process.getOutputStream().close();
    // By its handle, for the process itself would close the streams that are being read.
    CompletableFuture<Boolean> inTime =
        process
            .onExit()
            .thenApply(exited -> true)
            .completeOnTimeout(false, within.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((exited, failure) -> process.toHandle().destroyForcibly());
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String complaint =
        new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!inTime.join()) {
      throw new IOException(tool + " did not answer within " + within.toMillis() + " ms");
    }
    if (process.exitValue() != 0) {
      throw new IOException(tool + " failed: " + complaint);
    }
    return said;
  }

  /**
   * Reads three tables, one a line. A row that makes no sense is left out; a table of nothing else
   * is refused.
   */
  static List<Bridge> read(String said) throws IOException {
    List<String> lines = said.lines().toList();
    if (lines.size() != TABLES.size()) {
      throw new IOException("ovs-vsctl told " + lines.size() + " tables, not " + TABLES.size());
    }
    try {
      Map<String, List<String>> interfacesOfPort = new HashMap<>();
      rows(
          lines.get(1),
          row ->
              interfacesOfPort.put(
                  uuid(told(row.getJsonArray(0))), uuids(told(row.getJsonArray(1)))));
      Map<String, String> nameOfInterface = new HashMap<>();
      rows(
          lines.get(2),
          row -> nameOfInterface.put(uuid(told(row.getJsonArray(0))), told(row.getString(1))));
      List<Bridge> bridges = new ArrayList<>();
      rows(
          lines.get(0),
          row -> {
            String name = told(row.getString(0));
            List<String> ports =
                uuids(told(row.getJsonArray(1))).stream()
                    .flatMap(port -> interfacesOfPort.getOrDefault(port, List.of()).stream())
                    .map(link -> nameOfInterface.getOrDefault(link, name))
                    .filter(link -> !link.equals(name))
                    .sorted()
                    .toList();
            bridges.add(new Bridge(name, Bridge.Kind.OPEN_VSWITCH, ports));
          });
      bridges.sort(Comparator.comparing(Bridge::name));
      return bridges;
    } catch (DecodeException | ClassCastException e) {
      throw new IOException("what ovs-vsctl told can't be read: " + e.getMessage(), e);
    }
  }

  private static void rows(String table, Consumer<JsonArray> reader) {
    JsonArray rows = told(told((JsonObject) Json.decodeValue(table)).getJsonArray("data"));
    int odd = 0;
    for (Object row : rows) {
      try {
        reader.accept((JsonArray) told(row));
      } catch (DecodeException
          | ClassCastException
          | IndexOutOfBoundsException
          | IllegalArgumentException e) {
        odd++;
        LOG.debug("{} makes no sense: {}", row, e.toString());
      }
    }
    if (odd > 0 && odd == rows.size()) {
      throw new DecodeException("no row of a table makes sense: " + rows.getValue(0));
    }
  }

  /** Of {@code ["uuid", "..."]}. */
  private static String uuid(JsonArray value) {
    return told(value.getString(1));
  }

  /** Of {@code ["set", [["uuid", "..."], ...]]}, or of a single one. */
  private static List<String> uuids(JsonArray value) {
    return told(value.getString(0)).equals("set")
        ? told(value.getJsonArray(1)).stream().map(each -> uuid((JsonArray) each)).toList()
        : List.of(uuid(value));
  }

  private static <T> T told(@Nullable T value) {
    if (value == null) {
      throw new DecodeException("a value is missing");
    }
    return value;
  }
}
