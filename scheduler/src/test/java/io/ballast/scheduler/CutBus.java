package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** A bus whose line can be cut: while it is, nothing can be sent. */
final class CutBus implements Bus {
  private final Bus bus;
  private volatile boolean cut;

  CutBus(Bus bus) {
    this.bus = bus;
  }

  void cut() {
    cut = true;
  }

  void mend() {
    cut = false;
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
  public Future<Void> close() {
    return bus.close();
  }

  private static <T> Future<T> lost() {
    return Future.failedFuture(new RefusedException(Reason.BUS_LOST, "the line is cut"));
  }
}
