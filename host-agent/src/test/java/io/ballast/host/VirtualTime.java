package io.ballast.host;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop and a clock whose time passes only when a test says so. Used from one thread. */
public final class VirtualTime extends Clock implements Loop {
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private long order;

  private record Due(Instant at, long order, Runnable action) {}

  @Override
  public void run(Runnable action) {
    after(Duration.ZERO, action);
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Due added = new Due(now.plus(delay), order++, action);
    due.add(added);
    return () -> due.remove(added);
  }

  /** Lets time pass, with everything that falls due on the way. */
  public void pass(Duration time) {
    Instant end = now.plus(time);
    while (!due.isEmpty() && !due.element().at().isAfter(end)) {
      Due next = due.remove();
      now = next.at();
      next.action().run();
    }
    now = end;
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
