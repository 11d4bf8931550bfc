package io.ballast.net.ovs;

import io.ballast.bus.RefusedException;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.messages.Reason;
import io.ballast.net.ovs.Present.Bridge;
import io.ballast.net.ovs.Present.Plugged;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The bridges of Open vSwitch on this host.
 *
 * <p>Ports and bridges of ours bear a mark in {@code external_ids}, flows a cookie with the card,
 * limits both or a number of ours. After Open vSwitch itself was started anew its flows are gone,
 * and ports are as on a bridge without any until the next agreement.
 */
public final class OvsSwitch implements Switch {
  private final Vswitch vswitch;
  private final Path links;
  private volatile Optional<Set<Ability>> known = Optional.empty();

  /** Whether there may be ports with several links. */
  private volatile boolean bonded = true;

  /**
   * @param vswitch that it tells; closed with this
   * @param sys usually {@code /sys}
   */
  public OvsSwitch(Vswitch vswitch, Path sys) {
    this.vswitch = vswitch;
    this.links = sys.resolve("class/net");
  }

  @Override
  public NetBeat.Bridge.Kind kind() {
    return NetBeat.Bridge.Kind.OPEN_VSWITCH;
  }

  @Override
  public void onChange(Runnable listener) {
    vswitch.onChange(listener);
  }

  /** Whether there are meters only a bridge tells; it is asked again until there is one. */
  @Override
  public Future<Set<Ability>> abilities() {
    if (known.isPresent() || !vswitch.isThere()) {
      return Future.succeededFuture(known.orElse(Set.of()));
    }
    Future<Present> look = vswitch.look();
    Future<Boolean> queueing = vswitch.queueing();
    return Future.join(look, queueing)
        .map(
            both -> {
              Set<Ability> found = EnumSet.of(Ability.OPEN_VSWITCH);
              if (look.result().bridges().stream().anyMatch(Bridge::metering)) {
                found.add(Ability.OPEN_VSWITCH_METER);
              }
              if (queueing.result()) {
                found.add(Ability.OPEN_VSWITCH_QUEUE);
              }
              if (!look.result().bridges().isEmpty()) {
                known = Optional.of(Set.copyOf(found));
              }
              return Set.copyOf(found);
            });
  }

  @Override
  public Future<List<NetBeat.Bridge>> bridges() {
    if (!vswitch.isThere()) {
      return Future.succeededFuture(List.of());
    }
    return configured().map(present -> present.bridges().stream().map(OvsSwitch::told).toList());
  }

  /** Notes whether any port has several links. */
  private Future<Present> configured() {
    return vswitch
        .configured()
        .onSuccess(
            present ->
                bonded =
                    present.bridges().stream()
                        .flatMap(bridge -> bridge.ports().stream())
                        .anyMatch(port -> port.wires().size() > 1));
  }

  /** Asked only where a port had several links when bridges were last asked for. */
  @Override
  public Future<List<NetBeat.Bond>> bonds() {
    if (!vswitch.isThere()) {
      return Future.succeededFuture(List.of());
    }
    return bonded ? vswitch.bonds() : Future.succeededFuture(List.of());
  }

  private static NetBeat.Bridge told(Bridge bridge) {
    return new NetBeat.Bridge(
        bridge.name(),
        NetBeat.Bridge.Kind.OPEN_VSWITCH,
        bridge.ports().stream()
            .flatMap(port -> port.wires().stream())
            .map(Present.Wire::name)
            .filter(link -> !link.equals(bridge.name()))
            .sorted()
            .toList(),
        List.of(),
        Optional.of(bridge.isOurs()));
  }

  @Override
  public Future<Void> create(CreateBridge order) {
    Datapath datapath = order.datapath().orElse(Datapath.SYSTEM);
    return there(vswitch::configured)
        .compose(
            present -> {
              Optional<Bridge> now = present.bridge(order.bridge());
              if (now.isPresent()) {
                sameAs(now.get(), datapath);
                return works(order.bridge());
              }
              if (present.bridgeOf(order.bridge()).isPresent()
                  || Files.exists(links.resolve(order.bridge()))) {
                throw taken("there is a link " + order.bridge() + " already");
              }
              return vswitch
                  .configure(List.of(new Step.Create(order.bridge(), datapath)))
                  .compose(done -> works(order.bridge()))
                  .recover(why -> undone(order.bridge(), why));
            });
  }

