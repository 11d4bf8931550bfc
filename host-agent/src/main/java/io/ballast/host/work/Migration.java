package io.ballast.host.work;

import io.ballast.agent.Loop;
import io.ballast.agent.Work;
import io.ballast.bus.RefusedException;
import io.ballast.host.trade.DomainNeeds;
import io.ballast.host.trade.Hypervisor;
import io.ballast.host.trade.Hypervisor.Description;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.NotBegunException;
import io.ballast.host.trade.Passage;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.Steering;
import io.ballast.host.work.MigrationEnd.Sighting;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Steer;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.ballast.messages.VmState;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One migration away from this host: begun once, never repeated, and not judged by its error. The
 * hypervisor goes on with one whose caller went away, be it that an earlier life of the agent left
 * it or that the call broke off; such a one is watched until the hypervisor works on it no longer.
 *
 * <pre>
 *   migrating --- the hypervisor says done --------------------------------> Done
 *       | its error   | no word of its end
 *       |             v
 *       |          watching, also one that was left, until none is under way
 *       v             v
 *   looking at both hosts, again and again while its end is unknown -------> MigrationEnd
 * </pre>
 *
 * Whether it migrates or is watched, it is aborted when it is cancelled or takes too long, as often
 * as it needs, and looked at where that does not end it. A guest that is held at its target runs
 * there only when this host has said that it does not run here, and is dropped there when it does.
 * Once the guest runs at its target by post-copy there is no way back: nothing aborts it any more.
 *
 * <p>Lives on one loop.
 */
public final class Migration implements Work {
  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

  /** A kernel that gets no answer tries to connect for 127 s, unless it is told otherwise. */
  private static final Duration CONNECTING = Duration.ofSeconds(130);

  private final Trip trip;
  private final Migrate order;
  private final Supplier<Future<PeerAddress>> peer;
  private final Hypervisor hypervisor;
  private final Loop loop;
  private final Patience patience;
  private final Pilot pilot;
  private final Promise<Outcome> outcome = Promise.promise();
  private @Nullable Refused cause;
  private boolean aborting;
  private Future<?> steering = Future.succeededFuture();
  private boolean runsThere;
  private Duration elapsed = Duration.ZERO;
  private boolean looking;
  private Duration lookingSince = Duration.ZERO;
  private boolean hurried;
  private boolean dropping;
  private String unsettled = "";
  private @Nullable Duration quietSince;

  /**
   * Which migration it is.
   *
   * @param peer finds out where the target's hypervisor is reached
   * @param held whether the guest stands still at its target until its copy here is gone
   * @param disks on what it lies when all was looked at, as {@link Journey} has it; empty if an
   *     earlier life of the agent may have begun it, so that it is only watched
   */
  public record Trip(
      OperationId operation,
      HostId from,
      Migrate order,
      Supplier<Future<PeerAddress>> peer,
      boolean held,
      Optional<List<String>> disks) {
    boolean left() {
      return disks.isEmpty();
    }
  }

  public Migration(Trip trip, Hypervisor hypervisor, Loop loop, Patience patience) {
    this.trip = trip;
    this.order = trip.order();
    this.peer = trip.peer();
    this.hypervisor = hypervisor;
    this.loop = loop;
    this.patience = patience;
    this.pilot = new Pilot(order);
  }

  @Override
  public Future<Outcome> run(Consumer<Event> tell) {
    Loop.Timer limit = loop.after(order.within(), () -> abort(tooLong()));
    outcome.future().onComplete(known -> limit.stop());
    if (trip.left() && order.rests()) {
      lookWhenItIsOver(
          new Refused(Reason.INTERRUPTED, "the agent restarted while it was being moved"));
    } else if (trip.left()) {
      watch(
          new Refused(Reason.INTERRUPTED, "the agent restarted while the migration was under way"),
          tell);
    } else {
      loop.here(
              peer.get()
                  .recover(this::notBegun)
                  .compose(
                      found ->
                          hypervisor.migrate(
                              new Journey(
                                  order.pausing(Pilot.first(order)),
                                  found,
                                  trip.held(),
                                  trip.disks()),
                              now -> loop.run(() -> saw(now, tell)))))
          .onComplete(result -> ended(result, tell));
    }
    return outcome.future();
  }

