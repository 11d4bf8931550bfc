package io.ballast.agent.tool;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tools side by side, so many that are quick at a time and so many that take long; others wait
 * in order. A tool gets as long as it was given from when it is asked for, is ended when that is
 * over, and dies with this process.
 */
public final class Runner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);

  private final Limits limits;
  private final Manner manner;
  private final ScheduledExecutorService clock;

  /** What gets more time than this takes long; nothing quick waits for it. */
  static final Duration QUICK = Duration.ofMinutes(5);

  // Guarded by this runner.
  private final Line quick = new Line();
  private final Line slow = new Line();
  private boolean closed;

  private static final class Line {
    final Deque<Run> waiting = new ArrayDeque<>();
    final Set<Run> running = new HashSet<>();
  }

  /**
   * How much a runner takes on, each at least 1.
   *
   * @param running tools of a kind at a time
   * @param waiting tools of a kind that may wait; more are refused as {@code BUSY}
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

  /** How tools share a host with its guests. */
  public enum Manner {
    /** They give way to guests, and can't take the host's memory. */
    GENTLE,
    /** As any other program: for what is short and is not to wait, for guests depend on it. */
    BRISK
  }

  /** One of gentle tools, which runs nothing yet; the clock's tasks never block. */
  public Runner(Limits limits, ScheduledExecutorService clock) {
    this(limits, Manner.GENTLE, clock);
  }

  /** One that runs nothing yet; the clock's tasks never block. */
  public Runner(Limits limits, Manner manner, ScheduledExecutorService clock) {
    this.limits = limits;
    this.manner = manner;
    this.clock = clock;
  }

  /** Runs a tool as soon as there is room. */
  public Run run(Tool tool) {
    Run run = new Run(tool, manner);
    Line line = tool.within().compareTo(QUICK) > 0 ? slow : quick;
    synchronized (this) {
      if (closed || line.waiting.size() >= limits.waiting()) {
        run.end(full());
        return run;
      }
      line.waiting.add(run);
    }
    var limit = clock.schedule(run::late, tool.within().toMillis(), TimeUnit.MILLISECONDS);
    run.output().onComplete(end -> limit.cancel(false));
    next(line);
    return run;
  }

  private RefusedException full() {
    return closed
        ? new RefusedException(Reason.NOT_READY, "the agent is stopping; try again when it is back")
        : new RefusedException(
            Reason.BUSY, limits.waiting() + " tools wait already on this host; try again later");
  }

  private void next(Line line) {
    boolean again = true;
    while (again) {
      again = false;
      for (Run run : due(line)) {
        try {
          Thread.ofPlatform().daemon().name("tool").start(() -> carryOut(line, run));
        } catch (OutOfMemoryError noThread) {
          LOG.warn("A tool can't be run: {}", noThread.toString());
          drop(line, run);
          again = true; // what waited behind it may get a thread
        }
      }
    }
  }

  private synchronized List<Run> due(Line line) {
    List<Run> due = new ArrayList<>();
    while (!line.waiting.isEmpty() && line.running.size() < limits.running()) {
      Run run = line.waiting.poll();
      line.running.add(run);
      due.add(run);
    }
    return due;
  }

  /** There was no thread for it. */
  private void drop(Line line, Run run) {
    synchronized (this) {
      line.running.remove(run);
    }
    run.end(
        new RefusedException(
            Reason.TRADE_REFUSED, "the agent could not begin a thread; see what the host lacks"));
  }

  private void carryOut(Line line, Run run) {
    try {
      run.run();
    } finally {
      synchronized (this) {
        line.running.remove(run);
      }
      next(line);
    }
  }

  /** Ends all that runs, and takes on nothing more. Does not wait. */
  @Override
  public void close() {
    List<Run> all = new ArrayList<>();
    synchronized (this) {
      closed = true;
      for (Line line : List.of(quick, slow)) {
        all.addAll(line.running);
        all.addAll(line.waiting);
        line.waiting.clear();
      }
    }
    all.forEach(
        run -> run.end(new RefusedException(Reason.NOT_READY, "the agent of this host stopped")));
  }
}
