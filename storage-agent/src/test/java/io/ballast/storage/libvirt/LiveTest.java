package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneLimits;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.storage.trade.Task;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LiveTest {
  private static final Shelf.Item ITEM =
      new Shelf.Item(
          "web1",
          "/images/web1",
          "qcow2",
          Bytes.ofMiB(8),
          Bytes.ofMiB(1),
          Optional.of("/images/base"));

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
  private final ScheduledThreadPoolExecutor hurried =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> schedule(Runnable action, long delay, TimeUnit unit) {
          return super.schedule(action, delay / 20, unit);
        }
      };
  private final Live live = new Live(lane, hurried);
  private final List<Bytes> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    lane.close();
    hurried.shutdownNow();
    clock.shutdownNow();
  }

  private Task flatten() {
    return live.flatten("web1", "images", ITEM, (done, total) -> heard.add(done));
  }

  @Test
  void aDiskIsFlattenedByItsQemuAndItsProgressTold() {
    answer(flatten().end());

    assertEquals(List.of("pull vda"), guest.calls);
    assertEquals(Bytes.ofMiB(8), heard.getLast());
    assertTrue(heard.size() > 1, heard::toString);
  }

  @Test
  void whatAnEarlierLifeBeganIsFollowedAndNotBegunAgain() {
    guest.goesOn(Guests.Job.Kind.PULL);

    answer(flatten().end());

    assertEquals(List.of(), guest.calls);
  }

  @Test
  void whatAnEarlierLifeDidIsNotDoneAgain() {
    guest.below = List.of();

    answer(flatten().end());

    assertEquals(List.of(), guest.calls);
  }

  @Test
  void aJobThatIsCancelledIsEndedAndCanBeBegunAgain() {
    guest.looks = Integer.MAX_VALUE;
    Task task = flatten();
    task.cancel();

    assertEquals(Reason.CANCELLED, refusal(task.end()));
    guest.looks = 3;
    answer(flatten().end());
    assertEquals(List.of(), guest.below);
  }

  @Test
  void aJobThatIsUnderWayIsAbortedWhenItIsCancelled() {
    guest.goesOn(Guests.Job.Kind.PULL);
    guest.looks = Integer.MAX_VALUE;
    Task task = flatten();
    task.cancel();

    assertEquals(Reason.CANCELLED, refusal(task.end()));
    assertEquals(List.of("abort vda"), guest.calls);
  }

  @Test
  void aJobThatEndsEarlyHasFailed() {
    guest.fails = true;

    assertEquals(Reason.HYPERVISOR_REFUSED, refusal(flatten().end()));
  }

  @Test
  void aJobOfSomebodyElseIsLeftAlone() {
    guest.goesOn(Guests.Job.Kind.OTHER);

    assertEquals(Reason.BUSY, refusal(flatten().end()));
    assertEquals(List.of(), guest.calls);
  }

  @Test
  void aMachineThatIsShutOffOnTheWayCutsTheJobOff() {
    guest.active = false;

    assertEquals(Reason.INTERRUPTED, refusal(flatten().end()));
  }

  @Test
  void aMachineThatIsOnItsWayToAnotherHostIsLeftAlone() {
    guest.migrates = true;

    assertEquals(Reason.BUSY, refusal(flatten().end()));
    assertEquals(Reason.BUSY, refusal(grow("web1", 16).end()));
  }

  private Task merge(Duration within) {
    Slot slot = new Slot("web1", "vda");
    return LiveJob.of(
        lane,
        hurried,
        slot,
        new LiveJob.Goal(
            "the merge",
            Guests.Job.Kind.COMMIT_TOP,
            guests -> guests.commit(slot, "/images/web1", "/images/base", true),
            guests -> guests.pivot(slot),
            disk -> !disk.source().equals("/images/web1"),
            within),
        job -> {});
  }

  @Test
  void aLayerIsMergedAndItsMachineSetUponTheOneBelow() {
    answer(merge(Duration.ofMinutes(1)).end());

    assertEquals(List.of("commit /images/web1 /images/base", "pivot vda"), guest.calls);
  }

  @Test
  void aJobThatTakesTooLongIsEnded() {
    guest.looks = Integer.MAX_VALUE;

    assertEquals(Reason.DEADLINE_PASSED, refusal(merge(Duration.ZERO).end()));
    assertEquals(List.of("commit /images/web1 /images/base", "abort vda"), guest.calls);
  }

  @Test
  void aDiskGrowsAndNeverShrinks() {
    answer(grow("web1", 16).end());
    answer(grow("web1", 8).end());

    assertEquals(List.of("grow vda 16 MiB"), guest.calls);
    RefusedException shrunk = assertThrows(RefusedException.class, () -> grow("web1", 4));
    assertEquals(Reason.IN_USE, shrunk.reason());
  }

  @Test
  void whatAMachineOnlyBuildsUponIsLeftAlone() {
    Shelf.Item base =
        new Shelf.Item(
            "base", "/images/base", "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty());

    assertEquals(Reason.IN_USE, refusal(live.grow("web1", "images", base, Bytes.ofMiB(16)).end()));
    assertEquals(List.of(), guest.calls);
  }

  @Test
  void theMachineThatRunsOnADiskIsFound() {
    Tenant off = new Tenant("web1", false, Set.of(ITEM.path()));
    Tenant on = new Tenant("web1", true, Set.of(ITEM.path()));
    Tenant named = new Tenant("web2", true, Set.of("volume:images/web1"));
    Tenant other = new Tenant("web3", true, Set.of("/images/web3"));

    assertEquals(Optional.empty(), Live.user(List.of(off, other), "images", ITEM));
    assertEquals(Optional.of("web1"), Live.user(List.of(other, on), "images", ITEM));
    assertEquals(
        Reason.IN_USE,
        assertThrows(RefusedException.class, () -> Live.user(List.of(on, named), "images", ITEM))
            .reason());
  }

  private Task grow(String vm, long mib) {
    return live.grow(vm, "images", ITEM, Bytes.ofMiB(mib));
  }
}
