package io.ballast.net.linux;

import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tools of iproute2 tell in JSON. What makes no sense in it is left out; what is no JSON
 * at all fails as {@link DecodeException}.
 */
final class LinkReading {
  private static final Logger LOG = LoggerFactory.getLogger(LinkReading.class);
  private static final Set<String> ENTRIES = Set.of("ingress", "clsact");

  private LinkReading() {}

  /** Of {@code ip -json -details link show}. */
  static Map<String, Link> links(String told) {
    Map<String, Link> links = new HashMap<>();
    rows(
        told,
        row -> {
          JsonObject info = part(row, "linkinfo");
          String kind = info.getString("info_kind", "");
          JsonObject data = part(info, "info_data");
          Link link =
              new Link(
                  needed(row.getString("ifname")),
                  kind,
                  row.getJsonArray("flags", new JsonArray()).contains("UP"),
                  needed(row.getInteger("mtu")),
                  Optional.ofNullable(row.getString("master")),
                  row.getString("ifalias", ""),
                  kind.equals("bridge")
                      ? Optional.of(
                          new Present.Bridge(
                              data.getInteger("vlan_filtering", 0) != 0,
                              data.getInteger("vlan_default_pvid", 0)))
                      : Optional.empty());
          links.put(link.name(), link);
        });
    return links;
  }

  /** Of {@code bridge -json vlan show}. */
  static Map<String, Set<Member>> vlans(String told) {
    Map<String, Set<Member>> vlans = new HashMap<>();
    rows(
        told,
        row -> {
          Set<Member> members = new HashSet<>();
          for (Object each : row.getJsonArray("vlans", new JsonArray())) {
            JsonObject member = (JsonObject) each;
            JsonArray flags = member.getJsonArray("flags", new JsonArray());
            int first = needed(member.getInteger("vlan"));
            for (int tag = first; tag <= member.getInteger("vlanEnd", first); tag++) {
              members.add(
                  new Member(tag, flags.contains("PVID"), flags.contains("Egress Untagged")));
            }
          }
          vlans.put(needed(row.getString("ifname")), Set.copyOf(members));
        });
    return vlans;
  }

  /**
   * Of {@code tc -json qdisc show}: the queues that somebody put there, by link. That there is to
   * be none, which libvirt asks of the kernel for each link that it makes, is none.
   */
  static Map<String, Queue> queues(String told) {
    Map<String, Queue> queues = new HashMap<>();
    rows(
        told,
        row -> {
          String handle = needed(row.getString("handle"));
          String kind = needed(row.getString("kind"));
          if (row.getBoolean("root", false) && !handle.equals("0:") && !kind.equals("noqueue")) {
            JsonObject options = part(row, "options");
            Optional<Rate> rate =
                kind.equals(Queue.BUCKET) && options.containsKey("burst")
                    ? Optional.of(
                        new Rate(needed(options.getLong("rate")), needed(options.getLong("burst"))))
                    : Optional.empty();
            queues.put(needed(row.getString("dev")), new Queue(kind, handle, rate));
          }
        });
    return queues;
  }

  /** Of the same: the kind of what there is where a link receives, by link. */
  static Map<String, String> entries(String told) {
    Map<String, String> entries = new TreeMap<>();
    rows(
        told,
        row -> {
          String kind = needed(row.getString("kind"));
          if (ENTRIES.contains(kind)) {
            entries.put(needed(row.getString("dev")), kind);
          }
        });
    return entries;
  }

  /** Of {@code tc -json filter show dev ... parent ffff:}. */
  static Entry entry(String kind, String told) {
    Map<Integer, List<Filter>> filters = new TreeMap<>();
    rows(
        told,
        row -> {
          int preference = needed(row.getInteger("pref"));
          List<Filter> same = filters.computeIfAbsent(preference, none -> new ArrayList<>());
          JsonObject options = part(row, "options");
          // The kernel tells the filter's kind and its table before what it does.
          if (row.containsKey("options") && !options.containsKey("ht_divisor")) {
            same.add(filter(preference, row, options));
          }
        });
    List<Filter> all = new ArrayList<>();
    filters.forEach(
        (preference, same) ->
            all.addAll(
                same.isEmpty() ? List.of(new Filter(preference, false, Optional.empty())) : same));
    return new Entry(kind, all);
  }

  private static Filter filter(int preference, JsonObject row, JsonObject options) {
    boolean all =
        row.getString("kind", "").equals("u32")
            && row.getString("protocol", "").equals("all")
            && part(options, "match").getString("mask", "").equals("0");
    JsonArray actions = options.getJsonArray("actions", new JsonArray());
    Optional<String> target =
        actions.size() == 1 && actions.getValue(0) instanceof JsonObject action
            ? Optional.of(action)
                .filter(each -> each.getString("mirred_action", "").equals("redirect"))
                .filter(each -> each.getString("direction", "").equals("egress"))
                .map(each -> each.getString("to_dev"))
            : Optional.empty();
    return new Filter(preference, all, target);
  }

  private static void rows(String told, Consumer<JsonObject> reader) {
    for (Object row : new JsonArray(told.isBlank() ? "[]" : told)) {
      try {
        // An empty object stands for what the tool was asked to leave out.
        if (!((JsonObject) needed(row)).isEmpty()) {
          reader.accept((JsonObject) row);
        }
      } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
        LOG.debug("{} makes no sense: {}", row, e.toString());
      }
    }
  }

  private static JsonObject part(JsonObject row, String name) {
    return row.getJsonObject(name, new JsonObject());
  }

  private static <T> T needed(@Nullable T value) {
    if (value == null) {
      throw new DecodeException("a value is missing");
    }
    return value;
  }
}
