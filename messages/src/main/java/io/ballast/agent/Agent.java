package io.ballast.agent;

import io.ballast.agent.Heartbeat.Beater;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.messages.Beat;
import io.ballast.messages.Command;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Pulse;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An agent around its trade: it remembers, takes commands, has them done, tells what became of them
 * and beats. Lives on one loop.
 *
 * <p>It begins in order: what it remembers is read, what an earlier life left is taken up, then it
 * serves and beats. And it ends in order: no new commands, what runs is left to go on, what there
 * is to tell is told, then its journal is let go.
 *
 * @param <B> its kind of beat
 */
public final class Agent<B extends Beat> {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** For the last events to be confirmed; the next life tells what was not. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);

  /** How many ends that were not confirmed yet a beat tells at most. */
  private static final int MOST_ENDED = 20;

  private final Terms terms;
  private final Address self;
  private final Surroundings around;
  private final Trade trade;
  private final Function<Known, B> body;
  private final Memory memory;
  private final Tidings tidings;
  private final Operations operations;
  private final Commands commands;
  private final Watcher watcher;
  private @Nullable Heartbeat<B> heartbeat;
  private Bus.@Nullable Serving serving;
  private Loop.@Nullable Timer timer;
  private boolean stopped;

  /**
   * What an agent is told.
   *
   * @param commanders users of the bus who may command without being a scheduler that leads
   * @param retention how long it remembers what it answered
   */
  public record Terms(Beater beater, Set<String> commanders, Retention retention) {
    /** Commands from the user {@code ballast}, and the usual retention. */
    public static Terms of(Beater beater) {
      return new Terms(beater, Set.of("ballast"), Retention.DEFAULT);
    }

    public Terms {
      commanders = Set.copyOf(commanders);
    }
  }

  /**
   * How much is remembered.
   *
   * @param age after which what was answered is forgotten
   * @param operations how many answered commands are remembered at most; a tenth of them may be
   *     refusals
   */
  public record Retention(Duration age, int operations) {
    public static final Retention DEFAULT = new Retention(Duration.ofDays(30), 100_000);

    public Retention {
      if (age.isNegative() || operations < 1) {
        throw new IllegalArgumentException(
            "an agent must remember at least one operation for some time, not "
                + operations
                + " for "
                + age);
      }
    }
  }

  /** What an agent lives in. */
  public record Surroundings(Bus bus, Journal journal, Loop loop, Clock clock) {}

  /**
   * What an agent knows of itself, for its beat.
   *
   * @param open accepted operations that have not ended, oldest first
   * @param ended ends that the bus has not confirmed, newest last
   * @param epoch of the scheduler that it follows
   */
  public record Known(
      Pulse pulse, List<OperationId> open, List<Ended> ended, Optional<Long> epoch) {}

  /** How an operation ended. */
  public record Ended(OperationId operation, Outcome outcome) {}

  /** Learns what becomes of commands; on the agent's loop. */
  public interface Watcher {
    /** One was refused. */
    void refused(Throwable cause);

    /**
     * One ended.
     *
     * @param kind such as {@code host.start}
     */
    void ended(String kind, Outcome outcome);

    /** A beat is made, to be told. */
    void beat();

    /** Of somebody whom that does not concern. */
    static Watcher none() {
      return new Watcher() {
        @Override
        public void refused(Throwable cause) {}

        @Override
        public void ended(String kind, Outcome outcome) {}

        @Override
        public void beat() {}
      };
    }
  }

  /**
   * An agent that does nothing yet.
   *
   * @param trade made from the agent that it is for
   * @param body makes a beat from what is known, without waiting; may refuse as {@code NOT_READY}
   */
  public Agent(
      Role role,
      Terms terms,
      Surroundings around,
      Function<Agent<B>, Trade> trade,
      Function<Known, B> body,
      Watcher watcher) {
    this.terms = terms;
    this.around = around;
    this.body = body;
    this.memory = new Memory(around.journal(), terms.retention(), around.loop(), around.clock());
    this.self = Address.at(role, terms.beater().host());
    this.tidings = new Tidings(self, around.bus(), around.loop(), memory);
    this.trade = trade.apply(this);
    Fencing fencing = new Fencing(terms.beater().cluster(), terms.commanders(), memory);
    this.operations =
        new Operations(
            around,
            memory,
            fencing,
            this.trade,
            tidings,
            (order, outcome) -> watcher.ended(order.kind(), outcome));
    this.commands =
        new Commands(around.loop(), around.clock(), memory, fencing, operations, this.trade);
    this.watcher = watcher;
  }

  /**
   * Remembers, takes up what an earlier life left, and serves. Fails if the journal can't be used,
   * or the bus is closed.
   */
  public Future<Void> start() {
    return memory
        .wake()
        .compose(
            awake -> {
              heartbeat =
                  new Heartbeat<>(
                      around.bus(),
                      terms.beater(),
                      memory.incarnation(),
                      around.clock(),
                      pulse -> body.apply(known(pulse)));
              operations.resume();
              return around.loop().here(around.bus().serve(self, this::receive));
            })
        .onSuccess(served -> serving = served)
        .mapEmpty();
  }

  private Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    return commands.receive(envelope, command).onFailure(watcher::refused);
  }

  /** Begins to beat, at the latest after one interval. */
  public void beatFrom(Future<?> ready) {
    around
        .loop()
        .here(
            ready,
            terms.beater().every(),
            () -> new RefusedException(Reason.NOT_READY, "the first beat waits no longer"))
        .onComplete(begin -> beatOn());
  }

  private void beatOn() {
    if (!stopped) {
      beat();
      timer = around.loop().after(terms.beater().every(), this::beatOn);
    }
  }

  /** Tells one beat now, apart from the rhythm. */
  public void beat() {
    if (heartbeat == null || stopped) {
      return;
    }
    try {
      heartbeat.beat().onFailure(e -> LOG.debug("A beat was not told: {}", e.toString()));
      watcher.beat();
    } catch (RefusedException e) {
      LOG.debug("There is nothing to beat yet: {}", e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("A defect: no beat can be made of what is known", e); // what else is done goes on
    }
  }

  /** What the next beat would say now. Fails as {@code NOT_READY} before the agent has started. */
  public Future<B> next() {
    if (heartbeat == null) {
      return Future.failedFuture(
          new RefusedException(Reason.NOT_READY, "the agent is starting; try again in a moment"));
    }
    try {
      return Future.succeededFuture(heartbeat.next());
    } catch (RefusedException e) {
      return Future.failedFuture(e);
    }
  }

  private Known known(Pulse pulse) {
    List<Item> untold = memory.untold();
    return new Known(
        pulse,
        operations.open(),
        untold.stream()
            .skip(Math.max(0, untold.size() - MOST_ENDED))
            .map(item -> new Ended(item.id(), ((Item.Fate.Over) item.fate()).outcome()))
            .toList(),
        memory.epoch(terms.beater().cluster()));
  }

  /** Why nothing can be done with an object now, if something is already. */
  public Optional<RefusedException> objection(String object) {
    return operations.objection(object);
  }

  /** Ends in order; what runs is left to go on. */
  public Future<Void> stop() {
    stopped = true;
    if (timer != null) {
      timer.stop();
    }
    commands.stop();
    Future<Void> settled = operations.stop();
    Future<Void> quiet =
        serving == null ? Future.succeededFuture() : around.loop().here(serving.stop());
    return quiet
        .eventually(() -> settled)
        .eventually(
            () ->
                around
                    .loop()
                    .here(
                        tidings.stop(),
                        LAST_WORDS,
                        () -> new RefusedException(Reason.BUS_LOST, "the bus took no last events"))
                    .onFailure(e -> LOG.warn("{}", e.getMessage())))
        .otherwiseEmpty()
        .eventually(memory::close);
  }
}
