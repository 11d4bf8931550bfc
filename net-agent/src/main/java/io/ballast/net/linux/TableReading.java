package io.ballast.net.linux;

import io.ballast.net.linux.Table.Way;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What nft tells of our table in JSON. Whatever is in it that we do not make, and what can't be
 * understood, makes the table unsound, so that it is made anew.
 */
final class TableReading {
  private final Map<String, List<String>> chains = new HashMap<>();
  private final Map<Way, Map<String, String>> leads = new EnumMap<>(Way.class);
  private final Map<String, Long> counts = new HashMap<>();
  private final Map<String, List<String>> base = new HashMap<>();
  private final Set<String> maps = new HashSet<>();
  private boolean sound = true;

  private TableReading() {}

  /** Of {@code nft -j list table bridge ballast}. */
  static Table of(String told) {
    TableReading reading = new TableReading();
    JsonArray all = needed(new JsonObject(told).getJsonArray("nftables"));
    for (Object each : all) {
      try {
        reading.take((JsonObject) needed(each));
      } catch (DecodeException | ClassCastException | IndexOutOfBoundsException e) {
        reading.sound = false;
      }
    }
    return reading.table();
  }

  private Table table() {
    for (Way way : Way.values()) {
      sound &= maps.contains(way.map);
      sound &= List.of(way.rule().mark()).equals(base.get(way.base));
    }
    return new Table(chains, leads, counts, sound);
  }

  private void take(JsonObject each) {
    for (String kind : each.fieldNames()) {
      switch (kind) {
        case "metainfo" -> {}
        case "table" -> sound &= !each.getJsonObject(kind).containsKey("flags");
        case "chain" -> chain(each.getJsonObject(kind));
        case "map" -> map(each.getJsonObject(kind));
        case "rule" -> rule(each.getJsonObject(kind));
        case "counter" -> {
          JsonObject counter = each.getJsonObject(kind);
          String name = needed(counter.getString("name"));
          sound &= Mark.isSpoofed(name);
          counts.put(name, needed(counter.getLong("packets")));
        }
        default -> sound = false;
      }
    }
  }

  private void chain(JsonObject chain) {
    String name = needed(chain.getString("name"));
    if (!chain.containsKey("hook")) {
      sound &= Table.isChain(name);
      chains.putIfAbsent(name, new ArrayList<>());
      return;
    }
    for (Way way : Way.values()) {
      if (way.base.equals(name)
          && chain.getString("type", "").equals("filter")
          && chain.getString("hook", "").equals(way.hook)
          && chain.getInteger("prio", 0) == way.priority
          && chain.getString("policy", "").equals("accept")) {
        base.putIfAbsent(name, new ArrayList<>());
        return;
      }
    }
    sound = false;
  }

  private void map(JsonObject map) {
    for (Way way : Way.values()) {
      if (way.map.equals(map.getString("name"))
          && "ifname".equals(map.getValue("type"))
          && "verdict".equals(map.getValue("map"))) {
        maps.add(way.map);
        leads.put(way, elements(map.getJsonArray("elem", new JsonArray())));
        return;
      }
    }
    sound = false;
  }

  private static Map<String, String> elements(JsonArray elements) {
    Map<String, String> leads = new HashMap<>();
    for (Object each : elements) {
      JsonArray element = (JsonArray) needed(each);
      JsonObject jump = needed(element.getJsonObject(1).getJsonObject("jump"));
      leads.put(needed(element.getString(0)), needed(jump.getString("target")));
    }
    return leads;
  }

  /** The chain is told before its rules. */
  private void rule(JsonObject rule) {
    String chain = needed(rule.getString("chain"));
    List<String> marks = base.containsKey(chain) ? base.get(chain) : chains.get(chain);
    needed(marks).add(rule.getString("comment", ""));
  }

  private static <T> T needed(@Nullable T value) {
    if (value == null) {
      throw new DecodeException("a value is missing");
    }
    return value;
  }
}
