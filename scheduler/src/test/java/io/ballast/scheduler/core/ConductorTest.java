package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Alert;
import io.ballast.messages.Event;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.InspectFleet;
import io.ballast.messages.SchedulerCommand.PlanMoves;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.policy.Policy.Mode;
import io.ballast.scheduler.core.policy.Policy.Threshold;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConductorTest {
  private static final Policy POLICY =
      Policy.DEFAULT
          .with(
              new Policy.Thresholds(
                  new Threshold(0.80, Duration.ofSeconds(12), 0.50),
                  Policy.Thresholds.DEFAULT.memory(),
                  Policy.Thresholds.DEFAULT.load()))
          .with(
              new Policy.Pace(
                  Duration.ofMinutes(2),
                  Duration.ofMinutes(10),
                  Duration.ofSeconds(6),
                  Duration.ofMinutes(3),
                  Duration.ofSeconds(15)));

  @Test
  void aHotHostIsRelievedUntilTheFleetIsEvenAndThenLeftAlone() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY).run(Duration.ofMinutes(5));

    List<Move> done = ended(fleet, Move.State.DONE);
    assertFalse(done.isEmpty());
    assertTrue(done.stream().allMatch(move -> move.measures().isPresent()));
    fleet
        .demands()
        .forEach(
            (host, demand) -> assertTrue(demand > 0.2 && demand < 0.7, fleet.demands()::toString));
    for (int guest = 1; guest <= 6; guest++) {
      assertEquals(1, fleet.runningOn(guest).size());
    }
    assertEquals(
        done.size(), done.stream().map(Move::vm).distinct().count(), "a guest moved twice");

    fleet.run(Duration.ofMinutes(60));
    assertEquals(done.size(), ended(fleet, Move.State.DONE).size());
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void aDecisionIsToldWhenItIsNewsAndNotEachTimeItIsMade() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY).run(Duration.ofMinutes(5));
    int told = fleet.told(Event.Decided.class).size();
    assertTrue(told >= 2 && told <= 12, "told " + told);

    fleet.run(Duration.ofMinutes(60));
    assertEquals(told, fleet.told(Event.Decided.class).size());
    assertEquals(1, inspect(fleet).decisions().size());
  }

  @Test
  void recommendedMovesAreToldOnceAndNotMade() {
    FakeFleet fleet =
        sixGuestsOnOneOfThreeHosts(POLICY.with(Mode.RECOMMEND)).run(Duration.ofMinutes(10));

    long recommended =
        fleet.told(Event.Decided.class).stream()
            .filter(decided -> !decided.decision().moves().isEmpty())
            .count();
    assertEquals(1, recommended);
    assertEquals(List.of(), fleet.told(Event.MoveChanged.class));
    assertFalse(inspect(fleet).decisions().getFirst().moves().isEmpty());
  }

  @Test
  void aFleetWhoseBalancingIsOffStaysAsItIsAndCanStillBePlanned() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY.with(Mode.OFF)).run(Duration.ofMinutes(5));

    assertEquals(List.of(), fleet.told(Event.MoveChanged.class));
    Reply.Planned planned = assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
    assertFalse(planned.decision().moves().isEmpty());
    fleet.run(Duration.ofMinutes(5));
    assertEquals(List.of(), fleet.told(Event.MoveChanged.class));
  }

  @Test
  void aMoveWhoseEndIsLostIsFoundDoneByTheBeats() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY);
    fleet.finalEventsAreLost = true;
    fleet.run(Duration.ofMinutes(5));

    assertFalse(ended(fleet, Move.State.DONE).isEmpty());
    assertEquals(List.of(), ended(fleet, Move.State.FAILED));
    assertTrue(inspect(fleet).moves().stream().noneMatch(move -> move.state().open()));
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void aMoveWhoseSourceDiesEndsOnlyWhenTheSourceHasSpoken() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY);
    while (fleet.told(Event.MoveChanged.class).isEmpty()) {
      fleet.run(Duration.ofSeconds(1));
    }
    fleet.run(Duration.ofSeconds(1));
    fleet.kill("h1");
    fleet.run(Duration.ofMinutes(5));

    assertEquals(1, fleet.told(Event.AlertRaised.class).size());
    assertEquals(Move.State.UNKNOWN, inspect(fleet).moves().getFirst().state());
    fleet.boot("h1");
    fleet.run(Duration.ofMinutes(1));
    assertEquals(Move.State.FAILED, inspect(fleet).moves().getFirst().state());
    assertEquals(1, fleet.told(Event.AlertResolved.class).size());
  }

  @Test
  void aMigrationThatLeavesTwoRunningCopiesRaisesTheAlarmUntilOneIsGone() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY);
    fleet.migrationsDouble = true;
    while (fleet.told(Event.AlertRaised.class).isEmpty()) {
      fleet.run(Duration.ofSeconds(1));
    }
    fleet.migrationsDouble = false;
    Alert alert = fleet.told(Event.AlertRaised.class).getFirst().alert();
    assertEquals(Alert.Verdict.VM_DOUBLED, alert.verdict());
    Move move = inspect(fleet).moves().getFirst();
    assertEquals(List.of(move.name()), alert.vms());
    assertTrue(alert.evidence().getFirst().contains("h1 and " + move.to()), alert::toString);

    fleet.run(Duration.ofSeconds(20));
    assertEquals(List.of(), fleet.told(Event.AlertResolved.class));
    fleet.destroy("h1", (int) move.vm().value().getLeastSignificantBits());
    fleet.run(Duration.ofMinutes(1));
    assertTrue(
        fleet.told(Event.AlertResolved.class).stream()
            .anyMatch(resolved -> resolved.alert().id().equals(alert.id())));
  }

  @Test
  void aHostThatLosesItsPowerIsToldWithItsVmsAndResolvedWhenItReturns() {
    FakeFleet fleet = calm().run(Duration.ofMinutes(2));
    fleet.kill("h2");
    fleet.run(Duration.ofSeconds(15));

    List<Event.AlertRaised> raised = fleet.told(Event.AlertRaised.class);
    assertEquals(1, raised.size());
    Alert alert = raised.getFirst().alert();
    assertEquals(Alert.Verdict.HOST_SILENT, alert.verdict());
    assertEquals(new HostId("h2"), alert.host());
    assertEquals(List.of("guest2"), alert.vms());
    assertEquals(Fleet.Status.SILENT, status(fleet, "h2"));

    fleet.run(Duration.ofMinutes(10));
    assertEquals(1, fleet.told(Event.AlertRaised.class).size());
    fleet.boot("h2");
    fleet.run(Duration.ofSeconds(8));
    assertEquals(1, fleet.told(Event.AlertResolved.class).size());
    assertEquals(alert.id(), fleet.told(Event.AlertResolved.class).getFirst().alert().id());
    assertEquals(Fleet.Status.UP, status(fleet, "h2"));
  }

  @Test
  void nobodyMovesToAHostThatIsGone() {
    FakeFleet fleet = sixGuestsOnOneOfThreeHosts(POLICY).run(Duration.ofSeconds(5));
    fleet.kill("h3");
    fleet.run(Duration.ofMinutes(10));

    assertTrue(
        fleet.told(Event.MoveChanged.class).stream()
            .noneMatch(changed -> changed.move().to().equals(new HostId("h3"))));
    assertFalse(ended(fleet, Move.State.DONE).isEmpty());
  }

  @Test
  void aFleetThatWasNotHeardYetCannotBePlanned() {
    assertEquals(Reason.NOT_READY, refusal(new FakeFleet(POLICY).ask(new PlanMoves())));
  }

  private static FakeFleet sixGuestsOnOneOfThreeHosts(Policy policy) {
    FakeFleet fleet = new FakeFleet(policy).hosts(3);
    for (int guest = 1; guest <= 6; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.1 + 0.04 * guest);
    }
    return fleet;
  }

  private static FakeFleet calm() {
    return new FakeFleet(POLICY)
        .hosts(3)
        .guest("h1", 1, VmState.RUNNING, 0.2)
        .guest("h2", 2, VmState.RUNNING, 0.2)
        .guest("h3", 3, VmState.RUNNING, 0.2);
  }

  private static Fleet inspect(FakeFleet fleet) {
    return assertInstanceOf(Reply.FleetInspected.class, fleet.ask(new InspectFleet())).fleet();
  }

  private static Fleet.Status status(FakeFleet fleet, String host) {
    return inspect(fleet).hosts().stream()
        .filter(each -> each.id().value().equals(host))
        .findFirst()
        .orElseThrow()
        .status();
  }

  private static List<Move> ended(FakeFleet fleet, Move.State state) {
    return fleet.told(Event.MoveChanged.class).stream()
        .map(Event.MoveChanged::move)
        .filter(move -> move.state() == state)
        .toList();
  }

  private static Reason refusal(Reply reply) {
    return assertInstanceOf(Reply.Refused.class, reply).reason();
  }
}
