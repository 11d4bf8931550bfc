package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneLimits;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class StillnessTest {
  private final FakeGuest guest = new FakeGuest();
  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final Lane<Guests> lane =
      new Lane<>(
          "fake",
          () -> guest,
          Duration.ofSeconds(20),
          Duration.ZERO,
          new LaneLimits(1, 8, 1),
          clock);
  private final Stillness stillness = new Stillness(lane, clock, Duration.ofMinutes(5));

  @AfterEach
  void close() {
    lane.close();
    clock.shutdownNow();
  }

  private Future<String> during(Quiesce quiesce, int disks, Future<?> deed) {
    return stillness.during(
        new Stillness.Sleeper(operation(), "web1", quiesce, disks),
        () -> {
          guest.calls.add("keep");
          return deed;
        });
  }

  @Test
  void theFileSystemsAreFrozenForTheMomentWhereTheAgentHelps() {
    String words = answer(during(Quiesce.AUTO, 2, Future.succeededFuture()));

    assertEquals("its file systems were frozen for the moment", words);
    assertEquals(List.of("rest FROZEN_AND_PAUSED", "keep", "wake"), guest.calls);
  }

  @Test
  void whereTheAgentDoesNotSeveralDisksAreKeptOfAMachineThatIsPaused() {
    guest.mute = true;

    String words = answer(during(Quiesce.AUTO, 2, Future.succeededFuture()));

    assertEquals(
        "crash-consistent, as after a cut of its power; it was paused for the moment: its guest"
            + " agent did not help",
        words);
    assertEquals(List.of("rest FROZEN_AND_PAUSED", "rest PAUSED", "keep", "wake"), guest.calls);
  }

  @Test
  void oneDiskIsKeptOfAMachineThatGoesOn() {
    String words = answer(during(Quiesce.NEVER, 1, Future.succeededFuture()));

    assertEquals("crash-consistent, as after a cut of its power", words);
    assertEquals(List.of("keep"), guest.calls);
  }

  @Test
  void oneDiskIsKeptOfAMachineThatSomebodyPausedAndNotSeveral() {
    guest.paused = true;

    answer(during(Quiesce.AUTO, 1, Future.succeededFuture()));
    assertEquals(List.of("rest FROZEN", "keep"), guest.calls);
    assertEquals(Reason.WRONG_STATE, refusal(during(Quiesce.AUTO, 2, Future.succeededFuture())));
  }

  @Test
  void nothingIsKeptWhereTheAgentHasToHelpAndDoesNot() {
    guest.mute = true;

    assertEquals(
        Reason.HYPERVISOR_REFUSED, refusal(during(Quiesce.REQUIRED, 1, Future.succeededFuture())));
    assertEquals(List.of("rest FROZEN"), guest.calls);
  }

  @Test
  void aMachineThatIsMovedAwayIsLeftAlone() {
    guest.migrates = true;

    assertEquals(Reason.BUSY, refusal(during(Quiesce.AUTO, 1, Future.succeededFuture())));
    assertEquals(List.of("rest FROZEN"), guest.calls);
  }

  @Test
  void aMachineIsWokenWhenWhatWasDoneFails() {
    Future<?> failed = Future.failedFuture(new RefusedException(Reason.NO_ROOM, "full"));

    assertEquals(Reason.NO_ROOM, refusal(during(Quiesce.AUTO, 1, failed)));
    assertEquals(List.of("rest FROZEN", "keep", "wake"), guest.calls);
  }

  /** The end of a deed that takes longer than a machine may rest. */
  private Future<String> late(int disks) {
    Stillness brief = new Stillness(lane, clock, Duration.ofMillis(50));
    Promise<Void> slow = Promise.promise();
    Future<String> end =
        brief.during(new Stillness.Sleeper(operation(), "web1", Quiesce.AUTO, disks), slow::future);

    await().until(() -> guest.calls.contains("wake"));
    assertFalse(end.isComplete(), "it waits for what was begun");
    slow.complete();
    return end;
  }

  @Test
  void aMachineIsWokenWhenItsStorageTakesTooLong() {
    assertEquals(Reason.TRADE_REFUSED, refusal(late(2)));
  }

  @Test
  void oneDiskIsKeptAllTheSameWhenItsStorageTakesLong() {
    assertEquals(
        "crash-consistent, as after a cut of its power: it went on before its storage was done",
        answer(late(1)));
  }

  @Test
  void severalDisksAreNotOfOneMomentWhenOthersWokeTheirMachine() {
    for (Guests.Woken how : List.of(Guests.Woken.DISTURBED, Guests.Woken.GONE)) {
      guest.woken = how;
      assertEquals(Reason.INTERRUPTED, refusal(during(Quiesce.AUTO, 2, Future.succeededFuture())));
    }
    String one = answer(during(Quiesce.AUTO, 1, Future.succeededFuture()));
    assertTrue(one.contains("it did not rest until then; look at it where it runs"), one);
  }

  @Test
  void aMachineIsWokenThoughThatFailsAtFirst() {
    guest.failsToWake = 1;

    answer(during(Quiesce.AUTO, 2, Future.succeededFuture()));
    assertEquals(List.of("rest FROZEN_AND_PAUSED", "keep", "wake", "wake"), guest.calls);
  }

  @Test
  void aMachineThatCanNotBeWokenIsNotToldToBeDone() {
    guest.failsToWake = Integer.MAX_VALUE;
    Future<String> end = during(Quiesce.AUTO, 2, Future.succeededFuture());
    await().until(() -> guest.calls.size() > 3);
    clock.shutdown();

    assertEquals(Reason.MAY_YET_HAPPEN, refusal(end));
  }

  @Test
  void whatAnEarlierLifeLeftIsWokenBeforeAnythingRests() {
    var unused = stillness.wakeAll();
    answer(during(Quiesce.NEVER, 2, Future.succeededFuture()));

    assertEquals(List.of("wake all", "rest PAUSED", "keep", "wake"), guest.calls);
  }

  @Test
  void nothingRestsWhenTheAgentHasEnded() {
    stillness.close();

    assertEquals(Reason.NOT_READY, refusal(during(Quiesce.AUTO, 2, Future.succeededFuture())));
    assertEquals(List.of(), guest.calls);
  }

  @Test
  void machinesRestOneAfterTheOther() {
    Promise<Void> first = Promise.promise();
    Future<String> one = during(Quiesce.AUTO, 1, first.future());
    Future<String> other = during(Quiesce.NEVER, 2, Future.succeededFuture());
    await().until(() -> guest.calls.contains("keep"));
    assertFalse(other.isComplete());
    first.fail(new RefusedException(Reason.NO_ROOM, "full"));

    assertEquals(Reason.NO_ROOM, refusal(one));
    answer(other);
    assertEquals(
        List.of("rest FROZEN", "keep", "wake", "rest PAUSED", "keep", "wake"), guest.calls);
  }

  @Test
  void whoRestsIsWokenWhenTheAgentEnds() {
    Promise<Void> slow = Promise.promise();
    Future<String> end = during(Quiesce.AUTO, 2, slow.future());
    await().until(() -> guest.calls.contains("keep"));

    long begun = System.nanoTime();
    stillness.close();

    boolean gaveUp = System.nanoTime() - begun >= Duration.ofSeconds(2).toNanos();
    assertTrue(gaveUp || guest.calls.contains("wake"), "it waits until that is done, for 2 s");
    await().until(() -> guest.calls.contains("wake"));
    slow.complete();
    assertEquals(Reason.TRADE_REFUSED, refusal(end));
  }
}
