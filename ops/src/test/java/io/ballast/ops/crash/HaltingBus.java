package io.ballast.ops.crash;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Notice;
import io.ballast.messages.Reply;
import io.ballast.ops.crash.CrashingAgents.Stop;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;

/** A bus that is never heard of again at the point. */
record HaltingBus(Bus bus, Stop stop, HostId host) implements Bus {
  @Override
  public Future<Serving> serve(Address address, Receiver receiver) {
    return bus.serve(
        address,
        (envelope, command) -> {
          if (command instanceof HostCommand.Prepare || command instanceof HostCommand.Release) {
            return receiver.receive(envelope, command);
          }
          Optional<Future<Reply>> halted = stop.here(Point.RECEIVED, host);
          if (halted.isPresent()) {
            return halted.get();
          }
          return receiver
              .receive(envelope, command)
              .compose(
                  reply ->
                      stop.<Reply>here(Point.ANSWERED, host)
                          .orElseGet(() -> Future.succeededFuture(reply)));
        });
  }

  @Override
  public Future<Void> fanout(Notice notice) {
    Future<Void> told = bus.fanout(notice);
    return notice instanceof Event.OperationFinished
        ? told.compose(done -> stop.<Void>here(Point.TOLD, host).orElse(told))
        : told;
  }

  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    return bus.call(request);
  }

  @Override
  public Future<Void> cast(Request<?> request) {
    return bus.cast(request);
  }

  @Override
  public Future<Void> fanout(Role role, Command<?> command) {
    return bus.fanout(role, command);
  }

  @Override
  public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
    return bus.serve(type, listener);
  }

  @Override
  public void onState(Consumer<BusState> listener) {
    bus.onState(listener);
  }

  @Override
  public DeadLetters deadLetters() {
    return bus.deadLetters();
  }

  @Override
  public Future<Void> close() {
    return bus.close();
  }
}
