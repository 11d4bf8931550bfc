package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
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
  private static final Duration FREEZE = Duration.ofMinutes(3);

  private static final Duration AT_THE_END = Duration.ofSeconds(2);
  private static final Logger LOG = LoggerFactory.getLogger(Stillness.class);

  private final Lane<Guests> lane;
  private final ScheduledExecutorService clock;

  private final Map<OperationId, Nap> naps = new ConcurrentHashMap<>();

  // Guarded by this.
  private Future<?> turn = Future.succeededFuture();

  private final Duration longest;

  /**
   * @param lane on which nothing else is done, so that nothing keeps a machine from waking
   * @param longest how long a machine may rest
   */
  Stillness(Lane<Guests> lane, ScheduledExecutorService clock, Duration longest) {
    this.lane = lane;
    this.clock = clock;
    this.longest = longest;
  }

  /**
   * A machine that is to rest.
   *
   * @param disks how many of them are kept; several are kept at one moment
   */
  record Sleeper(OperationId operation, String vm, Quiesce quiesce, int disks) {}

  /**
   * Does something while a machine that runs rests. Completes with how it rested. Fails as the deed
   * does, as {@code TRADE_REFUSED} where that took too long, so that what it kept is not of one
   * moment, and as {@code MAY_YET_HAPPEN} where the machine could not be woken.
   */
  synchronized Future<String> during(Sleeper sleeper, Supplier<Future<?>> deed) {
    Future<String> mine =
        turn.transform(before -> asleep(sleeper)).compose(how -> during(sleeper, how, deed));
    turn = mine;
    return mine;
  }

  /**
   * A machine that rests.
   *
   * @param over has it woken, whatever goes on
   */
  private record Nap(Promise<Void> over, Future<Void> woken) {}

  /** How a machine rests. */
  private enum How {
    FROZEN("its file systems were frozen for the moment"),
    PAUSED("crash-consistent, as after a cut of its power; it was paused for the moment"),
    AWAKE("crash-consistent, as after a cut of its power");

    private final String words;

    How(String words) {
      this.words = words;
    }
  }

  private Future<Said> asleep(Sleeper sleeper) {
    return switch (sleeper.quiesce()) {
      case REQUIRED -> asleep(sleeper, Guests.Rest.FROZEN).map(done -> new Said(How.FROZEN, ""));
      case NEVER -> still(sleeper, "");
      case AUTO ->
          asleep(sleeper, Guests.Rest.FROZEN)
              .map(done -> new Said(How.FROZEN, ""))
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
    return reason == Reason.HYPERVISOR_REFUSED
        || (reason == Reason.WRONG_STATE && sleeper.disks() == 1);
  }

  /** How a machine rests, and why not better. */
  private record Said(How how, String why) {}

  private Future<Said> still(Sleeper sleeper, String why) {
    return sleeper.disks() > 1
        ? asleep(sleeper, Guests.Rest.PAUSED).map(done -> new Said(How.PAUSED, why))
        : Future.succeededFuture(new Said(How.AWAKE, why));
  }

  private Future<Void> asleep(Sleeper sleeper, Guests.Rest how) {
    return lane.run(
        "the rest of VM " + sleeper.vm(),
        FREEZE,
        guests -> guests.rest(sleeper.vm(), sleeper.operation(), how));
  }

  private Future<String> during(Sleeper sleeper, Said said, Supplier<Future<?>> deed) {
    String words = said.how().words + said.why();
    if (said.how() == How.AWAKE) {
      return deed.get().map(words);
    }
    Promise<Void> over = Promise.promise();
    Future<Void> woken = over.future().compose(end -> wake(sleeper.operation()));
    naps.put(sleeper.operation(), new Nap(over, woken));
    ScheduledFuture<?> limit =
        clock.schedule(() -> over.tryComplete(), longest.toMillis(), TimeUnit.MILLISECONDS);
    AtomicBoolean inTime = new AtomicBoolean();
    Future<?> done =
        Future.succeededFuture()
            .compose(begin -> deed.get())
            .onComplete(
                end -> {
                  limit.cancel(false);
                  inTime.set(over.tryComplete());
                });
    return Future.join(done, woken)
        .onComplete(end -> naps.remove(sleeper.operation()))
        .transform(
            end ->
                woken.failed()
                    ? Future.failedFuture(stillAsleep(sleeper.vm(), woken.cause()))
                    : done.failed()
                        ? Future.failedFuture(done.cause())
                        : inTime.get()
                            ? Future.succeededFuture(words)
                            : Future.failedFuture(tooSlow(sleeper.vm())));
  }

  private static RefusedException stillAsleep(String vm, Throwable why) {
    return new RefusedException(
        Reason.MAY_YET_HAPPEN,
        "VM %s may stand still yet: %s; look at it, 'virsh domfsthaw' or 'virsh resume' wakes it"
            .formatted(vm, why.getMessage()));
  }

  private RefusedException tooSlow(String vm) {
    return new RefusedException(
        Reason.TRADE_REFUSED,
        "the storage took longer than the %d s that VM %s may stand still; look how it fares, and try again"
            .formatted(longest.toSeconds(), vm));
  }

  /** Wakes what an operation has brought to rest, if there is anything. */
  Future<Void> wake(OperationId operation) {
    return lane.run(
        "the waking of a VM", LiveJob.CALL.plus(FREEZE), guests -> guests.wake(operation));
  }

  /** Has all machines woken, and waits for that a moment. */
  @Override
  public void close() {
    List<Nap> now = List.copyOf(naps.values());
    now.forEach(nap -> nap.over().tryComplete());
    try {
      Future.join(now.stream().map(Nap::woken).toList())
          .otherwiseEmpty()
          .toCompletionStage()
          .toCompletableFuture()
          .get(AT_THE_END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("A VM may stand still yet; the agent's next life wakes it");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      LOG.debug("waking: {}", e.getMessage());
    }
  }
}
