package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.CancelMove;
import io.ballast.messages.SchedulerCommand.ForgetHost;
import io.ballast.messages.SchedulerCommand.MoveVm;
import io.ballast.messages.SchedulerCommand.PlanMoves;
import io.ballast.messages.SchedulerCommand.SettleMove;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the scheduler does when clocks, hosts and answers are not as they should be. */
final class HardEdgesTest {
  private static final Outcome.Failed NO_BRIDGE =
      new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "Cannot get interface MTU on 'br0'");
  private static final Outcome.Failed PASSED_THROUGH =
      new Outcome.Failed(
          Reason.HYPERVISOR_REFUSED,
          "Requested operation is not valid: domain has assigned host devices");

  // The dead and the living.

  @Test
  void aVmThatWasStartedElsewhereAfterItsHostDiedIsBalancedAndMoved() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3);
    for (int guest = 1; guest <= 4; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.23);
    }
    fleet.run(Duration.ofMinutes(1));
    fleet.kill("h1");
    fleet.run(Duration.ofMinutes(1));
    for (int guest = 1; guest <= 4; guest++) {
      fleet.guest("h2", guest, VmState.RUNNING, 0.23);
    }
    fleet.run(Duration.ofMinutes(10));

    assertTrue(demand(fleet, "h2") < 0.8, fleet.demands()::toString);
    int stayed = fleet.runningOn(1).contains("h2") ? 1 : 2;
    fleet.run(Duration.ofMinutes(10));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(move(stayed, other(fleet, stayed))));
  }

  @Test
  void retiredHostsDontKeepTheLivingFromBeingBalancedAndCanBeForgotten() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(4).run(Duration.ofMinutes(1));
    fleet.kill("h3");
    fleet.kill("h4");
    fleet.run(Duration.ofMinutes(3));
    for (int guest = 1; guest <= 4; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.24);
    }
    fleet.run(Duration.ofMinutes(10));
    assertTrue(demand(fleet, "h1") < 0.8, fleet.demands()::toString);

    assertEquals(Reason.WRONG_STATE, refusal(fleet.ask(new ForgetHost(new HostId("h1")))));
    assertEquals(Reason.UNKNOWN_HOST, refusal(fleet.ask(new ForgetHost(new HostId("h9")))));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(new ForgetHost(new HostId("h3"))));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(new ForgetHost(new HostId("h4"))));
    assertEquals(2, fleet.picture().hosts().size());
    assertEquals(List.of(), fleet.lasting());
    assertEquals(2, fleet.told(Event.AlertResolved.class).size());

    fleet.boot("h3");
    fleet.run(Duration.ofSeconds(10));
    assertEquals(3, fleet.picture().hosts().size(), "a host that returns is welcome");
  }

  // Migrations that go on.

  @Test
  void aMigrationWhoseAgentRestartsIsNotDoubledAndEndsDone() {
    FakeFleet fleet = calm();
    fleet.migration = Duration.ofMinutes(3);
    OperationId move = accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(20));
    fleet.restartAgent("h1", 2000);
    fleet.run(Duration.ofMinutes(2));

    assertEquals(Move.State.UNKNOWN, fleet.move(move).state());
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
    fleet.run(Duration.ofMinutes(2));
    assertEquals(Move.State.DONE, fleet.move(move).state());
    assertEquals(List.of("h3"), fleet.runningOn(1));
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void aMigrationWhoseAgentRestartedCanBeCancelled() {
    FakeFleet fleet = calm();
    fleet.migration = Duration.ofMinutes(3);
    OperationId move = accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(20));
    fleet.restartAgent("h1", 2000);
    fleet.run(Duration.ofSeconds(20));

    assertEquals(move, accepted(fleet.ask(new CancelMove(move))));
    fleet.run(Duration.ofSeconds(30));
    assertEquals(Move.State.FAILED, fleet.move(move).state());
    assertEquals(List.of("h1"), fleet.runningOn(1));
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void aMoveWhoseTargetNeverReturnsIsSettledByAPerson() {
    FakeFleet fleet = calm();
    OperationId move = accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(2));
    fleet.kill("h3");
    fleet.run(Duration.ofHours(2));
    assertEquals(Move.State.UNKNOWN, fleet.move(move).state());
    assertEquals(Reason.BUSY, refusal(fleet.ask(new ForgetHost(new HostId("h3")))));
    assertEquals(Reason.BUSY, refusal(fleet.ask(move(1, "h2"))));

    Reply.Refused wrong =
        assertInstanceOf(Reply.Refused.class, fleet.ask(new SettleMove(move, new HostId("h3"))));
    assertTrue(wrong.message().contains("h1 beats and has guest1 active"), wrong.message());
    assertEquals(move, accepted(fleet.ask(new SettleMove(move, new HostId("h1")))));
    assertEquals(Move.State.FAILED, fleet.move(move).state());

    assertInstanceOf(Reply.Accepted.class, fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofMinutes(1));
    assertEquals(List.of("h2"), fleet.runningOn(1));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(new ForgetHost(new HostId("h3"))));
  }

  // What fails again and again.

  @Test
  void aTargetThatFailsEveryArrivalIsQuarantinedAndNamedAndASuccessEndsThat() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3);
    for (int guest = 1; guest <= 8; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.12);
    }
    fleet.guest("h3", 9, VmState.RUNNING, 0.3);
    fleet.failingTargets.put("h2", NO_BRIDGE);
    fleet.run(Duration.ofMinutes(12));

    assertEquals(
        2,
        fleet.told(Move.State.FAILED).stream().filter(move -> isTo(move, "h2")).count(),
        () -> fleet.told(Move.State.FAILED).toString());
    assertTrue(fleet.told(Move.State.DONE).stream().anyMatch(move -> isTo(move, "h3")));
    Reply.Planned plan = assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
    assertTrue(
        plan.decision().summary().contains("h2 is quarantined for another"),
        plan.decision()::summary);

    fleet.failingTargets.clear();
    accepted(fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofMinutes(1));
    plan = assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
    assertFalse(plan.decision().summary().contains("quarantined"), plan.decision()::summary);
  }

  @Test
  void aTargetThatGoesOnFailingIsTriedMoreAndMoreSeldom() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(2);
    for (int guest = 1; guest <= 8; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.12);
    }
    fleet.failingTargets.put("h2", NO_BRIDGE);
    fleet.run(Duration.ofHours(12));

    long tries = fleet.told(Move.State.FAILED).size();
    assertTrue(tries >= 5 && tries <= 9, "tries: " + tries);
  }

  @Test
  void aVmThatCannotBeMovedIsTriedOnceAndNamed() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3);
    fleet.guest("h1", 1, VmState.RUNNING, 0.5).guest("h1", 2, VmState.RUNNING, 0.45);
    fleet.guest("h2", 3, VmState.RUNNING, 0.05);
    fleet.failingGuests.put(1, PASSED_THROUGH);
    fleet.failingGuests.put(2, PASSED_THROUGH);
    fleet.run(Duration.ofHours(2));

    assertEquals(2, fleet.told(Move.State.FAILED).size(), "one try for each");
    Reply.Planned plan = assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
    assertTrue(
        plan.decision().summary().contains("guest1 on h1 can't be moved"),
        plan.decision()::summary);
    assertFalse(plan.decision().summary().contains("quarantined"), plan.decision()::summary);

    fleet.failingGuests.clear();
    fleet.guest("h1", 1, VmState.SHUT_OFF, 0.5);
    fleet.run(Duration.ofSeconds(10));
    fleet.guest("h1", 1, VmState.RUNNING, 0.5);
    fleet.run(Duration.ofMinutes(10));
    assertEquals(
        1, fleet.told(Move.State.DONE).size(), "its definition may have changed with its restart");
  }

  // Names.

  @Test
  void twoHostsOfOneNameAreAnAlertAndNeitherIsTrustedUntilOneIsGone() {
    FakeFleet fleet = calm().run(Duration.ofMinutes(1)).namesake("h1", 7);
    fleet.run(Duration.ofSeconds(12));

    Alert alert = fleet.lasting().getFirst();
    assertEquals(Verdict.HOST_DOUBLED, alert.verdict());
    assertTrue(String.join(" ", alert.evidence()).contains("guest7"), alert::toString);
    assertTrue(String.join(" ", alert.evidence()).contains("guest1"), alert::toString);
    assertEquals(Fleet.Status.DOUBLED, fleet.status("h1"));
    Reply.Refused from = assertInstanceOf(Reply.Refused.class, fleet.ask(move(1, "h2")));
    assertTrue(from.message().contains("two agents"), from.message());
    Reply.Refused to = assertInstanceOf(Reply.Refused.class, fleet.ask(move(2, "h1")));
    assertTrue(to.message().contains("two agents"), to.message());

    fleet.run(Duration.ofMinutes(5));
    assertEquals(1, fleet.told(Event.AlertRaised.class).size());
    fleet.stopNamesake("h1");
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(), fleet.lasting());
    assertEquals(Fleet.Status.UP, fleet.status("h1"));
    accepted(fleet.ask(move(1, "h2")));
  }

  @Test
  void whatASecondAgentOfTheSourcesNameSaysLosesNoVm() {
    FakeFleet fleet = calm();
    fleet.migration = Duration.ofSeconds(25);
    fleet.failingTargets.put("h2", NO_BRIDGE);
    accepted(fleet.ask(move(1, "h2")));
    fleet.namesake("h1", 9);
    fleet.run(Duration.ofSeconds(60));

    assertEquals(List.of("h1"), fleet.runningOn(1));
    assertEquals(
        List.of(Verdict.HOST_DOUBLED),
        fleet.told(Event.AlertRaised.class).stream()
            .map(raised -> raised.alert().verdict())
            .toList());
  }

  @Test
  void aVmThatRunsTwiceIsSaidAlsoIfAThirdOneCarriesItsUuid() {
    FakeFleet fleet =
        calm()
            .guest("h1", 50, "web1", VmState.RUNNING, 0.1)
            .guest("h2", 50, "web1", VmState.RUNNING, 0.1)
            .guest("h3", 50, "db1", VmState.RUNNING, 0.1)
            .run(Duration.ofMinutes(1));

    Alert alert = fleet.lasting().getFirst();
    assertEquals(Verdict.VM_DOUBLED, alert.verdict());
    assertTrue(alert.evidence().getFirst().contains("h1 and h2"), alert::toString);
  }

  @Test
  void twoVmsOfOneUuidAreCalledThatWithBothNames() {
    FakeFleet fleet =
        calm()
            .guest("h2", 50, "web1", VmState.RUNNING, 0.1)
            .guest("h3", 50, "db1", VmState.RUNNING, 0.1);
    fleet.run(Duration.ofMinutes(1));

    Alert alert = fleet.lasting().getFirst();
    assertEquals(Verdict.VM_ID_SHARED, alert.verdict());
    assertEquals(List.of("web1", "db1"), alert.vms());
    String evidence = String.join(" ", alert.evidence());
    assertTrue(evidence.contains("web1 on h2 and db1 on h3"), evidence);
    assertFalse(evidence.contains("destroy"), evidence);
    Reply.Refused refused = assertInstanceOf(Reply.Refused.class, fleet.ask(move(50, "h1")));
    assertTrue(refused.message().contains("different VMs with one UUID"), refused.message());

    fleet.destroy("h3", 50);
    fleet.run(Duration.ofSeconds(30));
    assertEquals(List.of(), fleet.lasting());
  }

  // Bad news.

  @Test
  void aVmThatIsActiveNowhereAfterItsMoveIsAnAlertUntilItRunsAgain() {
    FakeFleet fleet = calm();
    fleet.failingGuests.put(
        1, new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "the guest ended in the middle of it"));
    OperationId move = accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(3));
    fleet.guest("h1", 1, VmState.SHUT_OFF, 0.2);
    fleet.run(Duration.ofMinutes(1));

    assertEquals(Move.State.FAILED, fleet.move(move).state());
    Alert alert = fleet.lasting().getFirst();
    assertEquals(Verdict.VM_LOST, alert.verdict());
    assertEquals(List.of("guest1"), alert.vms());
    String evidence = String.join(" ", alert.evidence());
    assertTrue(evidence.contains("from h1 to h3 failed"), evidence);
    assertTrue(evidence.contains("ballast vm start guest1"), evidence);

    fleet.guest("h1", 1, VmState.RUNNING, 0.2);
    fleet.run(Duration.ofSeconds(10));
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void aVmThatIsLostStaysMissedWhenTheHostThatKnewItIsForgotten() {
    FakeFleet fleet = calm();
    fleet.failingGuests.put(1, NO_BRIDGE);
    accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofSeconds(3));
    fleet.guest("h1", 1, VmState.SHUT_OFF, 0.2);
    fleet.run(Duration.ofSeconds(30));
    fleet.kill("h1");
    fleet.run(Duration.ofMinutes(1));
    assertInstanceOf(Reply.Accepted.class, fleet.ask(new ForgetHost(new HostId("h1"))));
    fleet.run(Duration.ofMinutes(1));

    assertEquals(List.of(Verdict.VM_LOST), fleet.lasting().stream().map(Alert::verdict).toList());
    fleet.guest("h2", 1, VmState.RUNNING, 0.2).run(Duration.ofSeconds(10));
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void aVmThatIsShutDownAfterAFailedMoveIsNotLost() {
    FakeFleet fleet = calm();
    fleet.failingGuests.put(1, NO_BRIDGE);
    accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofMinutes(1));
    fleet.guest("h1", 1, VmState.SHUT_OFF, 0.2);
    fleet.run(Duration.ofMinutes(2));

    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  // Waiting moves.

  @Test
  void aMoveThatWaitedIsCheckedAgainBeforeItIsSent() {
    FakeFleet fleet = calm();
    fleet.migration = Duration.ofMinutes(2);
    accepted(fleet.ask(move(1, "h2")));
    OperationId waiting = accepted(fleet.ask(move(2, "h3")));
    fleet.run(Duration.ofSeconds(10));
    assertEquals(Move.State.PLANNED, fleet.move(waiting).state());
    fleet.kill("h3");
    fleet.run(Duration.ofMinutes(3));

    Move ended = fleet.move(waiting);
    assertEquals(Move.State.FAILED, ended.state());
    assertTrue(ended.note().startsWith("not made any more: h3 has not been heard"), ended.note());
    assertEquals(List.of("h2"), fleet.runningOn(2));
  }

  @Test
  void aMoveOfAPersonWaitsForATargetThatIsOnlyLate() {
    FakeFleet fleet = calm();
    fleet.migration = Duration.ofSeconds(32);
    accepted(fleet.ask(move(1, "h2")));
    OperationId waiting = accepted(fleet.ask(move(2, "h3")));
    fleet.run(Duration.ofSeconds(25));
    fleet.kill("h3");
    fleet.run(Duration.ofMillis(7500));
    assertEquals(Fleet.Status.SUSPECT, fleet.status("h3"));
    assertEquals(Move.State.PLANNED, fleet.move(waiting).state());

    fleet.boot("h3");
    fleet.run(Duration.ofMinutes(1));
    assertEquals(Move.State.DONE, fleet.move(waiting).state(), fleet.move(waiting)::toString);
  }

  @Test
  void workThatTheSchedulerDidNotBeginKeepsAHostBusy() {
    FakeFleet fleet = calm().working("h3", "somebody's").run(Duration.ofSeconds(5));
    OperationId waiting = accepted(fleet.ask(move(1, "h3")));
    fleet.run(Duration.ofMinutes(1));
    assertEquals(Move.State.PLANNED, fleet.move(waiting).state());

    fleet.idle("h3").run(Duration.ofMinutes(1));
    assertEquals(Move.State.DONE, fleet.move(waiting).state());
  }

  private static FakeFleet calm() {
    return new FakeFleet(Policy.DEFAULT)
        .hosts(3)
        .guest("h1", 1, VmState.RUNNING, 0.2)
        .guest("h2", 2, VmState.RUNNING, 0.2)
        .guest("h3", 3, VmState.RUNNING, 0.2)
        .run(Duration.ofSeconds(20));
  }

  private static MoveVm move(int guest, String to) {
    return new MoveVm(BeatMaker.vmId(guest), Optional.of(new HostId(to)));
  }

  private static String other(FakeFleet fleet, int guest) {
    return fleet.runningOn(guest).contains("h2") ? "h3" : "h2";
  }

  private static double demand(FakeFleet fleet, String host) {
    return Optional.ofNullable(fleet.demands().get(host)).orElseThrow();
  }

  private static boolean isTo(Move move, String host) {
    return move.to().value().equals(host);
  }

  private static OperationId accepted(Reply reply) {
    return assertInstanceOf(Reply.Accepted.class, reply).operation();
  }

  private static Reason refusal(Reply reply) {
    return assertInstanceOf(Reply.Refused.class, reply).reason();
  }
}
