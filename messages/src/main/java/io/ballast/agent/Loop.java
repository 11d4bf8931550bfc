package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The one thread on which an agent lives, and its sense of later. A Vert.x context in a process,
 * virtual time in a simulation.
 */
public interface Loop {
  /** Runs something on the loop soon, and never before what runs there now has ended. */
  void run(Runnable action);

  /** Runs something on the loop after a while, unless the returned timer is stopped before. */
  Timer after(Duration delay, Runnable action);

  /**
   * The time since some fixed moment, by ticks that never jump as a clock may; from any thread.
   * Only differences mean something.
   */
  Duration now();

  /**
   * Fails unless it is called on the loop: what lives there has no locks.
   *
   * @throws IllegalStateException with what to do
   */
  default void check() {}

  /** A run that is still to come. */
  interface Timer {
    /** Forgets the run; without effect once it ran. */
    void stop();
  }

  /** The loop of a Vert.x context. */
  static Loop of(Context context) {
    return new Loop() {
      @Override
      public void run(Runnable action) {
        context.runOnContext(nothing -> action.run());
      }

      @Override
      public Timer after(Duration delay, Runnable action) {
        long id = context.owner().setTimer(Math.max(1, delay.toMillis()), timer -> run(action));
        return () -> context.owner().cancelTimer(id);
      }

      @Override
      public Duration now() {
        return Duration.ofNanos(System.nanoTime());
      }

      @Override
      public void check() {
        if (!context.equals(Vertx.currentContext())) {
          throw new IllegalStateException(
              "%s is not the thread of this agent; bring what runs there back by Loop.here"
                  .formatted(Thread.currentThread().getName()));
        }
      }
    };
  }

  /** The same future, of which the listeners are called on the loop. */
  default <T> Future<T> here(Future<T> future) {
    Promise<T> promise = Promise.promise();
    future.onComplete(
        result ->
            run(
                () -> {
                  if (result.succeeded()) {
                    promise.tryComplete(result.result());
                  } else {
                    promise.tryFail(result.cause());
                  }
                }));
    return promise.future();
  }

  /** The same future on the loop, which fails with {@code late} if it takes longer than allowed. */
  default <T> Future<T> here(Future<T> future, Duration within, Supplier<RefusedException> late) {
    Promise<T> promise = Promise.promise();
    Timer timer = after(within, () -> promise.tryFail(late.get()));
    here(future)
        .onComplete(
            result -> {
              timer.stop();
              if (result.succeeded()) {
                promise.tryComplete(result.result());
              } else {
                promise.tryFail(result.cause());
              }
            });
    return promise.future();
  }
}
