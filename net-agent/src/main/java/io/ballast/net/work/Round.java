package io.ballast.net.work;

import static java.util.Objects.requireNonNull;

import io.ballast.agent.Latest;
import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.PortStatus;
import io.ballast.messages.PortStatus.State;
import io.ballast.messages.Reason;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at all switches, with or without repair: each is given the ports that it is to have,
 * with the links by which their cards are reached now. Lives on one loop, one at a time.
 *
 * <p>A switch that does not answer leaves its bridges as they were last seen and its ports unknown;
 * the others are kept all the same.
 */
final class Round {
  private static final Logger LOG = LoggerFactory.getLogger(Round.class);

  private static final PortChange WITHOUT_PUBLIC =
      PortChange.clearing(Set.of(PortChange.Part.PUBLIC_ADDRESS));

  private final Loop loop;
  private final List<Switch> switches;
  private final NetPolicy policy;
  private final Map<Bridge.Kind, List<Bridge>> known = new EnumMap<>(Bridge.Kind.class);

  /** Kinds of switches on which nothing of ours is left, for nothing is wanted of them. */
  private final Set<Bridge.Kind> clean = EnumSet.noneOf(Bridge.Kind.class);

  private final Announcements announcements = new Announcements();

  /** By which links cards were reached in the last round. */
  private Map<Mac, String> links = Map.of();

  /** What was said last of ports that differ, so that it is said once. */
  private Map<Mac, List<String>> complaints = Map.of();

  Round(Loop loop, List<Switch> switches, NetPolicy policy) {
    this.loop = loop;
    this.switches = switches;
    this.policy = policy;
  }

  /** Whether nothing of ours is left anywhere. */
  boolean isClean() {
    return switches.stream().allMatch(each -> clean.contains(each.kind()));
  }

  /** What ports can have here, on any kind of switch. */
  Future<Abilities> abilities() {
    Set<Bridge.Kind> untold = EnumSet.noneOf(Bridge.Kind.class);
    List<Future<Set<Ability>>> asked =
        switches.stream()
            .map(
                each ->
                    loop.here(each.abilities())
                        .recover(
                            e -> {
                              LOG.warn("{}: {}", each.kind(), e.getMessage());
                              untold.add(each.kind());
                              return Future.succeededFuture(Set.of());
                            }))
            .toList();
    return Future.join(asked)
        .map(
            all ->
                new Abilities(
                    asked.stream()
                        .flatMap(each -> each.result().stream())
                        .collect(Collectors.toSet()),
                    untold));
  }

  /** Looks what differs. */
  Future<Scene> compare(Sight sight, Map<Mac, Port> wanted) {
    return scene(sight, wanted, false);
  }

  /** Makes all ports so, and tells the neighbours of those that have come. */
  Future<Scene> agree(Sight sight, Map<Mac, Port> wanted) {
    return scene(sight, wanted, true);
  }

  private Future<Scene> scene(Sight seen, Map<Mac, Port> wanted, boolean repair) {
    return bonds(seen).compose(sight -> sceneOf(sight, wanted, repair));
  }

  /** With the bonds that switches make of links; of one that does not answer, none. */
  private Future<Sight> bonds(Sight sight) {
    List<Future<List<Bond>>> asked =
        switches.stream()
            .map(each -> loop.here(each.bonds()).recover(why -> Future.succeededFuture(List.of())))
            .toList();
    return Future.join(asked)
        .map(
            all ->
                new Sight(
                    sight.at(),
                    sight.wires(),
                    Stream.concat(
                            sight.bonds().stream(),
                            asked.stream().flatMap(each -> each.result().stream()))
                        .sorted(Comparator.comparing(Bond::name))
                        .toList(),
                    sight.ways()));
  }

