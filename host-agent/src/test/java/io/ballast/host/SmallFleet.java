package io.ballast.host;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.ballast.agent.Forgetful;
import io.ballast.agent.Journal;
import io.ballast.agent.Loop;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.bus.local.LocalHub;
import io.ballast.host.meter.HostMeter;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.work.Patience;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Two fake hosts with their agents on a local bus, and somebody who talks to them. */
final class SmallFleet implements AutoCloseable {
  static final HostId H1 = new HostId("h1");
  static final HostId H2 = new HostId("h2");
  private static final Duration BEAT_EVERY = Duration.ofMillis(100);
  private static final Duration HANG = Duration.ofMillis(300);

  /** Longer than this process is ever held up. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final Patience PATIENCE =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofMillis(50),
          Duration.ofMillis(200),
          Duration.ofSeconds(2));

  final Vertx vertx = Vertx.vertx();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final List<HostBeat> beats = new CopyOnWriteArrayList<>();
  final List<Event> events = new CopyOnWriteArrayList<>();
  final FakeHypervisor first;
  final FakeHypervisor second;
  private final Map<HostId, Journal> journals = new ConcurrentHashMap<>();
  private final LocalHub hub = new LocalHub();
  final LocalBus bus = new LocalBus(vertx, hub, "test");

  SmallFleet() {
    FakeWorld world = new FakeWorld(Loop.of(vertx.getOrCreateContext()), Bytes.ofMiB(200), HANG);
    first = world.host(H1, 1, Bytes.ofMiB(1000));
    second = world.host(H2, 1, Bytes.ofMiB(1000));
    await(bus.serve(HostBeat.class, beats::add));
    await(bus.serve(Event.class, events::add));
  }

  /** Starts the agents of both hosts. */
  SmallFleet up() {
    deploy(H1, first, first.meter());
    deploy(H2, second, second.meter());
    return this;
  }

  /** Starts an agent; the returned name ends it again. */
  String deploy(HostId host, FakeHypervisor hypervisor, HostMeter meter) {
    return deploy(host, hypervisor, meter, BEAT_EVERY);
  }

  /** Starts an agent that beats as often as said. */
  String deploy(HostId host, FakeHypervisor hypervisor, HostMeter meter, Duration beatEvery) {
    HostAgentConfig config =
        HostAgentConfig.of(host, "lab", "1.2.3", hypervisor.peerUri())
            .beatingEvery(beatEvery)
            .with(PATIENCE)
            .with(FakeWorld.PEERS);
    return await(
        vertx.deployVerticle(
            new HostAgent(
                config,
                new LocalBus(vertx, hub, "agent-" + host),
                journals.computeIfAbsent(host, none -> new Forgetful(Instant.now())),
                new HostAgent.Machine(hypervisor, meter),
                registry,
                Clock.systemUTC())));
  }

  /** Asks the agent of a host, which must answer. */
  <R extends Reply> R ask(HostId host, Command<R> command) {
    return await(bus.call(request(host, command)));
  }

  /** A request to the first host, for whose answer there is time. */
  static <R extends Reply> Request<R> request(Command<R> command) {
    return request(H1, command);
  }

  private static <R extends Reply> Request<R> request(HostId host, Command<R> command) {
    return Request.of(Address.at(Role.HOST, host), command).within(LONG);
  }

  /** Asks for a change at the first host and waits for its end. */
  Outcome outcome(Command<Reply.Accepted> command) {
    return outcome(ask(H1, command).operation());
  }

  Outcome outcome(OperationId operation) {
    Awaitility.await().atMost(60, SECONDS).until(() -> !outcomes(operation).isEmpty());
    return outcomes(operation).getFirst();
  }

  List<Outcome> outcomes(OperationId operation) {
    return events.stream()
        .filter(Event.OperationFinished.class::isInstance)
        .map(Event.OperationFinished.class::cast)
        .filter(event -> event.operation().equals(operation))
        .map(Event.OperationFinished::outcome)
        .toList();
  }

  /** Asks the first host for what it must refuse. */
  Reply.Refused refusal(Command<?> command) {
    return refusal(request(command));
  }

  Reply.Refused refusal(Request<?> request) {
    try {
      Object answer = bus.call(request).toCompletionStage().toCompletableFuture().get(60, SECONDS);
      throw new AssertionError("not refused: " + answer);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        return refused.reply();
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** A migration that takes the time it takes. */
  static Migrate migrate(VmId vm, HostId to, String peerUri) {
    return new Migrate(
        vm,
        to,
        Optional.of(peerUri),
        Optional.empty(),
        Duration.ofMillis(300),
        Duration.ofSeconds(60),
        Optional.empty());
  }

  /** The latest beat of a host; waits for the first. */
  HostBeat lastBeat(HostId host) {
    return Awaitility.await("a beat of " + host)
        .atMost(60, SECONDS)
        .until(() -> latest(host), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<HostBeat> latest(HostId host) {
    return beats.stream()
        .filter(beat -> beat.pulse().host().equals(host))
        .reduce((before, after) -> after);
  }

  static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    await(vertx.close());
  }
}