  /**
   * Of one that does not run nothing tells that the hypervisors work on it: it is as if it had not
   * been begun until it is at its target. They give up one whose line is dead, or can't be had, in
   * less time.
   */
  private void lookWhenItIsOver(Refused why) {
    loop.after(CONNECTING.plus(patience.abort()).plus(patience.settle()), () -> look(why));
  }

  private Future<PeerAddress> notBegun(Throwable failure) {
    return Future.failedFuture(
        order.rests() ? new NotBegunException(new RefusedException(refusal(failure))) : failure);
  }

  private Refused tooLong() {
    return new Refused(
        Reason.DEADLINE_PASSED,
        "the migration was given up after %d s; allow more time or more bandwidth"
            .formatted(order.within().toSeconds()));
  }

  private void saw(Passage now, Consumer<Event> tell) {
    if (outcome.future().isComplete()) {
      return;
    }
    if (now.postCopy()) {
      arrived();
    }
    elapsed = now.progress().elapsed();
    tell.accept(
        new Event.OperationProgressed(
            trip.operation(),
            trip.from(),
            order.vm(),
            now.progress().with(pilot.convergence(now))));
    switch (pilot.see(now)) {
      case Pilot.Advice.Wait wait -> {}
      case Pilot.Advice.Steer advised -> steer(advised.how());
      case Pilot.Advice.GiveUp advised -> abort(new Refused(Reason.NOT_CONVERGING, advised.why()));
    }
  }

  /** An abort that came too late has nothing to end any more. */
  private void arrived() {
    if (cause != null) {
      LOG.warn("The abort of {} came too late: it runs at {} by post-copy", order.vm(), order.to());
    }
    runsThere = true;
    cause = null;
    aborting = false;
  }

  private void steer(Steering how) {
    if (!steering.isComplete() || cause != null) {
      return;
    }
    steering =
        change(how)
            .onFailure(
                e -> {
                  pilot.refused();
                  LOG.warn("The migration of {} goes on as it is: {}", order.vm(), e.getMessage());
                });
  }

  private Future<Void> change(Steering how) {
    return loop.here(hypervisor.steer(order.vm(), how))
        .onSuccess(
            done -> {
              LOG.info("The migration of {} is changed: {}", order.vm(), how);
              pilot.steered(how, elapsed);
            });
  }

  /**
   * Changes it as a person wants it, once no other change is being made; what comes first is done
   * also if the rest is refused.
   */
  Future<Void> steer(Steer wish) {
    Future<Void> changed = steering.transform(over -> make(wish));
    steering = changed;
    return changed;
  }

  private Future<Void> make(Steer wish) {
    Future<Void> pause =
        wish.maxDowntime()
            .map(
                most ->
                    change(new Steering.Pause(most))
                        .onSuccess(done -> pilot.ordered(most, elapsed)))
            .orElseGet(Future::succeededFuture);
    return pause
        .compose(
            done ->
                wish.bandwidth()
                    .map(most -> change(new Steering.Bandwidth(most)))
                    .orElseGet(Future::succeededFuture))
        .compose(
            done -> wish.postCopy() ? change(new Steering.PostCopy()) : Future.succeededFuture());
  }

  /** Follows a migration whose caller went away, until it was quiet for a while. */
  private void watch(Refused why, Consumer<Event> tell) {
    if (looking || outcome.future().isComplete()) {
      return;
    }
    loop.here(hypervisor.migrating(order.vm()))
        .onComplete(
            result -> {
              Optional<Passage> under = result.succeeded() ? result.result() : Optional.empty();
              under.ifPresent(now -> follow(now, tell));
              if (under.isPresent() || result.failed()) {
                quietSince = null;
              } else if (quietSince == null) {
                quietSince = loop.now();
              }
              if (quietSince != null
                  && loop.now().minus(quietSince).compareTo(patience.settle()) >= 0) {
                look(why);
              } else {
                loop.after(patience.again(), () -> watch(why, tell));
              }
            });
  }

