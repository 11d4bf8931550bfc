package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Command;
import io.ballast.messages.Notice;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A fake of a bus whose threads are strangers: it works by a {@link LocalBus}, but calls everyone
 * who listens, and completes every future, on threads of its own that have no Vert.x context.
 */
final class ForeignBus implements Bus {
  private final Bus bus;
  private final ExecutorService answers = Executors.newSingleThreadExecutor();
  private final ExecutorService notices = Executors.newSingleThreadExecutor();
  private final ExecutorService commands = Executors.newSingleThreadExecutor();

  ForeignBus(LocalBus bus) {
    this.bus = bus;
  }

  @Override
  public <R extends Reply> Future<R> call(Request<R> request) {
    return on(answers, bus.call(request));
  }

  @Override
  public Future<Void> cast(Request<?> request) {
    return on(answers, bus.cast(request));
  }

  @Override
  public Future<Void> fanout(Role role, Command<?> command) {
    return on(answers, bus.fanout(role, command));
  }

  @Override
  public Future<Void> fanout(Notice notice) {
    return on(answers, bus.fanout(notice));
  }

  @Override
  public Future<Serving> serve(Address address, Receiver receiver) {
    Receiver stranger =
        (envelope, command) -> {
          Promise<Reply> reply = Promise.promise();
          commands.execute(
              () -> receiver.receive(envelope, command).<Reply>map(it -> it).onComplete(reply));
          return reply.future();
        };
    return on(answers, bus.serve(address, stranger));
  }

  @Override
  public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
    return on(answers, bus.serve(type, it -> notices.execute(() -> listener.accept(it))));
  }

  @Override
  public void onState(Consumer<BusState> listener) {
    bus.onState(state -> notices.execute(() -> listener.accept(state)));
  }

  @Override
  public DeadLetters deadLetters() {
    return bus.deadLetters();
  }

  @Override
  public Future<Void> close() {
    return bus.close().onComplete(closed -> shutdown());
  }

  private void shutdown() {
    answers.shutdown();
    notices.shutdown();
    commands.shutdown();
  }

  private static <T> Future<T> on(ExecutorService thread, Future<T> future) {
    Promise<T> promise = Promise.promise();
    future.onComplete((result, failure) -> thread.execute(() -> promise.complete(result, failure)));
    return promise.future();
  }
}
