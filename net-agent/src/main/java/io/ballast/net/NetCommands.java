package io.ballast.net;

import io.ballast.agent.Agent;
import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.agent.Trade;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.NetCommand.InspectOperation;
import io.ballast.messages.NetCommand.InspectPort;
import io.ballast.messages.NetCommand.ListNetworks;
import io.ballast.messages.NetCommand.ListPorts;
import io.ballast.messages.NetCommand.PreparePorts;
import io.ballast.messages.NetOrder;
import io.ballast.messages.NetOrder.ChangePort;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.DeleteBridge;
import io.ballast.messages.NetOrder.PlugPort;
import io.ballast.messages.NetOrder.RepairPorts;
import io.ballast.messages.NetOrder.UnplugPort;
import io.ballast.messages.NetworkOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.net.trade.Guests;
import io.ballast.net.trade.Networks;
import io.ballast.net.work.NetworkRules;
import io.ballast.net.work.Ports;
import io.ballast.net.work.Preconditions;
import io.ballast.net.work.Scene;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The trade of a host's network agent: what each command does to a bridge or a port, checked
 * against what the host's network is then. Lives on one loop.
 */
record NetCommands(
    HostId host,
    Loop loop,
    Ports ports,
    Networks networks,
    Guests guests,
    NetSampler sampler,
    Agent<NetBeat> agent)
    implements Trade {
  @Override
  public Handling handling(OperationId id, Optional<Long> epoch, Command<?> command) {
    return switch (command) {
      case NetCommand<?> asked -> handling(asked);
      case HostCommand<?> other -> throw notForThis(other);
      case StorageCommand<?> other -> throw notForThis(other);
      case SchedulerCommand<?> other -> throw notForThis(other);
    };
  }

  private Handling handling(NetCommand<?> command) {
    return switch (command) {
      case InspectNet asked ->
          new Handling.Question(() -> agent.next().map(Reply.NetInspected::new));
      case InspectOperation asked -> new Handling.Inspect(asked.operation());
      case InspectPort asked ->
          new Handling.Question(
              () -> ports.compare().map(scene -> new Reply.PortInspected(of(asked.card(), scene))));
      case ListPorts asked ->
          new Handling.Question(
              () -> ports.compare().map(scene -> new Reply.PortsListed(meant(asked, scene))));
      case PreparePorts asked ->
          new Handling.Deed(
              () ->
                  unshared(asked.ports())
                      .compose(none -> ports.preconditions())
                      .compose(now -> prepared(asked, now))
                      .onSuccess(
                          done -> agent.beat()) // who sends the move knows of them at its end
                      .map(done -> new Reply.Accepted(asked.move())));
      case ListNetworks asked ->
          new Handling.Question(() -> networks.list().map(Reply.NetworksListed::new));
      case NetworkOrder order -> change(order, () -> ruled(order), () -> ruled(order));
      case NetOrder order ->
          change(order, () -> unshared(order).compose(none -> work(order)), () -> work(order));
    };
  }

  /** Refuses a card that another machine of this host has, be it without a port. */
  private Future<Void> unshared(List<Port> ports) {
    return loop.here(guests.cards(ports.stream().map(Port::card).collect(Collectors.toSet())))
        .map(
            there -> {
              ports.forEach(port -> Preconditions.unshared(port, there));
              return null;
            });
  }

  /** What asks libvirt comes before the look at the network, so that that is fresh. */
  private Future<Void> unshared(NetOrder order) {
    return order instanceof PlugPort plug
        ? unshared(List.of(plug.port()))
        : Future.succeededFuture();
  }

  private Future<?> prepared(PreparePorts asked, Preconditions now) {
    Preconditions each = now;
    for (Port port : asked.ports()) {
      each.plug(port);
      each = each.with(port);
    }
    return ports.prepare(asked.ports());
  }

  private static Optional<PortStatus> of(Mac card, Scene scene) {
    return scene.ports().stream().filter(it -> it.port().card().equals(card)).findFirst();
  }

  private static List<PortStatus> meant(ListPorts asked, Scene scene) {
    return scene.ports().stream().filter(it -> asked.means(it.port())).toList();
  }

  private Future<Work> work(NetOrder order) {
    return ports.preconditions().compose(now -> checked(order, now));
  }

  private Future<Work> ruled(NetworkOrder order) {
    return ports.look().compose(this::rules).map(rules -> done(rules.checked(order)::run));
  }

  /**
   * Each can be repeated as it is; one that was cut off is done again if it is still allowed.
   *
   * @param again the check for that: a port that was accepted does not wait for libvirt any more
   */
  private Handling change(
      NetOrder order, Supplier<Future<Work>> check, Supplier<Future<Work>> again) {
    return new Handling.Change(
        order.object(),
        false,
        () -> check.get().map(this::beating),
        () -> tell -> again.get().compose(work -> beating(work).run(tell)));
  }

  /** The fleet is told at once what is by now, not only with the next beat. */
  private Work beating(Work work) {
    return tell ->
        work.run(tell)
            .onComplete(
                ended -> {
                  agent.beat();
                  sampler.refresh().onComplete(seen -> agent.beat());
                });
  }

  private Future<NetworkRules> rules(Scene scene) {
    return loop.here(networks.list()).map(there -> new NetworkRules(scene, there, networks));
  }

  private Future<Work> checked(NetOrder order, Preconditions now) {
    return switch (order) {
      case PlugPort plug -> placed(plug.port(), now).map(port -> plugged(port, now));
      case ChangePort change ->
          placed(changed(change, now.present(change.card())), now).map(port -> plugged(port, now));
      case UnplugPort unplug -> Future.succeededFuture(done(() -> ports.unplug(unplug.card())));
      case CreateBridge create -> {
        now.create(create);
        yield Future.succeededFuture(done(() -> ports.create(create).map("")));
      }
      case DeleteBridge delete -> Future.succeededFuture(deleted(delete, now));
      case RepairPorts repair ->
          Future.succeededFuture(done(() -> ports.look().map(NetCommands::report)));
      case NetworkOrder other ->
          throw new IllegalStateException("no order on a port: " + other.object());
    };
  }

  private Work deleted(DeleteBridge delete, Preconditions now) {
    return now.delete(delete)
        .map(kind -> done(() -> ports.delete(delete.bridge(), kind).map("")))
        .orElseGet(() -> done(() -> ports.forget(delete.bridge()).map("there was none")));
  }

  /** What is named as its bridge may be a network of libvirt, which has one. */
  private Future<Port> placed(Port port, Preconditions now) {
    if (now.scene().bridge(port.bridge()).isPresent()) {
      return Future.succeededFuture(port);
    }
    return loop.here(networks.list())
        .otherwise(List.of())
        .map(
            all ->
                all.stream()
                    .filter(network -> network.name().equals(port.bridge()))
                    .map(NetCommands::bridgeOf)
                    .findFirst()
                    .map(port::on)
                    .orElse(port));
  }

  private static String bridgeOf(LibvirtNetwork network) {
    if (!network.active() || network.bridge().isEmpty()) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "libvirt's network %s %s"
              .formatted(
                  network.name(),
                  network.active()
                      ? "has no bridge"
                      : "is not active; start it with 'ballast net start-network'"));
    }
    return network.bridge().get();
  }

  private Work plugged(Port port, Preconditions now) {
    now.plug(port);
    Work work = done(() -> ports.plug(port));
    return tell -> work.run(tell).recover(NetCommands::wanted);
  }

  /** What is wanted by now is made so by the rounds: nobody need wait for it, or try it again. */
  private static Future<Outcome> wanted(Throwable why) {
    return why instanceof RefusedException refused && refused.reason() == Reason.MAY_YET_HAPPEN
        ? Future.succeededFuture(new Outcome.Unknown(String.valueOf(refused.getMessage())))
        : Future.failedFuture(why);
  }

  private static Port changed(ChangePort order, Port port) {
    try {
      return order.change().to(port);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private static String report(Scene scene) {
    List<String> differ =
        scene.ports().stream()
            .filter(it -> !it.differences().isEmpty())
            .map(it -> it.port().card() + ": " + String.join(", ", it.differences()))
            .toList();
    int all = scene.ports().size();
    return "%d of %d are as wanted%s"
        .formatted(
            all - differ.size(), all, differ.isEmpty() ? "" : "; " + String.join("; ", differ));
  }

  private Work done(Supplier<Future<String>> deed) {
    return tell ->
        loop.here(deed.get())
            .map(
                report ->
                    new Outcome.Done(
                        Optional.empty(), Optional.of(report).filter(text -> !text.isBlank())));
  }

  @Override
  public Event finished(OperationId operation, String object, Outcome outcome, Instant at) {
    return new Event.WorkFinished(operation, host, object, outcome, at);
  }

  private static RefusedException notForThis(Command<?> command) {
    return new RefusedException(
        Reason.UNKNOWN_KIND,
        command.getClass().getSimpleName() + " is no command for a network agent");
  }
}
