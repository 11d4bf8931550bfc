package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PortRange;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports to which migrations come. Whether another host reaches them is tried before anything is
 * sent: one of them, which libvirt does not use at that moment, takes one connection within some
 * seconds and closes it.
 */
final class MigrationPorts {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationPorts.class);

  private static final int TRIES = 8;
  private static final Duration OPEN = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMillis(1500);

  private final Vertx vertx;
  private final PortRange range;
  private final NetClient client;

  MigrationPorts(Vertx vertx, PortRange range) {
    this.vertx = vertx;
    this.range = range;
    this.client =
        vertx.createNetClient(
            new NetClientOptions().setConnectTimeout(Math.toIntExact(PATIENCE.toMillis())));
  }

  /** Opens one of them for a while; empty if the last few are all in use. */
  Future<Optional<Integer>> listen() {
    return listen(range.last());
  }

  /** Libvirt begins with the first one, so this begins with the last one. */
  private Future<Optional<Integer>> listen(int port) {
    if (port < range.first() || port <= range.last() - TRIES) {
      LOG.info("None of the last ports of {} is free to be tried", range);
      return Future.succeededFuture(Optional.empty());
    }
    return listen(port, "::")
        .recover(withoutIpv6 -> listen(port, "0.0.0.0"))
        .recover(taken -> listen(port - 1));
  }

  private Future<Optional<Integer>> listen(int port, String address) {
    NetServer server = vertx.createNetServer();
    return server
        .connectHandler(socket -> socket.close().onComplete(closed -> server.close()))
        .listen(port, address)
        .onSuccess(open -> vertx.setTimer(OPEN.toMillis(), over -> server.close()))
        .map(open -> Optional.of(port));
  }

  /** Connects to a port of a peer, and closes it. */
  Future<Void> reach(PeerAddress peer, int port) {
    String host = peer.host().replaceAll("[\\[\\]]", "");
    return client
        .connect(port, host)
        .compose(socket -> socket.close())
        .recover(
            failure ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.NOT_READY,
                        "port %d of %s, where memory would be sent to, is not reached from here (%s);"
                                .formatted(port, host, failure.getMessage())
                            + " look at the firewalls between the two hosts")));
  }

  void close() {
    client.close();
  }
}