  /** What was written down before the switch failed goes again. */
  private Future<Void> undone(String bridge, Throwable why) {
    return vswitch
        .configured()
        .compose(
            present ->
                present.bridge(bridge).filter(Bridge::isOurs).isPresent()
                    ? vswitch.configure(List.of(new Step.Delete(bridge)))
                    : Future.succeededFuture())
        .transform(deleted -> Future.failedFuture(why));
  }

  private static void sameAs(Bridge now, Datapath datapath) {
    if (!now.isOurs()) {
      throw taken("there is a bridge " + now.name() + " already, which is not Ballast's");
    }
    if (now.datapath().equals("netdev") != (datapath == Datapath.NETDEV)) {
      throw taken(
          "there is a bridge %s already, whose datapath is another one".formatted(now.name()));
    }
  }

  private static RefusedException taken(String why) {
    return new RefusedException(Reason.NAME_TAKEN, why + "; use another name");
  }

  /** The tool does not fail where the switch could not make it. */
  private Future<Void> works(String bridge) {
    return vswitch
        .look()
        .map(present -> present.bridge(bridge).flatMap(Bridge::problem))
        .otherwise(why -> Optional.of(String.valueOf(why.getMessage())))
        .compose(
            problem ->
                problem.isEmpty()
                    ? Future.succeededFuture()
                    : Future.failedFuture(unmade(bridge, problem.get())));
  }

  private static RefusedException unmade(String bridge, String why) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "Open vSwitch can't make %s, perhaps for want of such a datapath; look into its log: %s"
            .formatted(bridge, why));
  }

  @Override
  public Future<Void> delete(String bridge) {
    return there(vswitch::configured)
        .compose(
            present -> {
              Optional<Bridge> now = present.bridge(bridge);
              if (now.isEmpty()) {
                return Future.succeededFuture();
              }
              if (!now.get().isOurs()) {
                throw new RefusedException(
                    Reason.NOT_ALLOWED,
                    "bridge %s was not made by Ballast; whoever made it may remove it"
                        .formatted(bridge));
              }
              List<String> plugged =
                  now.get().ports().stream()
                      .map(Plugged::name)
                      .filter(name -> !name.equals(bridge))
                      .toList();
              if (!plugged.isEmpty()) {
                throw new RefusedException(
                    Reason.IN_USE,
                    "%s are plugged into %s; unplug them first"
                        .formatted(String.join(", ", plugged), bridge));
              }
              return vswitch.configure(List.of(new Step.Delete(bridge)));
            });
  }

  @Override
  public Future<List<Seen>> compare(List<Wanted> wanted) {
    return new Agreement(vswitch, links, wanted).compare();
  }

  @Override
  public Future<List<Seen>> agree(List<Wanted> wanted) {
    return new Agreement(vswitch, links, wanted).agree();
  }

  @Override
  public Future<Void> detach(String link) {
    if (!vswitch.isThere()) {
      return Future.succeededFuture();
    }
    return vswitch
        .configured()
        .compose(
            present ->
                present
                    .bridgeOf(link)
                    .filter(bridge -> !bridge.name().equals(link))
                    .map(
                        bridge -> {
                          Plugged plugged = bridge.plugged(link).orElseThrow();
                          Step.Unplug unplug = new Step.Unplug(plugged.card(), bridge.name(), link);
                          List<Step.Configure> rest = new ArrayList<>();
                          PortPlan.leftOf(present, plugged).ifPresent(rest::add);
                          return vswitch
                              .configure(List.of(unplug))
                              .compose(
                                  gone ->
                                      rest.isEmpty()
                                          ? Future.succeededFuture()
                                          : vswitch.configure(rest));
                        })
                    .orElse(Future.succeededFuture()));
  }

  @Override
  public Future<Void> announce(Wanted port) {
    return there(vswitch::configured)
        .compose(
            present -> {
              Future<Void> all = Future.succeededFuture();
              for (Announcement each : Announcement.of(port, present)) {
                all =
                    all.compose(
                        sent -> vswitch.send(port.port().bridge(), each.from(), each.frame()));
              }
              return all;
            });
  }

  private Future<Present> there(Supplier<Future<Present>> look) {
    return vswitch.isThere() ? look.get() : Future.failedFuture(Agreement.absent());
  }

  @Override
  public void close() {
    vswitch.close();
  }
}
