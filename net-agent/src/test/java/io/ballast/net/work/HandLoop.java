package io.ballast.net.work;

import io.ballast.agent.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;

/** A loop whose time goes on by hand. */
final class HandLoop implements Loop {
  private final Deque<Runnable> soon = new ArrayDeque<>();
  private final PriorityQueue<Later> later =
      new PriorityQueue<>(Comparator.comparing(Later::at).thenComparingLong(Later::number));
  private Duration now = Duration.ZERO;
  private long numbers;

  private record Later(Duration at, long number, Runnable action) {}

  @Override
  public void run(Runnable action) {
    soon.add(action);
  }

  @Override
  public Timer after(Duration delay, Runnable action) {
    Later timer = new Later(now.plus(delay), numbers++, action);
    later.add(timer);
    return () -> later.remove(timer);
  }

  @Override
  public Duration now() {
    return now;
  }

  /** Runs all that is to run now. */
  void settle() {
    for (Runnable next = soon.poll(); next != null; next = soon.poll()) {
      next.run();
    }
  }

  /** Lets time pass. */
  void pass(Duration time) {
    Duration until = now.plus(time);
    settle();
    while (!later.isEmpty() && later.element().at().compareTo(until) <= 0) {
      Later due = later.remove();
      now = due.at();
      due.action().run();
      settle();
    }
    now = until;
  }
}