  private Future<Scene> sceneOf(Sight sight, Map<Mac, Port> wanted, boolean repair) {
    Map<Mac, Wanted> now = new TreeMap<>();
    wanted.forEach((card, port) -> now.put(card, now(sight, port)));
    List<Future<Half>> halves =
        switches.stream().map(each -> half(each, sight, now, repair)).toList();
    return Future.join(halves)
        .map(
            all -> {
              Scene scene = whole(sight, wanted, now, halves.stream().map(Future::result).toList());
              if (repair) {
                complain(scene);
                announcements.look(now, scene, this::switchOf);
                links = links(now);
              }
              return scene;
            });
  }

  /** A public address that the host can't reach any more is left out of what is made so. */
  private Wanted now(Sight sight, Port port) {
    Optional<Outside> outside = outside(port);
    return new Wanted(
        outside.isEmpty() && port.publicAddress().isPresent() ? WITHOUT_PUBLIC.to(port) : port,
        cards(sight).link(port.card()),
        outside);
  }

  private Cards cards(Sight sight) {
    return new Cards(sight, new Uplinks(sight, policy.uplinks()), links);
  }

  private static Map<Mac, String> links(Map<Mac, Wanted> now) {
    Map<Mac, String> links = new HashMap<>();
    now.forEach((card, wanted) -> wanted.link().ifPresent(link -> links.put(card, link)));
    return links;
  }

  private Optional<Outside> outside(Port port) {
    return port.publicAddress()
        .flatMap(shown -> port.line())
        .flatMap(policy::line)
        .flatMap(NetPolicy.Reach::outside);
  }

  /** What one kind of switch told. */
  private record Half(Bridge.Kind kind, List<Seen> seen, Optional<String> problem) {}

  private Future<Half> half(Switch each, Sight sight, Map<Mac, Wanted> now, boolean repair) {
    return loop.here(each.bridges())
        .compose(
            bridges -> {
              known.put(each.kind(), marked(bridges, sight));
              List<Wanted> mine = mine(each.kind(), now);
              if (!repair) {
                return loop.here(each.compare(mine));
              }
              if (mine.isEmpty() && clean.contains(each.kind())) {
                return Future.succeededFuture(List.<Seen>of());
              }
              clean.remove(each.kind());
              return loop.here(each.agree(mine))
                  .onSuccess(
                      seen -> {
                        if (mine.isEmpty()) {
                          clean.add(each.kind());
                        }
                      });
            })
        .map(seen -> new Half(each.kind(), seen, Optional.empty()))
        .recover(
            e ->
                Future.succeededFuture(
                    new Half(each.kind(), List.of(), Optional.of(Latest.words(e)))));
  }

  private List<Bridge> marked(List<Bridge> bridges, Sight sight) {
    Uplinks uplinks = new Uplinks(sight, policy.uplinks());
    return bridges.stream()
        .map(
            bridge ->
                new Bridge(
                    bridge.name(),
                    bridge.kind(),
                    bridge.ports(),
                    bridge.ports().stream()
                        .filter(link -> uplinks.has(link) || bridge.uplinks().contains(link))
                        .toList(),
                    bridge.ours()))
        .toList();
  }

  private List<Wanted> mine(Bridge.Kind kind, Map<Mac, Wanted> now) {
    return now.values().stream()
        .filter(each -> kindOf(each.port().bridge()).equals(Optional.of(kind)))
        .toList();
  }

  private Optional<Bridge.Kind> kindOf(String bridge) {
    return bridges().filter(each -> each.name().equals(bridge)).map(Bridge::kind).findFirst();
  }

  private Stream<Bridge> bridges() {
    return known.values().stream().flatMap(List::stream);
  }

  private Scene whole(Sight sight, Map<Mac, Port> wanted, Map<Mac, Wanted> now, List<Half> halves) {
    Map<Mac, Seen> seen = new HashMap<>();
    halves.forEach(half -> half.seen().forEach(each -> seen.put(each.card(), each)));
    List<String> problems = new ArrayList<>();
    Set<Bridge.Kind> silent = EnumSet.noneOf(Bridge.Kind.class);
    for (Half half : halves) {
      half.problem()
          .ifPresent(
              why -> {
                silent.add(half.kind());
                problems.add(why);
              });
    }
    return new Scene(
        sight,
        bridges().sorted(Comparator.comparing(Bridge::name)).toList(),
        wanted.values().stream()
            .map(
                port ->
                    status(
                        sight,
                        port,
                        requireNonNull(now.get(port.card())),
                        Optional.ofNullable(seen.get(port.card())),
                        silent))
            .toList(),
        problems.isEmpty()
            ? Optional.empty()
            : Optional.of("some bridges are told as last seen: " + String.join("; ", problems)));
  }

