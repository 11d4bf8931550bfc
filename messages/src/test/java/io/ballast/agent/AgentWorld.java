package io.ballast.agent;

import static java.util.Objects.requireNonNull;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.DeadLetters;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Notice;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent over a {@link SmallTrade} in virtual time, that can be killed at any moment: what it had
 * on the disk and what it had set going outlives it, and nothing else. Used from one thread.
 */
final class AgentWorld {
  static final HostId H1 = new HostId("h1");
  private static final Agent.Terms TERMS =
      new Agent.Terms(
          new Heartbeat.Beater(H1, "lab", Duration.ofSeconds(10), "1.2.3"),
          Set.of("ballast"),
          new Agent.Retention(Duration.ofDays(30), 1_000));

  final VirtualTime time = new VirtualTime();
  final SmallTrade trade = new SmallTrade(time);
  final SlowDisk disk = new SlowDisk(time);
  final List<Event> events = new ArrayList<>();
  final List<StorageBeat> beats = new ArrayList<>();
  final List<Buried> buried = new ArrayList<>();

  /** What was laid with the dead letters. */
  record Buried(DeadLetters.Undone cast, Reply.Refused why) {}

  /** How many of the next beats can't be made, for a defect. */
  int defects;

  /** How many of the next events the bus does not take. */
  int untakenEvents;

  /** How many of the next dead letters the bus does not take. */
  int untakenLetters;

  private @Nullable Life life;

  /** One life of the agent. */
  private static final class Life {
    final MortalLoop loop;
    final Agent<StorageBeat> agent;
    @Nullable Receiver receiver;

    Life(MortalLoop loop, Agent<StorageBeat> agent) {
      this.loop = loop;
      this.agent = agent;
    }
  }

  /** What the agent serves. */
  private interface Receiver extends Bus.Receiver {}

  /** Begins a life. */
  AgentWorld start() {
    MortalLoop loop = new MortalLoop(time);
    Listener bus = new Listener();
    Agent<StorageBeat> agent =
        new Agent<>(
            Role.HOST,
            TERMS,
            new Agent.Surroundings(bus, disk.journal(), loop, time),
            self -> trade,
            known -> beat(known.pulse()),
            Agent.Watcher.none());
    Life begun = new Life(loop, agent);
    bus.life = begun;
    life = begun;
    agent.start();
    return this;
  }

  private StorageBeat beat(Pulse pulse) {
    if (defects > 0) {
      defects--;
      throw new IllegalArgumentException("field 'pools' has too many entries");
    }
    return new StorageBeat(pulse, List.of(), Optional.empty(), Optional.empty());
  }

  /** Ends the life at once. */
  void kill() {
    if (life != null) {
      life.loop.kill();
      disk.lose();
      life = null;
    }
  }

  /** Ends the life in order. */
  Future<Void> stop() {
    return requireNonNull(life).agent.stop();
  }

  Agent<StorageBeat> agent() {
    return requireNonNull(life).agent;
  }

  /** Whether it takes commands now. */
  boolean serves() {
    return life != null && life.receiver != null;
  }

  /** A command as it is sent. */
  record Letter(OperationId id, Command<?> command, boolean cast, Duration within) {
    static Letter call(String id, Command<?> command) {
      return new Letter(new OperationId(id), command, false, Duration.ofSeconds(5));
    }

    static Letter cast(String id, Command<?> command) {
      return new Letter(new OperationId(id), command, true, Duration.ofMinutes(1));
    }

    Letter within(Duration time) {
      return new Letter(id, command, cast, time);
    }
  }

  Future<? extends Reply> send(Letter letter) {
    return send(letter, OptionalLong.empty(), Optional.of("ballast"));
  }

  Future<? extends Reply> send(Letter letter, OptionalLong epoch, Optional<String> user) {
    Deadline deadline = Deadline.in(letter.within(), () -> time.now().toNanos());
    return requireNonNull(requireNonNull(life).receiver)
        .receive(
            new Envelope(
                letter.id(),
                "test",
                user,
                Optional.of(deadline),
                epoch,
                Optional.empty(),
                false,
                letter.cast()),
            letter.command());
  }

  /** Sends, lets a moment pass, and gives the answer. */
  Reply ask(Letter letter) {
    Future<? extends Reply> answer = send(letter);
    time.pass(Duration.ofMillis(100));
    return answer(answer);
  }

  static Reply answer(Future<? extends Reply> answer) {
    if (answer.failed() && answer.cause() instanceof RefusedException refused) {
      return refused.reply();
    }
    if (!answer.succeeded()) {
      throw new AssertionError("no answer: " + answer);
    }
    return answer.result();
  }

  /** The ends that were told of an operation, oldest first. */
  List<Outcome> outcomes(String id) {
    return events.stream()
        .filter(Event.OperationFinished.class::isInstance)
        .map(Event.OperationFinished.class::cast)
        .filter(event -> event.operation().value().equals(id))
        .map(Event.OperationFinished::outcome)
        .toList();
  }

  /** A bus that takes events in its own time. */
  private final class Listener implements Bus {
    private @Nullable Life life;

    @Override
    public Future<Void> fanout(Notice notice) {
      Promise<Void> taken = Promise.promise();
      time.after(
          Duration.ofMillis(20),
          () -> {
            switch (notice) {
              case Event event when untakenEvents > 0 -> {
                untakenEvents--;
                taken.fail(new RefusedException(Reason.BUS_LOST, "not taken"));
              }
              case Event event -> {
                events.add(event);
                time.after(Duration.ofMillis(20), taken::complete);
              }
              case StorageBeat beat -> {
                beats.add(beat);
                taken.complete();
              }
              default -> throw new AssertionError(notice);
            }
          });
      return taken.future();
    }

    @Override
    public DeadLetters deadLetters() {
      return new Graves();
    }

    @Override
    public Future<Serving> serve(Address address, Bus.Receiver receiver) {
      requireNonNull(life).receiver = receiver::receive;
      return Future.succeededFuture(Future::succeededFuture);
    }

    @Override
    public <R extends Reply> Future<R> call(Request<R> request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> cast(Request<?> request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> fanout(Role role, Command<?> command) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <N extends Notice> Future<Serving> serve(Class<N> type, Consumer<N> listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void onState(Consumer<BusState> listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<Void> close() {
      return Future.succeededFuture();
    }
  }

  /** Dead letters that only the agent sees. */
  private final class Graves implements DeadLetters {
    @Override
    public Future<Void> bury(Undone cast, Reply.Refused why) {
      Promise<Void> taken = Promise.promise();
      time.after(
          Duration.ofMillis(20),
          () -> {
            if (untakenLetters > 0) {
              untakenLetters--;
              taken.fail(new RefusedException(Reason.BUS_LOST, "not taken"));
            } else {
              buried.add(new Buried(cast, why));
              taken.complete();
            }
          });
      return taken.future();
    }

    @Override
    public Future<Found> list() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<Replayed>> replay(Collection<String> ids, Duration within) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Future<List<String>> discard(Collection<String> ids) {
      throw new UnsupportedOperationException();
    }
  }
}