  /** Its time does not begin anew with each life of the agent: it is the hypervisor that counts. */
  private void follow(Passage now, Consumer<Event> tell) {
    saw(now, tell);
    if (now.progress().elapsed().compareTo(order.within()) >= 0) {
      abort(tooLong());
    }
  }

  @Override
  public Future<Void> cancel() {
    if (runsThere) {
      return Future.failedFuture(
          new RefusedException(
              Reason.WRONG_STATE,
              "it runs at %s already, and its memory follows: wait for its end"
                  .formatted(order.to())));
    }
    hurried |= looking;
    abort(new Refused(Reason.CANCELLED, "the migration was cancelled"));
    return Future.succeededFuture();
  }

  @Override
  public void leave() {
    outcome.tryComplete(new Outcome.Unknown("the agent stopped while the guest migrated"));
  }

  private void ended(AsyncResult<Outcome.Migration> result, Consumer<Event> tell) {
    if (result.succeeded()) {
      if (!outcome.tryComplete(new Outcome.Done(Optional.of(result.result())))) {
        LOG.warn("The migration of {} was done after it had been judged or left", order.vm());
      }
      return;
    }
    if (result.cause() instanceof NotBegunException stayed) {
      Refused known = cause == null ? stayed.why() : cause;
      outcome.tryComplete(new Outcome.Failed(known.reason(), known.message()));
      return;
    }
    Refused why = refusal(result.cause());
    if (mayGoOn(why.reason()) && order.rests()) {
      lookWhenItIsOver(why);
    } else if (mayGoOn(why.reason())) {
      LOG.warn("Following the migration of {}: {}", order.vm(), why.message());
      watch(why, tell);
    } else {
      look(why);
    }
  }

  /** For any other reason it was not begun: what goes on then is somebody else's. */
  private static boolean mayGoOn(Reason reason) {
    return reason == Reason.MAY_YET_HAPPEN || reason == Reason.INTERNAL;
  }

  /** Has it aborted, also once more: what was taken may not have ended it. */
  private void abort(Refused why) {
    boolean overOnItsOwn = looking && cause == null;
    if (overOnItsOwn || runsThere || outcome.future().isComplete()) {
      return;
    }
    if (cause == null) {
      cause = why;
      if (!order.rests()) {
        loop.after(patience.abort(), () -> lookIfStill(why));
      }
    }
    if (!aborting) {
      aborting = true;
      tryToAbort();
    }
  }

  /** Only if it was not found to run at its target meanwhile, where it is not aborted. */
  private void lookIfStill(Refused why) {
    if (why.equals(cause)) {
      look(why);
    }
  }

  /** A hypervisor that is held up for now takes the abort later. */
  private void tryToAbort() {
    if (runsThere || outcome.future().isComplete()) {
      return;
    }
    loop.here(hypervisor.abortMigration(order.vm()))
        .onSuccess(taken -> aborting = false)
        .onFailure(
            e -> {
              LOG.warn("The abort of {} is tried again: {}", order.vm(), e.getMessage());
              loop.after(patience.again(), this::tryToAbort);
            });
  }

  /** Begins to look, once, whatever comes first of an error and the end of patience. */
  private void look(Refused why) {
    if (looking || outcome.future().isComplete()) {
      return;
    }
    looking = true;
    Refused known = cause == null ? why : cause;
    LOG.warn("Looking at both hosts for {}: {}", order.vm(), why.message());
    lookingSince = loop.now();
    lookOnce(known);
  }

