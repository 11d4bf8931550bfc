package io.ballast.storage;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.agent.Agent;
import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Journal;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.storage.testing.FakeDevices;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.FetchPolicy;
import io.ballast.storage.trade.PoolPolicy;
import io.ballast.storage.trade.StoragePolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A storage agent over a fake storage with a pool {@code images}, which is sent commands. */
final class Commanded implements AutoCloseable {
  private static final HostId HOST = new HostId("h1");
  private static final Agent.Terms TERMS =
      Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"));
  private static final StoragePolicy POLICY =
      new StoragePolicy(
          new PoolPolicy(List.of("/srv"), List.of()),
          new FetchPolicy(List.of("https://images.example/")));

  final FakeVolumes volumes = new FakeVolumes();
  final List<StorageBeat> beats = new CopyOnWriteArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final Map<OperationId, Outcome> ends = new ConcurrentHashMap<>();
  private final Journal journal = new Forgetful(Instant.now());
  private final Book<Berth> berths;
  private String life = "";

  Commanded() {
    this(Book.inMemory());
  }

  /**
   * @param berths the volumes that it keeps for moves
   */
  Commanded(Book<Berth> berths) {
    this.berths = berths;
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(30));
    done(bus.serve(Event.WorkFinished.class, end -> ends.put(end.operation(), end.outcome())));
    done(bus.serve(StorageBeat.class, beats::add));
    begin();
  }

  private void begin() {
    StorageAgent.Machine machine = new StorageAgent.Machine(volumes, new FakeDevices(), berths);
    life =
        done(
            vertx.deployVerticle(
                StorageAgent.of(TERMS, bus, journal, machine, POLICY, Clock.systemUTC())));
  }

  /** Ends the agent; what it had begun comes to nothing, and then its next life begins. */
  void restart() {
    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    begin();
  }

  /** Sends a command whose answer is not waited for. */
  <R extends Reply> Future<R> send(StorageCommand<R> command) {
    return bus.call(
        Request.of(Address.at(Role.STORAGE, HOST), command).within(Duration.ofMinutes(1)));
  }

  <R extends Reply> R ask(StorageCommand<R> command) {
    return done(send(command));
  }

  /** How all that was accepted has ended so far. */
  Map<OperationId, Outcome> ends() {
    return Map.copyOf(ends);
  }

  /** How what was accepted ended. */
  Outcome end(StorageCommand<Reply.Accepted> command) {
    OperationId operation = ask(command).operation();
    await().until(() -> ends.containsKey(operation));
    return requireNonNull(ends.get(operation));
  }

  /**
   * Sends two commands at once, and has neither end before both were heard: why each was refused or
   * failed, empty where it succeeded.
   */
  List<Optional<Reason>> atOnce(
      StorageCommand<Reply.Accepted> one, StorageCommand<Reply.Accepted> other) {
    volumes.slow();
    List<Future<Reply.Accepted>> answers = Stream.of(one, other).map(this::send).toList();
    done(Future.join(answers).otherwiseEmpty());
    volumes.recover();
    return answers.stream().map(this::ended).toList();
  }

  private Optional<Reason> ended(Future<Reply.Accepted> answer) {
    if (answer.failed()) {
      return Optional.of(assertInstanceOf(RefusedException.class, answer.cause()).reason());
    }
    OperationId operation = answer.result().operation();
    await().until(() -> ends.containsKey(operation));
    return switch (requireNonNull(ends.get(operation))) {
      case Outcome.Done done -> Optional.empty();
      case Outcome.Failed failed -> Optional.of(failed.reason());
      case Outcome.Unknown unknown -> throw new AssertionError(unknown);
    };
  }

  /** Why what was accepted failed. */
  Reason failure(StorageCommand<Reply.Accepted> command) {
    return assertInstanceOf(Outcome.Failed.class, end(command)).reason();
  }

  /** Why a command was not accepted. */
  RefusedException refusal(StorageCommand<?> command) {
    CompletionException failure = assertThrows(CompletionException.class, () -> ask(command));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }

  @Override
  public void close() {
    done(vertx.close());
  }
}
