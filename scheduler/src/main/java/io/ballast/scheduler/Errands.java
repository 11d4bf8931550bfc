package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.NetCommand.PreparePorts;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.move.MoveInput;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands to the agents of hosts, and what came of them, in the words of the core. */
final class Errands {
  private static final Logger log = LoggerFactory.getLogger(Errands.class);

  /** What would leave open whether something was done. */
  private static final Set<Reason> OPEN =
      EnumSet.of(
          Reason.DEADLINE_PASSED,
          Reason.BUS_LOST,
          Reason.INTERNAL,
          Reason.NO_RECEIVER,
          Reason.MAY_YET_HAPPEN);

  private final Bus bus;
  private final Duration within;
  private final LongSupplier epoch;
  private final Consumer<MoveInput> told;

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
  }

  /** Where the VM has ports, the target's network agent is asked for them first. */
  void send(Effect.Send send) {
    if (send.ports().isEmpty()) {
      migrate(send);
      return;
    }
    HostId target = send.command().to();
    bus.call(request(freshId(), Role.NET, target, new PreparePorts(send.move(), send.ports())))
        .onSuccess(prepared -> migrate(send))
        .onFailure(
            cause ->
                told.accept(
                    new MoveInput.Refused(
                        send.move(), definite(refusal(cause)), unprepared(target, cause))));
  }

  /** Whatever became of the question, the migration was not sent: that is no doubt. */
  private static Reason definite(RefusedException refused) {
    return OPEN.contains(refused.reason()) ? Reason.TRADE_REFUSED : refused.reason();
  }

  private static String unprepared(HostId target, Throwable cause) {
    return "the network of %s was not prepared, so the move was not begun: %s"
        .formatted(target, message(refusal(cause)));
  }

  private void migrate(Effect.Send send) {
    answer(
        bus.call(request(send.move(), send.host(), send.command())),
        accepted -> new MoveInput.Accepted(send.move()),
        refused -> new MoveInput.Refused(send.move(), refused.reason(), message(refused)));
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

  private static RefusedException refusal(Throwable cause) {
    return cause instanceof RefusedException refused
        ? refused
        : new RefusedException(Reason.INTERNAL, String.valueOf(cause.getMessage()));
  }

  private static String message(RefusedException refused) {
    return String.valueOf(refused.getMessage());
  }

  static OperationId freshId() {
    return new OperationId(UUID.randomUUID().toString());
  }
}
