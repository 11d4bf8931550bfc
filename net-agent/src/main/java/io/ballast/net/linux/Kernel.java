package io.ballast.net.linux;

import io.ballast.messages.NetBeat.Ability;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * The network of the kernel.
 *
 * <p>No method blocks. Every future completes on any thread within a deadline, or fails with a
 * {@link io.ballast.bus.RefusedException}.
 */
public interface Kernel extends AutoCloseable {
  /**
   * What can't be had here, and why, for a person: of the abilities that begin with {@code LINUX}.
   * Found out once.
   */
  Future<Map<Ability, String>> lacking();

  /** Looks at everything once. What could not be had anyway is told as not there. */
  Future<Present> look();

  /** Carries out steps in their order, until one fails. */
  Future<Void> carryOut(List<Step> steps);

  /** Changes our table by all steps at once, or by none. */
  Future<Void> change(List<TableStep> steps);

  /** Sends a frame out of a link as it is. */
  Future<Void> send(String link, byte[] frame);

  @Override
  void close();
}
