package io.ballast.scheduler;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Beat;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetCommand;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.ballast.scheduler.core.Conductor;
import io.ballast.scheduler.core.Effect;
import io.ballast.scheduler.core.MoveInput;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A scheduler on the bus: tells the {@link Conductor} what is heard and what time it is, and
 * carries out what it wants.
 *
 * <p>Everything runs on the verticle's one context. One such verticle leads a fleet; its epoch is
 * the moment of its start, so that agents can tell a later scheduler from one that was replaced.
 */
public final class SchedulerVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(SchedulerVerticle.class);

  private static final Duration LEAST_WAIT = Duration.ofMillis(1);
  private static final Duration MOST_WAIT = Duration.ofSeconds(1);

  private final SchedulerConfig config;
  private final Bus bus;
  private final Clock clock;
  private final FleetMetrics metrics;
  private final List<Bus.Serving> servings = new ArrayList<>();
  private Conductor conductor;
  private Outbox outbox;
  private long epoch;
  private long timer = -1;
  private Instant timerDue = Instant.MAX;

  /**
   * A scheduler that begins to hear when it is deployed.
   *
   * @param clock for the moments at which beats arrive
   */
  public SchedulerVerticle(SchedulerConfig config, Bus bus, MeterRegistry registry, Clock clock) {
    this.config = config;
    this.bus = bus;
    this.clock = clock;
    this.metrics = new FleetMetrics(registry, clock);
  }

  @Override
  public Future<?> start() {
    Instant start = clock.instant();
    epoch = start.toEpochMilli();
    outbox = new Outbox(context, bus);
    conductor =
        new Conductor(
            config.policy(), config.liveness(), config.alerts(), SchedulerVerticle::freshId, start);
    schedule(LEAST_WAIT);
    return keep(bus.serve(Beat.class, this::onBeat))
        .compose(beats -> keep(bus.serve(Event.class, this::onEvent)))
        .compose(events -> keep(bus.serve(Address.any(Role.SCHEDULER), this::receive)));
  }

  @Override
  public Future<?> stop() {
    vertx.cancelTimer(timer);
    outbox.close();
    return Future.join(servings.stream().map(Bus.Serving::stop).toList());
  }

  private Future<Bus.Serving> keep(Future<Bus.Serving> serving) {
    return serving.onSuccess(servings::add);
  }

  private void onBeat(Beat beat) {
    run(() -> metrics.folding(() -> conductor.onBeat(beat, clock.instant())));
  }

  private void onEvent(Event event) {
    run(() -> conductor.onEvent(event, clock.instant()));
  }

  private void onTick() {
    timerDue = Instant.MAX;
    run(() -> conductor.onTick(clock.instant()));
    metrics.see(conductor.fleet(clock.instant()));
  }

  private Future<? extends Reply> receive(Envelope envelope, Command<?> command) {
    return switch (command) {
      case SchedulerCommand<?> mine -> {
        Optional<Reply> answer =
            run(() -> conductor.onCommand(envelope.id(), mine, clock.instant()));
        yield answer
            .map(Future::succeededFuture)
            .orElseGet(
                () ->
                    Future.failedFuture(
                        new RefusedException(
                            Reason.INTERNAL, "the scheduler failed; its log has the details")));
      }
      case HostCommand<?> host -> stranger(command);
      case StorageCommand<?> storage -> stranger(command);
      case NetCommand<?> net -> stranger(command);
    };
  }

  private static Future<Reply> stranger(Command<?> command) {
    return Future.failedFuture(
        new RefusedException(
            Reason.UNKNOWN_KIND,
            "a scheduler does not answer "
                + command.getClass().getSimpleName()
                + "; send it to a host's agent"));
  }

  /** Lets the core work, and carries out what it wants; gives the answer, if there is one. */
  private Optional<Reply> run(Supplier<List<Effect>> work) {
    Optional<Reply> answer = Optional.empty();
    try {
      for (Effect effect : work.get()) {
        if (effect instanceof Effect.Answer answered) {
          answer = Optional.of(answered.reply());
        }
        carryOut(effect);
      }
    } catch (RuntimeException e) {
      log.error("the scheduler's core failed; it goes on with the next input", e);
      schedule(MOST_WAIT);
      return answer;
    }
    schedule(LEAST_WAIT);
    return answer;
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send send -> send(send);
      case Effect.Abort abort -> abort(abort);
      case Effect.Look look -> look(look);
      case Effect.Tell tell -> {
        Journal.write(tell.event());
        metrics.count(tell.event());
        outbox.tell(tell.event());
      }
      case Effect.Answer answer -> {}
      case Effect.Warn warn -> log.warn("{}", warn.line());
      case Effect.Note note -> log.info("{}", note.line());
    }
  }

  private void send(Effect.Send send) {
    answer(
        bus.call(request(send.move(), Address.at(Role.HOST, send.host()), send.command())),
        accepted -> new MoveInput.Accepted(send.move()),
        refused -> new MoveInput.Refused(send.move(), refused.reason(), message(refused)));
  }

  private void abort(Effect.Abort abort) {
    bus.call(request(freshId(), Address.at(Role.HOST, abort.host()), abort.command()))
        .onFailure(
            cause ->
                log.warn(
                    "{} could not be asked to give up move {}: {}",
                    abort.host(),
                    abort.move(),
                    cause.getMessage()));
  }

  private void look(Effect.Look look) {
    answer(
        bus.call(
            request(
                freshId(),
                Address.at(Role.HOST, look.host()),
                new HostCommand.InspectVm(look.vm()))),
        seen -> new MoveInput.Looked(look.move(), look.host(), look.round(), seen.vm()),
        refused ->
            new MoveInput.LookFailed(look.move(), look.host(), look.round(), message(refused)));
  }

  private <R extends Reply> Request<R> request(OperationId id, Address to, Command<R> command) {
    return Request.of(to, command)
        .withId(id)
        .within(config.policy().transfer().answer())
        .withEpoch(epoch);
  }

  private <R extends Reply> void answer(
      Future<R> reply,
      Function<R, MoveInput> accepted,
      Function<RefusedException, MoveInput> refused) {
    reply
        .map(accepted)
        .recover(cause -> Future.succeededFuture(refused.apply(refusal(cause))))
        .onSuccess(
            input ->
                context.runOnContext(
                    here -> run(() -> conductor.onAnswer(input, clock.instant()))));
  }

  private static RefusedException refusal(Throwable cause) {
    return cause instanceof RefusedException refused
        ? refused
        : new RefusedException(Reason.INTERNAL, String.valueOf(cause.getMessage()));
  }

  private static String message(RefusedException refused) {
    return String.valueOf(refused.getMessage());
  }

  /** Sets the one timer to the core's next deadline, however the clock was stepped meanwhile. */
  private void schedule(Duration least) {
    Instant due = conductor.nextDeadline();
    if (due.equals(timerDue)) {
      return;
    }
    vertx.cancelTimer(timer);
    timerDue = due;
    long wait = Duration.between(clock.instant(), due).plusNanos(999_999).toMillis();
    timer =
        vertx.setTimer(Math.clamp(wait, least.toMillis(), MOST_WAIT.toMillis()), fired -> onTick());
  }

  private static OperationId freshId() {
    return new OperationId(UUID.randomUUID().toString());
  }
}
