package io.ballast.net.testing;

import io.ballast.messages.Mac;
import io.ballast.messages.RateLimit;
import io.ballast.net.ovs.Present;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.ovs.Present.Queue;
import io.ballast.net.ovs.Present.RawLimit;
import io.ballast.net.ovs.Present.Shaping;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.ovs.Present.Wire;
import io.ballast.net.ovs.Step;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** The tables of the database of a fake Open vSwitch. What would be refused there is here. */
final class FakeTables {
  private final Map<String, Bridge> bridges = new TreeMap<>();
  private final Map<String, Set<String>> plugged = new TreeMap<>();
  private final Map<String, Plugged> ports = new TreeMap<>();
  private final Map<String, Shaping> shapings = new TreeMap<>();
  private final Map<String, Queue> queues = new TreeMap<>();
  private int rows;

  FakeTables copy() {
    FakeTables copy = new FakeTables();
    copy.bridges.putAll(bridges);
    plugged.forEach((bridge, all) -> copy.plugged.put(bridge, new TreeSet<>(all)));
    copy.ports.putAll(ports);
    copy.shapings.putAll(shapings);
    copy.queues.putAll(queues);
    copy.rows = rows;
    return copy;
  }

  Present told(BiFunction<String, String, Optional<Integer>> number) {
    return new Present(
        bridges.values().stream().map(bridge -> told(bridge, number)).toList(),
        List.copyOf(shapings.values()),
        List.copyOf(queues.values()));
  }

  private Bridge told(Bridge bridge, BiFunction<String, String, Optional<Integer>> number) {
    List<Plugged> here =
        on(bridge.name()).stream()
            .map(ports::get)
            .filter(each -> each != null)
            .map(
                each ->
                    wired(each, wire -> numbered(wire, number.apply(bridge.name(), wire.name()))))
            .toList();
    return new Bridge(
        bridge.uuid(),
        bridge.name(),
        bridge.datapath(),
        bridge.marks(),
        here,
        Optional.empty(),
        false,
        List.of(),
        new TreeMap<>());
  }

  private static Wire numbered(Wire wire, Optional<Integer> number) {
    return new Wire(
        wire.uuid(),
        wire.name(),
        wire.type(),
        number,
        number.isPresent() ? Optional.empty() : Optional.of("could not open network device"),
        wire.askedMtu(),
        wire.askedMtu(),
        wire.policing());
  }

  void bridge(String name, String datapath, Map<String, String> marks) {
    if (bridges.containsKey(name)) {
      throw FakeVswitch.refused("there is a bridge " + name);
    }
    bridges.put(
        name,
        new Bridge(
            row(),
            name,
            datapath,
            marks,
            List.of(),
            Optional.empty(),
            false,
            List.of(),
            new TreeMap<>()));
  }

  void delete(String name) {
    bridges.remove(name);
    Set<String> gone = plugged.remove(name);
    if (gone != null) {
      gone.forEach(ports::remove);
    }
  }

  void plug(String bridge, String link, Tags tags, Map<String, String> marks) {
    if (!bridges.containsKey(bridge) || port(link).isPresent()) {
      throw FakeVswitch.refused("no bridge %s, or %s is on one".formatted(bridge, link));
    }
    String uuid = row();
    Wire wire =
        new Wire(
            row(),
            link,
            "",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            RawLimit.NONE);
    ports.put(uuid, new Plugged(uuid, link, tags, Optional.empty(), marks, List.of(wire)));
    on(bridge).add(uuid);
  }

  void move(String port, String from, String to) {
    if (!on(from).remove(port) || !bridges.containsKey(to)) {
      throw FakeVswitch.refused("no bridge %s with port %s, or no %s".formatted(from, port, to));
    }
    on(to).add(port);
  }

  void unplug(String link) {
    port(link)
        .ifPresent(
            gone -> {
              ports.remove(gone.uuid());
              plugged.values().forEach(each -> each.remove(gone.uuid()));
            });
  }

  private Optional<Plugged> port(String link) {
    return ports.values().stream().filter(each -> each.name().equals(link)).findFirst();
  }

  private Set<String> on(String bridge) {
    return plugged.computeIfAbsent(bridge, any -> new TreeSet<>());
  }

  void tags(String port, Tags tags) {
    change(
        port,
        each ->
            new Plugged(
                each.uuid(), each.name(), tags, each.shaping(), each.marks(), each.wires()));
  }

