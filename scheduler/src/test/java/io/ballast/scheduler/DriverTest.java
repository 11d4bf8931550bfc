package io.ballast.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.bus.RefusedException;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.scheduler.core.effect.Conclusion;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.effect.Thought;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DriverTest {
  private final Vertx vertx = Vertx.vertx();
  private final Loop loop = new Loop(vertx.getOrCreateContext());
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeHosts hosts = new FakeHosts(vertx, bus);
  private final CountDownLatch thinking = new CountDownLatch(1);
  private final CountDownLatch thought = new CountDownLatch(1);
  private final Driver driver =
      new Driver(
          SchedulerConfig.DEFAULT,
          bus,
          Diary.open(new Forgetful(Instant.EPOCH), Book.inMemory(), Clock.systemUTC(), loop)
              .result(),
          new FleetMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
          Clock.systemUTC(),
          loop);
  private int commands;

  @BeforeEach
  void begin() {
    there(
        () -> {
          driver.begin();
          return Future.succeededFuture();
        });
  }

  @AfterEach
  void close() throws Exception {
    thought.countDown();
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void beatsAreHeardAndCommandsAnsweredWhileAPlanTakesLong() throws Exception {
    beat();
    thinkUntilTold();
    assertEquals(0, thinking.getCount());

    beat();
    Reply.FleetInspected before = inspect();
    beat();
    Reply.FleetInspected after = inspect();
    assertEquals(
        before.fleet().hosts().getFirst().beat().pulse().sequence() + 1,
        after.fleet().hosts().getFirst().beat().pulse().sequence());
    assertEquals(1, thought.getCount());
  }

  @Test
  void whoAskedForAPlanIsAnsweredWhenThePlanBeforeItIsMade() throws Exception {
    beat();
    thinkUntilTold();
    Future<Reply> answer = ask(new SchedulerCommand.PlanMoves());
    inspect();
    assertFalse(answer.isComplete());

    thought.countDown();
    assertInstanceOf(Reply.Planned.class, get(answer));
  }

  @Test
  void whoWaitsForAPlanWhenTheSchedulerStopsIsToldSo() throws Exception {
    beat();
    thinkUntilTold();
    Future<Reply> answer = ask(new SchedulerCommand.PlanMoves());
    there(
        () -> {
          driver.close();
          return Future.succeededFuture();
        });

    assertEquals(Reason.NOT_READY, refusal(answer));
    assertEquals(Reason.NOT_READY, refusal(ask(new SchedulerCommand.InspectFleet())));
    thought.countDown();
    assertEquals(Reason.NOT_READY, refusal(ask(new SchedulerCommand.PlanMoves())));
  }

  @Test
  void aPlanThatFailsHoldsUpNobody() {
    beat();
    there(
        () -> {
          driver.carryOut(
              new Effect.Think(
                  () -> {
                    throw new IllegalStateException("a defect that a test made");
                  }));
          return Future.succeededFuture();
        });

    assertInstanceOf(Reply.Planned.class, get(ask(new SchedulerCommand.PlanMoves())));
  }

  @Test
  void aCommandUnderAnIdThatIsBeingAnsweredIsRefused() throws Exception {
    beat();
    thinkUntilTold();
    OperationId id = new OperationId("once");
    Future<Reply> first = there(() -> driver.onCommand(id, new SchedulerCommand.PlanMoves()));
    assertEquals(
        Reason.BUSY,
        refusal(there(() -> driver.onCommand(id, new SchedulerCommand.InspectFleet()))));

    thought.countDown();
    assertInstanceOf(Reply.Planned.class, get(first));
  }

  /** Gives the scheduler something to think over that takes until the test says so. */
  private void thinkUntilTold() throws InterruptedException {
    Thought slow =
        new Thought() {
          @Override
          public Conclusion conclude() {
            thinking.countDown();
            try {
              thought.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return new Conclusion.Failed(this);
          }
        };
    there(
        () -> {
          driver.carryOut(new Effect.Think(slow));
          return Future.succeededFuture();
        });
    thinking.await();
  }

  private void beat() {
    there(
        () -> {
          driver.onBeat(hosts.nextBeat(FakeHosts.H1));
          return Future.succeededFuture();
        });
  }

  private Reply.FleetInspected inspect() {
    return assertInstanceOf(
        Reply.FleetInspected.class, get(ask(new SchedulerCommand.InspectFleet())));
  }

  private Future<Reply> ask(SchedulerCommand<?> command) {
    OperationId id = new OperationId("command-" + ++commands);
    return there(() -> driver.onCommand(id, command));
  }

  /** Does something on the driver's context. */
  private <T> Future<T> there(Supplier<Future<T>> work) {
    Promise<T> promise = Promise.promise();
    loop.run(() -> work.get().onComplete(promise));
    return promise.future();
  }

  private static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Reason refusal(Future<Reply> future) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class,
            () -> future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS));
    return assertInstanceOf(RefusedException.class, failure.getCause()).reason();
  }
}
