package io.ballast.ops.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.rabbit.RabbitBus;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.ops.TestBroker;
import io.ballast.ops.client.Credentials;
import io.ballast.ops.config.BusSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process of an agent that is told to end in the middle of 64 calls and 64 casts: each call is
 * answered, and the next life does what is left, so that all is done once.
 */
final class AgentStopIT {
  private static final int MANY = 64;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path world;

  private final Vertx vertx = Vertx.vertx();
  private final TestBroker broker = new TestBroker();
  private final Map<OperationId, Outcome> ends = new ConcurrentHashMap<>();
  private RabbitBus bus;

  @BeforeEach
  void join() {
    bus =
        RabbitBus.connect(
            vertx, Credentials.busOptions(BusSettings.DEFAULT.with(broker.credentials()), "test"));
    await(
        bus.serve(Event.OperationFinished.class, end -> ends.put(end.operation(), end.outcome())));
  }

  @AfterEach
  void leave() {
    await(bus.close());
    await(vertx.close());
    broker.close();
  }

  @Test
  void eachCallIsAnsweredAndAllThatWasAcceptedIsDoneOnce() throws Exception {
    PaperHypervisor paper = new PaperHypervisor(vertx, world, SlowAgent.HOST);
    List<Future<Reply.Accepted>> calls = new ArrayList<>();
    Set<OperationId> due = new TreeSet<>(java.util.Comparator.comparing(OperationId::value));
    try (ChildProcess agent = agent("first")) {
      for (int i = 0; i < MANY; i++) {
        calls.add(bus.call(start(paper, "call-" + i)));
        Request<?> cast = start(paper, "cast-" + i);
        due.add(cast.id());
        await(bus.cast(cast));
      }
      agent.untilPrinted(MANY, "looks at ");
      assertEquals(0, agent.end(), agent.log());
    }
    await(Future.join(calls).otherwiseEmpty());
    for (Future<Reply.Accepted> call : calls) {
      if (call.succeeded()) {
        due.add(call.result().operation());
      } else {
        assertEquals(Reason.NOT_READY, ((RefusedException) call.cause()).reason());
      }
    }

    try (ChildProcess agent = agent("second")) {
      Awaitility.await().atMost(PATIENCE).until(() -> ends.keySet().containsAll(due));
      assertEquals(0, agent.end(), agent.log());
    }

    assertEquals(
        Set.of(new Outcome.Done(Optional.empty())), Set.copyOf(ends.values()), ends::toString);
    Map<String, Long> effects =
        paper.effects().stream().collect(Collectors.groupingBy(one -> one, Collectors.counting()));
    assertEquals(Set.of(1L), Set.copyOf(effects.values()), effects::toString);
    assertEquals(due.size(), effects.size());
  }

  private static Request<Reply.Accepted> start(PaperHypervisor paper, String id) {
    VmId vm =
        new VmId(UUID.nameUUIDFromBytes(id.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    paper.put(vm, VmState.SHUT_OFF);
    return Request.of(Address.at(Role.HOST, SlowAgent.HOST), new HostCommand.Start(vm))
        .withId(new OperationId(id))
        .within(Duration.ofMinutes(1));
  }

  private ChildProcess agent(String name) throws IOException {
    ChildProcess agent =
        new ChildProcess(
            SlowAgent.class,
            world.resolve(name + ".log"),
            world.toString(),
            broker.credentials().toString());
    agent.untilPrinted(1, "ready");
    return agent;
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }
}
