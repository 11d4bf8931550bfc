package io.ballast.storage.work;

import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Event;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Work that was cut off with its agent, as its next life goes on with it. It can be cancelled like
 * the first time, also before it is done again. Lives on one loop.
 */
public final class Resumed implements Work {
  private final Function<Function<Work, Future<Outcome>>, Future<Outcome>> course;
  private @Nullable Work begun;
  private boolean cancelled;

  /**
   * Work that does nothing yet.
   *
   * @param course looks at what was left, and has it done by what it is given, if it is to be done
   */
  public Resumed(Function<Function<Work, Future<Outcome>>, Future<Outcome>> course) {
    this.course = course;
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    return course.apply(work -> begin(work, tell));
  }

  private Future<Outcome> begin(Work work, Consumer<Event> tell) {
    if (cancelled) {
      work.leave();
      return Future.failedFuture(
          new RefusedException(Reason.CANCELLED, "it was cancelled before it was done again"));
    }
    begun = work;
    return work.run(tell);
  }

  @Override
  public Future<Void> cancel() {
    cancelled = true;
    return begun == null ? Future.succeededFuture() : begun.cancel();
  }

  @Override
  public void leave() {
    if (begun != null) {
      begun.leave();
    }
  }
}
