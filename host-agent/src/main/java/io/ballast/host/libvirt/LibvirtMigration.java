package io.ballast.host.libvirt;

import io.ballast.agent.Lane;
import io.ballast.agent.RestMark;
import io.ballast.bus.RefusedException;
import io.ballast.host.libvirt.LibvirtRefusal.Attempt;
import io.ballast.host.trade.FlatDisks;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.NotBegunException;
import io.ballast.host.trade.Passage;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.Means;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.libvirt.Domain;
import org.libvirt.Domain.MigrateFlags;
import org.libvirt.LibvirtException;
import org.libvirt.TypedIntParameter;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUlongParameter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A migration that this host sends. One lane is taken up by libvirt's call until the migration
 * ends, another watches it once a second, and a third aborts it. Libvirt goes on with a migration
 * whose caller went away, so nothing but an abort stops one.
 *
 * <p>One that is held arrives paused. It is let run by this host, once libvirt says that it is done
 * and the domain is not active here any more.
 */
final class LibvirtMigration {
  private static final Logger LOG = LoggerFactory.getLogger(LibvirtMigration.class);

  private static final int FLAGS = MigrateFlags.LIVE | MigrateFlags.PEER2PEER;

  /** One that is only in memory stays so. */
  private static final int DEFINED = MigrateFlags.PERSIST_DEST | MigrateFlags.UNDEFINE_SOURCE;

  private static final int RESTING = MigrateFlags.OFFLINE | MigrateFlags.PEER2PEER;

  /** VIR_DOMAIN_XML_SECURE and VIR_DOMAIN_XML_MIGRATABLE: all that its target has to know. */
  private static final int SENT = 1 | 8;

  /** VIR_DOMAIN_XML_INACTIVE: as it is defined. */
  private static final int INACTIVE = 2;

  private static final long NO_LIMIT = 0;
  private static final String COPYING = "its disks were being copied";
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Duration UNTIL_IT_BEGINS = Duration.ofMillis(200);
  private static final Duration BETWEEN_ABORTS = Duration.ofSeconds(1);
  private static final Duration UNTIL_IT_HEEDS = Duration.ofSeconds(5);

  /**
   * The lanes of a migration: for the call itself, for looking at it, for aborting it, and to its
   * target.
   *
   * @param copying opens one more connection to the target, for disks alone
   */
  record Lanes(
      Lane<LibvirtConnection> sending,
      Lane<LibvirtConnection> watching,
      Supplier<Lane<LibvirtConnection>> aborting,
      Lane<LibvirtConnection> target,
      Supplier<LibvirtConnection> copying) {}

  private final Migrate order;
  private final boolean held;
  private final Means means;
  private final Journey journey;
  private final Lanes lanes;
  private final LibvirtSettings.Deadlines deadlines;
  private final ScheduledExecutorService clock;
  private final LibvirtArrival arrival;

  private final Promise<Void> sent = Promise.promise();
  private final AtomicReference<@Nullable Reason> abortedFor = new AtomicReference<>();
  private final AtomicBoolean connecting = new AtomicBoolean();
  private volatile @Nullable Passage last;
  private volatile boolean startedWithItsHost;

  /** Whether it is libvirt's now, and one that does not run can't be aborted; guarded by this. */
  private boolean gone;

  /** What was sent of the disks of one that does not run. */
  private volatile Bytes copied = Bytes.ZERO;

  /** When libvirt was told to begin. */
  private volatile long begun;

  /** Whether the log says already that its abort is held up. */
  private volatile boolean heldUp;

  LibvirtMigration(
      Journey journey,
      Lanes lanes,
      LibvirtSettings.Deadlines deadlines,
      ScheduledExecutorService clock) {
    this.order = journey.order();
    this.held = journey.held();
    this.means = order.usable();
    this.journey = journey;
    this.lanes = lanes;
    this.deadlines = deadlines;
    this.clock = clock;
    this.arrival = new LibvirtArrival(order, lanes.target(), deadlines);
  }

