package io.ballast.scheduler;

import io.ballast.agent.Book;
import io.ballast.agent.Journal;
import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.Envelope;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Role;
import io.ballast.messages.Beat;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand;
import io.ballast.messages.NetCommand;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageCommand;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler on the bus: brings what comes, on whatever thread a bus tells it, to the one context
 * on which its {@link Driver} works.
 *
 * <p>One such verticle leads a fleet, under an epoch that is larger than its predecessors', so that
 * agents can tell it from one that was replaced.
 */
public final class SchedulerVerticle extends VerticleBase {
  private final SchedulerConfig config;
  private final Bus bus;
  private final Journal journal;
  private final Book<HostPorts> ports;
  private final Clock clock;
  private final FleetMetrics metrics;
  private List<Future<Bus.Serving>> servings = List.of();
  private @Nullable Driver driver;

  /**
   * A scheduler that begins to hear when it is deployed.
   *
   * @param journal keeps its epoch
   * @param ports keeps which ports hosts have
   * @param clock for the moments at which beats arrive
   */
  public SchedulerVerticle(
      SchedulerConfig config,
      Bus bus,
      Journal journal,
      Book<HostPorts> ports,
      MeterRegistry registry,
      Clock clock) {
    this.config = config;
    this.bus = bus;
    this.journal = journal;
    this.ports = ports;
    this.clock = clock;
    this.metrics = new FleetMetrics(registry, clock);
  }

  @Override
  public Future<?> start() {
    Loop loop = new Loop(context);
    return loop.bring(Diary.open(journal, ports, clock, loop)).compose(diary -> begin(loop, diary));
  }

  private Future<?> begin(Loop loop, Diary diary) {
    Driver begun = new Driver(config, bus, diary, metrics, clock, loop);
    driver = begun;
    begun.begin();
    bus.onState(state -> loop.run(() -> begun.onState(state)));
    servings =
        List.of(
            bus.serve(Beat.class, beat -> loop.run(() -> begun.onBeat(beat))),
            bus.serve(Event.class, event -> loop.run(() -> begun.onEvent(event))),
            bus.serve(
                Address.any(Role.SCHEDULER),
                (envelope, command) -> receive(loop, begun, envelope, command)));
    return loop.bring(Future.join(servings))
        .recover(failure -> stop().transform((stopped, ignored) -> Future.failedFuture(failure)));
  }

  @Override
  public Future<?> stop() {
    Future<Void> written = driver == null ? Future.succeededFuture() : driver.close();
    return Future.join(
            servings.stream().filter(Future::succeeded).map(each -> each.result().stop()).toList())
        .eventually(() -> written)
        .eventually(journal::close);
  }

  private static Future<Reply> receive(
      Loop loop, Driver driver, Envelope envelope, Command<?> command) {
    return switch (command) {
      case SchedulerCommand<?> mine -> {
        Promise<Reply> answer = Promise.promise();
        loop.run(() -> driver.onCommand(envelope.id(), mine).onComplete(answer));
        yield answer.future();
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
}
