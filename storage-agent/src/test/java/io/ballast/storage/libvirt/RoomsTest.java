package io.ballast.storage.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.libvirt.Rooms.Measurement;
import io.ballast.storage.tool.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measurements that end when the test has them end, or that hang on threads of a real disk. */
final class RoomsTest {
  private static final Bytes GIB = Bytes.ofMiB(1024);
  private static final Room BY_LIBVIRT = new Room(GIB, Bytes.ZERO, GIB);
  private static final Room FULL = new Room(GIB, Bytes.ofMiB(1000), Bytes.ofMiB(24));
  private static final Room HALF = new Room(GIB, Bytes.ofMiB(512), Bytes.ofMiB(512));

  /** What was begun, oldest first. */
  private final List<Begun> begun = new ArrayList<>();

  private final List<Runnable> alarms = new ArrayList<>();
  private final Rooms rooms = new Rooms(this::begin, this::later);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  private record Begun(Shelf shelf, Promise<Room> room, Promise<Void> over) {
    void found(Room found) {
      over.complete();
      room.complete(found);
    }

    void failed(String why) {
      over.complete();
      room.fail(new RefusedException(Reason.TRADE_REFUSED, why));
    }
  }

  private Measurement begin(Shelf shelf) {
    Begun one = new Begun(shelf, Promise.promise(), Promise.promise());
    begun.add(one);
    return new Measurement(one.room().future(), one.over().future());
  }

  private void later(Duration time, Runnable task) {
    assertEquals(Rooms.TOOLS_EVERY, time);
    alarms.add(task);
  }

  @AfterEach
  void close() {
    clock.shutdownNow();
  }

  private static Shelf shelf(String name, String type, boolean active) {
    Bytes left = active ? GIB : Bytes.ZERO;
    return new Shelf(
        new Pool(name, type, active, left, Bytes.ZERO, left, Optional.of(true)),
        "/pools/" + name,
        Shelf.Access.USUAL,
        List.of());
  }

  private List<Pool> told(Shelf... seen) {
    return rooms.told(List.of(seen), Set.of());
  }

  /** Whether the only pool is told with a room. */
  private static void assertTold(Room room, List<Pool> told) {
    assertEquals(1, told.size());
    Pool pool = told.getFirst();
    assertEquals(room, new Room(pool.capacity(), pool.used(), pool.available()));
    assertTrue(pool.active());
    assertEquals(Optional.of(true), pool.autostart());
  }

  @Test
  void libvirtsWordIsToldUntilTheStorageHasToldItself() {
    Shelf images = shelf("images", "dir", true);

    assertTold(BY_LIBVIRT, told(images));
    assertTold(BY_LIBVIRT, told(images));
    begun.getFirst().found(FULL);
    assertTold(FULL, told(images));
    assertTold(FULL, told(images));
    begun.getLast().found(HALF);
    assertTold(HALF, told(images));
    assertEquals(Map.of(), rooms.unmeasured());
  }

