package io.ballast.scheduler;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.messages.Alert;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.Move;
import io.ballast.messages.NetOrder;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SchedulerVerticleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HostId H1 = FakeHosts.H1;
  private static final HostId H2 = FakeHosts.H2;

  /** What is raised of hosts in this process also if it was held up for seconds. */
  private static final Set<Alert.Verdict> WHERE_A_PROCESS_WAS_HELD_UP =
      Set.of(Alert.Verdict.HOST_SILENT, Alert.Verdict.CLOCK_SKEWED);

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final LocalBus agents = new LocalBus(vertx, hub, "agents");
  private final CutBus line = new CutBus(new LocalBus(vertx, hub, "scheduler"));
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Book<HostPorts> ports = Book.inMemory();
  private final List<Event> heard = new CopyOnWriteArrayList<>();
  private final FakeHosts hosts = new FakeHosts(vertx, agents);

  @BeforeEach
  void listen() {
    get(agents.serve(Event.class, heard::add));
  }

  @AfterEach
  void close() {
    get(vertx.close());
  }

  @Test
  void theFleetIsInspectedOverTheBus() {
    deploy(Policy.DEFAULT);
    hosts.beat(H1);
    hosts.beat(H2);

    Fleet.Host first =
        await()
            .atMost(PATIENCE)
            .until(
                () -> inspect().hosts(),
                all -> all.size() == 2 && all.getFirst().status() == Fleet.Status.UP)
            .getFirst();
    assertEquals(H1, first.id());
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
    get(hosts.serve());
    deploy(FakeHosts.hasty());
    hosts.beat(H1);
    hosts.beat(H2);

    await().atMost(PATIENCE).until(() -> !ended(Move.State.DONE).isEmpty());
    Move move = ended(Move.State.DONE).getFirst();
    assertEquals(H1, move.from());
    assertEquals(H2, move.to());
    assertTrue(hosts.epochs.getFirst().isPresent());
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
    deploy(FakeHosts.hasty());
    hosts.beat(H1);
    hosts.beat(H2);

    await().atMost(PATIENCE).until(() -> !ended(Move.State.FAILED).isEmpty());
    assertEquals(H1, hosts.place(FakeHosts.BUSY));
  }

  @Test
  void aSilentHostIsToldOnTheBusAndShowsInTheMetricsUntilItReturns() {
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    hosts.beat(H1);
    hosts.beat(H2);
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.vms", H1) == 2);
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.up", H1) == 1);
    assertEquals(0.9, gauge("ballast.host.cpu.ratio", H1), 1e-9);

    hosts.silence(H1);
    await().atMost(PATIENCE).until(() -> !silencesOfH1().isEmpty());
    assertEquals(List.of("busy", "calm"), silencesOfH1().getFirst().alert().vms());
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.up", H1) == 0);
    assertEquals(
        1,
        registry
            .get("ballast.alerts")
            .tags("host", "h1", "verdict", "HOST_SILENT")
            .gauge()
            .value());

    hosts.beat(H1);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                heard(Event.AlertResolved.class).stream()
                    .anyMatch(resolved -> resolved.alert().host().equals(H1)));
    await().atMost(PATIENCE).until(() -> registry.find("ballast.alerts").gauge() == null);
    assertEquals(1, silencesOfH1().size());
    assertTrue(
        heard(Event.AlertRaised.class).stream()
            .map(raised -> raised.alert().verdict())
            .allMatch(WHERE_A_PROCESS_WAS_HELD_UP::contains),
        heard::toString);
  }

  private List<Event.AlertRaised> silencesOfH1() {
    return heard(Event.AlertRaised.class).stream()
        .filter(raised -> raised.alert().host().equals(H1))
        .filter(raised -> raised.alert().verdict() == Alert.Verdict.HOST_SILENT)
        .toList();
  }

  @Test
  void anAlertThatIsRaisedWhileTheBusIsAwayIsToldWhenItIsBack() {
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    hosts.beat(H1);
    hosts.beat(H2);
    await().atMost(PATIENCE).until(() -> inspect().hosts().size() == 2);
    line.cut();
    hosts.silence(H1);
    await().atMost(PATIENCE).until(() -> !inspect().alerts().isEmpty());
    assertEquals(List.of(), heard(Event.AlertRaised.class));

    line.mend();
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertRaised.class).isEmpty());
  }

  @Test
  void theOnlyHostIsNotCalledSilentWhileTheBusIsLostAndIsWhenItStaysAwayAfterwards() {
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    hosts.beat(H1);
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.up", H1) == 1);
    line.lose();
    hosts.silence(H1);
    await().atMost(PATIENCE).until(() -> gauge("ballast.host.beat.age", H1) > 6);
    assertEquals(List.of(), inspect().alerts());

    line.mend();
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertRaised.class).isEmpty());
    hosts.beat(H1);
    await().atMost(PATIENCE).until(() -> !heard(Event.AlertResolved.class).isEmpty());
  }

  @Test
  void aPortThatADeadHostKeptBeforeTheLastStartFollowsItsMachine() {
    Port port = Port.of(new Mac("52:54:00:00:00:01"), FakeHosts.BUSY, "br0");
    get(ports.keep(List.of(new HostPorts(H2, List.of(port)))));
    List<Command<?>> ordered = new CopyOnWriteArrayList<>();
    get(
        agents.serve(
            Address.at(Role.NET, H1),
            (envelope, command) -> {
              ordered.add(command);
              return Future.succeededFuture(new Reply.Accepted(envelope.id()));
            }));
    deploy(Policy.DEFAULT.with(Policy.Mode.OFF));
    BeatMaker network = new BeatMaker("h1");
    hosts.beat(H1);

    agents.fanout(network.net(Instant.now()));
    await().atMost(PATIENCE).until(() -> !ordered.isEmpty());
    assertEquals(new NetOrder.PlugPort(port), ordered.getFirst());

    agents.fanout(network.net(Instant.now(), port));
    await()
        .atMost(PATIENCE)
        .until(() -> get(ports.open()).equals(List.of(new HostPorts(H1, List.of(port)))));
  }

  private void deploy(Policy policy) {
    SchedulerConfig config =
        new SchedulerConfig(
            policy,
            new LivenessSettings(8, 10, 40, 0.1, Duration.ZERO, Duration.ofSeconds(30)),
            AlertSettings.DEFAULT);
    get(
        vertx.deployVerticle(
            new SchedulerVerticle(
                config, line, new Forgetful(Instant.EPOCH), ports, registry, Clock.systemUTC())));
  }

  private Fleet inspect() {
    Reply reply =
        get(
            agents.call(
                Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.InspectFleet())
                    .within(PATIENCE)));
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
