package io.ballast.net.testing;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.util.List;

/** A fake: a book in memory, which outlives an agent but no process; it may refuse. */
public final class FakeBook<T> implements Book<T> {
  private List<T> kept = List.of();
  private boolean full;
  private boolean lost;

  /** Can't be read any more. */
  public synchronized void lose() {
    lost = true;
  }

  /** Takes nothing any more, or again. */
  public synchronized void full(boolean whether) {
    full = whether;
  }

  /** What is written down. */
  public synchronized List<T> kept() {
    return kept;
  }

  @Override
  public synchronized Future<List<T>> open() {
    return lost
        ? Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, "the disk is gone"))
        : Future.succeededFuture(kept);
  }

  @Override
  public synchronized Future<Void> keep(List<T> all) {
    if (full) {
      return Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, "the disk is full"));
    }
    kept = List.copyOf(all);
    return Future.succeededFuture();
  }
}
