package io.ballast.ops.demo;

import io.ballast.bus.Address;
import io.ballast.bus.Bus;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** Looks at the fleet twice a second, shows it, and waits for what must come. Blocks its caller. */
final class Witness {
  private static final Duration LOOK = Duration.ofMillis(500);

  /** How long the bus and an agent take to answer at most, on a quiet machine. */
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** After that a future of this process is lost, whatever the machine. */
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final Bus bus;
  private final Clock clock;
  private final Show show;
  private final Patience patience;
  private final Chronicle chronicle = new Chronicle();

  Witness(Bus bus, Clock clock, Show show, Patience patience) {
    this.bus = bus;
    this.clock = clock;
    this.show = show;
    this.patience = patience;
    await(
        bus.serve(
            Event.class,
            event -> {
              chronicle.add(event, clock.instant());
              show.event(event);
            }));
  }

  Chronicle chronicle() {
    return chronicle;
  }

  Instant now() {
    return clock.instant();
  }

  /**
   * Waits until the fleet is as wanted; a {@link DemoFailure} names what did not come in time, and
   * what was there instead.
   *
   * @param usual how long that takes at most on a quiet machine
   */
  Fleet until(String what, Duration usual, Predicate<Glance> wanted) {
    Duration within = patience.with(usual);
    Instant deadline = now().plus(within);
    while (true) {
      Optional<Fleet> fleet = look();
      if (fleet.isPresent() && wanted.test(new Glance(fleet.get()))) {
        return fleet.get();
      }
      if (now().isAfter(deadline)) {
        throw new DemoFailure(
            "expected within %d s: %s; seen: %s"
                .formatted(
                    within.toSeconds(),
                    what,
                    fleet.map(seen -> new Glance(seen).line()).orElse("no scheduler answers")));
      }
      sleep(LOOK);
    }
  }

  /** Has a host's agent do something, and waits until it has; a failure is the demo's. */
  void run(HostId host, String what, HostCommand<Reply.Accepted> command) {
    OperationId operation = begin(host, what, command);
    until(what, ANSWER, fleet -> chronicle.outcome(operation).isPresent());
    switch (chronicle.outcome(operation).orElseThrow()) {
      case Outcome.Done ignored -> {}
      case Outcome.Failed failed -> throw new DemoFailure(what + ": " + failed.message());
      case Outcome.Unknown unknown -> throw new DemoFailure(what + ": " + unknown.message());
    }
  }

  private OperationId begin(HostId host, String what, HostCommand<Reply.Accepted> command) {
    try {
      return await(
              bus.call(
                  Request.of(Address.at(Role.HOST, host), command).within(patience.with(ANSWER))))
          .operation();
    } catch (RefusedException refused) {
      throw new DemoFailure(what + " was refused: " + refused.getMessage());
    }
  }

  private Optional<Fleet> look() {
    try {
      Fleet fleet =
          await(
                  bus.call(
                      Request.of(Address.any(Role.SCHEDULER), new SchedulerCommand.InspectFleet())))
              .fleet();
      chronicle.add(fleet);
      show.fleet(fleet);
      return Optional.of(fleet);
    } catch (RefusedException e) {
      return switch (e.reason().fault()) {
        case RECEIVER, BUS -> Optional.empty();
        case CALLER ->
            throw new DemoFailure("the scheduler refused to be looked at: " + e.getMessage());
      };
    }
  }

  /** What a future brings; its refusal is thrown as it is. */
  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RefusedException refused) {
        throw refused;
      }
      throw new DemoFailure(String.valueOf(e.getCause()));
    } catch (TimeoutException e) {
      throw new DemoFailure("the bus gave no answer within " + LONGEST.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted");
    }
  }

  private static void sleep(Duration duration) {
    try {
      TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted");
    }
  }
}
