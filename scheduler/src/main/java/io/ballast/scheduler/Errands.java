package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.NetCommand.PreparePorts;
import io.ballast.messages.NetOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands to the agents of hosts, and what came of them, in the words of the core. */
final class Errands {
  private static final Logger log = LoggerFactory.getLogger(Errands.class);

  /** What would leave open whether something was done. */
  static final Set<Reason> OPEN =
      EnumSet.of(
          Reason.DEADLINE_PASSED,
          Reason.BUS_LOST,
          Reason.INTERNAL,
          Reason.NO_RECEIVER,
          Reason.MAY_YET_HAPPEN);

  private static final int MOST_PREPARED = 256;

  /** What the last moves took along. */
  private final Map<OperationId, Luggage> prepared =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<OperationId, Luggage> eldest) {
              return size() > MOST_PREPARED;
            }
          });

  /**
   * The ports that go with a VM.
   *
   * @param had what the source kept
   * @param all what the target was asked for
   */
  private record Luggage(List<Port> had, List<Port> all) {}

  private final Bus bus;
  private final Duration within;
  private final LongSupplier epoch;
  private final Consumer<MoveInput> told;
  private final Cargo cargo;

  /**
   * Errands of one scheduler.
   *
   * @param within the time that an agent has to answer
   * @param epoch the number under which is commanded, at this moment
   * @param told called with what came of each, on any thread
   */
  Errands(Bus bus, Duration within, LongSupplier epoch, Consumer<MoveInput> told) {
    this.bus = bus;
    this.within = within;
    this.epoch = epoch;
    this.told = told;
    this.cargo = new Cargo(bus, within, epoch, told);
  }

  /** What it needs at its target is seen to before it is sent: disks, then ports. */
  void send(Effect.Send send) {
    Future<Effect.Send> loaded =
        send.copying()
            ? cargo.load(send).map(send::with)
            : send.command().rests()
                ? cargo.isReached(send).map(send)
                : Future.succeededFuture(send);
    loaded.onSuccess(this::sendWithPorts).onFailure(cause -> refused(send, cause));
  }

  private void refused(Effect.Send send, Throwable cause) {
    RefusedException refused = refusal(cause);
    told.accept(new MoveInput.Refused(send.move(), refused.reason(), message(refused)));
  }

  /** Its host is asked which ports the VM has, and the target for them. */
  private void sendWithPorts(Effect.Send send) {
    HostId target = send.command().to();
    now(send.command().vm(), send.host(), send.kept())
        .map(had -> new Luggage(had, send.ports(had)))
        .onSuccess(luggage -> prepared.put(send.move(), luggage))
        .recover(cause -> failed("did not tell the ports of the VM", send.host(), cause))
        .compose(
            luggage ->
                prepare(send.move(), target, luggage.all())
                    .onSuccess(done -> staged(send.move(), target, luggage.all()))
                    .recover(cause -> failed("was not prepared", target, cause)))
        .onSuccess(prepared -> migrate(send))
        .onFailure(
            cause -> {
              cargo.unload(send);
              refused(send, cause);
            });
  }

  private void staged(OperationId move, HostId target, List<Port> ports) {
    if (!ports.isEmpty()) {
      String cards =
          ports.stream().map(port -> port.card().toString()).collect(Collectors.joining(", "));
      told.accept(new MoveInput.Staged(move, target + " has prepared ports for " + cards));
    }
  }

  /** The ports of a VM on a host now; what was known of them if it has no network agent now. */
  private Future<List<Port>> now(VmId vm, HostId host, List<Port> known) {
    return now(vm, host)
        .recover(
            cause -> isAway(cause) ? Future.succeededFuture(known) : Future.failedFuture(cause));
  }

  private Future<List<Port>> now(VmId vm, HostId host) {
    return bus.call(net(host, new InspectNet(), within.dividedBy(4)))
        .map(seen -> ports(vm, seen.beat()));
  }

  static boolean isAway(Throwable cause) {
    return refusal(cause).reason() == Reason.NO_RECEIVER;
  }

  private static List<Port> ports(VmId vm, NetBeat beat) {
    return beat.ports().stream()
        .map(PortStatus::port)
        .filter(port -> port.vm().equals(vm))
        .toList();
  }

  private Future<?> prepare(OperationId move, HostId host, List<Port> ports) {
    return ports.isEmpty()
        ? Future.succeededFuture()
        : bus.call(net(host, new PreparePorts(move, ports), within.multipliedBy(3).dividedBy(4)));
  }

  /** Both questions together get the time of one answer. */
  private <R extends Reply> Request<R> net(HostId host, Command<R> command, Duration time) {
    return request(freshId(), Role.NET, host, command).within(time);
  }

  /** Whatever became of the question, the migration was not sent: that is no doubt. */
  private static <T> Future<T> failed(String how, HostId host, Throwable cause) {
    RefusedException refused = refusal(cause);
    return Future.failedFuture(
        new RefusedException(
            OPEN.contains(refused.reason()) ? Reason.TRADE_REFUSED : refused.reason(),
            "the network of %s %s, so the move was not begun: %s"
                .formatted(host, how, message(refused))));
  }

  /** Only what was changed or unplugged since: what is newer at the target stays. */
  void carry(Effect.Carry carry) {
    Luggage before = prepared.remove(carry.move());
    if (before == null) {
      return;
    }
    now(carry.vm(), carry.from())
        .compose(ports -> carried(carry, before, ports))
        .onFailure(
            cause -> {
              if (!isAway(cause)) {
                log.warn(
                    "what was changed in ports while move {} went on may be lost: {}",
                    carry.move(),
                    cause.getMessage());
              }
            });
  }

  private Future<?> carried(Effect.Carry carry, Luggage before, List<Port> now) {
    Set<Mac> there = now.stream().map(Port::card).collect(Collectors.toSet());
    before.had().stream()
        .map(Port::card)
        .filter(card -> !there.contains(card))
        .forEach(card -> order(new Effect.Order(carry.to(), new NetOrder.UnplugPort(card))));
    return prepare(
        carry.move(),
        carry.to(),
        now.stream().filter(port -> !before.all().contains(port)).toList());
  }

  private void migrate(Effect.Send send) {
    answer(
        bus.call(request(send.move(), send.host(), send.command())),
        accepted -> new MoveInput.Accepted(send.move()),
        refused -> {
          if (!OPEN.contains(refused.reason()) && refused.reason() != Reason.DUPLICATE_ID) {
            cargo.unload(send);
          }
          return new MoveInput.Refused(send.move(), refused.reason(), message(refused));
        });
  }

  void settle(Effect.Settle settle) {
    cargo.settle(settle);
  }

  void order(Effect.Order order) {
    bus.call(request(freshId(), Role.NET, order.host(), order.order()))
        .onFailure(
            cause ->
                log.warn(
                    "{} on {} was not ordered: {}",
                    order.order().object(),
                    order.host(),
                    cause.getMessage()));
  }

  void abort(Effect.Abort abort) {
    bus.call(request(freshId(), abort.host(), abort.command()))
        .onFailure(
            cause ->
                log.warn(
                    "{} could not be asked to give up move {}: {}",
                    abort.host(),
                    abort.move(),
                    cause.getMessage()));
  }

  void look(Effect.Look look) {
    answer(
        bus.call(request(freshId(), look.host(), new HostCommand.InspectVm(look.vm()))),
        seen -> new MoveInput.Looked(look.move(), look.host(), look.round(), seen.vm()),
        refused ->
            new MoveInput.LookFailed(look.move(), look.host(), look.round(), message(refused)));
  }

  private <R extends Reply> Request<R> request(OperationId id, HostId host, Command<R> command) {
    return request(id, Role.HOST, host, command);
  }

  private <R extends Reply> Request<R> request(
      OperationId id, Role role, HostId host, Command<R> command) {
    return Request.of(Address.at(role, host), command)
        .withId(id)
        .within(within)
        .withEpoch(epoch.getAsLong());
  }

  private <R extends Reply> void answer(
      Future<R> reply,
      Function<R, MoveInput> accepted,
      Function<RefusedException, MoveInput> refused) {
    reply
        .map(accepted)
        .recover(cause -> Future.succeededFuture(refused.apply(refusal(cause))))
        .onSuccess(told::accept);
  }

  static RefusedException refusal(Throwable cause) {
    return cause instanceof RefusedException refused
        ? refused
        : new RefusedException(Reason.INTERNAL, String.valueOf(cause.getMessage()));
  }

  static String message(RefusedException refused) {
    return String.valueOf(refused.getMessage());
  }

  static OperationId freshId() {
    return new OperationId(UUID.randomUUID().toString());
  }
}
