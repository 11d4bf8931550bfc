package io.ballast.net.ovs;

import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.ovs.Present.Queue;
import io.ballast.net.ovs.Present.RawLimit;
import io.ballast.net.ovs.Present.Shaping;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.ovs.Present.Wire;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of the database, as {@code ovs-vsctl} prints them, one a line. A row that makes no
 * sense is left out; a table of nothing else is refused.
 */
final class Tables {
  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private record Table(String name, List<String> columns) {}

  private static final List<Table> TABLES =
      List.of(
          new Table("Bridge", List.of("_uuid", "name", "datapath_type", "external_ids", "ports")),
          new Table(
              "Port",
              List.of(
                  "_uuid",
                  "name",
                  "tag",
                  "trunks",
                  "vlan_mode",
                  "qos",
                  "external_ids",
                  "interfaces")),
          new Table(
              "Interface",
              List.of(
                  "_uuid",
                  "name",
                  "type",
                  "ofport",
                  "error",
                  "mtu_request",
                  "mtu",
                  "ingress_policing_rate",
                  "ingress_policing_burst")),
          new Table("QoS", List.of("_uuid", "type", "other_config", "queues", "external_ids")),
          new Table("Queue", List.of("_uuid", "other_config", "external_ids")));

  private Tables() {}

  /** What the tool is asked. */
  static List<String> words() {
    List<String> words = new ArrayList<>();
    for (Table table : TABLES) {
      words.addAll(
          List.of("--", "--columns=" + String.join(",", table.columns()), "list", table.name()));
    }
    return words.subList(1, words.size());
  }

  /** What it answered, or a {@link DecodeException}. */
  static Present read(String printed) {
    List<String> lines = printed.lines().filter(line -> !line.isBlank()).toList();
    if (lines.size() != TABLES.size()) {
      throw new DecodeException("ovs-vsctl told " + lines.size() + " tables, not " + TABLES.size());
    }
    Map<String, Wire> wires = new HashMap<>();
    rows(lines.get(2), Tables::wire).forEach(each -> wires.put(each.uuid(), each));
    Map<String, Plugged> ports = new HashMap<>();
    rows(lines.get(1), row -> plugged(row, wires)).forEach(each -> ports.put(each.uuid(), each));
    return new Present(
        rows(lines.get(0), row -> bridge(row, ports)).stream()
            .sorted(Comparator.comparing(Bridge::name))
            .toList(),
        rows(lines.get(3), Tables::shaping),
        rows(lines.get(4), Tables::queue));
  }

  private static Bridge bridge(Row row, Map<String, Plugged> ports) {
    return new Bridge(
        row.text("_uuid"),
        row.text("name"),
        row.optional("datapath_type").orElse(""),
        row.map("external_ids"),
        row.all("ports").stream()
            .map(ports::get)
            .filter(each -> each != null)
            .sorted(Comparator.comparing(Plugged::name))
            .toList(),
        Optional.empty(),
        false,
        List.of(),
        new TreeMap<>());
  }

  private static Plugged plugged(Row row, Map<String, Wire> wires) {
    return new Plugged(
        row.text("_uuid"),
        row.text("name"),
        new Tags(
            row.number("tag"),
            row.all("trunks").stream().map(Integer::valueOf).toList(),
            row.optional("vlan_mode")),
        row.optional("qos"),
        row.map("external_ids"),
        row.all("interfaces").stream().map(wires::get).filter(each -> each != null).toList());
  }

  private static Wire wire(Row row) {
    return new Wire(
        row.text("_uuid"),
        row.text("name"),
        row.optional("type").orElse(""),
        row.number("ofport").filter(each -> each > 0),
        row.optional("error"),
        row.number("mtu_request"),
        row.number("mtu"),
        new RawLimit(
            row.number("ingress_policing_rate").orElse(0),
            row.number("ingress_policing_burst").orElse(0)));
  }

  private static Shaping shaping(Row row) {
    Map<Integer, String> queues = new HashMap<>();
    row.map("queues").forEach((number, uuid) -> queues.put(Integer.valueOf(number), uuid));
    return new Shaping(
        row.text("_uuid"),
        row.optional("type").orElse(""),
        row.map("other_config"),
        queues,
        row.map("external_ids"));
  }

  private static Queue queue(Row row) {
    return new Queue(row.text("_uuid"), row.map("other_config"), row.map("external_ids"));
  }

  static <T> List<T> rows(String table, Function<Row, T> reader) {
    try {
      JsonObject told = (JsonObject) Json.decodeValue(table);
      List<Object> headings = told(told.getJsonArray("headings")).stream().toList();
      JsonArray data = told(told.getJsonArray("data"));
      List<T> rows = new ArrayList<>();
      for (Object each : data) {
        try {
          rows.add(reader.apply(new Row(headings, (JsonArray) each)));
        } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
          LOG.debug("{} makes no sense: {}", each, e.toString());
        }
      }
      if (rows.isEmpty() && !data.isEmpty()) {
        throw new DecodeException("no row of a table makes sense: " + data.getValue(0));
      }
      return rows;
    } catch (ClassCastException e) {
      throw new DecodeException("a table makes no sense: " + e.getMessage());
    }
  }

  /** One row; values are atoms, sets of atoms, or maps (RFC 7047, 5.1). */
  record Row(List<Object> headings, JsonArray values) {
    String text(String column) {
      return optional(column).orElseThrow(() -> new DecodeException(column + " is missing"));
    }

    Optional<String> optional(String column) {
      return all(column).stream().findFirst();
    }

    Optional<Integer> number(String column) {
      return optional(column).map(Integer::valueOf);
    }

    List<String> all(String column) {
      Object value = value(column);
      if (value instanceof JsonArray array && "set".equals(array.getValue(0))) {
        return told(array.getJsonArray(1)).stream().map(Row::atom).toList();
      }
      return List.of(atom(value));
    }

    Map<String, String> map(String column) {
      Map<String, String> map = new HashMap<>();
      for (Object pair : told(((JsonArray) value(column)).getJsonArray(1))) {
        JsonArray both = (JsonArray) pair;
        map.put(atom(told(both.getValue(0))), atom(told(both.getValue(1))));
      }
      return map;
    }

    private Object value(String column) {
      int at = headings.indexOf(column);
      if (at < 0 || at >= values.size()) {
        throw new DecodeException(column + " is missing");
      }
      return told(values.getValue(at));
    }

    private static String atom(Object value) {
      return value instanceof JsonArray named ? told(named.getString(1)) : String.valueOf(value);
    }
  }

  private static <T> T told(@Nullable T value) {
    if (value == null) {
      throw new DecodeException("a value is missing");
    }
    return value;
  }
}
