package io.ballast.net.linux;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Reason;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bridges of the kernel. Every call looks at what there is; none remembers anything. Calls that
 * change something go one after the other.
 */
public final class LinuxSwitch implements Switch {
  private static final Set<Ability> OURS =
      Set.of(
          Ability.LINUX_BRIDGE,
          Ability.LINUX_FILTER,
          Ability.LINUX_VLAN,
          Ability.LINUX_LIMIT_IN,
          Ability.LINUX_LIMIT_OUT);

  private static final Logger LOG = LoggerFactory.getLogger(LinuxSwitch.class);

  /** How many cards are worked on at a time. */
  private static final int LANES = 4;

  private final Kernel kernel;
  private Future<?> last = Future.succeededFuture();

  /**
   * @param kernel which is closed with this
   */
  public LinuxSwitch(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public Bridge.Kind kind() {
    return Bridge.Kind.LINUX;
  }

  @Override
  public Future<Set<Ability>> abilities() {
    return kernel
        .lacking()
        .map(
            lacking -> {
              Set<Ability> abilities = EnumSet.copyOf(OURS);
              if (lacking.containsKey(Ability.LINUX_BRIDGE)) {
                return Set.of();
              }
              abilities.removeAll(lacking.keySet());
              return Set.copyOf(abilities);
            });
  }

  @Override
  public Future<List<Bridge>> bridges() {
    return kernel
        .look()
        .map(
            present ->
                present.links().values().stream()
                    .filter(link -> link.bridge().isPresent())
                    .map(link -> bridge(present, link))
                    .sorted(Comparator.comparing(Bridge::name))
                    .toList());
  }

  /** All that is plugged in and is no guest's link leads out of the host. */
  private static Bridge bridge(Present present, Link bridge) {
    List<Link> ports = plugged(present, bridge.name());
    return new Bridge(
        bridge.name(),
        Bridge.Kind.LINUX,
        ports.stream().map(Link::name).toList(),
        ports.stream().filter(link -> !link.kind().equals(Link.TAP)).map(Link::name).toList(),
        Optional.of(isOurs(bridge)));
  }

  private static List<Link> plugged(Present present, String bridge) {
    return present.links().values().stream()
        .filter(link -> link.master().equals(Optional.of(bridge)))
        .sorted(Comparator.comparing(Link::name))
        .toList();
  }

  private static boolean isOurs(Link bridge) {
    return bridge.alias().equals(Mark.NAME);
  }

  @Override
  public Future<Void> create(CreateBridge order) {
    String name = order.bridge();
    return inTurn(
        () ->
            usable()
                .compose(
                    lacking ->
                        kernel
                            .look()
                            .compose(
                                present -> {
                                  Link link = present.links().get(name);
                                  if (name.equals(Mark.UNFINISHED) || !isBegun(present)) {
                                    return refused(
                                        Reason.NAME_TAKEN,
                                        Mark.UNFINISHED
                                            + " is the name of bridges that are not finished; use"
                                            + " another one, and remove a link of that name");
                                  }
                                  if (link == null) {
                                    return kernel.carryOut(
                                        built(
                                            present,
                                            new Step.Build(
                                                name, !lacking.containsKey(Ability.LINUX_VLAN))));
                                  }
                                  return link.bridge().isPresent() && isOurs(link)
                                      ? kernel.carryOut(List.of(new Step.Raise(name)))
                                      : refused(
                                          Reason.NAME_TAKEN,
                                          name
                                              + " is there already and was not made by this agent;"
                                              + " choose another name");
                                })));
  }

  /** Whether what has the name of an unfinished bridge, if anything, can be one. */
  private static boolean isBegun(Present present) {
    Link link = present.links().get(Mark.UNFINISHED);
    return link == null
        || (link.bridge().isPresent()
            && (link.alias().isEmpty() || isOurs(link))
            && plugged(present, link.name()).isEmpty());
  }

  /** What a life that was cut off had begun goes first. */
  private static List<Step> built(Present present, Step.Build build) {
    return present.links().containsKey(Mark.UNFINISHED)
        ? List.of(new Step.Raze(Mark.UNFINISHED), build)
        : List.of(build);
  }

  @Override
  public Future<Void> delete(String bridge) {
    return inTurn(
        () ->
            kernel
                .look()
                .compose(
                    present -> {
                      Link link = present.links().get(bridge);
                      if (link == null || link.bridge().isEmpty()) {
                        return Future.succeededFuture();
                      }
                      List<Link> ports = plugged(present, bridge);
                      if (!isOurs(link)) {
                        return refused(
                            Reason.NOT_ALLOWED,
                            bridge + " was not made by this agent; remove it by hand");
                      }
                      return ports.isEmpty()
                          ? kernel.carryOut(List.of(new Step.Raze(bridge)))
                          : refused(
                              Reason.IN_USE,
                              "%s is plugged into %s; unplug it first"
                                  .formatted(ports.getFirst().name(), bridge));
                    }));
  }

  @Override
  public Future<List<Seen>> compare(List<Wanted> wanted) {
    return kernel
        .lacking()
        .compose(lacking -> kernel.look().map(present -> seen(present, wanted, lacking, Map.of())));
  }

  @Override
  public Future<List<Seen>> agree(List<Wanted> wanted) {
    return inTurn(() -> kernel.lacking().compose(lacking -> agree(wanted, lacking)));
  }

  private Future<List<Seen>> agree(List<Wanted> wanted, Map<Ability, String> lacking) {
    return kernel
        .look()
        .compose(
            present -> {
              Plan plan = Plan.of(present, wanted, lacking);
              if (plan.isEmpty()) {
                return Future.succeededFuture(seen(present, wanted, lacking, Map.of()));
              }
              Map<Mac, String> failures = new ConcurrentHashMap<>();
              return change(plan, Plan.of(present.spoilt(), wanted, lacking), failures)
                  .compose(done -> carryOut(plan, failures))
                  .compose(done -> kernel.look())
                  .compose(
                      after ->
                          wanted.isEmpty() && !Plan.of(after, wanted, lacking).isEmpty()
                              ? refused(
                                  Reason.TRADE_REFUSED,
                                  "something of ours is left on bridges of the kernel")
                              : Future.succeededFuture(seen(after, wanted, lacking, failures)));
            });
  }

  /**
   * Changes the table, or makes it anew where it can't be changed, for somebody may have bound up
   * with it what we do not see. Always succeeds.
   */
  private Future<Void> change(Plan plan, Plan anew, Map<Mac, String> failures) {
    if (plan.table().isEmpty()) {
      return Future.succeededFuture();
    }
    return kernel
        .change(plan.table())
        .recover(
            why ->
                plan.table().equals(anew.table())
                    ? Future.failedFuture(why)
                    : kernel.change(anew.table()))
        .recover(
            why -> {
              LOG.debug("The table can't be changed: {}", words(why));
              plan.guarded().forEach(card -> failures.put(card, words(why)));
              return Future.succeededFuture();
            });
  }

  /**
   * Goes on with the others where something fails, but does nothing for a card whose rules could
   * not be made. Always succeeds.
   */
  private Future<Void> carryOut(Plan plan, Map<Mac, String> failures) {
    List<Supplier<Future<Void>>> all = new ArrayList<>();
    plan.cards()
        .forEach(
            (card, steps) -> {
              if (!failures.containsKey(card)) {
                all.add(() -> carryOut(card, steps, failures));
              }
            });
    return inLanes(all)
        .compose(
            done -> {
              Future<Void> rest = Future.succeededFuture();
              for (Step step : plan.rest()) {
                rest = rest.compose(before -> kernel.carryOut(List.of(step)).recover(this::left));
              }
              return rest;
            });
  }

  private Future<Void> left(Throwable why) {
    LOG.debug("Something of ours is left: {}", words(why));
    return Future.succeededFuture();
  }

  private Future<Void> carryOut(Mac card, List<Step> steps, Map<Mac, String> failures) {
    return kernel.carryOut(steps).onFailure(why -> failures.put(card, words(why)));
  }

  /** Some side by side, and each whatever became of those before it. */
  private static Future<Void> inLanes(List<Supplier<Future<Void>>> all) {
    List<Future<Void>> lanes = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      Supplier<Future<Void>> work = all.get(i);
      if (i < LANES) {
        lanes.add(work.get().otherwiseEmpty());
      } else {
        lanes.set(i % LANES, lanes.get(i % LANES).compose(done -> work.get().otherwiseEmpty()));
      }
    }
    return Future.join(lanes).mapEmpty();
  }

