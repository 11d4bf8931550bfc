package io.ballast.host.work;

import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply.Considered;
import io.ballast.messages.Reply.Prepared;
import io.vertx.core.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The other hosts, as far as a migration needs them. No method blocks; every future fails with a
 * {@link io.ballast.bus.RefusedException}.
 */
public interface Peers {
  /**
   * Has the agent of a host promise what a virtual machine needs. Fails with what that agent
   * refuses, with {@code UNKNOWN_KIND} if it can't promise anything, or with what became of the
   * question.
   *
   * @param epoch of the scheduler for which it is asked
   */
  Future<Prepared> prepare(HostId to, Prepare asked, Optional<Long> epoch, Duration within);

  /**
   * Asks the agent of a host what stands in the way of a virtual machine that would come. Fails
   * with {@code UNKNOWN_KIND} if it can't say, or with what became of the question.
   */
  Future<Considered> consider(HostId to, Prepare asked, Duration within);

  /** The URI at which a host's hypervisor is reached, by what its agent says. */
  Future<String> address(HostId to, Duration within);

  /**
   * Tells the agent of a host that it need not keep its promise any longer.
   *
   * @param epoch of the scheduler for which it was asked
   */
  Future<Void> release(HostId to, OperationId operation, Optional<Long> epoch);

  /** All addresses for which a name stands here. */
  Future<List<InetAddress>> resolve(String name);
}