  private PortStatus status(
      Sight sight, Port port, Wanted wanted, Optional<Seen> seen, Set<Bridge.Kind> silent) {
    Optional<Bridge.Kind> kind = kindOf(port.bridge());
    boolean unknown = kind.map(silent::contains).orElse(!silent.isEmpty());
    List<String> differences = new ArrayList<>(cards(sight).differences(port.card()));
    if (port.publicAddress().isPresent() && outside(port).isEmpty()) {
      differences.add(
          "line %s has no gateway in this host's configuration, so %s can't be reached"
              .formatted(port.line().orElse("?"), port.publicAddress().get()));
    }
    differences.addAll(
        unknown
            ? List.of("its bridge %s can't be seen now".formatted(port.bridge()))
            : kind.isEmpty()
                ? List.of("this host has no bridge " + port.bridge())
                : seen.map(Seen::differences).orElse(List.of()));
    State state =
        unknown
            ? State.UNKNOWN
            : !differences.isEmpty()
                ? State.DIFFERS
                : wanted.link().isEmpty() ? State.WAITING : State.IN_FORCE;
    return new PortStatus(port, state, wanted.link(), differences, seen.flatMap(Seen::spoofed));
  }

  private void complain(Scene scene) {
    Map<Mac, List<String>> now = new HashMap<>();
    for (PortStatus status : scene.ports()) {
      Mac card = status.port().card();
      List<String> before = complaints.getOrDefault(card, List.of());
      if (!status.differences().isEmpty()) {
        now.put(card, status.differences());
        if (!before.equals(status.differences())) {
          LOG.warn("Port {} is not as wanted: {}", card, String.join("; ", status.differences()));
        }
      } else if (!before.isEmpty()) {
        LOG.info("Port {} is as wanted again", card);
      }
    }
    complaints = now;
  }

  private Optional<Switch> switchOf(String bridge) {
    return kindOf(bridge).flatMap(this::switchOf);
  }

  private Optional<Switch> switchOf(Bridge.Kind kind) {
    return switches.stream().filter(each -> each.kind() == kind).findFirst();
  }

  /**
   * Takes the card of a port off its bridge, if it is there, of whichever kind that is. A kind on
   * which it is not by what is known may fail.
   */
  Future<Void> detach(Sight sight, Port port) {
    Optional<String> link = now(sight, port).link();
    Future<Void> all = Future.succeededFuture();
    if (link.isPresent()) {
      for (Switch each : switches) {
        all =
            all.compose(
                before ->
                    loop.here(each.detach(link.get()))
                        .recover(
                            why ->
                                isElsewhere(each.kind(), link.get())
                                    ? Future.succeededFuture()
                                    : Future.failedFuture(why)));
      }
    }
    return all;
  }

  private boolean isElsewhere(Bridge.Kind kind, String link) {
    List<Bridge> bridges = known.get(kind);
    boolean here =
        bridges == null || bridges.stream().anyMatch(bridge -> bridge.ports().contains(link));
    return !here || bridges().anyMatch(it -> it.kind() != kind && it.ports().contains(link));
  }

  Future<Void> create(CreateBridge order) {
    return with(order.kind()).compose(each -> loop.here(each.create(order)));
  }

  Future<Void> delete(String bridge, Bridge.Kind kind) {
    return with(kind).compose(each -> loop.here(each.delete(bridge)));
  }

  private Future<Switch> with(Bridge.Kind kind) {
    return switchOf(kind)
        .map(Future::succeededFuture)
        .orElseGet(
            () ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.NOT_ALLOWED, "this host has no bridges of that kind: " + kind)));
  }
}
