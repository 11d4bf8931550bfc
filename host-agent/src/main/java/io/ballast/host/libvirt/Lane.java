package io.ballast.host.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
 */
final class Lane<C extends LaneConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  /** Opens a connection; may block. */
  interface Opener<C> {
    C open() throws RefusedException;
  }

  /** Work on the connection; may block. */
  interface Call<C, T> {
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
   * @param name for people: whose lane it is
   * @param idle after which it closes its connection and ends its thread, until the next call
   * @param clock runs the deadlines; its tasks never block
   */
  Lane(
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
   * Queues a call. The future completes within the deadline, connecting and waiting included, on a
   * thread of the lane or of the clock.
   *
   * @param what for people: what the call is, such as "the start of VM x"
   */
  <T> Future<T> submit(String what, Duration deadline, Call<C, T> call) {
    Task<T> task = new Task<>(what, call);
    synchronized (this) {
      if (closed) {
        return refused(Reason.HYPERVISOR_UNREACHABLE, "the agent of this host is stopping");
      }
      if (stuck) {
        return refused(Reason.HYPERVISOR_STUCK, stuckMessage(what + " was not tried"));
      }
      if (worker == null) {
        worker = start(false);
      }
      if (worker.waiting.size() >= limits.waiting()) {
        return refused(
            Reason.HYPERVISOR_STUCK,
            stuckMessage(what + " was not tried, " + limits.waiting() + " calls wait already"));
      }
      worker.waiting.add(task);
      notifyAll();
    }
    task.timer =
        clock.schedule(() -> overdue(task, deadline), deadline.toMillis(), TimeUnit.MILLISECONDS);
    if (task.promise.future().isComplete()) {
      task.timer.cancel(false);
    }
    return task.promise.future();
  }

  /** Queues a call without an answer. */
  Future<Void> run(String what, Duration deadline, Consumer<C> call) {
    return submit(
            what,
            deadline,
            connection -> {
              call.accept(connection);
              return true;
            })
        .mapEmpty();
  }

  /** The number of calls that a new one would have to wait for; more than any where it is stuck. */
  synchronized int load() {
    if (stuck) {
      return Integer.MAX_VALUE;
    }
    return worker == null ? 0 : worker.waiting.size() + (worker.current == null ? 0 : 1);
  }

  /** Whether it has neither threads nor calls. */
  synchronized boolean isResting() {
    return threads == 0;
  }

  /**
   * Takes no more calls, refuses those that wait and has the connection closed by its thread as
   * soon as that is free. Does not wait for it.
   */
  void close() {
    List<Task<?>> failed = new ArrayList<>();
    synchronized (this) {
      closed = true;
      if (worker != null) {
        failed.addAll(worker.waiting);
        worker.waiting.clear();
      }
      notifyAll();
    }
    failed.forEach(
        task -> task.fail(Reason.HYPERVISOR_UNREACHABLE, "the agent of this host is stopping"));
  }

  /**
   * Waits, after {@link #close}, until all its threads have closed their connections. At the limit
   * it gives up the call that is still under way, and says false.
   */
  boolean awaitRest(Duration limit) throws InterruptedException {
    Task<?> late;
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
    }
    if (late != null) {
      late.fail(
          Reason.HYPERVISOR_STUCK,
          stuckMessage(late.what + " may yet happen, the agent of this host is stopping"));
    }
    return false;
  }

  private static <T> Future<T> refused(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  private String stuckMessage(String what) {
    return name
        + " does not answer: "
        + what
        + ". Look whether libvirtd there or the VM's QEMU process hangs.";
  }

  private int lostThreads() {
    return threads - (worker == null ? 0 : 1);
  }

  private void overdue(Task<?> task, Duration deadline) {
    List<Task<?>> failed = new ArrayList<>();
    synchronized (this) {
      if (task.promise.future().isComplete()) {
        return;
      }
      failed.add(task);
      if (worker != null && !worker.waiting.remove(task) && worker.current == task) {
        failed.addAll(leave(worker));
      }
    }
    String message =
        stuckMessage(
            task.what + " was given up after " + deadline.toMillis() + " ms and may yet happen");
    failed.forEach(other -> other.fail(Reason.HYPERVISOR_STUCK, message));
  }

  private void overdueToOpen(Worker late) {
    List<Task<?>> failed = new ArrayList<>();
    synchronized (this) {
      if (worker != late || !late.opening) {
        return;
      }
      if (late.current != null) {
        failed.add(late.current);
      }
      failed.addAll(leave(late));
    }
    failed.forEach(
        task ->
            task.fail(
                Reason.HYPERVISOR_STUCK,
                stuckMessage("connecting took more than " + openDeadline.toMillis() + " ms")));
  }

  /** Leaves the lane's worker behind and tries with another; returns the calls that waited. */
  private List<Task<?>> leave(Worker late) {
    stuck = true;
    worker = null;
    LOG.warn("{} does not answer; threads lost to it: {}", name, lostThreads());
    probe();
    List<Task<?>> waiting = List.copyOf(late.waiting);
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

  /** A call and the promise of its answer, kept once whoever tries to. */
  private final class Task<T> {
    private final String what;
    private final Call<C, T> call;
    private final Promise<T> promise = Promise.promise();
    private volatile @Nullable ScheduledFuture<?> timer;

    Task(String what, Call<C, T> call) {
      this.what = what;
      this.call = call;
    }

    /** Makes the call and returns how to tell the answer. */
    Runnable run(C connection) {
      T answer = call.on(connection);
      return () -> settled(promise.tryComplete(answer));
    }

    void fail(Reason reason, String message) {
      fail(new RefusedException(reason, message));
    }

    void fail(RefusedException refusal) {
      settled(promise.tryFail(refusal));
    }

    private void settled(boolean now) {
      ScheduledFuture<?> running = timer;
      if (now && running != null) {
        running.cancel(false);
      }
    }
  }

  /** The thread of the lane and what it works on. It is left behind once the lane has another. */
  private final class Worker implements Runnable {
    private boolean probing;
    private @Nullable C connection;

    // Guarded by the lane.
    private final Deque<Task<?>> waiting = new ArrayDeque<>();
    private @Nullable Task<?> current;
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
          Task<?> task = next();
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

    private @Nullable Task<?> next() throws InterruptedException {
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

    private void serve(Task<?> task) {
      RefusedException failure;
      try {
        Runnable answer = task.run(connected());
        answer.run();
        return;
      } catch (RefusedException e) {
        failure = e;
      } catch (RuntimeException | Error e) {
        LOG.error("{}: {} failed by a defect of the agent", name, task.what, e);
        failure =
            new RefusedException(
                Reason.INTERNAL, task.what + " failed by a defect of the agent; see its log");
      }
      Optional<RefusedException> lost = connection == null ? Optional.empty() : connection.lost();
      if (lost.isPresent()) {
        drop();
        if (lost.get().reason() == Reason.HYPERVISOR_STUCK) {
          stick(lost.get());
        }
      }
      task.fail(lost.orElse(failure));
    }

    /** Has calls refused at once from now on, until this worker has connected anew. */
    private void stick(RefusedException why) {
      List<Task<?>> failed;
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
        throw new RefusedException(
            Reason.HYPERVISOR_UNREACHABLE, "the agent of this host is stopping");
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
