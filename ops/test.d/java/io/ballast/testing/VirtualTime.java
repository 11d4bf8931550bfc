package io.ballast.testing;

import io.ballast.agent.Loop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A loop and a clock whose time passes only when a test says so. The clock may be set, of which the
 * loop knows nothing. Used from one thread.
 */
public final class VirtualTime extends Clock implements Loop {
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private Duration now = Duration.ofHours(7);
  private Instant midnight = Instant.parse("2030-01-01T00:00:00Z").minus(now);
  private long order;

  private record Due(Duration at, long order, Runnable action) {}

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
    Duration end = now.plus(time);
    while (!due.isEmpty() && due.element().at().compareTo(end) <= 0) {
      Due next = due.remove();
      now = now.compareTo(next.at()) < 0 ? next.at() : now;
      next.action().run();
    }
    now = end;
  }

  /** Lets time pass in which the loop is held up: what falls due runs later. */
  public void delay(Duration time) {
    now = now.plus(time);
  }

  /** Sets the clock forward, or back by a negative step. */
  public void step(Duration by) {
    midnight = midnight.plus(by);
  }

  @Override
  public Duration now() {
    return now;
  }

  @Override
  public Instant instant() {
    return midnight.plus(now);
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
