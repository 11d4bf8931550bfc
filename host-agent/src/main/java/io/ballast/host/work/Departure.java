package io.ballast.host.work;

import io.ballast.agent.Work;
import io.ballast.messages.Event;
import io.ballast.messages.Outcome;
import io.vertx.core.Future;
import java.util.function.Consumer;

/** A migration to a target that promised room, which is given back once. Lives on one loop. */
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
    return migration.run(tell).onComplete(ended -> release.run());
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
