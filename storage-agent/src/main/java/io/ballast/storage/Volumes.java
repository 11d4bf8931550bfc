package io.ballast.storage;

import io.ballast.messages.StorageBeat.Pool;
import io.vertx.core.Future;
import java.util.List;

/**
 * The places on this host where disks of virtual machines lie.
 *
 * <p>No method blocks. Every future completes on the caller's Vert.x context within a deadline of
 * the implementation's: with what was asked for, or with a {@link io.ballast.bus.RefusedException}
 * of the reason {@code TRADE_REFUSED}.
 */
public interface Volumes extends AutoCloseable {
  /** All pools, active or not, sorted by name. */
  Future<List<Pool>> pools();

  @Override
  void close();
}
