package io.ballast.host.libvirt;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Lane;
import io.ballast.agent.LaneLimits;
import io.ballast.bus.RefusedException;
import io.ballast.host.libvirt.LibvirtSettings.Deadlines;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.NotBegunException;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of an abort while libvirt can't be reached; no libvirt is needed. */
final class LibvirtMigrationTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);
  private final CountDownLatch underWay = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger aborts = new AtomicInteger();
  private final Lane<LibvirtConnection> sending =
      lane(() -> after(underWay, "the migration's call ended"));
  private final Lane<LibvirtConnection> aborting =
      lane(
          () -> {
            aborts.incrementAndGet();
            throw new RefusedException(Reason.HYPERVISOR_STUCK, "held up for now");
          });
  private final Lane<LibvirtConnection> held = lane(() -> after(end, "the test is over"));
  private static final Migrate ORDER =
      new Migrate(
          VmId.of("11111111-1111-1111-1111-111111111111"),
          new HostId("h2"),
          Optional.empty(),
          Optional.empty(),
          Duration.ofMillis(300),
          LONG,
          Optional.empty());

  @AfterEach
  void close() {
    underWay.countDown();
    end.countDown();
    clock.shutdownNow();
  }

  private LibvirtMigration migration(Migrate order) {
    return new LibvirtMigration(
        new Journey(order, PeerAddress.of("qemu+tcp://10.0.0.2/system"), false),
        new LibvirtMigration.Lanes(
            sending,
            held,
            () -> aborting,
            held,
            () -> {
              throw new IllegalStateException("it copies no disks");
            }),
        Deadlines.DEFAULT,
        clock);
  }

  /** What copies disks hangs, and won't go any more: nobody waits for it. */
  @Test
  void theAbortOfOneThatDoesNotRunIsHeededSoon() {
    LibvirtMigration migration = migration(ORDER.ofResting());
    Future<Outcome.Migration> move = migration.run(progress -> {});

    Future<Void> abort = migration.abort();
    await().atMost(LONG).until(move::isComplete);

    assertTrue(abort.succeeded(), abort::toString);
    assertEquals(Reason.CANCELLED, ((NotBegunException) move.cause()).why().reason());
    assertEquals(0, aborts.get(), "libvirt has nothing to abort");
  }

  /** Looks hang here, and an abort is held up: neither gives the abort up. */
  @Test
  void anAbortIsTriedAgainUntilTheCallOfTheMigrationHasEnded() {
    LibvirtMigration migration = migration(ORDER);
    Future<Outcome.Migration> move = migration.run(progress -> {});

    Future<Void> abort = migration.abort();
    await().atMost(LONG).until(() -> aborts.get() >= 2);
    assertFalse(abort.isComplete(), abort::toString);
    underWay.countDown();
    await().atMost(LONG).until(abort::isComplete);

    assertTrue(move.failed(), move::toString);
    assertEquals(
        "the migration's call ended",
        abort.cause().getMessage(),
        "the migration may go on without its call, so it was not given up");
  }

  private Lane<LibvirtConnection> lane(Lane.Opener<LibvirtConnection> opener) {
    return new Lane<>("libvirt", opener, LONG, Duration.ZERO, LaneLimits.DEFAULT, clock);
  }

  /** Opens nothing, after a while. */
  private static LibvirtConnection after(CountDownLatch latch, String failure) {
    try {
      boolean unused = latch.await(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new RefusedException(Reason.MAY_YET_HAPPEN, failure);
  }
}
