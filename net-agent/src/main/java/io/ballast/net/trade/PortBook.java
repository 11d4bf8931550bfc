package io.ballast.net.trade;

import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.vertx.core.Future;
import java.util.Map;

/**
 * The ports that are wanted on this host, as written down. What was confirmed is there after a
 * crash of the agent or of the host.
 *
 * <p>No method blocks. Futures complete on any thread, and fail as {@code NO_JOURNAL} where the
 * book can't be read or written; then nothing of it was changed.
 */
public interface PortBook {
  /** Reads what an earlier life of the agent wrote; first of all, once. */
  Future<Map<Mac, Port>> open();

  /** Writes down all ports that are wanted from now on. One at a time. */
  Future<Void> keep(Map<Mac, Port> ports);
}