  void mark(String port, String key, Optional<String> value) {
    change(
        port,
        each -> {
          Map<String, String> marks = new TreeMap<>(each.marks());
          marks.remove(key);
          value.ifPresent(to -> marks.put(key, to));
          return new Plugged(
              each.uuid(), each.name(), each.tags(), each.shaping(), marks, each.wires());
        });
  }

  void size(String port, Optional<Integer> mtu) {
    change(
        port,
        each ->
            wired(
                each,
                wire ->
                    new Wire(
                        wire.uuid(),
                        wire.name(),
                        wire.type(),
                        wire.number(),
                        wire.error(),
                        mtu,
                        mtu,
                        wire.policing())));
  }

  void police(String port, RawLimit limit) {
    change(
        port,
        each ->
            wired(
                each,
                wire ->
                    new Wire(
                        wire.uuid(),
                        wire.name(),
                        wire.type(),
                        wire.number(),
                        wire.error(),
                        wire.askedMtu(),
                        wire.mtu(),
                        limit)));
  }

  void limitByOthers(String link) {
    Shaping shaping = new Shaping(row(), "linux-hfsc", Map.of("max-rate", "1"), Map.of(), Map.of());
    shapings.put(shaping.uuid(), shaping);
    change(port(link).orElseThrow().uuid(), each -> shapedBy(each, Optional.of(shaping.uuid())));
  }

  void shape(Step.Shape step) {
    RateLimit limit = step.limit();
    String rate = Long.toString(limit.kilobitsPerSecond() * 1000);
    Map<String, String> marks = Map.of(Present.MARK, step.card().map(Mac::value).orElse("true"));
    Queue queue =
        new Queue(
            row(),
            Map.of("max-rate", rate, "burst", Long.toString(limit.kilobits() * 1000)),
            marks);
    queues.put(queue.uuid(), queue);
    Shaping shaping =
        new Shaping(row(), "linux-htb", Map.of("max-rate", rate), Map.of(0, queue.uuid()), marks);
    shapings.put(shaping.uuid(), shaping);
    change(step.port(), each -> shapedBy(each, Optional.of(shaping.uuid())));
    destroy(step.old(), step.oldQueues());
  }

  void unshape(String port) {
    change(port, each -> shapedBy(each, Optional.empty()));
  }

  void destroy(List<String> old, List<String> oldQueues) {
    old.forEach(shapings::remove);
    oldQueues.forEach(queues::remove);
    boolean dangling =
        ports.values().stream()
            .anyMatch(
                each -> each.shaping().filter(uuid -> !shapings.containsKey(uuid)).isPresent());
    boolean danglingQueue =
        shapings.values().stream()
            .anyMatch(each -> !queues.keySet().containsAll(each.queues().values()));
    if (dangling || danglingQueue) {
      throw FakeVswitch.refused("referential integrity violation");
    }
  }

  private void change(String port, UnaryOperator<Plugged> to) {
    Plugged now = ports.get(port);
    if (now == null) {
      throw FakeVswitch.refused("no row " + port + " in table Port");
    }
    ports.put(port, to.apply(now));
  }

  private static Plugged shapedBy(Plugged each, Optional<String> shaping) {
    return new Plugged(each.uuid(), each.name(), each.tags(), shaping, each.marks(), each.wires());
  }

  private static Plugged wired(Plugged each, UnaryOperator<Wire> to) {
    return new Plugged(
        each.uuid(),
        each.name(),
        each.tags(),
        each.shaping(),
        each.marks(),
        each.wires().stream().map(to).toList());
  }

  /** All rows that are ours, or that are not; of ports only what is not on these links. */
  String text(boolean ours, Set<String> but) {
    StringBuilder all = new StringBuilder();
    bridges.values().stream()
        .filter(each -> !ours)
        .forEach(each -> all.append(each.name()).append(each.marks()).append('\n'));
    ports.values().stream()
        .filter(
            each -> each.marks().containsKey(Present.MARK) == ours && !but.contains(each.name()))
        .forEach(each -> all.append(each).append('\n'));
    shapings.values().stream()
        .filter(each -> each.isOurs() == ours)
        .forEach(each -> all.append(each).append('\n'));
    queues.values().stream()
        .filter(each -> each.isOurs() == ours)
        .forEach(each -> all.append(each).append('\n'));
    return all.toString();
  }

  private String row() {
    return "row-%04d".formatted(rows++);
  }
}
