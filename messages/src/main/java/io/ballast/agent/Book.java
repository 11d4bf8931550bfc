package io.ballast.agent;

import io.vertx.core.Future;
import java.util.List;

/**
 * All of one kind that somebody keeps, such as the ports that are wanted on a host, as written
 * down. What was confirmed is there after a crash of the process or of its host.
 *
 * <p>No method blocks. Futures complete on any thread, and fail as {@code NO_JOURNAL} where the
 * book can't be read or written; then nothing of it was changed.
 */
public interface Book<T> {
  /** Reads what an earlier life wrote; first of all, once. */
  Future<List<T>> open();

  /** Writes down all that there is from now on. One at a time. */
  Future<Void> keep(List<T> all);

  /**
   * A book in memory: it outlasts its keeper, but not its process. For simulations and tests. Used
   * from one thread at a time.
   */
  static <T> Book<T> inMemory() {
    return new Book<>() {
      private List<T> kept = List.of();

      @Override
      public synchronized Future<List<T>> open() {
        return Future.succeededFuture(kept);
      }

      @Override
      public synchronized Future<Void> keep(List<T> all) {
        kept = List.copyOf(all);
        return Future.succeededFuture();
      }
    };
  }
}
