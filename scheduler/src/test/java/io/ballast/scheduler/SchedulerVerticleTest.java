package io.ballast.scheduler;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.LocalBus;
import io.ballast.bus.LocalHub;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.AlertSettings;
import io.ballast.scheduler.core.LivenessSettings;
import io.ballast.scheduler.core.Policy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SchedulerVerticleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final VmId BUSY = new VmId(new UUID(0, 1));
  private static final VmId CALM = new VmId(new UUID(0, 2));

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final LocalBus agents = new LocalBus(vertx, hub, "agents");
  private final CutBus line = new CutBus(new LocalBus(vertx, hub, "scheduler"));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Event> heard = new CopyOnWriteArrayList<>();
  private final Map<VmId, HostId> places = new ConcurrentHashMap<>();
  private final Map<HostId, Long> timers = new ConcurrentHashMap<>();
  private final Set<OperationId> operations = ConcurrentHashMap.newKeySet();
  private final AtomicLong sequence = new AtomicLong();

  @BeforeEach
  void listen() {
    places.put(BUSY, H1);
    places.put(CALM, H1);
    get(agents.serve(Event.class, heard::add));
  }

  @AfterEach
  void close() {
    get(vertx.close());
  }

  @Test
  void theFleetIsInspectedOverTheBus() {
    deploy(Policy.DEFAULT);
    beats(H1);
    beats(H2);

    await().atMost(PATIENCE).until(() -> inspect().hosts().size() == 2);
    Fleet.Host first = inspect().hosts().getFirst();
    assertEquals(H1, first.id());
    assertEquals(Fleet.Status.UP, first.status());
    assertEquals(2, first.beat().vms().size());
  }

  @Test
  void aCommandForSomebodyElseIsRefused() {
    deploy(Policy.DEFAULT);

    RefusedException refused =
        refusal(
            agents.call(Request.of(Address.any(Role.SCHEDULER), new HostCommand.InspectHost())));
    assertEquals(Reason.UNKNOWN_KIND, refused.reason());
  }

  @Test
  void aHotHostIsRelievedByItsOwnAgent() {
    List<OptionalLong> epochs = new CopyOnWriteArrayList<>();
    for (HostId host : List.of(H1, H2)) {
      get(
          agents.serve(
              Address.at(Role.HOST, host),
              (envelope, command) -> {
                epochs.add(envelope.epoch());
                return agent(envelope.id(), command);
              }));
    }
    deploy(hasty());
    beats(H1);
    beats(H2);

    await().atMost(PATIENCE).until(() -> !ended(Move.State.DONE).isEmpty());
    Move move = ended(Move.State.DONE).getFirst();
    assertEquals(H1, move.from());
    assertEquals(H2, move.to());
    assertTrue(epochs.getFirst().isPresent());
    assertTrue(
        heard.stream()
            .anyMatch(
                event ->
                    event instanceof Event.Decided decided
                        && !decided.decision().moves().isEmpty()));
    assertEquals(1, registry.get("ballast.moves").tag("outcome", "done").counter().count());
    assertEquals(
        40, registry.get("ballast.move.downtime").timer().totalTime(TimeUnit.MILLISECONDS), 0.1);
    assertTrue(registry.get("ballast.fold").timer().count() > 0);
  }

  @Test
  void aMoveToAnAgentThatIsNotThereFails() {
    deploy(hasty());
    beats(H1);
    beats(H2);

    await().atMost(PATIENCE).until(() -> !ended(Move.State.FAILED).isEmpty());
    assertEquals(H1, places.get(BUSY));
  }

  @Test
  void aSilentHostIsToldOnTheBusAndShowsInTheMetricsUntilItReturns() {
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    beats(H1);
    beats(H2);
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.up", H1) == 1);
    assertEquals(0.9, gauge("ballast.host.cpu.ratio", H1), 1e-9);
    assertEquals(2, gauge("ballast.host.vms", H1));

    stopBeats(H1);
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertRaised.class).isEmpty());
    Event.AlertRaised raised = heard(Event.AlertRaised.class).getFirst();
    assertEquals(H1, raised.alert().host());
    assertEquals(List.of("busy", "calm"), raised.alert().vms());
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.up", H1) == 0);
    assertEquals(
        1,
        registry
            .get("ballast.alerts")
            .tags("host", "h1", "verdict", "HOST_SILENT")
            .gauge()
            .value());

    beats(H1);
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertResolved.class).isEmpty());
    await().atMost(PATIENCE).until(() -> registry.find("ballast.alerts").gauge() == null);
    assertEquals(1, heard(Event.AlertRaised.class).size());
  }

  @Test
  void anAlertThatIsRaisedWhileTheBusIsAwayIsToldWhenItIsBack() {
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    beats(H1);
    beats(H2);
    await().atMost(PATIENCE).until(() -> inspect().hosts().size() == 2);
    line.cut();
    stopBeats(H1);
    await().atMost(PATIENCE).until(() -> !inspect().alerts().isEmpty());
    assertEquals(List.of(), heard(Event.AlertRaised.class));

    line.mend();
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertRaised.class).isEmpty());
  }

  private void deploy(Policy policy) {
    SchedulerConfig config =
        new SchedulerConfig(
            policy,
            new LivenessSettings(8, 10, 40, 0.1, Duration.ZERO, Duration.ofSeconds(30)),
            AlertSettings.DEFAULT);
    get(vertx.deployVerticle(new SchedulerVerticle(config, line, registry, Clock.systemUTC())));
  }

  private static Policy hasty() {
    return Policy.DEFAULT
        .with(
            new Policy.Thresholds(
                new Policy.Threshold(0.8, Duration.ofMillis(200), 0.5),
                Policy.Thresholds.DEFAULT.memory(),
                Policy.Thresholds.DEFAULT.load()))
        .with(
            new Policy.Pace(
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                Duration.ofMinutes(3),
                Duration.ofSeconds(15)));
  }

  private Future<? extends Reply> agent(OperationId id, Command<?> command) {
    if (command instanceof HostCommand.Migrate migrate) {
      operations.add(id);
      vertx.setTimer(300, fired -> arrive(id, migrate));
      return Future.succeededFuture(new Reply.Accepted(id));
    }
    return Future.failedFuture(new RefusedException(Reason.UNKNOWN_KIND, "not in this test"));
  }

  private void arrive(OperationId id, HostCommand.Migrate migrate) {
    places.put(migrate.vm(), migrate.to());
    operations.remove(id);
    Outcome.Migration measures =
        new Outcome.Migration(Duration.ofMillis(300), Duration.ofMillis(40), Bytes.ofMiB(64), 2);
    agents.fanout(
        new Event.OperationFinished(
            id, H1, migrate.vm(), new Outcome.Done(Optional.of(measures)), Instant.now()));
  }

  private void beats(HostId host) {
    timers.put(host, vertx.setPeriodic(0, INTERVAL.toMillis(), fired -> agents.fanout(beat(host))));
  }

  private void stopBeats(HostId host) {
    vertx.cancelTimer(Optional.ofNullable(timers.remove(host)).orElseThrow());
  }

  private HostBeat beat(HostId host) {
    List<Vm> vms =
        places.entrySet().stream()
            .filter(place -> place.getValue().equals(host))
            .map(place -> vm(place.getKey()))
            .toList();
    double cpu = vms.stream().mapToDouble(Vm::cpus).sum();
    Instant now = Instant.now();
    return new HostBeat(
        new Pulse(host, "lab", 1000, sequence.incrementAndGet(), now, INTERVAL, "test"),
        new HostBeat.Capacity(1, Bytes.ofMiB(4096)),
        new HostBeat.Load(cpu, Bytes.ofMiB(256), cpu, cpu, cpu, Optional.empty(), List.of()),
        new HostBeat.Hypervisor(
            HostBeat.Health.ANSWERING, Optional.of(now), "fake://" + host + "/system"),
        vms,
        host.equals(H1) ? List.copyOf(operations) : List.of(),
        Optional.empty());
  }

  private static Vm vm(VmId id) {
    boolean busy = id.equals(BUSY);
    return new Vm(
        id,
        busy ? "busy" : "calm",
        VmState.RUNNING,
        1,
        busy ? 0.5 : 0.4,
        Bytes.ofMiB(64),
        Bytes.ofMiB(64),
        Vm.Traffic.NONE);
  }

  private Fleet inspect() {
    Reply reply =
        get(
            agents.call(
                Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.InspectFleet())));
    return assertInstanceOf(Reply.FleetInspected.class, reply).fleet();
  }

  private double gauge(String name, HostId host) {
    var gauge = registry.find(name).tag("host", host.value()).gauge();
    return gauge == null ? Double.NaN : gauge.value();
  }

  private <E extends Event> List<E> heard(Class<E> type) {
    return heard.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private List<Move> ended(Move.State state) {
    return heard(Event.MoveChanged.class).stream()
        .map(Event.MoveChanged::move)
        .filter(move -> move.state() == state)
        .toList();
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static RefusedException refusal(Future<?> future) {
    try {
      Object reply = future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      throw new AssertionError("no refusal but " + reply);
    } catch (Exception e) {
      return assertInstanceOf(RefusedException.class, e.getCause());
    }
  }
}
