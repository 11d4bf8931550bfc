package io.ballast.host.work;

import io.ballast.agent.Work;
import io.ballast.messages.Event;
import io.ballast.messages.Outcome;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * A migration to a target that promised room, which is given back once it is known that the VM has
 * arrived or will not. Of one whose end is unknown, or that goes on without its agent, the target
 * keeps its promise for as long as it was given. Lives on one loop.
 */
final class Departure implements Work {
  private final Work migration;
  private final Marks marks;
  private boolean begun;

  /**
   * What is called on its way.
   *
   * @param begins it is under way
   * @param ends it is under way no longer, whatever became of it
   * @param release the target need not keep its promise any more
   */
  record Marks(Runnable begins, Runnable ends, Runnable release) {}

  Departure(Work migration, Marks marks) {
    this.migration = migration;
    this.marks = marks;
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    begun = true;
    marks.begins().run();
    return migration
        .run(tell)
        .onComplete(over -> marks.ends().run())
        .onSuccess(
            outcome -> {
              switch (outcome) {
                case Outcome.Done done -> marks.release().run();
                case Outcome.Failed failed -> marks.release().run();
                case Outcome.Unknown unknown -> {}
              }
            });
  }

  @Override
  public Future<Void> cancel() {
    return migration.cancel();
  }

  @Override
  public void leave() {
    migration.leave();
    if (!begun) {
      begun = true;
      marks.release().run();
    }
  }
}
