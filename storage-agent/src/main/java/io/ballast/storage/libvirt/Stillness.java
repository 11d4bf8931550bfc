package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.ballast.storage.libvirt.Guests.Woken;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Machines that rest while their storage keeps what their disks hold, one at a time. None rests for
 * longer than it may, and who rests when an agent ends, its next life wakes.
 */
final class Stillness implements AutoCloseable {
  /** So long a machine may stand still; guests give up what they wait for much later. */
  static final Duration LONGEST = Duration.ofSeconds(20);

  /** A guest may write for long before its file systems are at rest. */
  private static final Duration FREEZE = Duration.ofSeconds(150);

  private static final Duration CALL = FREEZE.plusSeconds(30);
  private static final Duration AT_THE_END = Duration.ofSeconds(2);
  private static final int TRIES = 60;
  private static final String CRASH = "crash-consistent, as after a cut of its power";
  private static final Logger LOG = LoggerFactory.getLogger(Stillness.class);

  private final Lane<Guests> lane;
  private final ScheduledExecutorService clock;
  private final Duration longest;

  // Guarded by this.
  private Future<?> turn = Future.succeededFuture();
  private Nap nap = new Nap(Promise.promise(), Promise.promise());
  private boolean closed;

  /**
   * @param lane on which nothing else is done, so that nothing keeps a machine from waking
   * @param longest how long a machine may rest
   */
  Stillness(Lane<Guests> lane, ScheduledExecutorService clock, Duration longest) {
    this.lane = lane;
    this.clock = clock;
    this.longest = longest;
    nap.woken().complete();
  }

  /**
   * A machine that is to rest.
   *
   * @param disks how many of them are kept; several are kept at one moment
   */
  record Sleeper(OperationId operation, String vm, Quiesce quiesce, int disks) {
    private boolean isOne() {
      return disks == 1;
    }
  }

  /**
   * A machine that rests, or is about to.
   *
   * @param over has it woken, whatever goes on
   * @param woken once it does not rest any more
   */
  private record Nap(Promise<Void> over, Promise<Void> woken) {}

  /** How a machine is kept, for people. */
  private record Said(boolean rests, String words) {}

  /**
   * Does something while a machine that runs rests. Completes with how it rested. Fails as the deed
   * does; as {@code MAY_YET_HAPPEN} where the machine could not be woken; and where what was kept
   * of several disks is not of one moment: as {@code TRADE_REFUSED} because it took too long, or as
   * {@code INTERRUPTED} because others have woken it.
   */
  synchronized Future<String> during(Sleeper sleeper, Supplier<Future<?>> deed) {
    Future<String> mine = turn.transform(before -> sleep(sleeper, deed));
    turn = mine;
    return mine;
  }

  /** Wakes all that an earlier life of the agent has left at rest. */
  synchronized Future<Void> wakeAll() {
    Future<Void> mine =
        turn.transform(
            before ->
                tried("the waking of VMs", Guests::wakeAll, TRIES)
                    .onSuccess(
                        names ->
                            names.forEach(
                                vm -> LOG.warn("VM {} was left at rest, and was woken", vm)))
                    .onFailure(e -> LOG.warn("VMs may be at rest: {}", e.getMessage()))
                    .<Void>mapEmpty());
    turn = mine;
    return mine;
  }

  private Future<String> sleep(Sleeper sleeper, Supplier<Future<?>> deed) {
    Nap mine = new Nap(Promise.promise(), Promise.promise());
    synchronized (this) {
      if (closed) {
        return Future.failedFuture(stopping());
      }
      nap = mine;
    }
    return asleep(sleeper)
        .onFailure(e -> mine.woken().complete())
        .compose(said -> during(sleeper, said, mine, deed));
  }

  private static RefusedException stopping() {
    return new RefusedException(
        Reason.NOT_READY, "the agent of this host is stopping; try again when it is back");
  }

  private Future<Said> asleep(Sleeper sleeper) {
    return switch (sleeper.quiesce()) {
      case REQUIRED -> frozen(sleeper);
      case NEVER -> still(sleeper, "");
      case AUTO ->
          frozen(sleeper)
              .recover(
                  failure -> {
                    if (!(failure instanceof RefusedException refused)
                        || !goesOnWithout(refused.reason(), sleeper)) {
                      return Future.failedFuture(failure);
                    }
                    LOG.info(
                        "VM {} is kept without the help of its guest: {}",
                        sleeper.vm(),
                        refused.getMessage());
                    return still(sleeper, ": its guest agent did not help");
                  });
    };
  }

  /** One disk of a machine that is paused, or saved, holds what it does without any help. */
  private static boolean goesOnWithout(Reason reason, Sleeper sleeper) {
    return reason == Reason.HYPERVISOR_REFUSED || (reason == Reason.WRONG_STATE && sleeper.isOne());
  }

