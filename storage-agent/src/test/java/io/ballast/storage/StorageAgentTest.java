package io.ballast.storage;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ballast.agent.Heartbeat;
import io.ballast.bus.Address;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.storage.testing.FakeVolumes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StorageAgentTest {
  private static final HostId HOST = new HostId("h1");
  private static final Pool IMAGES =
      new Pool("images", "dir", true, Bytes.ofMiB(100), Bytes.ofMiB(30), Bytes.ofMiB(70));

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeVolumes volumes = new FakeVolumes();
  private final List<StorageBeat> beats = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(30));
    done(bus.serve(StorageBeat.class, beats::add));
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void theFirstBeatTellsThePoolsAlready() {
    deploy();

    await().until(() -> !beats.isEmpty());
    assertEquals(1, beats.getFirst().pulse().sequence());
    assertEquals(HOST, beats.getFirst().pulse().host());
    assertEquals(List.of(IMAGES), beats.getFirst().pools());
  }

  @Test
  void whatChangesIsToldInALaterBeat() {
    deploy();
    volumes.inactivePool("archive");
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(31));

    Pool archive = new Pool("archive", "dir", false, Bytes.ZERO, Bytes.ZERO, Bytes.ZERO);
    await().until(() -> !beats.isEmpty() && beats.getLast().pools().size() == 2);
    assertEquals(archive, beats.getLast().pools().getFirst());
    assertEquals(Bytes.ofMiB(31), beats.getLast().pools().getLast().used());
  }

  @Test
  void beatsGoOnWithWhatIsKnownWhileTheStorageHangsOrRefuses() {
    deploy();
    await().until(() -> !beats.isEmpty());

    volumes.hang();
    await().until(() -> beats.size() >= 5);
    assertEquals(List.of(IMAGES), beats.getLast().pools());

    volumes.recover();
    volumes.refuse("no libvirt here");
    int told = beats.size();
    await().until(() -> beats.size() >= told + 3);
    assertEquals(List.of(IMAGES), beats.getLast().pools());

    volumes.recover();
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(99));
    await().until(() -> beats.getLast().pools().getFirst().used().equals(Bytes.ofMiB(99)));
  }

  @Test
  void inspectTellsTheNextBeat() {
    deploy();
    await().until(() -> !beats.isEmpty());

    Reply.StorageInspected told =
        done(bus.call(Request.of(Address.at(Role.STORAGE, HOST), new InspectStorage())));

    assertEquals(List.of(IMAGES), told.beat().pools());
  }

  @Test
  void whatIsForOthersIsRefused() {
    StorageCommands commands =
        new StorageCommands(
            () ->
                new StorageBeat(
                    new Pulse(HOST, "lab", 1, 1, Instant.EPOCH, Duration.ofSeconds(1), "1"),
                    List.of()));
    Envelope envelope =
        new Envelope(
            new OperationId("x"),
            "test",
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty(),
            false,
            false);

    Throwable cause = commands.receive(envelope, new InspectHost()).cause();

    assertEquals(Reason.UNKNOWN_KIND, assertInstanceOf(RefusedException.class, cause).reason());
  }

  private void deploy() {
    done(
        vertx.deployVerticle(
            new StorageAgent(
                new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"),
                bus,
                volumes,
                Clock.systemUTC())));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
