package io.ballast.scheduler;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.bus.Address;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The core has one thread, whatever threads the bus has. */
final class ForeignBusTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final LocalHub hub = new LocalHub();
  private final LocalBus agents = new LocalBus(vertx, hub, "agents");
  private final ForeignBus bus = new ForeignBus(new LocalBus(vertx, hub, "scheduler"));
  private final FakeHosts hosts = new FakeHosts(vertx, agents);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<Event> heard = new CopyOnWriteArrayList<>();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger().addAppender(lines);
    get(agents.serve(Event.class, heard::add));
    get(hosts.serve());
  }

  @AfterEach
  void close() {
    get(vertx.close());
    get(bus.close());
    logger().detachAppender(lines);
  }

  @Test
  void beatsEventsCommandsAndAnswersOfForeignThreadsAllComeToTheOneContext() {
    String id =
        get(
            vertx.deployVerticle(
                new SchedulerVerticle(
                    new SchedulerConfig(
                        FakeHosts.hasty(),
                        SchedulerConfig.DEFAULT.liveness(),
                        SchedulerConfig.DEFAULT.alerts()),
                    bus,
                    new Forgetful(Instant.EPOCH),
                    Book.inMemory(),
                    registry,
                    Clock.systemUTC())));
    hosts.beat(FakeHosts.H1);
    hosts.beat(FakeHosts.H2);

    await().atMost(PATIENCE).until(() -> inspect().hosts().size() == 2);
    await().atMost(PATIENCE).until(this::aMoveIsDone);
    assertEquals(FakeHosts.H2, hosts.place(FakeHosts.BUSY));
    assertTrue(registry.get("ballast.move.downtime").timer().count() > 0);
    assertEquals(List.of(), errors());

    get(vertx.undeploy(id));
    assertEquals(List.of(), errors());
  }

  @Test
  void whoTouchesTheCoreFromElsewhereIsRefusedLoudly() {
    Context home = vertx.getOrCreateContext();
    Driver driver =
        new Driver(
            SchedulerConfig.DEFAULT,
            bus,
            Diary.open(
                    new Forgetful(Instant.EPOCH),
                    Book.inMemory(),
                    Clock.systemUTC(),
                    new Loop(home))
                .result(),
            new FleetMetrics(registry, Clock.systemUTC()),
            Clock.systemUTC(),
            new Loop(home));

    IllegalStateException stray =
        assertThrows(
            IllegalStateException.class, () -> driver.onBeat(hosts.nextBeat(FakeHosts.H1)));
    assertTrue(String.valueOf(stray.getMessage()).contains("is not its context"));
    assertEquals(1, errors().size());
    assertThrows(IllegalStateException.class, driver::begin);
    assertThrows(IllegalStateException.class, driver::close);
  }

  private boolean aMoveIsDone() {
    return heard.stream()
        .anyMatch(
            event ->
                event instanceof Event.MoveChanged changed
                    && changed.move().state() == Move.State.DONE
                    && changed.move().measures().isPresent());
  }

  private Fleet inspect() {
    Reply.FleetInspected inspected =
        get(
            agents.call(
                Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.InspectFleet())
                    .within(PATIENCE)));
    return inspected.fleet();
  }

  private List<String> errors() {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getLevel().isGreaterOrEqual(Level.ERROR))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
