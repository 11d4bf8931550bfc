package io.ballast.host;

import static io.ballast.host.SmallFleet.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.HostCommand.Release;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BusPeersTest {
  private static final HostId TARGET = new HostId("h2");
  private static final OperationId MOVE = new OperationId("move");

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final BusPeers peers = new BusPeers(bus, vertx);
  private final List<OptionalLong> epochs = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void aPromiseIsGivenBackInTheNameOfTheSchedulerForWhichItWasAsked() {
    serve((envelope, command) -> Future.succeededFuture(new Reply.Accepted(MOVE)));

    await(peers.release(TARGET, MOVE, Optional.of(7L)));

    assertEquals(List.of(OptionalLong.of(7)), epochs);
  }

  @Test
  void whereAnotherSchedulerLeadsByNowItIsGivenBackInItsOwn() {
    serve(
        (envelope, command) ->
            envelope.epoch().isPresent()
                ? Future.failedFuture(new RefusedException(Reason.STALE_EPOCH, "8 leads"))
                : Future.succeededFuture(new Reply.Accepted(MOVE)));

    await(peers.release(TARGET, MOVE, Optional.of(7L)));

    told(OptionalLong.of(7), OptionalLong.empty());
  }

  @Test
  void onePromisedToNoSchedulerIsGivenBackInItsOwnName() {
    serve((envelope, command) -> Future.succeededFuture(new Reply.Accepted(MOVE)));

    await(peers.release(TARGET, MOVE, Optional.empty()));

    told(OptionalLong.empty());
  }

  private void told(OptionalLong... inOrder) {
    Awaitility.await().untilAsserted(() -> assertEquals(List.of(inOrder), epochs));
  }

  /** An agent that answers like this. */
  private void serve(Bus.Receiver agent) {
    await(
        bus.serve(
            Address.at(Role.HOST, TARGET),
            (envelope, command) -> {
              assertEquals(new Release(MOVE), command);
              epochs.add(envelope.epoch());
              return agent.receive(envelope, command);
            }));
  }
}
