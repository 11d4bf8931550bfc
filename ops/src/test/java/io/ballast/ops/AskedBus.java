package io.ballast.ops;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.json.Kinds;
import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A bus that notes how long the answer to each kind of command was waited for at most, and waits
 * longer where nobody said how long: a process that is held up costs no answer then.
 *
 * @param asked by kind, the latest
 */
record AskedBus(Bus bus, Map<String, Duration> asked) implements Bus {
  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    asked.put(Kinds.of(request.command()), request.within());
    boolean usual = request.within().equals(Request.DEFAULT_WITHIN);
    return bus.call(usual ? request.within(Duration.ofMinutes(1)) : request);
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
  public Future<Void> fanout(Notice notice) {
    return bus.fanout(notice);
  }

  @Override
  public Future<Serving> serve(Address address, Receiver receiver) {
    return bus.serve(address, receiver);
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
