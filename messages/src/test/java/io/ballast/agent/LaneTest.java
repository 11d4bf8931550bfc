package io.ballast.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lanes over connections that hang, break and recover as the test wants it. */
final class LaneTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(100);

  private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final List<Lane<Line>> lanes = new CopyOnWriteArrayList<>();
  private final CountDownLatch hangs = new CountDownLatch(1);
  private final CountDownLatch connects = new CountDownLatch(1);
  private volatile CountDownLatch opening = new CountDownLatch(0);
  private volatile Optional<RefusedException> openFailure = Optional.empty();

  @AfterEach
  void stop() {
    opening.countDown();
    lanes.forEach(Lane::close);
    clock.shutdownNow();
  }

  /** A connection that belongs to the test. */
  private static final class Line implements LaneConnection {
    private final AtomicInteger callers = new AtomicInteger();
    private final AtomicInteger mostCallers = new AtomicInteger();
    private volatile Optional<RefusedException> lost = Optional.empty();
    private final CountDownLatch hangs;
    private volatile boolean ended;

    Line(CountDownLatch hangs) {
      this.hangs = hangs;
    }

    @Override
    public Optional<RefusedException> lost() {
      return lost;
    }

    @Override
    public void end() {
      ended = true;
    }

    <T> T call(T answer) {
      mostCallers.accumulateAndGet(callers.incrementAndGet(), Math::max);
      callers.decrementAndGet();
      return answer;
    }

    String hang(CountDownLatch until) {
      hangs.countDown();
      awaitOpen(until);
      return "late";
    }
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      assertTrue(latch.await(LONG.toSeconds(), TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Keeps the clock from ending anything until then, however late that is. */
  private void noTimePassesUntil(CountDownLatch then) {
    clock.execute(() -> awaitOpen(then));
  }

  private Line open() {
    connects.countDown();
    awaitOpen(opening);
    openFailure.ifPresent(
        failure -> {
          throw failure;
        });
    Line line = new Line(hangs);
    lines.add(line);
    return line;
  }

  private Lane<Line> lane(int waiting, int abandoned) {
    Lane<Line> lane =
        new Lane<>(
            "the test", this::open, LONG, LONG, new LaneLimits(1, waiting, abandoned), clock);
    lanes.add(lane);
    return lane;
  }

  private static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static <T> void assertAnswer(T expected, Future<T> future) {
    assertEquals(expected, answer(future));
  }

  private static Reason refusal(Future<?> future) {
    return refused(future).reason();
  }

  private static RefusedException refused(Future<?> future) {
    CompletionException e = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, e.getCause());
  }

  private static void assertNotTried(Future<?> future) {
    RefusedException refused = refused(future);
    assertEquals(Reason.HYPERVISOR_STUCK, refused.reason(), refused.getMessage());
    assertTrue(
        String.valueOf(refused.getMessage()).contains("a call was not tried"),
        refused.getMessage());
  }

  @Test
  void oneConnectionServesAllCallsOneAtATime() {
    Lane<Line> lane = lane(200, 3);
    List<Future<Integer>> calls = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 200; i++) {
      int number = i;
      calls.add(lane.submit("a call", LONG, line -> line.call(number)));
    }

    for (int i = 0; i < 200; i++) {
      assertAnswer(i, calls.get(i));
    }
    assertEquals(1, lines.size());
    assertEquals(1, lines.getFirst().mostCallers.get());
  }

  @Test
  void aCallThatHangsIsGivenUpAndLeftBehindWithItsConnection() {
    Lane<Line> lane = lane(8, 3);
    noTimePassesUntil(hangs);
    CountDownLatch hanging = new CountDownLatch(1);

    Future<String> hung = lane.submit("a call", SHORT, line -> line.hang(hanging));

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(hung));
    await().atMost(LONG).until(() -> lane.load() == 0);
    assertAnswer("well", lane.submit("a call", LONG, line -> line.call("well")));
    assertEquals(2, lines.size());
    assertFalse(lines.getFirst().ended);
    hanging.countDown();
    await().atMost(LONG).until(() -> lines.getFirst().ended);
    assertFalse(lines.get(1).ended);
  }

  @Test
  void whileConnectingHangsCallsAreRefusedWithoutBeingTried() {
    Lane<Line> lane = lane(8, 2);
    CountDownLatch hanging = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    assertAnswer("well", lane.submit("a call", LONG, line -> line.call("well")));
    opening = new CountDownLatch(1);
    noTimePassesUntil(hangs);
    Future<String> hung = lane.submit("a call", SHORT, line -> line.hang(hanging));
    assertEquals(Reason.MAY_YET_HAPPEN, refusal(hung));

    Future<Integer> next = lane.submit("a call", LONG, line -> tried.incrementAndGet());

    assertTrue(next.isComplete());
    assertNotTried(next);
    opening.countDown();
    await().atMost(LONG).until(() -> lane.load() == 0);
    assertAnswer(1, lane.submit("a call", LONG, line -> tried.incrementAndGet()));
    hanging.countDown();
  }

  @Test
  void atItsLimitOfLostThreadsALaneTriesNoFurtherOneUntilOneComesBack() {
    Lane<Line> lane = lane(8, 1);
    noTimePassesUntil(hangs);
    CountDownLatch hanging = new CountDownLatch(1);

    assertEquals(
        Reason.MAY_YET_HAPPEN, refusal(lane.submit("a call", SHORT, line -> line.hang(hanging))));

    Future<Integer> refused = lane.submit("a call", LONG, line -> line.call(1));
    assertTrue(refused.isComplete());
    assertNotTried(refused);
    assertEquals(1, lines.size());
    hanging.countDown();
    await().atMost(LONG).until(() -> lane.load() == 0);
    assertAnswer(1, lane.submit("a call", LONG, line -> line.call(1)));
  }

  @Test
  void callsThatWaitBehindOneThatHangsFailWithIt() {
    Lane<Line> lane = lane(8, 3);
    CountDownLatch both = new CountDownLatch(1);
    noTimePassesUntil(hangs);
    noTimePassesUntil(both);
    CountDownLatch hanging = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    Future<String> hung = lane.submit("a call", SHORT, line -> line.hang(hanging));
    Future<Integer> waiting = lane.submit("a call", LONG, line -> tried.incrementAndGet());
    both.countDown();

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(hung));
    assertNotTried(waiting);
    hanging.countDown();
    assertEquals(0, tried.get());
  }

  @Test
  void aLookThatHangsMayNotHappenYetForItChangesNothing() {
    Lane<Line> lane = lane(8, 3);
    noTimePassesUntil(hangs);
    CountDownLatch hanging = new CountDownLatch(1);

    RefusedException hung = refused(lane.look("a look", SHORT, line -> line.hang(hanging)));

    assertEquals(Reason.HYPERVISOR_STUCK, hung.reason());
    assertTrue(String.valueOf(hung.getMessage()).contains("a look was given up after 100 ms"));
    hanging.countDown();
  }

  @Test
  void aCallWhoseDeadlinePassesWhileItWaitsIsNeverMade() {
    Lane<Line> lane = lane(8, 3);
    CountDownLatch hanging = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    Future<String> first = lane.submit("another", LONG, line -> line.hang(hanging));

    assertNotTried(lane.submit("a call", SHORT, line -> tried.incrementAndGet()));

    hanging.countDown();
    assertAnswer("late", first);
    assertAnswer(7, lane.submit("a third", LONG, line -> 7));
    assertEquals(0, tried.get());
  }

  @Test
  void aCallWhoseDeadlinePassesWhileItConnectsIsNeverMade() {
    Lane<Line> lane = lane(8, 3);
    opening = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    noTimePassesUntil(connects);

    assertNotTried(lane.submit("a call", SHORT, line -> tried.incrementAndGet()));

    opening.countDown();
    await().atMost(LONG).until(() -> lines.stream().anyMatch(line -> line.ended));
    assertEquals(0, tried.get());
  }

  @Test
  void aCallThatFindsNoConnectionInTimeIsNeverMade() {
    Lane<Line> lane =
        new Lane<>("the test", this::open, SHORT, LONG, new LaneLimits(1, 8, 1), clock);
    lanes.add(lane);
    opening = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();

    assertNotTried(lane.submit("a call", LONG, line -> tried.incrementAndGet()));

    opening.countDown();
    await().atMost(LONG).until(() -> lines.stream().anyMatch(line -> line.ended));
    assertEquals(0, tried.get());
  }

  @Test
  void aLookWhoseConnectionBrokeSaysWhyItBroke() {
    Lane<Line> lane = lane(8, 3);

    Future<Integer> broken =
        lane.look(
            "a look",
            LONG,
            line -> {
              line.lost =
                  Optional.of(new RefusedException(Reason.HYPERVISOR_UNREACHABLE, "closed"));
              throw new RefusedException(Reason.HYPERVISOR_REFUSED, "client socket is closed");
            });

    assertEquals(Reason.HYPERVISOR_UNREACHABLE, refusal(broken));
  }

  @Test
  void aFullQueueRefusesAtOnce() {
    Lane<Line> lane = lane(1, 3);
    CountDownLatch hanging = new CountDownLatch(1);
    Future<String> first = lane.submit("a call", LONG, line -> line.hang(hanging));
    await().atMost(LONG).until(() -> lines.size() == 1);
    Future<Integer> second = lane.submit("a call", LONG, line -> line.call(2));

    Future<Integer> third = lane.submit("a call", LONG, line -> line.call(3));

    assertTrue(third.isComplete());
    assertNotTried(third);
    hanging.countDown();
    assertAnswer("late", first);
    assertAnswer(2, second);
  }

  @Test
  void aHypervisorThatCannotBeReachedIsTriedAgainByTheNextCall() {
    Lane<Line> lane = lane(8, 3);
    openFailure =
        Optional.of(new RefusedException(Reason.HYPERVISOR_UNREACHABLE, "connection refused"));

    assertEquals(
        Reason.HYPERVISOR_UNREACHABLE, refusal(lane.submit("a call", LONG, line -> line.call(1))));
    openFailure = Optional.empty();
    assertAnswer(2, lane.submit("a call", LONG, line -> line.call(2)));
  }

  @Test
  void aConnectionThatWasLostWhileIdleIsReplacedBeforeTheNextCall() {
    Lane<Line> lane = lane(8, 3);
    assertAnswer(1, lane.submit("a call", LONG, line -> line.call(1)));
    lines.getFirst().lost =
        Optional.of(new RefusedException(Reason.HYPERVISOR_UNREACHABLE, "gone"));

    assertAnswer(2, lane.submit("a call", LONG, line -> line.call(2)));

    assertEquals(2, lines.size());
    assertTrue(lines.getFirst().ended);
  }

  @Test
  void aCallWhoseConnectionBrokeMayYetHappen() {
    Lane<Line> lane = lane(8, 3);

    Future<Integer> broken =
        lane.submit(
            "a call",
            LONG,
            line -> {
              line.lost = Optional.of(new RefusedException(Reason.HYPERVISOR_STUCK, "no sign"));
              throw new RefusedException(Reason.HYPERVISOR_REFUSED, "client socket is closed");
            });

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(broken));
    await().atMost(LONG).until(() -> lines.size() == 2 && lane.load() == 0);
    assertTrue(lines.getFirst().ended);
  }

  @Test
  void aRefusalOfTheHypervisorKeepsTheConnection() {
    Lane<Line> lane = lane(8, 3);

    Future<Void> refused =
        lane.run(
            "a call",
            LONG,
            line -> {
              throw new RefusedException(Reason.WRONG_STATE, "it runs");
            });

    assertEquals(Reason.WRONG_STATE, refusal(refused));
    assertAnswer(1, lane.submit("a call", LONG, line -> line.call(1)));
    assertEquals(1, lines.size());
  }

  @Test
  void closingEndsTheConnectionAndRefusesWhatComesLater() throws InterruptedException {
    Lane<Line> lane = lane(8, 3);
    assertAnswer(1, lane.submit("a call", LONG, line -> line.call(1)));

    lane.close();

    assertTrue(lane.awaitRest(LONG));
    assertTrue(lines.getFirst().ended);
    assertEquals(
        Reason.HYPERVISOR_UNREACHABLE, refusal(lane.submit("a call", LONG, line -> line.call(1))));
  }

  @Test
  void closingDoesNotWaitForACallThatHangs() throws InterruptedException {
    Lane<Line> lane = lane(8, 3);
    CountDownLatch hanging = new CountDownLatch(1);
    Future<String> hung = lane.submit("a call", LONG, line -> line.hang(hanging));
    awaitOpen(hangs);

    lane.close();

    assertFalse(lane.awaitRest(SHORT));
    assertEquals(Reason.MAY_YET_HAPPEN, refusal(hung));
    hanging.countDown();
    assertTrue(lane.awaitRest(LONG));
    assertTrue(lines.getFirst().ended);
  }

  @Test
  void anIdleLaneGivesItsConnectionBack() {
    Lane<Line> lane =
        new Lane<>("the test", this::open, LONG, SHORT, new LaneLimits(1, 8, 3), clock);
    lanes.add(lane);

    assertAnswer(1, lane.submit("a call", LONG, line -> line.call(1)));

    await().atMost(LONG).until(lane::isResting);
    assertTrue(lines.getFirst().ended);
    assertAnswer(2, lane.submit("a call", LONG, line -> line.call(2)));
    assertEquals(2, lines.size());
  }
}
