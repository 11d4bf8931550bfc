package io.ballast.agent;

import io.ballast.bus.RefusedException;
import java.util.Optional;

/**
 * A connection of a native library. The thread of the lane that opened it is the only one to use
 * it.
 */
public interface LaneConnection {
  /** Why it is of no use any more; empty while it is. Asks nobody, and waits a moment at most. */
  Optional<RefusedException> lost();

  /** Closes it; may block as long as the other end likes. Called once. */
  void end();
}
