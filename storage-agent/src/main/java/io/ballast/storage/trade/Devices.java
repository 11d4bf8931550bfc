package io.ballast.storage.trade;

import io.ballast.messages.StorageBeat.Health;
import io.vertx.core.Future;
import java.util.List;

/**
 * The disks of this host, and the arrays that its kernel makes of them.
 *
 * <p>No method blocks. The futures complete on the caller's Vert.x context, each within a time of
 * the implementation's: with how every one of them fares, or with a {@link
 * io.ballast.bus.RefusedException} where none of them can be asked.
 */
public interface Devices extends AutoCloseable {
  /** So many disks, and so many arrays, are told at most. */
  int MOST = 256;

  /** Asks all disks how they fare, which may take minutes. */
  Future<List<Health>> disks();

  /** Asks the kernel how its arrays fare. */
  Future<List<Health>> arrays();

  @Override
  void close();
}