  /** Sends the domain. To be called once; {@code seen} is called on a thread of the lanes. */
  Future<Outcome.Migration> run(Consumer<Passage> seen) {
    long start = System.nanoTime();
    stayConnected();
    Duration atMost = order.within().plus(deadlines.connect()).plus(deadlines.abort());
    ScheduledFuture<?> end =
        clock.schedule(
            () -> abort(Reason.DEADLINE_PASSED), order.within().toMillis(), TimeUnit.MILLISECONDS);
    lanes
        .sending()
        .run(what(), atMost, here -> send(here, seen))
        .recover(this::neverGone)
        .onSuccess(sent::tryComplete)
        .onFailure(sent::tryFail);
    look(seen);
    return sent.future()
        .eventually(
            () -> {
              end.cancel(false);
              return Future.succeededFuture();
            })
        .compose(done -> held ? arrival.letRun() : Future.succeededFuture())
        .compose(done -> measures(since(start)))
        .compose(measures -> keepAutostart().transform(kept -> Future.succeededFuture(measures)));
  }

  /**
   * Aborts it for a person. Completes when libvirt was told to, or when the migration has ended on
   * its own; fails if the migration's call ended without either.
   */
  Future<Void> abort() {
    return abort(Reason.CANCELLED);
  }

  private Future<Void> abort(Reason why) {
    if (runsThere() || !mayAbort(why)) {
      return Future.failedFuture(tooLate());
    }
    Promise<Void> told = Promise.promise();
    sent.future().onSuccess(done -> told.tryComplete()).onFailure(e -> ended(told, e));
    if (order.rests()) {
      var unused = clock.schedule(this::giveUp, UNTIL_IT_HEEDS.toMillis(), TimeUnit.MILLISECONDS);
    } else {
      tryToAbort(told);
    }
    return told.future();
  }

  private synchronized boolean mayAbort(Reason why) {
    if (!gone) {
      abortedFor.compareAndSet(null, why);
    }
    return !gone;
  }

  /** From now on one that does not run is on its way, unless it was aborted before. */
  private synchronized void go() {
    checkStays();
    gone = true;
  }

  private void checkStays() {
    if (abortedFor.get() != null) {
      throw aborted(COPYING);
    }
  }

  /** A copy that hangs does not go any more, whatever becomes of it. */
  private void giveUp() {
    sent.tryFail(new NotBegunException(aborted(COPYING)));
  }

  /** One that does not run, and did not go before its call ended, does not go any more. */
  private <T> Future<T> neverGone(Throwable failure) {
    boolean asked = abortedFor.get() != null;
    if (!order.rests() || !mayAbort(Reason.HYPERVISOR_UNREACHABLE)) {
      return Future.failedFuture(failure);
    }
    return Future.failedFuture(new NotBegunException(asked ? aborted(COPYING) : broken(failure)));
  }

  private RefusedException broken(Throwable failure) {
    return switch (failure) {
      case RefusedException refused when refused.reason() == Reason.MAY_YET_HAPPEN ->
          new RefusedException(
              Reason.HYPERVISOR_UNREACHABLE,
              what() + " was not begun while its disks were copied: " + refused.getMessage());
      case RefusedException refused -> refused;
      case Throwable other -> {
        LOG.warn("{} was not begun", what(), other);
        yield new RefusedException(
            Reason.INTERNAL, what() + " was not begun; the agent failed: " + other);
      }
    };
  }

  private boolean runsThere() {
    Passage seen = last;
    return seen != null && seen.postCopy();
  }

  private RefusedException tooLate() {
    return new RefusedException(
        Reason.WRONG_STATE,
        what() + " can't be aborted: it " + (order.rests() ? "ends" : "runs there already"));
  }

  private static void ended(Promise<Void> told, Throwable failure) {
    if (reason(failure) == Reason.MAY_YET_HAPPEN) {
      told.tryFail(failure);
    } else {
      told.tryComplete();
    }
  }

