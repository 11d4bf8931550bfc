package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeMigration.Ending;
import io.ballast.host.testing.FakeWorld;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.ballast.testing.VirtualTime;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Guests that stand still at their target until their copy at the source is gone. */
final class HeldMigrationTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** In which a guest of 64 MiB has left at 16 MiB/s, and it is known what became of it. */
  private static final Duration JOURNEY = Duration.ofSeconds(8);

  private final VirtualTime time = new VirtualTime();
  private final FakeWorld world = new FakeWorld(time, Bytes.ofMiB(16), Duration.ofSeconds(9));
  private final FakeHypervisor here = world.host(new HostId("h1"), 1, Bytes.ofMiB(1000));
  private final FakeHypervisor there = world.host(new HostId("h2"), 1, Bytes.ofMiB(1000));

  @BeforeEach
  void aGuest() {
    here.boot(WEB, "web", 1, Bytes.ofMiB(64), 0);
  }

  @Test
  void aGuestRunsWhereItHasArrived() {
    Outcome outcome = ended(Ending.ARRIVES);

    assertTrue(((Outcome.Done) outcome).migration().isPresent(), outcome::toString);
    assertRunsThere();
  }

  @Test
  void aGuestThatIsGoneFromHereIsLetRunAfterAnError() {
    assertEquals(new Outcome.Done(Optional.empty()), ended(Ending.ARRIVES_WITH_ERROR));
    assertRunsThere();
  }

  @Test
  void aGuestThatRunsHereIsDroppedThere() {
    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "client socket is closed"),
        ended(Ending.DOUBLES));
    assertRunsHere();
  }

  @Test
  void itIsDroppedWhenTheTargetAnswersAgain() {
    here.nextMigration(Ending.DOUBLES);
    Future<Outcome> outcome = migration(false).run(event -> {});
    time.pass(Duration.ofMillis(3900));
    there.hang();
    time.pass(Duration.ofSeconds(30));
    assertFalse(outcome.isComplete(), () -> "" + outcome);
    there.recover();
    time.pass(Duration.ofSeconds(15));

    assertTrue(outcome.result() instanceof Outcome.Failed, () -> "" + outcome);
    assertRunsHere();
  }

  /** Its agent died between the end of the copy here and the word that it may run there. */
  @Test
  void aGuestThatAnEarlierLifeLeftStandingIsLetRun() {
    here.nextMigration(Ending.ARRIVES_WITH_ERROR);
    var unused =
        here.migrate(new Journey(order(), PeerAddress.of(there.peerUri()), true), now -> {});
    time.pass(JOURNEY);
    assertEquals(Optional.of(VmState.PAUSED), there.truth(WEB));

    Future<Outcome> outcome = migration(true).run(event -> {});
    time.pass(Patience.DEFAULT.settle().plus(SECOND.multipliedBy(4)));

    assertEquals(new Outcome.Done(Optional.empty()), outcome.result());
    assertRunsThere();
  }

  @Test
  void whatSomebodyElseSendsIsNotDropped() {
    here.feed(WEB, 3);
    var unused =
        here.migrate(
            new Journey(order(Optional.of(Bytes.ofMiB(1))), PeerAddress.of(there.peerUri()), true),
            now -> {});
    time.pass(SECOND);
    here.refuseNext(Reason.HYPERVISOR_STUCK, "cannot acquire state change lock");

    Future<Outcome> outcome = migration(false).run(event -> {});
    time.pass(Duration.ofMinutes(2));

    assertFalse(outcome.isComplete(), () -> "" + outcome);
    assertEquals(Optional.of(VmState.PAUSED), there.truth(WEB), "it goes on");
  }

  @Test
  void aPersonNeedNotWaitForATargetThatIsGone() {
    Migration migration = migration(false);
    Future<Outcome> outcome = migration.run(event -> {});
    time.pass(SECOND);
    there.cutPower();
    time.pass(Duration.ofMinutes(2));
    assertFalse(outcome.isComplete(), () -> "" + outcome);

    var cancelled = migration.cancel();
    time.pass(SECOND.multipliedBy(20));

    assertTrue(cancelled.succeeded());
    assertTrue(outcome.result() instanceof Outcome.Unknown, () -> "" + outcome);
  }

  /** Some storage takes a file from whoever has it open when another copy of the guest ends. */
  @Test
  void aGuestWhoseDisksAreFilesIsNotDroppedUnderItsRunningCopy() {
    here.lose(WEB);
    var defined =
        here.define(
            FakeHypervisor.xml(WEB, "web", 1, Bytes.ofMiB(64), 0)
                .replace(
                    "</domain>",
                    "<devices><disk type='file'><source file='/shared/web'/></disk></devices>"
                        + "</domain>"));
    var started = here.start(WEB);
    time.pass(Duration.ZERO);
    assertTrue(defined.succeeded() && started.succeeded());
    here.nextMigration(Ending.DOUBLES);

    Future<Outcome> outcome = migration(false).run(event -> {});
    time.pass(Patience.DEFAULT.doubt().plus(JOURNEY));

    assertEquals(
        "client socket is closed; it is running here and paused at the target; its disks are files,"
            + " which may be taken from it with that copy; see 'A VM that stands still at its"
            + " target' in the runbook",
        ((Outcome.Unknown) outcome.result()).message());
    assertEquals(Optional.of(VmState.PAUSED), there.truth(WEB));
  }

  private void assertRunsThere() {
    assertEquals(Optional.empty(), here.truth(WEB));
    assertEquals(Optional.of(VmState.RUNNING), there.truth(WEB));
  }

  private void assertRunsHere() {
    assertEquals(Optional.of(VmState.RUNNING), here.truth(WEB));
    assertEquals(Optional.empty(), there.truth(WEB));
  }

  private Outcome ended(Ending ending) {
    here.nextMigration(ending);
    Future<Outcome> outcome = migration(false).run(event -> {});
    time.pass(JOURNEY);
    assertTrue(outcome.succeeded(), () -> "not ended: " + outcome);
    return outcome.result();
  }

  private Migration migration(boolean left) {
    return new Migration(
        new Migration.Trip(
            new OperationId("op"),
            new HostId("h1"),
            order(),
            () -> Future.succeededFuture(PeerAddress.of(there.peerUri())),
            true,
            left ? Optional.empty() : Optional.of(List.of())),
        here,
        time,
        Patience.DEFAULT);
  }

  private static Migrate order() {
    return order(Optional.empty());
  }

  private static Migrate order(Optional<Bytes> bandwidth) {
    return new Migrate(
        WEB,
        new HostId("h2"),
        Optional.empty(),
        bandwidth,
        Duration.ofMillis(300),
        Duration.ofMinutes(10),
        Optional.empty());
  }
}
