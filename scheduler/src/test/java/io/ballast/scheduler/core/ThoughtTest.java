package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.InspectFleet;
import io.ballast.messages.SchedulerCommand.MoveVm;
import io.ballast.messages.SchedulerCommand.PlanMoves;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.balance.Weighing;
import io.ballast.scheduler.core.effect.Thought;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.watch.Line;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A plan may take its time, and the world goes on meanwhile. */
final class ThoughtTest {
  private static final Policy POLICY =
      Policy.DEFAULT.with(
          new Policy.Thresholds(
              new Policy.Threshold(0.80, Duration.ofSeconds(12), 0.50),
              Policy.Thresholds.DEFAULT.memory(),
              Policy.Thresholds.DEFAULT.load()));

  @Test
  void aPlanIsCarriedOutWhenItIsMadeHoweverLongThatTook() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.run(Duration.ofMinutes(2));
    assertEquals(List.of(), begun(fleet));

    fleet.conclude();
    assertFalse(begun(fleet).isEmpty());
  }

  @Test
  void onlyOnePlanIsMadeAtATime() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.run(Duration.ofMinutes(10));

    assertEquals(1, fleet.thoughts.size());
  }

  @Test
  void aPlanThatAMoveHasOvertakenIsDroppedAndMadeAnew() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    assertInstanceOf(
        Reply.Accepted.class,
        fleet.ask(new MoveVm(BeatMaker.vmId(6), Optional.of(new HostId("h2")))));
    fleet.run(Duration.ofSeconds(1));
    fleet.conclude();
    assertEquals(List.of(), begun(fleet));

    fleet.thoughtsWait = false;
    fleet.run(Duration.ofMinutes(10));
    assertFalse(begun(fleet).isEmpty());
  }

  @Test
  void nothingIsMovedToAHostThatFellSilentWhileThePlanWasMade() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.kill("h2");
    fleet.kill("h3");
    fleet.run(Duration.ofMinutes(2));
    fleet.conclude();

    assertEquals(List.of(), begun(fleet));
  }

  @Test
  void nothingIsMovedByAPlanThatIsMadeWhileTheBusIsLost() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.line(Line.LOST);
    fleet.conclude();
    assertEquals(List.of(), begun(fleet));

    fleet.thoughtsWait = false;
    fleet.line(Line.CONNECTED);
    fleet.run(Duration.ofSeconds(5));
    assertFalse(begun(fleet).isEmpty());
  }

  @Test
  void aVmThatIsGoneWhenThePlanIsMadeIsNotMoved() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    for (int guest = 1; guest <= 6; guest++) {
      fleet.destroy("h1", guest);
    }
    fleet.run(Duration.ofSeconds(5));
    fleet.conclude();

    assertEquals(List.of(), begun(fleet));
  }

  @Test
  void aPlanThatFailsIsMadeAnew() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.failThoughts();
    assertEquals(List.of(), begun(fleet));

    fleet.thoughtsWait = false;
    fleet.run(Duration.ofSeconds(5));
    assertFalse(begun(fleet).isEmpty());
  }

  @Test
  void whoAsksForAPlanIsAnsweredWhenItIsMadeAndSoIsWhoAsksMeanwhile() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    fleet.conclude();
    OperationId first = fleet.send(new PlanMoves());
    OperationId second = fleet.send(new PlanMoves());
    assertEquals(1, fleet.thoughts.size());
    assertInstanceOf(Reply.FleetInspected.class, fleet.ask(new InspectFleet()));
    assertFalse(fleet.answers.containsKey(first));

    fleet.conclude();
    assertInstanceOf(Reply.Planned.class, fleet.answers.get(first));
    assertEquals(fleet.answers.get(first), fleet.answers.get(second));
    OperationId third = fleet.send(new PlanMoves());
    fleet.conclude();
    assertInstanceOf(Reply.Planned.class, fleet.answers.get(third));
  }

  @Test
  void whoAsksForAPlanIsRefusedWhenItFails() {
    FakeFleet fleet = fleetWithAPlanUnderWay();
    OperationId asked = fleet.send(new PlanMoves());
    fleet.failThoughts();

    Reply.Refused refused = assertInstanceOf(Reply.Refused.class, fleet.answers.get(asked));
    assertEquals(Reason.INTERNAL, refused.reason());
    fleet.thoughtsWait = false;
    assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
  }

  /** A fleet with a hot host, whose scheduler has begun to make a plan that moves something. */
  private static FakeFleet fleetWithAPlanUnderWay() {
    FakeFleet fleet = new FakeFleet(POLICY).hosts(3);
    for (int guest = 1; guest <= 6; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.1 + 0.04 * guest);
    }
    fleet.thoughtsWait = true;
    while (true) {
      fleet.run(Duration.ofSeconds(1));
      assertTrue(fleet.now().isBefore(BeatMaker.START.plus(Duration.ofHours(1))));
      if (fleet.thoughts.stream().anyMatch(ThoughtTest::moves)) {
        return fleet;
      }
      fleet.conclude();
    }
  }

  private static boolean moves(Thought thought) {
    return thought.conclude() instanceof Weighing.Reached reached
        && reached.weighed().stream()
            .anyMatch(weighed -> !weighed.proposal().decision().moves().isEmpty());
  }

  private static List<Move> begun(FakeFleet fleet) {
    return fleet.told(Event.MoveChanged.class).stream()
        .map(Event.MoveChanged::move)
        .filter(move -> move.priority() == Move.Priority.BALANCE)
        .toList();
  }
}
