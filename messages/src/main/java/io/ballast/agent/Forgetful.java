package io.ballast.agent;

import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A journal in memory: it outlasts its agent, but not its process. For simulations and tests. Used
 * from one thread at a time.
 */
public final class Forgetful implements Journal {
  private final List<Entry> entries = new ArrayList<>();

  /**
   * @param birth since when it is kept; its agent's lives are numbered from there, in milliseconds
   *     since 1970, so that they go on from those of a process before it
   */
  public Forgetful(Instant birth) {
    entries.add(new Entry.Began(birth.toEpochMilli(), birth));
  }

  @Override
  public synchronized Future<Void> open(Consumer<Entry> before) {
    entries.forEach(before);
    return Future.succeededFuture();
  }

  @Override
  public synchronized Future<Void> write(List<Entry> added) {
    entries.addAll(added);
    return Future.succeededFuture();
  }

  @Override
  public synchronized Future<Void> rewrite(List<Entry> all) {
    entries.clear();
    entries.addAll(all);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
