package io.ballast.agent;

import io.ballast.messages.Event;
import io.ballast.messages.Outcome;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What an accepted command does, once. */
@FunctionalInterface
public interface Work {
  /**
   * Does it. A failure with {@code MAY_YET_HAPPEN} or {@code INTERNAL}, or one that is no refusal,
   * leaves open whether it was done: then it is looked at, see {@link Handling.Change#aftermath}.
   * Any other failure is its outcome: nothing was done.
   *
   * @param tell takes events about its progress, on any thread
   */
  Future<Outcome> run(Consumer<Event> tell);

  /** Work that is one call, and done when that has come back. */
  static Work of(Supplier<Future<?>> call) {
    return tell -> call.get().map(result -> new Outcome.Done(Optional.empty()));
  }

  /** Asks it to end early, if it can; its outcome then says whether it did. */
  default Future<Void> cancel() {
    return Future.succeededFuture();
  }

  /** Watches it no longer, because the agent stops; what was begun goes on without it. */
  default void leave() {}
}