  /**
   * Tries again for as long as the migration's call is under way. The job may not have begun yet:
   * libvirt then says that there is none.
   */
  private void tryToAbort(Promise<Void> told) {
    if (runsThere()) {
      told.tryFail(tooLate());
    }
    if (told.future().isComplete()) {
      return;
    }
    lanes
        .aborting()
        .get()
        .run(
            "the abort of " + what(),
            deadlines.call(),
            connection -> LibvirtCalls.abortJob(connection, order.vm()))
        .onSuccess(done -> told.tryComplete())
        .onFailure(
            e -> {
              boolean notBegun = reason(e) == Reason.WRONG_STATE;
              if (!notBegun && !heldUp) {
                heldUp = true;
                LOG.warn("The abort of {} is tried again: {}", what(), e.getMessage());
              }
              if (clock.isShutdown()) {
                told.tryFail(e);
              } else {
                Duration pause = notBegun ? UNTIL_IT_BEGINS : BETWEEN_ABORTS;
                var unused =
                    clock.schedule(() -> tryToAbort(told), pause.toMillis(), TimeUnit.MILLISECONDS);
              }
            });
  }

  private String what() {
    return arrival.what();
  }

  private void send(LibvirtConnection connection, Consumer<Passage> seen) {
    if (abortedFor.get() != null) {
      throw aborted("it had not begun");
    }
    try {
      LibvirtCalls.onDomain(
          connection,
          order.vm(),
          domain -> {
            String xml = domain.getXMLDesc(0);
            if (RestMark.isIn(xml)) {
              throw new RefusedException(
                  Reason.BUSY,
                  what() + " was not begun: a snapshot of its disks is being made; try again");
            }
            checkFiles(xml);
            startedWithItsHost = startsWithItsHost(domain);
            if (order.rests()) {
              copied =
                  new RestingDisks(order, what(), domain, xml)
                      .takeAlong(
                          connection, lanes.copying(), this::checkStays, now -> tell(now, seen));
              go();
            } else {
              domain.migrateSetMaxDowntime(order.maxDowntime().toMillis());
            }
            begun = System.nanoTime();
            boolean defined = domain.isPersistent() == 1;
            domain.migrateToURI(journey.peer().uri(), parameters(domain, defined), flags(defined));
          });
      if (held || order.rests()) {
        checkItIsGone(connection);
      }
    } catch (LibvirtException e) {
      LibvirtRefusal refusal = LibvirtRefusal.of(e.getError());
      // An abort that meets the last moments of a migration ends it with an error of the target's.
      if (abortedFor.get() != null) {
        throw aborted(refusal.sentence());
      }
      throw refusal.refused(Attempt.MIGRATE, what());
    }
  }

