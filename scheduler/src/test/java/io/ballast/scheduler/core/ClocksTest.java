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
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.MoveVm;
import io.ballast.messages.SchedulerCommand.PlanMoves;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the scheduler does when clocks differ and step, and hosts beat seldom. */
final class ClocksTest {
  @ParameterizedTest
  @ValueSource(strings = {"PT20S", "PT1M"})
  void aFleetThatBeatsSeldomIsBalancedAndTakesCommands(Duration interval) {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3);
    for (int host = 1; host <= 3; host++) {
      fleet.interval("h" + host, interval);
    }
    for (int guest = 1; guest <= 4; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.2375);
    }
    fleet.run(Duration.ofMinutes(20));

    assertTrue(demand(fleet, "h1") < 0.8, fleet.demands()::toString);
    for (int i = 0; i < 12; i++) {
      fleet.run(Duration.ofSeconds(17));
      Reply.Planned plan = assertInstanceOf(Reply.Planned.class, fleet.ask(new PlanMoves()));
      assertFalse(plan.decision().summary().contains("can be judged"), plan.decision()::summary);
    }
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void anAgentThatRestartsWithAnEarlierClockIsNeverCalledSilent() {
    FakeFleet fleet = calm();
    fleet.clock("h1", Duration.ofHours(1));
    fleet.restartAgent("h1", 3_600_000);
    fleet.run(Duration.ofMinutes(2));
    fleet.clock("h1", Duration.ZERO);
    fleet.restartAgent("h1", 900);
    fleet.run(Duration.ofMinutes(3));

    assertEquals(
        List.of(Verdict.CLOCK_SKEWED),
        fleet.told(Event.AlertRaised.class).stream()
            .map(raised -> raised.alert().verdict())
            .toList());
    assertEquals(List.of(), fleet.lasting());
  }

  @Test
  void aClockThatIsWrongIsAnAlertWithTheDifferenceInIt() {
    FakeFleet fleet = calm().clock("h2", Duration.ofSeconds(-6)).run(Duration.ofMinutes(1));

    Alert alert = fleet.lasting().getFirst();
    assertEquals(Verdict.CLOCK_SKEWED, alert.verdict());
    assertEquals(new HostId("h2"), alert.host());
    assertTrue(alert.evidence().getFirst().contains("6.1 s behind"), alert::toString);
    assertEquals(Fleet.Status.UP, fleet.status("h2"));
    accepted(fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofMinutes(1));
    assertEquals(List.of("h2"), fleet.runningOn(1));

    fleet.clock("h2", Duration.ofMillis(300)).run(Duration.ofMinutes(1));
    assertEquals(List.of(), fleet.lasting());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-1H", "PT1H"})
  void aStepOfTheSchedulersOwnClockCountsAgainstNobodyAndAgesStayRight(Duration step) {
    FakeFleet fleet = calm().run(Duration.ofMinutes(1)).wallClock(step);
    accepted(fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofMinutes(2));

    Fleet picture = fleet.picture();
    assertEquals(fleet.now().plus(step), picture.at());
    for (Fleet.Host host : picture.hosts()) {
      assertEquals(Fleet.Status.UP, host.status());
      assertTrue(Duration.between(host.heardAt(), picture.at()).toSeconds() <= 3);
    }
    Move done = picture.moves().getFirst();
    assertEquals(Move.State.DONE, done.state());
    long age = Duration.between(done.since(), picture.at()).toSeconds();
    assertTrue(age > 100 && age < 120, done::toString);
    List<Alert> alerts = fleet.lasting();
    assertEquals(3, alerts.size());
    for (Alert alert : alerts) {
      assertEquals(Verdict.CLOCK_SKEWED, alert.verdict());
    }
    assertTrue(
        alerts.stream()
            .anyMatch(alert -> alert.evidence().get(1).contains("this scheduler's clock first")),
        alerts::toString);
  }

  @Test
  void aSmallDifferenceOfClocksIsNone() {
    FakeFleet fleet = calm().clock("h2", Duration.ofMillis(1500)).run(Duration.ofMinutes(5));

    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
  }

  @Test
  void aSchedulerWhosePredecessorsClockWasAheadCommandsAllTheSame() {
    FakeFleet fleet =
        new FakeFleet(Policy.DEFAULT)
            .hosts(3)
            .guest("h1", 1, VmState.RUNNING, 0.2)
            .following(7_200L)
            .run(Duration.ofSeconds(10));

    OperationId move = accepted(fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofSeconds(20));
    assertEquals(Move.State.DONE, fleet.move(move).state());
  }

  @Test
  void aHostThatIsFirstHeardLateIsCommandedAllTheSame() {
    Leadership leadership = new Leadership(1, BeatMaker.START, Duration.ofSeconds(30));
    FakeHost host = new FakeHost(new HostId("h1"));
    long followed = 7_200L;
    host.epoch = Optional.of(followed);

    assertEquals(
        Optional.empty(), leadership.heard(host.beat(BeatMaker.at(45)), true, BeatMaker.at(45)));
    assertEquals(followed + 1, leadership.epoch());
  }

  @Test
  void aSchedulerThatWasReplacedDoesNotOutbidItsSuccessor() {
    FakeFleet fleet = calm().run(Duration.ofMinutes(1));
    fleet.following(7_200L);
    fleet.run(Duration.ofMinutes(1));

    assertEquals(
        3,
        fleet.lines.stream().filter(line -> line.contains("follows another scheduler")).count()
            + 2);
    OperationId move = accepted(fleet.ask(move(1, "h2")));
    fleet.run(Duration.ofSeconds(20));
    assertEquals("another one leads", fleet.move(move).note());
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

  private static double demand(FakeFleet fleet, String host) {
    return Optional.ofNullable(fleet.demands().get(host)).orElseThrow();
  }

  private static OperationId accepted(Reply reply) {
    return assertInstanceOf(Reply.Accepted.class, reply).operation();
  }
}
