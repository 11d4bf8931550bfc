package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import java.util.Optional;

/**
 * A connection to a hypervisor. The thread of the lane that opened it is the only one to use it.
 */
interface LaneConnection {
  /** Why it is of no use any more; empty while it is. Asks nobody, and waits a moment at most. */
  Optional<RefusedException> lost();

  /** Closes it; may block as long as the hypervisor likes. Called once. */
  void end();
}
