package io.ballast.storage;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent;
import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Loop;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.InspectHost;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageBeat.Health;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.storage.testing.FakeDevices;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.StoragePolicy;
import io.ballast.storage.trade.Volumes;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StorageAgentTest {
  private static final HostId HOST = new HostId("h1");
  private static final Pool IMAGES =
      new Pool("images", "dir", true, Bytes.ofMiB(100), Bytes.ofMiB(30), Bytes.ofMiB(70));

  private static final Agent.Terms TERMS =
      Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"));

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeVolumes volumes = new FakeVolumes();
  private final FakeDevices devices = new FakeDevices();
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
  void theFirstBeatTellsHowTheStorageFares() {
    devices.put(Health.Kind.DISK, "/dev/sda", Health.Verdict.WARNING, "8 sectors were replaced.");
    volumes.failedPool("archive");
    deploy();

    await().until(() -> !beats.isEmpty());
    assertEquals(
        List.of("POOL archive FAILING", "POOL images GOOD", "DISK /dev/sda WARNING"),
        beats.getFirst().health().stream()
            .map(
                health ->
                    health.kind() + " " + health.name().orElse("all") + " " + health.verdict())
            .toList());
  }

  @Test
  void aPoolThatCantBeMeasuredIsUnknownAndKeepsItsNumbers() {
    Map<String, String> why = Map.of("images", "there is no folder '/images'");
    deploy(
        (Volumes)
            Proxy.newProxyInstance(
                Volumes.class.getClassLoader(),
                new Class<?>[] {Volumes.class},
                (proxy, method, arguments) ->
                    method.getName().equals("unmeasured")
                        ? why
                        : method.invoke(volumes, arguments)));

    await().until(() -> !beats.isEmpty());
    assertEquals(List.of(IMAGES), beats.getFirst().pools());
    Health told = beats.getFirst().health().getFirst();
    assertEquals(Optional.of("images"), told.name());
    assertEquals(Health.Verdict.UNKNOWN, told.verdict());
    assertEquals("It can't be measured: there is no folder '/images'", told.reason());
  }

  @Test
  void whatChangesIsToldInALaterBeat() {
    deploy();
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(31));
    volumes.inactivePool("archive");

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
    await().until(() -> beats.size() >= told + 3 && beats.getLast().problem().isPresent());
    assertEquals(List.of(IMAGES), beats.getLast().pools());
    StorageBeat old = beats.getLast();
    assertEquals(Optional.of("no libvirt here"), old.problem());

    volumes.recover();
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(99));
    await().until(() -> beats.getLast().pools().getFirst().used().equals(Bytes.ofMiB(99)));
    assertEquals(Optional.empty(), beats.getLast().problem());
    assertTrue(beats.getLast().sampledAt().orElseThrow().isAfter(old.sampledAt().orElseThrow()));
  }

  @Test
  void poolsThatWereNotSeenYetAreNotNone() {
    volumes.refuse("no libvirt here");
    deploy();

    await().until(() -> !beats.isEmpty());
    assertEquals(Optional.empty(), beats.getFirst().sampledAt());
    assertEquals(Optional.of("no libvirt here"), beats.getFirst().problem());
  }

  @Test
  void inspectTellsTheNextBeat() {
    deploy();
    await().until(() -> !beats.isEmpty());

    Reply.StorageInspected told =
        done(
            bus.call(
                Request.of(Address.at(Role.STORAGE, HOST), new InspectStorage())
                    .within(Duration.ofMinutes(1))));

    assertEquals(List.of(IMAGES), told.beat().pools());
  }

  @Test
  void whatIsForOthersIsRefused() {
    Loop loop = Loop.of(vertx.getOrCreateContext());
    StorageAgent.Machine machine = new StorageAgent.Machine(volumes, devices, Book.inMemory());
    Agent<StorageBeat> agent =
        new Agent<>(
            Role.STORAGE,
            TERMS,
            new Agent.Surroundings(bus, new Forgetful(Instant.EPOCH), loop, Clock.systemUTC()),
            self ->
                new StorageCommands(
                    HOST, machine, StoragePolicy.DEFAULT, self, loop, Clock.systemUTC()),
            known ->
                new StorageSampler(
                        volumes, new HealthSampler(devices, Clock.systemUTC()), Clock.systemUTC())
                    .beat(known.pulse(), List.of()),
            Agent.Watcher.none());
    StorageCommands commands =
        new StorageCommands(HOST, machine, StoragePolicy.DEFAULT, agent, loop, Clock.systemUTC());

    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> commands.handling(new OperationId("x"), Optional.empty(), new InspectHost()));

    assertEquals(Reason.UNKNOWN_KIND, refused.reason());
  }

  private void deploy() {
    deploy(volumes);
  }

  private void deploy(Volumes seen) {
    done(
        vertx.deployVerticle(
            StorageAgent.of(
                TERMS,
                bus,
                new Forgetful(Instant.now()),
                new StorageAgent.Machine(seen, devices, Book.inMemory()),
                StoragePolicy.DEFAULT,
                Clock.systemUTC())));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
