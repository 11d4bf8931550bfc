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
  private final Runnable release;
  private boolean begun;

  Departure(Work migration, Runnable release) {
    this.migration = migration;
    this.release = release;
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    begun = true;
    return migration
        .run(tell)
        .onSuccess(
            outcome -> {
              switch (outcome) {
                case Outcome.Done done -> release.run();
                case Outcome.Failed failed -> release.run();
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
      release.run();
    }
  }
}
