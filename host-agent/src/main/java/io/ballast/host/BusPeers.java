package io.ballast.host;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.host.work.Peers;
import io.ballast.messages.HostCommand.Consider;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostCommand.Release;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The other hosts by their agents on the bus, and by the names of this host's resolver. */
record BusPeers(Bus bus, Vertx vertx) implements Peers {
  /** How long an agent may take to say that it gave a promise up. */
  private static final Duration ANSWER = Duration.ofSeconds(3);

  /** A promise that is still to be given back then has lost its agent. */
  private static final Duration TO_RELEASE = Duration.ofMinutes(1);

  @Override
  public Future<Reply.Prepared> prepare(
      HostId to, Prepare asked, Optional<Long> epoch, Duration within) {
    Request<Reply.Prepared> request = Request.of(at(to), asked).within(within);
    return bus.call(epoch.map(request::withEpoch).orElse(request));
  }

  @Override
  public Future<Reply.Considered> consider(HostId to, Prepare asked, Duration within) {
    return bus.call(Request.of(at(to), new Consider(asked)).within(within));
  }

  @Override
  public Future<String> address(HostId to, Duration within) {
    return bus.call(Request.of(at(to), new InspectHost()).within(within))
        .map(found -> found.beat().hypervisor().peerUri());
  }

  /** Where another scheduler leads by now, this agent's own name is all that is left to go by. */
  @Override
  public Future<Void> release(HostId to, OperationId operation, Optional<Long> epoch) {
    Request<Reply.Accepted> own = Request.of(at(to), new Release(operation)).within(TO_RELEASE);
    if (epoch.isEmpty()) {
      return bus.cast(own);
    }
    Request<Reply.Accepted> led = own.withEpoch(epoch.get());
    return bus.call(led.within(ANSWER))
        .<Void>mapEmpty()
        .recover(failure -> bus.cast(isStale(failure) ? own : led));
  }

  private static boolean isStale(Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.STALE_EPOCH;
  }

  /** The resolver of the system blocks, so it is asked on a worker; its caller need not wait. */
  @Override
  public Future<List<InetAddress>> resolve(String name) {
    return vertx
        .executeBlocking(() -> List.of(InetAddress.getAllByName(name)), false)
        .recover(
            unknown ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.NOT_ALLOWED,
                        "the name %s stands for no address here; write an address instead of it"
                            .formatted(name))));
  }

  private static Address at(HostId host) {
    return Address.at(Role.HOST, host);
  }
}