  /** A guest may have file systems that can't be frozen, so several disks need a pause too. */
  private Future<Said> frozen(Sleeper sleeper) {
    Guests.Rest how = sleeper.isOne() ? Guests.Rest.FROZEN : Guests.Rest.FROZEN_AND_PAUSED;
    return asleep(sleeper, how)
        .map(done -> new Said(true, "its file systems were frozen for the moment"));
  }

  private Future<Said> still(Sleeper sleeper, String why) {
    return sleeper.isOne()
        ? Future.succeededFuture(new Said(false, CRASH + why))
        : asleep(sleeper, Guests.Rest.PAUSED)
            .map(done -> new Said(true, CRASH + "; it was paused for the moment" + why));
  }

  private Future<Void> asleep(Sleeper sleeper, Guests.Rest how) {
    return lane.run(
        "the rest of VM " + sleeper.vm(),
        CALL,
        guests -> guests.rest(sleeper.vm(), sleeper.operation(), how, FREEZE));
  }

  private Future<String> during(Sleeper sleeper, Said said, Nap mine, Supplier<Future<?>> deed) {
    if (!said.rests()) {
      mine.woken().complete();
      return deed.get().map(said.words());
    }
    Future<Woken> woken =
        mine.over()
            .future()
            .compose(end -> wake(sleeper.operation()))
            .onComplete(end -> mine.woken().complete());
    if (mine.over().future().isComplete()) {
      return woken.transform(end -> Future.failedFuture(stopping()));
    }
    ScheduledFuture<?> limit =
        clock.schedule(() -> mine.over().tryComplete(), longest.toMillis(), TimeUnit.MILLISECONDS);
    AtomicBoolean inTime = new AtomicBoolean();
    Future<?> done =
        Future.succeededFuture()
            .compose(begin -> deed.get())
            .onComplete(
                end -> {
                  limit.cancel(false);
                  inTime.set(mine.over().tryComplete());
                });
    return Future.join(done, woken)
        .transform(
            end ->
                woken.failed()
                    ? Future.failedFuture(stillAsleep(sleeper.vm(), woken.cause()))
                    : done.failed()
                        ? Future.failedFuture(done.cause())
                        : end(sleeper, said, inTime.get(), woken.result()));
  }

  private Future<String> end(Sleeper sleeper, Said said, boolean inTime, Woken woken) {
    if (inTime && woken == Woken.RESTED) {
      return Future.succeededFuture(said.words());
    }
    if (sleeper.isOne()) {
      return Future.succeededFuture(
          inTime
              ? CRASH + ": it did not rest until then; " + look(sleeper.vm())
              : CRASH + ": it went on before its storage was done");
    }
    return Future.failedFuture(
        inTime
            ? new RefusedException(
                Reason.INTERRUPTED,
                "VM %s was moved, shut off or woken by others while its disks were kept, so they are not of one moment; %s"
                    .formatted(sleeper.vm(), look(sleeper.vm())))
            : new RefusedException(
                Reason.TRADE_REFUSED,
                "the storage took longer than the %d s that VM %s may stand still; look how it fares, and try again"
                    .formatted(longest.toSeconds(), sleeper.vm())));
  }

  private static RefusedException stillAsleep(String vm, Throwable why) {
    return new RefusedException(
        Reason.MAY_YET_HAPPEN,
        "VM %s may stand still yet: %s; %s".formatted(vm, why.getMessage(), look(vm)));
  }

  private static String look(String vm) {
    return "look at it where it runs, 'virsh domfsthaw %s' or 'virsh resume %s' wakes it"
        .formatted(vm, vm);
  }

  /**
   * Wakes what an operation has brought to rest, if there is anything. Fails as {@code
   * MAY_YET_HAPPEN} where that does not succeed for long.
   */
  Future<Woken> wake(OperationId operation) {
    return tried("the waking of a VM", guests -> guests.wake(operation), TRIES)
        .recover(
            failure ->
                Future.failedFuture(
                    new RefusedException(
                        Reason.MAY_YET_HAPPEN, String.valueOf(failure.getMessage()))));
  }

  private <T> Future<T> tried(String what, Lane.Call<Guests, T> call, int tries) {
    return lane.submit(what, CALL, call)
        .recover(
            failure -> {
              if (tries == 0) {
                return Future.failedFuture(failure);
              }
              if (tries == TRIES) {
                LOG.warn("{} is tried again: {}", what, failure.getMessage());
              }
              return later().compose(now -> tried(what, call, tries - 1));
            });
  }

  private Future<Void> later() {
    Promise<Void> later = Promise.promise();
    try {
      var unused = clock.schedule(() -> later.complete(), 1, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      later.fail(stopping());
    }
    return later.future();
  }

  /** Lets nothing more rest, has what does woken, and waits for that a moment. */
  @Override
  public void close() {
    Nap now;
    synchronized (this) {
      closed = true;
      now = nap;
    }
    now.over().tryComplete();
    try {
      now.woken()
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(AT_THE_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("A VM may be at rest yet; the agent's next life wakes it");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.debug("waking: {}", e.getMessage());
    }
  }
}
