package io.ballast.storage.libvirt;

import io.ballast.agent.Latest;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.tool.Room;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room of active pools, measured by their storage itself. libvirt knows what it saw when it
 * last looked at a pool, and of a pool of Ceph the room of the whole cluster; it is not made to
 * look anew, for a look that fails makes it stop the pool.
 *
 * <p>Nobody waits for a measurement: told is what the last one found, or libvirt's word until one
 * has found anything. Each telling begins the next: of folders each time, of what tools have to be
 * asked for once in a while. Of each pool one is under way at most, however long it hangs. What was
 * found of a pool is forgotten once it is not active, or is made of something else.
 */
final class Rooms implements AutoCloseable {
  /** From one measurement by a tool to the next. */
  static final Duration TOOLS_EVERY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Rooms.class);

  /** Measures pools. */
  interface Meter {
    /** Begins to measure a pool of a kind other than {@code OTHER}; neither blocks nor throws. */
    Measurement measure(Shelf shelf);
  }

  /**
   * A measurement of a pool.
   *
   * @param room what it finds; fails within a bounded time where it can't be found
   * @param over ends, either way, once nothing of the measurement is under way any more; this may
   *     be never
   */
  record Measurement(Future<Room> room, Future<?> over) {}

  /** Lets time pass. */
  interface Alarm {
    /** Has a task run after a time; it never blocks. */
    void after(Duration time, Runnable task);

    /** By a clock that runs such tasks. */
    static Alarm of(ScheduledExecutorService clock) {
      return (time, task) -> {
        var unused = clock.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
      };
    }
  }

  /** What is known of a pool while it is active. */
  private static final class Known {
    private final Shelf of;
    private boolean isDue = true;
    private @Nullable Room room;
    private @Nullable String problem;

    Known(Shelf of) {
      this.of = of;
    }

    boolean isOf(Shelf shelf) {
      return of.kind() == shelf.kind()
          && of.place().equals(shelf.place())
          && of.access().equals(shelf.access());
    }
  }

  private final Meter meter;
  private final Alarm alarm;

  // Guarded by this.
  private final Map<String, Known> known = new TreeMap<>();
  private final Set<String> underWay = new HashSet<>();
  private boolean closed;

  Rooms(Meter meter, Alarm alarm) {
    this.meter = meter;
    this.alarm = alarm;
  }

  /**
   * Pools with their room, in their order, as last measured; begins the next measurements.
   *
   * @param seen all pools that could be read, active or not
   * @param unread the names of others that there are, of which nothing is forgotten
   */
  synchronized List<Pool> told(List<Shelf> seen, Set<String> unread) {
    Map<String, Shelf> measurable = new TreeMap<>();
    seen.stream()
        .filter(shelf -> shelf.pool().active() && shelf.kind() != Shelf.Kind.OTHER)
        .forEach(shelf -> measurable.put(shelf.pool().name(), shelf));
    known
        .entrySet()
        .removeIf(
            entry -> {
              Shelf shelf = measurable.get(entry.getKey());
              return shelf == null
                  ? !unread.contains(entry.getKey())
                  : !entry.getValue().isOf(shelf);
            });
    List<Pool> told = new ArrayList<>();
    for (Shelf shelf : seen) {
      Known one = known.get(shelf.pool().name());
      told.add(one == null || one.room == null ? shelf.pool() : shelf.with(one.room).pool());
    }
    if (!closed) {
      measurable.forEach(this::begin);
    }
    return told;
  }

  /** Why pools can't be measured at present, by their names. */
  synchronized Map<String, String> unmeasured() {
    Map<String, String> problems = new TreeMap<>();
    known.forEach(
        (name, one) -> {
          if (one.problem != null) {
            problems.put(name, one.problem);
          }
        });
    return problems;
  }

  /** Forgets what was found of a pool. */
  synchronized void forget(String pool) {
    known.remove(pool);
  }

  /** Begins nothing any more. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  private synchronized void begin(String name, Shelf shelf) {
    Known one = known.get(name);
    boolean isNew = one == null;
    if (one == null) {
      one = new Known(shelf);
      known.put(name, one);
    }
    if (underWay.contains(name)) {
      if (isNew) {
        one.problem = "a look at what it was before has not come back; look whether that hangs";
      }
      return;
    }
    if (!one.isDue) {
      return;
    }
    measure(name, one, shelf);
  }

  private synchronized void measure(String name, Known one, Shelf shelf) {
    underWay.add(name);
    switch (shelf.kind()) {
      case GROUP, RBD -> {
        one.isDue = false;
        alarm.after(TOOLS_EVERY, () -> isDue(one));
      }
      case FOLDER, OTHER -> {}
    }
    Measurement begun = meter.measure(shelf);
    begun.room().onComplete(found -> note(name, one, found));
    begun.over().onComplete(end -> isOver(name));
  }

  private synchronized void isDue(Known one) {
    one.isDue = true;
  }

  private synchronized void isOver(String name) {
    underWay.remove(name);
  }

  /** Where a tool never told anything, libvirt's word is as good as it ever was. */
  private synchronized void note(String name, Known one, AsyncResult<Room> found) {
    String before = one.problem;
    if (found.succeeded()) {
      one.room = found.result();
      one.problem = null;
      if (before != null) {
        LOG.info("Pool {} is measured again", name);
      }
      return;
    }
    String why = Latest.words(found.cause());
    if (one.room == null && one.of.kind() != Shelf.Kind.FOLDER) {
      LOG.debug("Pool {} is told as libvirt sees it: {}", name, why);
      return;
    }
    one.problem = why;
    if (before == null) {
      LOG.warn("Pool {} can't be measured: {}", name, why);
    }
  }
}
