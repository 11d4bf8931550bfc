package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.OneHost.Sent;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands whose fate is a matter of when. */
final class CommandsInTimeTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final OneHost host = new OneHost();

  @BeforeEach
  void boot() {
    host.hypervisor.boot(WEB, "web", 1, Bytes.ofMiB(100), 0);
  }

  @Test
  void aCommandWhoseTimeRunsOutWhileItsVmIsInspectedIsNotCarriedOut() {
    Sent suspend = host.send(new Suspend(WEB), SECOND);
    host.time.delay(SECOND);
    host.time.pass(SECOND);

    assertEquals(Reason.DEADLINE_PASSED, suspend.refusal().reason());
    assertEquals(Optional.of(VmState.RUNNING), host.hypervisor.truth(WEB));
  }

  @Test
  void aMigrationThatIsCancelledWhileItIsCheckedEndsAsSoonAsItBegan() {
    Sent migration = host.send(migration());
    Sent cancel = host.send(new Cancel(migration.id()));
    assertFalse(migration.answer().isComplete());
    assertEquals(new Reply.Accepted(migration.id()), cancel.answer().result());

    host.time.pass(SECOND.multipliedBy(2));

    assertTrue(migration.answer().succeeded());
    assertEquals(
        Optional.of(new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled")),
        host.outcome(migration.id()));
    assertEquals(Optional.of(VmState.RUNNING), host.hypervisor.truth(WEB));
    assertEquals(Optional.empty(), host.peer.truth(WEB));
  }

  @Test
  void ofAMigrationThatIsRefusedNothingIsCancelled() {
    host.hypervisor.suspend(WEB);
    Sent migration = host.send(migration());
    Sent cancel = host.send(new Cancel(migration.id()));

    host.time.pass(SECOND.multipliedBy(2));

    assertTrue(cancel.answer().succeeded());
    assertEquals(Reason.WRONG_STATE, migration.refusal().reason());
    assertEquals(Optional.empty(), host.outcome(migration.id()));
  }

  @Test
  void whatIsNoMigrationCantBeCancelledWhileItIsCheckedEither() {
    Sent suspend = host.send(new Suspend(WEB));

    assertEquals(Reason.WRONG_STATE, host.send(new Cancel(suspend.id())).refusal().reason());
  }

  private Migrate migration() {
    return new Migrate(
        WEB,
        OneHost.H2,
        host.peer.peerUri(),
        Optional.empty(),
        Duration.ofMillis(300),
        Duration.ofMinutes(1));
  }

  @Test
  void aBeatTellsTheHighestEpochThatWasFollowed() {
    assertEquals(Optional.empty(), host.beat().epoch());

    host.send(new Suspend(WEB), 7);
    host.send(new Suspend(WEB), 6);

    assertEquals(Optional.of(7L), host.beat().epoch());
  }

  @Test
  void aClockThatIsSetDoesNotMakeACommandLate() {
    Sent suspend = host.send(new Suspend(WEB), SECOND);
    host.time.step(Duration.ofHours(1));
    host.time.pass(SECOND);

    assertTrue(suspend.answer().succeeded());
    assertEquals(Optional.of(VmState.PAUSED), host.hypervisor.truth(WEB));
  }
}