  private static String words(Throwable why) {
    return String.valueOf(why.getMessage());
  }

  private static List<Seen> seen(
      Present present,
      List<Wanted> wanted,
      Map<Ability, String> lacking,
      Map<Mac, String> failures) {
    String none = lacking.get(Ability.LINUX_BRIDGE);
    Map<Mac, List<String>> differences =
        none == null ? Plan.of(present, wanted, lacking).differences() : new TreeMap<>();
    return wanted.stream()
        .map(
            each -> {
              Mac card = each.port().card();
              List<String> odd =
                  new ArrayList<>(
                      differences.getOrDefault(
                          card,
                          each.link().isPresent() ? List.of(String.valueOf(none)) : List.of()));
              if (!odd.isEmpty() && failures.containsKey(card)) {
                odd.add("it could not be repaired: " + failures.get(card));
              }
              return new Seen(card, odd, spoofed(present, each));
            })
        .toList();
  }

  private static Optional<Long> spoofed(Present present, Wanted wanted) {
    return wanted.port().antiSpoof()
        ? present
            .table()
            .flatMap(
                table ->
                    Optional.ofNullable(table.counts().get(Mark.spoofed(wanted.port().card()))))
        : Optional.empty();
  }

  @Override
  public Future<Void> detach(String link) {
    return inTurn(
        () ->
            kernel
                .look()
                .compose(
                    present ->
                        Optional.ofNullable(present.links().get(link))
                                .flatMap(Link::master)
                                .map(present.links()::get)
                                .flatMap(Link::bridge)
                                .isPresent()
                            ? kernel.carryOut(List.of(new Step.Unplug(link)))
                            : Future.succeededFuture()));
  }

  @Override
  public Future<Void> announce(Wanted port) {
    Future<Void> sent = Future.succeededFuture();
    if (port.link().isPresent()) {
      for (byte[] frame : Announcement.of(port)) {
        sent = sent.compose(done -> kernel.send(port.port().bridge(), frame));
      }
    }
    return sent;
  }

  private Future<Map<Ability, String>> usable() {
    return kernel
        .lacking()
        .compose(
            lacking ->
                lacking.containsKey(Ability.LINUX_BRIDGE)
                    ? refused(Reason.TRADE_REFUSED, lacking.get(Ability.LINUX_BRIDGE))
                    : Future.succeededFuture(lacking));
  }

  private static <T> Future<T> refused(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  /** Begins once all that was begun before is over. */
  private synchronized <T> Future<T> inTurn(Supplier<Future<T>> work) {
    Future<T> next = last.transform(over -> work.get());
    last = next;
    return next;
  }

  @Override
  public void close() {
    kernel.close();
  }
}
