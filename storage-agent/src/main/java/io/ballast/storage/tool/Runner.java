package io.ballast.storage.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Runs tools side by side, so many at a time; others wait in order. A tool gets as long as it was
 * given from when it is asked for, is ended when that is over, and dies with this process.
 */
public final class Runner implements AutoCloseable {
  private final Limits limits;
  private final ScheduledExecutorService clock;

  // Guarded by this runner.
  private final Deque<Run> waiting = new ArrayDeque<>();
  private final Set<Run> running = new HashSet<>();
  private boolean closed;

  /**
   * How much a runner takes on, each at least 1.
   *
   * @param running tools at a time
   * @param waiting tools that may wait; more are refused as {@code BUSY}
   */
  public record Limits(int running, int waiting) {
    public static final Limits DEFAULT = new Limits(4, 256);

    public Limits {
      if (running < 1 || waiting < 1) {
        throw new IllegalArgumentException(
            "at least one tool must be able to run, and one to wait");
      }
    }
  }

  /** One that runs nothing yet; the clock's tasks never block. */
  public Runner(Limits limits, ScheduledExecutorService clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Runs a tool as soon as there is room. */
  public Run run(Tool tool) {
    Run run = new Run(tool);
    synchronized (this) {
      if (closed || waiting.size() >= limits.waiting()) {
        run.end(full());
        return run;
      }
      waiting.add(run);
    }
    var limit = clock.schedule(run::late, tool.within().toMillis(), TimeUnit.MILLISECONDS);
    run.output().onComplete(end -> limit.cancel(false));
    next();
    return run;
  }

  private RefusedException full() {
    return closed
        ? new RefusedException(Reason.NOT_READY, "the agent is stopping; try again when it is back")
        : new RefusedException(
            Reason.BUSY, limits.waiting() + " tools wait already on this host; try again later");
  }

  private void next() {
    List<Run> begin = new ArrayList<>();
    synchronized (this) {
      while (!waiting.isEmpty() && running.size() < limits.running()) {
        Run run = waiting.poll();
        running.add(run);
        begin.add(run);
      }
    }
    for (Run run : begin) {
      Thread.ofPlatform().daemon().name("storage tool").start(() -> carryOut(run));
    }
  }

  private void carryOut(Run run) {
    try {
      run.run();
    } finally {
      synchronized (this) {
        running.remove(run);
      }
      next();
    }
  }

  /** Ends all that runs, and takes on nothing more. Does not wait. */
  @Override
  public void close() {
    List<Run> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(running);
      all.addAll(waiting);
      waiting.clear();
    }
    all.forEach(
        run -> run.end(new RefusedException(Reason.NOT_READY, "the agent of this host stopped")));
  }
}
