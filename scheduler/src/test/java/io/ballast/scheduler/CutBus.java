package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A bus whose line can be cut: while it is, nothing can be sent. */
final class CutBus implements Bus {
  private final Bus bus;
  private final List<Consumer<BusState>> listeners = new ArrayList<>();
  private BusState state = BusState.CONNECTED;
  private volatile boolean cut;

  CutBus(Bus bus) {
    this.bus = bus;
  }

  /** Cuts the line; nobody has noticed yet. */
  void cut() {
    cut = true;
  }

  /** Cuts the line, and lets everyone know who asked how the bus is. */
  void lose() {
    cut = true;
    become(BusState.LOST);
  }

  void mend() {
    cut = false;
    become(BusState.CONNECTED);
  }

  private synchronized void become(BusState next) {
    state = next;
    listeners.forEach(listener -> listener.accept(next));
  }

  @Override
  public synchronized void onState(Consumer<BusState> listener) {
    listeners.add(listener);
    listener.accept(state);
  }

  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    return cut ? lost() : bus.call(request);
  }

  @Override
  public Future<Void> cast(Request<?> request) {
    return cut ? lost() : bus.cast(request);
  }

  @Override
  public Future<Void> fanout(Role role, Command<?> command) {
    return cut ? lost() : bus.fanout(role, command);
  }

  @Override
  public Future<Void> fanout(Notice notice) {
    return cut ? lost() : bus.fanout(notice);
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
  public DeadLetters deadLetters() {
    return bus.deadLetters();
  }

  @Override
  public Future<Void> close() {
    return bus.close();
  }

  private static <T> Future<T> lost() {
    return Future.failedFuture(new RefusedException(Reason.BUS_LOST, "the line is cut"));
  }
}
