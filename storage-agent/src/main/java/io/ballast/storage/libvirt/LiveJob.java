package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.storage.libvirt.Guests.Job;
import io.ballast.storage.libvirt.Guests.View;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job of QEMU's on a disk of a running virtual machine, from its beginning to its end. The job
 * runs in QEMU: it goes on when who began it goes away, and who comes next follows it.
 *
 * <p>Whatever becomes of a job, the guest sees the same in its disk, and the same job can be begun
 * again.
 */
final class LiveJob implements Task {
  private static final Logger LOG = LoggerFactory.getLogger(LiveJob.class);

  /** Libvirt waits half a minute for what else works on a domain, and then says so. */
  static final Duration CALL = Duration.ofSeconds(45);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /** What a job changes is there when libvirt has seen its end, a moment after QEMU has. */
  private static final int LOOKS_AFTERWARDS = 10;

  /**
   * What is to be done.
   *
   * @param what for people: "the flattening of disk vda of VM web1"
   * @param kind of the job that does it
   * @param begin begins that
   * @param finish ends it when it is ready, for a job that only waits then
   * @param reached whether it is done
   * @param within how long it may take
   */
  record Goal(
      String what,
      Job.Kind kind,
      Consumer<Guests> begin,
      Consumer<Guests> finish,
      Predicate<Machine.Disk> reached,
      Duration within) {}

  private final Lane<Guests> lane;
  private final ScheduledExecutorService clock;
  private final Slot slot;
  private final Goal goal;
  private final Consumer<Job> progress;
  private final long due;

  private final Promise<String> end = Promise.promise();
  private volatile boolean cancelled;

  // One step after the other.
  private volatile boolean begun;
  private volatile boolean stopping;
  private volatile boolean finishing;
  private final AtomicInteger looksAfterwards = new AtomicInteger();
  private volatile Duration pause = FIRST_PAUSE;

  private LiveJob(
      Lane<Guests> lane,
      ScheduledExecutorService clock,
      Slot slot,
      Goal goal,
      Consumer<Job> progress) {
    this.lane = lane;
    this.clock = clock;
    this.slot = slot;
    this.goal = goal;
    this.progress = progress;
    this.due = System.nanoTime() + goal.within().toNanos();
  }

  /** Begins it, or follows what was begun already. */
  static Task of(
      Lane<Guests> lane,
      ScheduledExecutorService clock,
      Slot slot,
      Goal goal,
      Consumer<Job> progress) {
    LiveJob job = new LiveJob(lane, clock, slot, goal, progress);
    job.look();
    return job;
  }

  /** Tells how far a job on a disk of some size is. */
  static Consumer<Job> telling(Task.Progress progress, Bytes size) {
    return job -> {
      double share = job.total() <= 0 ? 0 : Math.clamp((double) job.done() / job.total(), 0.0, 1.0);
      progress.at(new Bytes(Math.round(share * size.value())), size);
    };
  }

  @Override
  public Future<String> end() {
    return end.future();
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  private void look() {
    lane.look("a look at " + slot, CALL, guests -> guests.view(slot))
        .onSuccess(this::seen)
        .onFailure(
            failure -> {
              if (failure instanceof RefusedException refused
                  && refused.reason() == Reason.UNKNOWN_VM) {
                end.tryFail(gone("is not here any more"));
              } else if (overdue().compareTo(CALL.multipliedBy(4)) > 0) {
                end.tryFail(failure);
              } else {
                LOG.debug("{}: {}", goal.what(), failure.getMessage());
                again();
              }
            });
  }

  private Duration overdue() {
    return Duration.ofNanos(System.nanoTime() - due);
  }

  private boolean late() {
    return overdue().isPositive();
  }

  private void seen(View view) {
    Optional<Machine.Disk> disk = view.machine().at(slot.target());
    if (!view.machine().active() || disk.isEmpty()) {
      end.tryFail(gone(disk.isEmpty() ? "has no such disk any more" : "was shut off on the way"));
    } else if (view.job().isPresent()) {
      goesOn(view.job().get(), disk.get());
    } else if (goal.reached().test(disk.get())) {
      end.tryComplete("");
    } else if (!begun) {
      begin();
    } else if (looksAfterwards.incrementAndGet() < LOOKS_AFTERWARDS) {
      again();
    } else {
      end.tryFail(ended());
    }
  }

  private void begin() {
    if (cancelled) {
      end.tryFail(ended());
      return;
    }
    begun = true;
    act(goal.what(), goal.begin()).onSuccess(done -> again()).onFailure(end::tryFail);
  }

  private void goesOn(Job job, Machine.Disk disk) {
    if (job.kind() != goal.kind()) {
      end.tryFail(
          new RefusedException(
              Reason.BUSY,
              "QEMU does something else with %s; 'virsh blockjob %s %s' shows it, wait for its end"
                  .formatted(slot, slot.vm(), slot.target())));
      return;
    }
    begun = true;
    progress.accept(job);
    if ((cancelled || late()) && !stopping && !finishing) {
      stopping = true;
      act("the end of " + goal.what(), guests -> guests.abort(slot))
          .onFailure(failure -> stopping = false)
          .onComplete(asked -> again());
    } else if (disk.ready() && !stopping && !finishing) {
      finishing = true;
      act("the end of " + goal.what(), goal.finish())
          .onFailure(failure -> finishing = false)
          .onComplete(asked -> again());
    } else {
      again();
    }
  }

  private Future<Void> act(String what, Consumer<Guests> call) {
    return lane.run(what, CALL, call);
  }

  private void again() {
    try {
      var unused = clock.schedule(this::look, pause.toMillis(), TimeUnit.MILLISECONDS);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    } catch (RejectedExecutionException e) {
      end.tryFail(
          new RefusedException(
              Reason.NOT_READY, "the agent of this host stopped; " + goal.what() + " goes on"));
    }
  }

  private RefusedException gone(String how) {
    return new RefusedException(
        Reason.INTERRUPTED,
        "%s was cut off: VM %s %s; its disk holds what it did, ask for it again"
            .formatted(goal.what(), slot.vm(), how));
  }

  /** Why the job is gone and has not done what it was begun for. */
  private RefusedException ended() {
    if (cancelled) {
      return new RefusedException(Reason.CANCELLED, "it was cancelled");
    }
    return stopping
        ? new RefusedException(
            Reason.DEADLINE_PASSED,
            "%s was not done within %d s and was ended; look whether the storage is slow, and ask"
                    .formatted(goal.what(), goal.within().toSeconds())
                + " for it again")
        : new RefusedException(
            Reason.HYPERVISOR_REFUSED,
            goal.what() + " ended early; libvirt's log says why: look for a full or broken disk");
  }
}