  @Test
  void aFolderIsMeasuredWithEachTellingUnlessOneIsUnderWay() {
    Shelf images = shelf("images", "netfs", true);
    for (int beat = 0; beat < 5; beat++) {
      told(images);
    }
    assertEquals(1, begun.size());

    begun.getFirst().found(FULL);
    told(images);
    begun.getLast().found(FULL);
    told(images);
    assertEquals(3, begun.size());
    assertEquals(List.of(), alarms);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logical", "rbd"})
  void toolsAreAskedOnceInAWhile(String type) {
    Shelf disks = shelf("disks", type, true);
    told(disks);
    begun.getFirst().found(FULL);
    assertTold(FULL, told(disks));
    assertEquals(1, begun.size());

    alarms.getFirst().run();
    told(disks);
    told(disks);
    assertEquals(2, begun.size());
    alarms.getLast().run();
    told(disks);
    assertEquals(2, begun.size(), "the second has not come back");
  }

  @Test
  void otherKindsAndPoolsThatAreOffAreNotMeasured() {
    told(shelf("lun", "iscsi", true), shelf("off", "dir", false), shelf("sheep", "sheepdog", true));

    assertEquals(List.of(), begun);
  }

  @Test
  void aFolderThatCantBeMeasuredKeepsItsNumbersAndIsTold() {
    Shelf images = shelf("images", "dir", true);
    told(images);
    begun.getLast().failed("there is no folder");
    assertTold(BY_LIBVIRT, told(images));
    assertEquals(Map.of("images", "there is no folder"), rooms.unmeasured());

    begun.getLast().found(FULL);
    assertEquals(Map.of(), rooms.unmeasured());
    told(images);
    begun.getLast().failed("stale file handle");
    assertTold(FULL, told(images));
    assertEquals(Map.of("images", "stale file handle"), rooms.unmeasured());
  }

  @Test
  void whereAToolNeverToldAnythingLibvirtsWordStaysAndNothingIsMissed() {
    Shelf disks = shelf("disks", "rbd", true);
    told(disks);
    begun.getLast().failed("ceph is not installed on this host; install it");
    assertTold(BY_LIBVIRT, told(disks));
    assertEquals(Map.of(), rooms.unmeasured());

    alarms.getLast().run();
    told(disks);
    begun.getLast().found(FULL);
    alarms.getLast().run();
    told(disks);
    begun.getLast().failed("no monitor answers");
    assertTold(FULL, told(disks));
    assertEquals(Map.of("disks", "no monitor answers"), rooms.unmeasured());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasFoundOfAPoolIsForgottenOnceItIsOffOrGone(boolean gone) {
    Shelf images = shelf("images", "dir", true);
    told(images);
    begun.getLast().found(FULL);
    told(images);
    begun.getLast().failed("there is no folder");

    List<Pool> told = gone ? told() : told(shelf("images", "dir", false));

    assertEquals(gone ? List.of() : List.of(shelf("images", "dir", false).pool()), told);
    assertEquals(Map.of(), rooms.unmeasured());
    assertTold(BY_LIBVIRT, told(images));
  }

  @Test
  void whatComesBackAfterItsPoolWasStoppedIsNotTold() {
    Shelf images = shelf("images", "netfs", true);
    told(images);
    told(shelf("images", "netfs", false));
    told(images);
    assertEquals(1, begun.size(), "the first is still under way");
    assertTrue(rooms.unmeasured().containsKey("images"));

    begun.getFirst().found(FULL);
    assertTold(BY_LIBVIRT, told(images));
    assertEquals(2, begun.size());
    begun.getLast().found(HALF);
    assertTold(HALF, told(images));
    assertEquals(Map.of(), rooms.unmeasured());
  }

  @Test
  void aPoolThatIsMadeOfSomethingElseNowIsAnother() {
    Shelf before = shelf("images", "dir", true);
    told(before);
    begun.getLast().found(FULL);
    Shelf now = new Shelf(before.pool(), "/elsewhere", Shelf.Access.USUAL, List.of());

    assertTold(BY_LIBVIRT, told(now));
    assertEquals("/elsewhere", begun.getLast().shelf().place());
  }

  @Test
  void aPoolThatCouldNotBeReadOnceIsNotForgotten() {
    Shelf images = shelf("images", "dir", true);
    told(images);
    begun.getLast().found(FULL);

    assertEquals(List.of(), rooms.told(List.of(), Set.of("images")));
    assertTold(FULL, told(images));
  }

  @Test
  void nothingIsBegunOnceItIsClosed() {
    rooms.close();

    assertTold(BY_LIBVIRT, told(shelf("images", "dir", true)));
    assertEquals(List.of(), begun);
  }

  @Test
  void aFolderThatHangsIsToldTakesOneThreadAndKeepsNoOtherFromBeingMeasured() {
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch hangs = noTimePassesBefore();
    Map<String, Integer> calls = new TreeMap<>();
    try (Disk disk = new Disk(Duration.ofMillis(200), clock, 2)) {
      Rooms real =
          new Rooms(
              shelf ->
                  Gauge.onDisk(
                      disk,
                      "the look at " + shelf.place(),
                      () -> {
                        String name = shelf.pool().name();
                        synchronized (calls) {
                          calls.merge(name, 1, Integer::sum);
                        }
                        if (!name.equals("hung")) {
                          return FULL;
                        }
                        hangs.countDown();
                        return thawed(frozen);
                      }),
              this::later);
      List<Shelf> seen = List.of(shelf("hung", "netfs", true), shelf("well", "dir", true));

      await().until(() -> real.told(seen, Set.of()).getLast().available().equals(FULL.available()));
      await().until(() -> tellsOf(real, seen, "hung") && count(calls, "well") >= 4);
      assertEquals(1, count(calls, "hung"));
      assertEquals(BY_LIBVIRT.available(), real.told(seen, Set.of()).getFirst().available());

      frozen.countDown();
      await()
          .until(
              () ->
                  real.told(seen, Set.of()).getFirst().available().equals(HALF.available())
                      && real.unmeasured().isEmpty());
    }
  }

  @Test
  void aMeasurementThatNeverHadItsTurnIsOver() {
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch hangs = noTimePassesBefore();
    try (Disk disk = new Disk(Duration.ofMillis(50), clock, 1)) {
      Measurement hung =
          Gauge.onDisk(
              disk,
              "the first",
              () -> {
                hangs.countDown();
                return thawed(frozen);
              });
      Measurement behind = Gauge.onDisk(disk, "the second", () -> FULL);

      await().until(() -> hung.room().isComplete() && behind.over().isComplete());
      assertEquals(Reason.MAY_YET_HAPPEN, reason(hung.room()));
      assertEquals(Reason.MAY_YET_HAPPEN, reason(behind.room()));
      assertFalse(hung.over().isComplete());

      frozen.countDown();
      await().until(hung.over()::isComplete);
    }
  }

  /** Keeps the clock from ending anything until a call has begun to hang, however late that is. */
  private CountDownLatch noTimePassesBefore() {
    CountDownLatch hangs = new CountDownLatch(1);
    clock.execute(() -> thawed(hangs));
    return hangs;
  }

  private static Reason reason(Future<?> failed) {
    return assertThrows(RefusedException.class, () -> raise(failed.cause())).reason();
  }

  private static void raise(Throwable cause) throws Throwable {
    throw cause;
  }

  private static boolean tellsOf(Rooms rooms, List<Shelf> seen, String name) {
    rooms.told(seen, Set.of());
    return rooms.unmeasured().getOrDefault(name, "").contains("did not come back");
  }

  private static int count(Map<String, Integer> calls, String name) {
    synchronized (calls) {
      return calls.getOrDefault(name, 0);
    }
  }

  private static Room thawed(CountDownLatch frozen) {
    try {
      frozen.await();
      return HALF;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
