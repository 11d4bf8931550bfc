package io.ballast.ops.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.messages.VmState;
import io.ballast.ops.TestBroker;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.BusSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent that is killed with -9 at any point of a command has, after its restart, exactly one
 * outcome and one effect of it, and answers the same when it comes again. Each deed has an agent of
 * its own, which stands still at its point; when all do, their process is killed.
 */
final class AgentCrashIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path world;

  private final Vertx vertx = Vertx.vertx();
  private final TestBroker broker = new TestBroker();
  private final List<Event.OperationFinished> ends = new CopyOnWriteArrayList<>();
  private final Set<OperationId> accepted = ConcurrentHashMap.newKeySet();
  private Bus bus;

  @BeforeEach
  void join() {
    bus =
        RabbitBus.connect(
            vertx, Credentials.busOptions(BusSettings.DEFAULT.with(broker.credentials()), "test"));
    await(bus.serve(Event.OperationFinished.class, ends::add));
    Deed.all().forEach(this::prepare);
  }

  @AfterEach
  void leave() {
    await(bus.close());
    await(vertx.close());
    broker.close();
  }

  private PaperHypervisor paper(Deed deed) {
    return new PaperHypervisor(vertx, world, deed.host());
  }

  private void prepare(Deed deed) {
    switch (deed.kind()) {
      case START -> paper(deed).put(deed.vm(), VmState.SHUT_OFF);
      case MIGRATE -> paper(deed).put(deed.vm(), VmState.RUNNING);
      case DEFINE -> {}
    }
  }

  @Test
  void everythingIsDoneOnceAndToldOnceWhereverTheAgentIsKilled() throws Exception {
    try (ChildProcess first = agents(true)) {
      Deed.all().forEach(this::send);
      first.untilPrinted(Math.toIntExact(Deed.all().count()), "still ");
      first.kill();
    }

    try (ChildProcess second = agents(false)) {
      Deed.all().forEach(this::send);
      Awaitility.await("all have ended and are answered")
          .atMost(PATIENCE)
          .until(() -> Deed.all().allMatch(this::isOver));
      Deed.all().forEach(this::check);
      second.kill();
    }
  }

  private void send(Deed deed) {
    bus.call(
            Request.of(Address.at(Role.HOST, deed.host()), deed.command())
                .withId(deed.operation())
                .within(Duration.ofMinutes(1)))
        .onSuccess((Reply.Accepted answer) -> accepted.add(answer.operation()));
  }

  private boolean isOver(Deed deed) {
    return accepted.contains(deed.operation()) && !outcomes(deed).isEmpty();
  }

  private List<Outcome> outcomes(Deed deed) {
    return ends.stream()
        .filter(end -> end.operation().equals(deed.operation()))
        .map(Event.OperationFinished::outcome)
        .distinct()
        .toList();
  }

  private void check(Deed deed) {
    List<Outcome> outcomes = outcomes(deed);
    assertEquals(1, outcomes.size(), () -> deed + " ended as " + outcomes);
    Outcome outcome = outcomes.getFirst();
    PaperHypervisor paper = paper(deed);
    int done =
        Collections.frequency(
            paper.effects(),
            deed.kind().name().toLowerCase(java.util.Locale.ROOT) + " " + deed.vm());
    boolean isDone = outcome instanceof Outcome.Done;
    assertTrue(isDone || outcome instanceof Outcome.Failed, () -> deed + " ended as " + outcome);
    switch (deed.kind()) {
      case START -> {
        assertEquals(isDone ? 1 : 0, done, deed + ": " + outcome);
        assertEquals(
            Optional.of(isDone ? VmState.RUNNING : VmState.SHUT_OFF), paper.state(deed.vm()));
      }
      case DEFINE -> {
        assertTrue(isDone, () -> deed + " ended as " + outcome);
        assertEquals(Optional.of(VmState.SHUT_OFF), paper.state(deed.vm()));
      }
      case MIGRATE -> {
        assertEquals(isDone ? 1 : 0, done, deed + ": " + outcome);
        assertEquals(
            isDone ? Optional.empty() : Optional.of(VmState.RUNNING), paper.state(deed.vm()));
        assertEquals(
            isDone ? Optional.of(VmState.RUNNING) : Optional.empty(),
            new PaperHypervisor(vertx, world, Deed.TARGET).state(deed.vm()));
      }
    }
    boolean mayHaveBegun =
        deed.point().compareTo(Point.HALF_WAY) >= 0 || deed.point() == Point.RECEIVED;
    assertEquals(
        mayHaveBegun || deed.kind() == Deed.Kind.DEFINE || deed.point() == Point.ANSWERED,
        isDone,
        () -> deed + " ended as " + outcome);
  }

  private ChildProcess agents(boolean still) throws IOException {
    ChildProcess agents =
        new ChildProcess(
            CrashingAgents.class,
            world.resolve(still + ".log"),
            world.toString(),
            broker.credentials().toString(),
            Boolean.toString(still));
    agents.untilPrinted(1, "ready");
    return agents;
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