  private void checkFiles(String xml) {
    if (!journey.liesAsBefore(xml)) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          what() + " was not begun: its disks lie elsewhere than at first; try again");
    }
  }

  /** Libvirt also says done when it could not end the copy here. */
  private void checkItIsGone(LibvirtConnection connection) {
    if (LibvirtCalls.state(connection, order.vm()).filter(VmState::active).isPresent()) {
      throw new RefusedException(
          Reason.HYPERVISOR_REFUSED,
          what() + " is done, and it is active here: it is not begun at its target");
    }
  }

  private List<String> copiedDisks() {
    return order.copied().orElse(List.of());
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  private TypedParameter[] parameters(Domain domain, boolean defined) throws LibvirtException {
    List<TypedParameter> parameters = new ArrayList<>();
    long bandwidth = order.bandwidth().map(LibvirtMigration::mebibytes).orElse(NO_LIMIT);
    parameters.add(new TypedUlongParameter("bandwidth", bandwidth));
    if (means.postCopy()) {
      parameters.add(new TypedUlongParameter("bandwidth.postcopy", bandwidth));
    }
    parameters.add(new TypedStringParameter("migrate_uri", journey.peer().dataUri()));
    if (means.channels() > 1) {
      parameters.add(new TypedIntParameter("parallel.connections", means.channels()));
    }
    if (!order.rests()) {
      copiedDisks()
          .forEach(disk -> parameters.add(new TypedStringParameter("migrate_disks", disk)));
    }
    if (!order.rests() && !isIncremental()) {
      describeFlat("destination_xml", domain.getXMLDesc(SENT), parameters);
      if (defined) {
        describeFlat("persistent_xml", domain.getXMLDesc(SENT | INACTIVE), parameters);
      }
    }
    return parameters.toArray(TypedParameter[]::new);
  }

  /** Disks that are copied whole build upon nothing there, whatever they do here. */
  private void describeFlat(String parameter, String xml, List<TypedParameter> parameters) {
    FlatDisks.in(xml, copiedDisks())
        .ifPresent(flat -> parameters.add(new TypedStringParameter(parameter, flat)));
  }

  private boolean isIncremental() {
    return order.incremental().orElse(false);
  }

  private int flags(boolean defined) {
    return order.rests() ? RESTING | DEFINED : live(defined);
  }

  private int live(boolean defined) {
    return FLAGS
        | (defined ? DEFINED : 0)
        | (held ? MigrateFlags.PAUSED : 0)
        | (means.autoConverge() ? MigrateFlags.AUTO_CONVERGE : 0)
        | (means.postCopy() ? MigrateFlags.POSTCOPY : 0)
        | (means.channels() > 1 ? MigrateFlags.PARALLEL : 0)
        | (order.copied().isPresent() ? copying() : 0);
  }

  /** Incremental is libvirt's word for leaving out what disks build upon. */
  private int copying() {
    return isIncremental() ? MigrateFlags.NON_SHARED_INC : MigrateFlags.NON_SHARED_DISK;
  }

  /** Libvirt's unit of bandwidth is the MiB/s. */
  static long mebibytes(Bytes most) {
    return Math.max(1, most.value() / Bytes.ofMiB(1).value());
  }

  private RefusedException aborted(String sentence) {
    return abortedFor.get() == Reason.DEADLINE_PASSED
        ? new RefusedException(
            Reason.DEADLINE_PASSED,
            what()
                + " was aborted because it was not done within "
                + order.within().toSeconds()
                + " s: "
                + sentence
                + ". Give it more time, more bandwidth or a longer pause.")
        : new RefusedException(Reason.CANCELLED, what() + " was cancelled: " + sentence);
  }

  private void look(Consumer<Passage> seen) {
    if (sent.future().isComplete() || clock.isShutdown()) {
      return;
    }
    lanes
        .watching()
        .look(
            "a look at " + what(),
            deadlines.call(),
            connection -> LibvirtCalls.migration(connection, order.vm()))
        .onComplete(
            found -> {
              if (found.succeeded()) {
                found.result().ifPresent(now -> tell(now, seen));
              }
              if (!clock.isShutdown()) {
                var unused =
                    clock.schedule(
                        () -> look(seen), BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
              }
            });
  }

  private void tell(Passage now, Consumer<Passage> seen) {
    last = now;
    stayConnected();
    if (now.postCopy()) {
      abortedFor.set(null);
    }
    if (!sent.future().isComplete()) {
      seen.accept(now);
    }
  }

  /** The guest stands still while a connection to its target is made. */
  private void stayConnected() {
    if (held && connecting.compareAndSet(false, true)) {
      lanes
          .target()
          .look(
              "the look at VM " + order.vm(),
              deadlines.connect().plus(deadlines.call()),
              connection -> LibvirtCalls.state(connection, order.vm()))
          .onComplete(looked -> connecting.set(false));
    }
  }

  private Future<Outcome.Migration> measures(Duration elapsed) {
    return order.rests()
        ? Future.succeededFuture(new Outcome.Migration(elapsed, Duration.ZERO, copied, 0))
        : arrival.measures(
            elapsed, held ? Optional.of(since(begun)) : Optional.empty(), () -> last);
  }

  private Future<Void> keepAutostart() {
    return startedWithItsHost ? arrival.startWithItsHost() : Future.succeededFuture();
  }

  private boolean startsWithItsHost(Domain domain) {
    try {
      return domain.getAutostart();
    } catch (LibvirtException e) {
      LOG.warn("Whether VM {} starts with its host is not known: {}", order.vm(), e.getMessage());
      return false;
    }
  }

  private static @Nullable Reason reason(Throwable failure) {
    return failure instanceof RefusedException refused ? refused.reason() : null;
  }
}
