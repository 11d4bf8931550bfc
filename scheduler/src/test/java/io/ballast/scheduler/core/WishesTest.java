package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.CancelMove;
import io.ballast.messages.SchedulerCommand.InspectFleet;
import io.ballast.messages.SchedulerCommand.MoveVm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a person may want of the conductor. */
final class WishesTest {
  @Test
  void aPersonMovesAVm() {
    FakeFleet fleet = calm().run(Duration.ofSeconds(20));
    Reply.Accepted accepted = assertInstanceOf(Reply.Accepted.class, fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(30));

    Move move = lastMove(fleet);
    assertEquals(accepted.operation(), move.id());
    assertEquals(Move.State.DONE, move.state());
    assertEquals(Move.Priority.PERSON, move.priority());
    assertEquals(List.of("h3"), fleet.runningOn(1));
  }

  @Test
  void aPersonMovesAVmToWhereItFitsBest() {
    FakeFleet fleet = calm().run(Duration.ofSeconds(20));
    assertInstanceOf(
        Reply.Accepted.class, fleet.ask(new MoveVm(BeatMaker.vmId(1), Optional.empty())));
    fleet.run(Duration.ofSeconds(30));

    assertFalse(fleet.runningOn(1).contains("h1"));
  }

  @Test
  void whatCannotBeMovedIsRefusedWithTheReason() {
    FakeFleet fleet = calm().guest("h3", 9, VmState.SHUT_OFF, 0.1).run(Duration.ofMinutes(1));

    assertEquals(Reason.UNKNOWN_VM, refusal(fleet.ask(move(77, "h2"))));
    assertEquals(Reason.WRONG_STATE, refusal(fleet.ask(move(9, "h2"))));
    assertEquals(Reason.UNKNOWN_HOST, refusal(fleet.ask(move(1, "h9"))));
    assertEquals(Reason.WRONG_STATE, refusal(fleet.ask(move(1, "h1"))));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(move(1, "h2")));
    assertEquals(Reason.BUSY, refusal(fleet.ask(move(1, "h3"))));
    fleet.kill("h3");
    fleet.run(Duration.ofSeconds(20));
    assertEquals(Reason.WRONG_STATE, refusal(fleet.ask(move(2, "h3"))));
  }

  @Test
  void anUnknownMoveCannotBeCancelled() {
    FakeFleet fleet = calm().run(Duration.ofSeconds(20));

    assertEquals(
        Reason.UNKNOWN_OPERATION, refusal(fleet.ask(new CancelMove(new OperationId("none")))));
  }

  @Test
  void aMoveThatIsCancelledInTimeLeavesTheGuestWhereItWas() {
    FakeFleet fleet = calm().run(Duration.ofSeconds(20));
    Reply.Accepted accepted = assertInstanceOf(Reply.Accepted.class, fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(2));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(new CancelMove(accepted.operation())));
    fleet.run(Duration.ofMinutes(1));

    assertEquals(Move.State.FAILED, lastMove(fleet).state());
    assertEquals(List.of("h1"), fleet.runningOn(1));
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  private static FakeFleet calm() {
    return new FakeFleet(Policy.DEFAULT)
        .hosts(3)
        .guest("h1", 1, VmState.RUNNING, 0.2)
        .guest("h2", 2, VmState.RUNNING, 0.2)
        .guest("h3", 3, VmState.RUNNING, 0.2);
  }

  private static MoveVm move(int guest, String to) {
    return new MoveVm(BeatMaker.vmId(guest), Optional.of(new HostId(to)));
  }

  private static Move lastMove(FakeFleet fleet) {
    return assertInstanceOf(Reply.FleetInspected.class, fleet.ask(new InspectFleet()))
        .fleet()
        .moves()
        .getLast();
  }

  private static Reason refusal(Reply reply) {
    return assertInstanceOf(Reply.Refused.class, reply).reason();
  }
}
