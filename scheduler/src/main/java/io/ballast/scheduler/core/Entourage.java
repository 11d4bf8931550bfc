package io.ballast.scheduler.core;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Move;
import io.ballast.messages.NetBeat;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.follow.Following;
import io.ballast.scheduler.core.follow.Settling;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.view.PortMemory;
import io.ballast.scheduler.core.view.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What goes with virtual machines: their ports, as hosts tell of them and have told, and volumes
 * that hosts keep for moves. One thread at a time.
 */
final class Entourage {
  /** What hosts that were not heard for longer kept is the older word on a port. */
  private static final Duration LATELY = Duration.ofMinutes(1);

  private final Following following = new Following();
  private final Settling settling = new Settling();
  private PortMemory ports = PortMemory.EMPTY;

  /** What an earlier life of the scheduler wrote down of ports. */
  void remembered(Map<HostId, List<Port>> before) {
    ports = PortMemory.of(before);
  }

  /** A host's network agent tells of its ports. */
  List<Effect> heard(NetBeat net) {
    return remember(
        ports.after(net.pulse().host(), net.ports().stream().map(PortStatus::port).toList()));
  }

  /** Whether a host has kept ports by what is remembered. */
  boolean remembers(HostId host) {
    return ports.byHost().containsKey(host);
  }

  /** As if a host had never told of ports. */
  List<Effect> forget(HostId host) {
    return remember(ports.without(host));
  }

  private List<Effect> remember(PortMemory next) {
    if (next.equals(ports)) {
      return List.of();
    }
    ports = next;
    return List.of(new Effect.Remember(next.byHost()));
  }

  /**
   * Has ports and volumes follow their machines.
   *
   * @param hosts the picture of the view
   * @param isMoving whether a machine is on its way
   * @param patience how long a move may yet begin, for all that is known of it
   */
  List<Effect> keep(
      FleetView view,
      List<Fleet.Host> hosts,
      Predicate<VmId> isMoving,
      Function<OperationId, Duration> patience,
      Instant now) {
    List<Effect> effects =
        new ArrayList<>(remember(ports.settled(host -> isTelling(view, host, now))));
    effects.addAll(following.look(hosts, unheard(view), isMoving, now));
    effects.addAll(settling.look(hosts, isMoving, patience, now));
    return effects;
  }

  /** A migration with the ports of its machine. */
  Effect.Send with(Effect.Send send, FleetView view, List<Fleet.Host> hosts) {
    Reach reach = Reach.of(hosts, unheard(view));
    List<Port> kept = reach.kept(send.command().vm(), send.host());
    Set<Mac> there = kept.stream().map(Port::card).collect(Collectors.toSet());
    return send.with(
        kept,
        reach.ports(send.command().vm()).stream()
            .filter(port -> !there.contains(port.card()))
            .toList());
  }

  /** What is to be done about the ports of a machine that has moved; empty if it has none. */
  Optional<Effect> carry(Move move, FleetView view, List<Fleet.Host> hosts) {
    Reach reach = Reach.of(hosts, unheard(view));
    boolean has =
        Stream.of(move.from(), move.to()).anyMatch(host -> !reach.kept(move.vm(), host).isEmpty());
    return move.state() == Move.State.DONE && has
        ? Optional.of(new Effect.Carry(move.id(), move.vm(), move.from(), move.to()))
        : Optional.empty();
  }

  /** What hosts kept of whose network agents the picture has no word. */
  private Map<HostId, List<Port>> unheard(FleetView view) {
    return ports.unheard(host -> view.host(host).isPresent() && view.net(host).isPresent());
  }

  /** Whether a host's network agent was heard lately. */
  private static boolean isTelling(FleetView view, HostId host, Instant now) {
    return view.net(host).filter(heard -> heard.age(now).compareTo(LATELY) < 0).isPresent();
  }
}
