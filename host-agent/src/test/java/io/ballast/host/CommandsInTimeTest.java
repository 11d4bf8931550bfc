package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.OneHost.Sent;
import io.ballast.host.trade.Journey;
import io.ballast.host.trade.PeerAddress;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.Resume;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands whose fate is a matter of when. */
final class CommandsInTimeTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final VmId OTHER = VmId.of("22222222-2222-2222-2222-222222222222");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final OperationId FORGOTTEN = new OperationId("op-0");

  private final OneHost host = new OneHost();

  @BeforeEach
  void boot() {
    host.hypervisor.boot(WEB, "web", 1, Bytes.ofMiB(200), 0);
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
    Sent cancel = host.send(new Cancel(migration.id(), Optional.empty()));
    assertFalse(migration.answer().isComplete());
    host.time.pass(Duration.ZERO);
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
    Sent cancel = host.send(new Cancel(migration.id(), Optional.empty()));

    host.time.pass(SECOND.multipliedBy(2));

    assertTrue(cancel.answer().succeeded());
    assertEquals(Reason.WRONG_STATE, migration.refusal().reason());
    assertEquals(Optional.empty(), host.outcome(migration.id()));
  }

  @Test
  void whatIsNoMigrationCantBeCancelledWhileItIsCheckedEither() {
    Sent suspend = host.send(new Suspend(WEB));

    Sent cancel = host.send(new Cancel(suspend.id(), Optional.empty()));
    host.time.pass(Duration.ZERO);

    assertEquals(Reason.WRONG_STATE, cancel.refusal().reason());
  }

  @Test
  void anAgentThatRestartedGivesUpAMigrationThatItNoLongerKnows() {
    Future<Outcome.Migration> forgotten =
        host.hypervisor.migrate(
            new Journey(migration(), PeerAddress.of(host.peer.peerUri()), false), progress -> {});
    host.time.pass(SECOND);

    Sent cancel = host.send(new Cancel(FORGOTTEN, Optional.of(WEB)));
    host.time.pass(SECOND);

    assertEquals(new Reply.Accepted(FORGOTTEN), cancel.answer().result());
    assertTrue(forgotten.failed());
    assertEquals(Optional.of(VmState.RUNNING), host.hypervisor.truth(WEB));

    Sent again = host.send(new Cancel(FORGOTTEN, Optional.of(WEB)));
    host.time.pass(SECOND);
    assertEquals(
        new Reply.Refused(
            Reason.UNKNOWN_OPERATION,
            "there is no operation op-0 here, and no migration of virtual machine %s is under way;"
                    .formatted(WEB)
                + " look which host has it now"),
        again.refusal());
  }

  @Test
  void aMigrationOfAnotherOperationIsNotGivenUpForOneThatIsForgotten() {
    Sent migration = host.send(migration());
    host.time.pass(SECOND);

    Sent cancel = host.send(new Cancel(FORGOTTEN, Optional.of(WEB)));
    host.time.pass(Duration.ZERO);

    assertEquals(
        new Reply.Refused(
            Reason.BUSY,
            "operation %s (migrate) works on %s; wait for it to end"
                .formatted(migration.id(), WEB)),
        cancel.refusal());
  }

  @Test
  void aHypervisorThatDoesNotAnswerGivesUpNothingThatIsForgotten() {
    host.hypervisor.hang();

    Sent cancel = host.send(new Cancel(FORGOTTEN, Optional.of(WEB)));
    host.time.pass(SECOND.multipliedBy(10));

    assertEquals(Reason.HYPERVISOR_STUCK, cancel.refusal().reason());
  }

  @Test
  void whoCancelsWhatNobodyKnowsIsToldWhereToLook() {
    Sent cancel = host.send(new Cancel(FORGOTTEN, Optional.empty()));
    host.time.pass(SECOND);

    assertEquals(
        new Reply.Refused(
            Reason.UNKNOWN_OPERATION,
            "there is no operation op-0 here; 'ballast watch' shows the open ones"),
        cancel.refusal());
  }

  private Migrate migration() {
    return new Migrate(
        WEB,
        OneHost.H2,
        Optional.of(host.peer.peerUri()),
        Optional.empty(),
        Duration.ofMillis(300),
        Duration.ofMinutes(1),
        Optional.empty());
  }

  @Test
  void aBeatTellsTheHighestEpochThatWasFollowed() {
    assertEquals(Optional.empty(), host.beat().epoch());

    host.send(new Suspend(OTHER), 9);
    host.time.pass(SECOND);
    assertEquals(Optional.empty(), host.beat().epoch(), "what is refused proves nothing");

    host.send(new Suspend(WEB), 7);
    host.time.pass(SECOND);
    host.send(new Resume(WEB), 6);
    host.time.pass(SECOND);

    assertEquals(Optional.of(7L), host.beat().epoch());
    assertEquals(Optional.of(VmState.PAUSED), host.hypervisor.truth(WEB));
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
