package io.ballast.agent;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread, one connection and the calls that wait for them. Native calls can't be interrupted,
 * and a connection that several threads wait on can bring the process down; so a connection sees
 * one call at a time, and a call past its deadline is left behind together with its thread and
 * connection, which close themselves if the call ever comes back.
 *
 * <p>A lane that left a call behind is stuck: it refuses calls at once while a new thread tries to
 * connect, and is well again when that succeeds or is turned down. Each thread left behind stays
 * lost until its call returns; their number is limited, and at the limit no further one is tried.
 *
 * <p>A call that was never begun, because the lane is stuck or full, its deadline passed while it
 * waited, or no connection could be had, fails as {@code HYPERVISOR_STUCK} or with the reason of
 * the connection, and never happens later. A change that was begun and did not come back, or whose
 * connection broke under it, fails as {@code MAY_YET_HAPPEN}; a look that did changes nothing, and
 * fails as if it had not been begun.
 */
public final class Lane<C extends LaneConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Opens a connection; may block. */
  public interface Opener<C> {
    C open() throws RefusedException;
  }

  /** Work on the connection; may block. */
  public interface Call<C, T> {
    T on(C connection) throws RefusedException;
  }

  private final String name;
  private final Opener<C> opener;
  private final Duration openDeadline;
  private final Duration idle;
  private final LaneLimits limits;
  private final ScheduledExecutorService clock;

  // Guarded by this lane.
  private @Nullable Worker worker;
  private int threads;
  private boolean stuck;
  private boolean closed;

  /**
   * Creates a lane; it connects with its first call.
   *
   * @param name for people: what it leads to
   * @param openDeadline how long connecting may take
   * @param idle after which it closes its connection and ends its thread, until the next call
   * @param clock runs the deadlines; its tasks never block
   */
  public Lane(
      String name,
      Opener<C> opener,
      Duration openDeadline,
      Duration idle,
      LaneLimits limits,
      ScheduledExecutorService clock) {
    this.name = name;
    this.opener = opener;
    this.openDeadline = openDeadline;
    this.idle = idle;
    this.limits = limits;
    this.clock = clock;
  }

  /**
   * Queues a call that changes nothing. The future completes within the deadline, connecting and
   * waiting included, on a thread of the lane or of the clock.
   *
   * @param what for people: what the call is, such as "the look at VM x"
   */
  public <T> Future<T> look(String what, Duration deadline, Call<C, T> call) {
    return queue(new LaneCall<>(name, what, LaneCall.Kind.LOOK, call), deadline);
  }

  /**
   * Queues a call that may change something. The future completes within the deadline, connecting
   * and waiting included, on a thread of the lane or of the clock.
   *
   * @param what for people: what the call is, such as "the start of VM x"
   */
  public <T> Future<T> submit(String what, Duration deadline, Call<C, T> call) {
    return queue(new LaneCall<>(name, what, LaneCall.Kind.CHANGE, call), deadline);
  }

  /** Queues a call that may change something and has no answer. */
  public Future<Void> run(String what, Duration deadline, Consumer<C> call) {
    return submit(
            what,
            deadline,
            connection -> {
              call.accept(connection);
              return true;
            })
        .mapEmpty();
  }

  private <T> Future<T> queue(LaneCall<C, T> task, Duration deadline) {
    synchronized (this) {
      if (closed) {
        return Future.failedFuture(stopping());
      }
      if (stuck) {
        return Future.failedFuture(task.notTried(""));
      }
      if (worker == null) {
        worker = start(false);
      }
      if (worker.waiting.size() >= limits.waiting()) {
        return Future.failedFuture(task.notTried(", " + limits.waiting() + " calls wait already"));
      }
      worker.waiting.add(task);
      notifyAll();
    }
    task.dueBy(
        clock.schedule(() -> overdue(task, deadline), deadline.toMillis(), TimeUnit.MILLISECONDS));
    return task.answer();
  }

  /** The number of calls that a new one would have to wait for; more than any where it is stuck. */
  public synchronized int load() {
    if (stuck) {
      return Integer.MAX_VALUE;
    }
    return worker == null ? 0 : worker.waiting.size() + (worker.current == null ? 0 : 1);
  }

  /** Whether it has neither threads nor calls. */
  public synchronized boolean isResting() {
    return threads == 0;
  }

  /**
   * Takes no more calls, refuses those that wait and has the connection closed by its thread as
   * soon as that is free. Does not wait for it.
   */
  public void close() {
    List<LaneCall<C, ?>> failed = new ArrayList<>();
    synchronized (this) {
      closed = true;
      if (worker != null) {
        failed.addAll(worker.waiting);
        worker.waiting.clear();
      }
      notifyAll();
    }
    failed.forEach(task -> task.fail(stopping()));
  }

  /**
   * Waits, after {@link #close}, until all its threads have closed their connections. At the limit
   * it gives up the call that is still under way, and says false.
   */
  public boolean awaitRest(Duration limit) throws InterruptedException {
    LaneCall<C, ?> late;
    RefusedException why;
    synchronized (this) {
      long end = System.nanoTime() + limit.toNanos();
      while (threads > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          break;
        }
        wait(left);
      }
      if (threads == 0) {
        return true;
      }
      late = worker == null ? null : worker.current;
      if (late == null) {
        return false;
      }
      why = late.giveUp("when the agent of this host stopped");
    }
    late.fail(why);
    return false;
  }

  private static RefusedException stopping() {
    return new RefusedException(
        Reason.HYPERVISOR_UNREACHABLE, "the agent of this host is stopping");
  }

  private int lostThreads() {
    return threads - (worker == null ? 0 : 1);
  }

  private void overdue(LaneCall<C, ?> task, Duration deadline) {
    RefusedException why;
    List<LaneCall<C, ?>> waited = List.of();
    synchronized (this) {
      if (task.answer().isComplete()) {
        return;
      }
      why = task.giveUp("after " + deadline.toMillis() + " ms");
      if (worker != null && !worker.waiting.remove(task) && worker.current == task) {
        waited = leave(worker);
      }
    }
    task.fail(why);
    waited.forEach(behind -> behind.fail(behind.notTried("")));
  }

  private void overdueToOpen(Worker late) {
    LaneCall<C, ?> opener;
    List<LaneCall<C, ?>> waited;
    synchronized (this) {
      if (worker != late || !late.opening) {
        return;
      }
      opener = late.current;
      waited = new ArrayList<>(leave(late));
      if (opener != null) {
        opener.forbid();
        waited.add(opener);
      }
    }
    String why = ", connecting took more than " + openDeadline.toMillis() + " ms";
    waited.forEach(task -> task.fail(task.notTried(why)));
  }

  /** Leaves the lane's worker behind and tries with another; returns the calls that waited. */
  private List<LaneCall<C, ?>> leave(Worker late) {
    stuck = true;
    worker = null;
    LOG.warn("{} does not answer; threads lost to it: {}", name, lostThreads());
    probe();
    List<LaneCall<C, ?>> waiting = List.copyOf(late.waiting);
    late.waiting.clear();
    return waiting;
  }

  private void probe() {
    if (stuck && worker == null && !closed && lostThreads() < limits.abandoned()) {
      worker = start(true);
    }
  }

  private Worker start(boolean probing) {
    threads++;
    Worker started = new Worker(probing);
    Thread.ofPlatform().daemon().name(name).start(started);
    return started;
  }

  /** The thread of the lane and what it works on. It is left behind once the lane has another. */
  private final class Worker implements Runnable {
    private boolean probing;
    private @Nullable C connection;

    // Guarded by the lane.
    private final Deque<LaneCall<C, ?>> waiting = new ArrayDeque<>();
    private @Nullable LaneCall<C, ?> current;
    private boolean opening;

    Worker(boolean probing) {
      this.probing = probing;
    }

    @Override
    public void run() {
      try {
        while (true) {
          if (probing) {
            tryToConnect();
          }
          LaneCall<C, ?> task = next();
          if (task == null) {
            return;
          }
          serve(task);
        }
      } catch (InterruptedException e) {
        LOG.debug("{}: the thread was asked to end", name);
      } finally {
        drop();
        synchronized (Lane.this) {
          threads--;
          worker = worker == this ? null : worker;
          probe();
          Lane.this.notifyAll();
        }
      }
    }

    private @Nullable LaneCall<C, ?> next() throws InterruptedException {
      synchronized (Lane.this) {
        current = null;
        long end = System.nanoTime() + idle.toNanos();
        while (waiting.isEmpty()) {
          long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
          if (worker != this || closed || left <= 0) {
            worker = worker == this ? null : worker;
            return null;
          }
          Lane.this.wait(left);
        }
        current = waiting.poll();
        return current;
      }
    }

    private void serve(LaneCall<C, ?> task) {
      RefusedException failure;
      boolean begun = false;
      try {
        C ready = connected();
        synchronized (Lane.this) {
          begun = task.begin();
        }
        if (begun) {
          task.run(ready).run();
        }
        return;
      } catch (RefusedException e) {
        failure = e;
      } catch (RuntimeException | Error e) {
        LOG.error("{}: {} failed by a defect of the agent", name, task.what(), e);
        failure =
            new RefusedException(
                Reason.INTERNAL, task.what() + " failed by a defect of the agent; see its log");
      }
      Optional<RefusedException> lost = connection == null ? Optional.empty() : connection.lost();
      if (lost.isPresent()) {
        drop();
        if (lost.get().reason() == Reason.HYPERVISOR_STUCK) {
          stick(lost.get());
        }
      }
      boolean broken = begun && lost.isPresent();
      task.fail(broken ? task.broken(lost.get()) : lost.orElse(failure));
    }

    /** Has calls refused at once from now on, until this worker has connected anew. */
    private void stick(RefusedException why) {
      List<LaneCall<C, ?>> failed;
      synchronized (Lane.this) {
        if (worker != this) {
          return;
        }
        stuck = true;
        failed = List.copyOf(waiting);
        waiting.clear();
      }
      probing = true;
      failed.forEach(task -> task.fail(why));
    }

    private void tryToConnect() {
      probing = false;
      String end = "answers again";
      try {
        connected();
      } catch (RefusedException e) {
        end = String.valueOf(e.getMessage());
      }
      synchronized (Lane.this) {
        if (worker == this) {
          stuck = false;
          LOG.info("{}: {}", name, end);
        }
      }
    }

    private C connected() {
      C known = connection;
      if (known != null) {
        if (known.lost().isEmpty()) {
          return known;
        }
        drop();
      }
      synchronized (Lane.this) {
        opening = true;
      }
      ScheduledFuture<?> timer = timeToOpen();
      try {
        C opened = opener.open();
        connection = opened;
        return opened;
      } finally {
        timer.cancel(false);
        synchronized (Lane.this) {
          opening = false;
        }
      }
    }

    private ScheduledFuture<?> timeToOpen() {
      try {
        return clock.schedule(
            () -> overdueToOpen(this), openDeadline.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        close();
        throw stopping();
      }
    }

    private void drop() {
      C known = connection;
      connection = null;
      if (known != null) {
        known.end();
      }
    }
  }
}
