package io.ballast.net.trade;

import io.vertx.core.Future;
import java.util.List;

/**
 * What is wanted on this host, such as all ports, as written down. What was confirmed is there
 * after a crash of the agent or of the host.
 *
 * <p>No method blocks. Futures complete on any thread, and fail as {@code NO_JOURNAL} where the
 * book can't be read or written; then nothing of it was changed.
 */
public interface Book<T> {
  /** Reads what an earlier life of the agent wrote; first of all, once. */
  Future<List<T>> open();

  /** Writes down all that is wanted from now on. One at a time. */
  Future<Void> keep(List<T> all);
}
