package io.ballast.scheduler;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one context on which everything runs that touches the core, whatever thread it comes from.
 * The core has no locks: what runs elsewhere is refused, loudly.
 */
final class Loop {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final Context context;

  Loop(Context context) {
    this.context = context;
  }

  Context context() {
    return context;
  }

  Vertx vertx() {
    return context.owner();
  }

  /** Runs something on the context soon, after what was given before it by the same thread. */
  void run(Runnable work) {
    context.runOnContext(here -> work.run());
  }

  /** The same future, which completes on the context. */
  <T> Future<T> bring(Future<T> future) {
    Promise<T> promise = Promise.promise();
    future.onComplete((result, failure) -> run(() -> promise.complete(result, failure)));
    return promise.future();
  }

  /** Computes something on a worker, one after the other; completes on the context. */
  <T> Future<T> work(Callable<T> computation) {
    return bring(context.executeBlocking(computation, true));
  }

  /** Fails unless it is called on the context. */
  void check() {
    if (!context.equals(Vertx.currentContext())) {
      IllegalStateException stray =
          new IllegalStateException(
              "the scheduler's core was touched by "
                  + Thread.currentThread().getName()
                  + ", which is not its context; bring the work there by Loop.run");
      log.error("a defect of the scheduler; what was to be done is not done", stray);
      throw stray;
    }
  }
}
