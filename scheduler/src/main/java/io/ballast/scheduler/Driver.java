package io.ballast.scheduler;

import io.ballast.bus.Bus;
import io.ballast.bus.BusState;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Beat;
import io.ballast.messages.Event;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.scheduler.core.Conductor;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Thought;
import io.ballast.scheduler.core.watch.Line;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives the {@link Conductor}: tells it what is heard and what time it is, carries out what it
 * wants, and keeps the promises to those who asked. Only on its {@link Loop}.
 */
final class Driver {
  private static final Logger log = LoggerFactory.getLogger(Driver.class);

  private static final Duration LEAST_WAIT = Duration.ofMillis(1);
  private static final Duration MOST_WAIT = Duration.ofSeconds(1);

  private final Loop loop;
  private final Diary diary;
  private final Clock clock;
  private final SteadyTime time;
  private final FleetMetrics metrics;
  private final Conductor conductor;
  private final Outbox outbox;
  private final Errands errands;
  private final Map<OperationId, Promise<Reply>> asked = new HashMap<>();
  private long timer = -1;
  private Instant timerDue = Instant.MAX;
  private boolean closed;

  /**
   * A driver of a scheduler that begins now.
   *
   * @param diary keeps the number under which it commands, and what is not heard again
   * @param clock the wall clock, for people
   */
  Driver(
      SchedulerConfig config, Bus bus, Diary diary, FleetMetrics metrics, Clock clock, Loop loop) {
    Instant start = clock.instant();
    this.loop = loop;
    this.diary = diary;
    this.clock = clock;
    this.time = new SteadyTime(start, System::nanoTime);
    this.metrics = metrics;
    this.conductor =
        new Conductor(
            config.policy(),
            config.liveness(),
            config.alerts(),
            Errands::freshId,
            diary.epochs().own(),
            start);
    this.conductor.onRemembered(diary.ports().before());
    this.outbox = new Outbox(loop.context(), bus);
    this.errands =
        new Errands(
            bus,
            config.policy().transfer().answer(),
            this.conductor::epoch,
            input -> loop.run(() -> run(() -> this.conductor.onAnswer(input, time.now()))));
  }

  /** Begins to look at the time. */
  void begin() {
    loop.check();
    schedule(LEAST_WAIT);
  }

  /** Stops, and refuses what was asked and is not answered; ends once its diary is written. */
  Future<Void> close() {
    loop.check();
    closed = true;
    loop.vertx().cancelTimer(timer);
    outbox.close();
    List<Promise<Reply>> open = List.copyOf(asked.values());
    asked.clear();
    open.forEach(answer -> answer.fail(stopping()));
    return diary.ports().close();
  }

  void onBeat(Beat beat) {
    run(() -> metrics.folding(() -> conductor.onBeat(beat, time.now())));
  }

  void onEvent(Event event) {
    run(() -> conductor.onEvent(event, time.now()));
  }

  void onState(BusState state) {
    switch (state) {
      case CONNECTING -> {}
      case CONNECTED -> run(() -> conductor.onLine(Line.CONNECTED, time.now()));
      case LOST, CLOSED -> run(() -> conductor.onLine(Line.LOST, time.now()));
    }
  }

  /** Asks for something; it is always answered, at the latest when the driver is closed. */
  Future<Reply> onCommand(OperationId id, SchedulerCommand<?> command) {
    loop.check();
    if (closed) {
      return Future.failedFuture(stopping());
    }
    Promise<Reply> answer = Promise.promise();
    if (asked.putIfAbsent(id, answer) != null) {
      return Future.failedFuture(
          new RefusedException(
              Reason.BUSY, "command " + id + " is being answered; wait, or send it anew"));
    }
    if (!run(() -> conductor.onCommand(id, command, time.now()))) {
      asked.remove(id, answer);
      answer.tryFail(
          new RefusedException(Reason.INTERNAL, "the scheduler failed; its log has the details"));
    }
    return answer.future();
  }

  private void onTick() {
    timerDue = Instant.MAX;
    run(
        () -> {
          List<Effect> effects = conductor.onTick(time.now());
          metrics.see(conductor.fleet(time.now()));
          return effects;
        });
  }

  /**
   * Lets the core work, and carries out what it wants; the only way to it.
   *
   * @return whether it did not fail
   */
  private boolean run(Supplier<List<Effect>> work) {
    loop.check();
    if (closed) {
      return true;
    }
    Duration wait = LEAST_WAIT;
    try {
      conductor.onWallClock(clock.instant(), time.now());
      List<Effect> effects = work.get();
      diary.epochs().keep(conductor.epoch());
      effects.forEach(this::carryOut);
      return true;
    } catch (RuntimeException e) {
      log.error("the scheduler's core failed; it goes on with the next input", e);
      wait = MOST_WAIT;
      return false;
    } finally {
      schedule(wait);
    }
  }

  /** Does what the core wants, on its context. */
  void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> errands.send(send);
      case Effect.Abort abort -> errands.abort(abort);
      case Effect.Order order -> errands.order(order);
      case Effect.Carry carry -> errands.carry(carry);
      case Effect.Settle settle -> errands.settle(settle);
      case Effect.Look look -> errands.look(look);
      case Effect.Remember remember -> diary.ports().keep(remember.ports());
      case Effect.Think think -> think(think.thought());
      case Effect.Tell tell -> {
        EventLog.write(tell.event());
        metrics.count(tell.event());
        outbox.tell(tell.event());
      }
      case Effect.Answer answer ->
          Optional.ofNullable(asked.remove(answer.command()))
              .ifPresent(promise -> promise.complete(answer.reply()));
      case Effect.Warn warn -> log.warn("{}", warn.line());
      case Effect.Note note -> log.info("{}", note.line());
    }
  }

  private void think(Thought thought) {
    loop.work(thought::conclude)
        .onSuccess(this::concluded)
        .onFailure(
            cause -> {
              log.error("a plan failed; another is made at the next look", cause);
              concluded(new Conclusion.Failed(thought));
            });
  }

  private void concluded(Conclusion conclusion) {
    run(() -> conductor.onConclusion(conclusion, time.now()));
  }

  /** Sets the one timer to the core's next deadline. */
  private void schedule(Duration least) {
    Instant due = conductor.nextDeadline();
    if (due.equals(timerDue)) {
      return;
    }
    loop.vertx().cancelTimer(timer);
    timerDue = due;
    long wait = Duration.between(time.now(), due).plusNanos(999_999).toMillis();
    timer =
        loop.vertx()
            .setTimer(
                Math.clamp(wait, least.toMillis(), MOST_WAIT.toMillis()),
                fired -> loop.run(this::onTick));
  }

  private static RefusedException stopping() {
    return new RefusedException(
        Reason.NOT_READY, "this scheduler stops; ask again when another one leads");
  }
}