  private void lookOnce(Refused known) {
    Future<Sighting> here =
        look(hypervisor.inspect(order.vm()).map(found -> found.map(d -> d.domain().state())));
    Future<Sighting> there =
        look(peer.get().compose(found -> hypervisor.stateAt(found, order.vm())));
    loop.here(Future.all(here, there))
        .onSuccess(
            both -> {
              Outcome judged = explained(judged(both.resultAt(0), both.resultAt(1), known));
              if (outcome.future().isComplete()) {
                return;
              }
              if ((judged instanceof Outcome.Unknown || dropping) && !hasLookedLongEnough()) {
                loop.here(settle(both.resultAt(0), both.resultAt(1)))
                    .onComplete(tried -> loop.after(patience.again(), () -> lookOnce(known)));
              } else {
                outcome.tryComplete(judged);
              }
            });
  }

  /** Lets a guest run that is held at its target, or drops it there, by what runs here. */
  private Future<Void> settle(Sighting here, Sighting there) {
    return switch (trip.held()
        ? MigrationEnd.rest(here, there, dropping)
        : MigrationEnd.Rest.OPEN) {
      case OPEN -> Future.succeededFuture();
      case LET_RUN ->
          settled("let run", peer.get().compose(at -> hypervisor.letRunAt(at, order.vm())));
      case DROP -> settled("dropped", drop()).onSuccess(done -> dropping = false);
    };
  }

  /** A copy into which memory is still sent is none to drop, nor one that shares files. */
  private Future<Void> drop() {
    return Future.all(hypervisor.migrating(order.vm()), hypervisor.inspect(order.vm()))
        .compose(
            both -> {
              Optional<Passage> under = both.resultAt(0);
              Optional<Description> found = both.resultAt(1);
              if (under.isPresent()) {
                return refused(Reason.BUSY, "a migration of it is under way");
              }
              if (found.filter(it -> DomainNeeds.hasFiles(it, copied())).isPresent()) {
                return refused(
                    Reason.WRONG_STATE,
                    "its disks are files, which may be taken from it with that copy; see 'A VM that"
                        + " stands still at its target' in the runbook");
              }
              return loop.here(peer.get())
                  .compose(
                      at -> {
                        dropping = true;
                        return hypervisor.dropAt(at, order.vm());
                      });
            });
  }

  /** Disks that have each a file of its own there. */
  private List<String> copied() {
    return order.copied().orElse(List.of());
  }

  private static Future<Void> refused(Reason reason, String message) {
    return Future.failedFuture(new RefusedException(reason, message));
  }

  /** What can't be done is said once. */
  private Future<Void> settled(String how, Future<Void> tried) {
    return loop.here(tried)
        .onSuccess(
            done -> LOG.info("{}, which was held at {}, was {} there", order.vm(), order.to(), how))
        .onFailure(
            e -> {
              String why = String.valueOf(e.getMessage());
              if (!why.equals(unsettled)) {
                unsettled = why;
                LOG.warn(
                    "{}, which is held at {}, was not {} there: {}",
                    order.vm(),
                    order.to(),
                    how,
                    why);
              }
            });
  }

  /**
   * A guest that is held stands still until it is settled, unless a person does not want to wait.
   */
  private boolean hasLookedLongEnough() {
    Duration most = trip.held() && !hurried ? patience.doubt() : patience.look();
    return loop.now().minus(lookingSince).compareTo(most) >= 0;
  }

  private Outcome judged(Sighting here, Sighting there, Refused known) {
    if (order.rests()) {
      return MigrationEnd.ofResting(here, there, known);
    }
    Outcome judged = MigrationEnd.of(here, there, known);
    return runsThere ? MigrationEnd.inPostCopy(here, judged) : judged;
  }

  private Outcome explained(Outcome judged) {
    return judged instanceof Outcome.Unknown unknown && !unsettled.isEmpty()
        ? new Outcome.Unknown(MigrationEnd.joined(unknown.message(), unsettled))
        : judged;
  }

  private static Future<Sighting> look(Future<Optional<VmState>> asked) {
    return asked
        .<Sighting>map(Sighting.Seen::new)
        .otherwise(failure -> new Sighting.NotSeen(refusal(failure).message()));
  }

  private static Refused refusal(Throwable failure) {
    return failure instanceof RefusedException refused
        ? refused.reply()
        : new Refused(Reason.INTERNAL, "the agent failed: " + failure);
  }
}
