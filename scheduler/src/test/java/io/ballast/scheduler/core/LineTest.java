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
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand.InspectFleet;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.watch.Line;
import io.ballast.scheduler.core.watch.Liveness;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** To lose the bus is not to lose hosts. */
final class LineTest {
  @Property(tries = 60)
  void aLostBusSilencesNobodyHoweverLongAndHoweverManyHostsThereAre(
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @IntRange(min = 31, max = 120) int from,
      @ForAll @IntRange(min = 1, max = 1000) int seconds) {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(count).run(Duration.ofSeconds(from));
    fleet.loseBus();
    fleet.run(Duration.ofSeconds(seconds));
    assertEquals(List.of(), inspect(fleet).alerts());

    fleet.mendBus();
    fleet.run(Duration.ofMinutes(2));
    assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
    assertTrue(inspect(fleet).hosts().stream().allMatch(LineTest::isUp));
  }

  @Test
  void whoDiedWhileTheBusWasLostIsCalledSilentAfterTheGraceAndNotBefore() {
    for (int count : List.of(1, 3, 10)) {
      FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(count).run(Duration.ofMinutes(2));
      fleet.loseBus();
      fleet.run(Duration.ofMinutes(5));
      fleet.kill("h1");
      fleet.run(Duration.ofMinutes(5));
      fleet.mendBus();

      fleet.run(LivenessSettings.DEFAULT.grace().minusSeconds(1));
      assertEquals(List.of(), fleet.told(Event.AlertRaised.class));
      fleet.run(Duration.ofSeconds(3));
      List<Event.AlertRaised> raised = fleet.told(Event.AlertRaised.class);
      assertEquals(1, raised.size());
      assertEquals(new HostId("h1"), raised.getFirst().alert().host());
    }
  }

  @Test
  void withoutAGraceAFullSilenceIsCountedFromTheReturnOfTheBus() {
    Liveness liveness =
        new Liveness(
            new LivenessSettings(8, 0.5, 2, 0.1, Duration.ZERO, Duration.ZERO), BeatMaker.START);
    BeatMaker host = new BeatMaker("h1");
    liveness.heard(host.pulse(BeatMaker.START), BeatMaker.START);
    liveness.lost(BeatMaker.at(1));
    look(liveness, 1, 100);
    liveness.back(BeatMaker.at(100));

    look(liveness, 100, 109);
    assertTrue(liveness.gone().isEmpty());
    look(liveness, 109, 113);
    assertEquals(1, liveness.gone().size());
  }

  @Test
  void thatTheBusIsLostAndThatItIsBackIsSaidOnceEach() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3).run(Duration.ofMinutes(2));
    fleet.line(Line.CONNECTED);
    assertEquals(List.of(), fleet.lines);
    fleet.loseBus();
    fleet.run(Duration.ofMinutes(2));
    fleet.line(Line.LOST);
    assertEquals(1, fleet.lines.size(), fleet.lines::toString);
    assertTrue(fleet.lines.getFirst().contains("see that the broker runs"));

    fleet.mendBus();
    fleet.line(Line.CONNECTED);
    fleet.run(Duration.ofMinutes(2));
    assertEquals(2, fleet.lines.size(), fleet.lines::toString);
    assertTrue(fleet.lines.getLast().startsWith("the bus is back"));
  }

  @Test
  void nothingIsDecidedWhileTheBusIsLost() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3);
    for (int guest = 1; guest <= 6; guest++) {
      fleet.guest("h1", guest, VmState.RUNNING, 0.3);
    }
    fleet.line(Line.LOST);
    fleet.run(Duration.ofMinutes(30));
    assertEquals(List.of(), fleet.told(Event.Decided.class));
    assertEquals(List.of(), fleet.told(Event.MoveChanged.class));

    fleet.line(Line.CONNECTED);
    fleet.run(Duration.ofMinutes(30));
    assertTrue(
        fleet.told(Event.MoveChanged.class).stream()
            .anyMatch(changed -> changed.move().state() == Move.State.DONE));
  }

  @Test
  void whoWasSilentBeforeStaysSoAndIsResolvedWhenItBeatsAgain() {
    FakeFleet fleet = new FakeFleet(Policy.DEFAULT).hosts(3).run(Duration.ofMinutes(2));
    fleet.kill("h2");
    fleet.run(Duration.ofSeconds(30));
    Alert alert = fleet.told(Event.AlertRaised.class).getFirst().alert();
    fleet.loseBus();
    fleet.run(Duration.ofMinutes(5));
    fleet.mendBus();
    fleet.run(Duration.ofMinutes(5));
    assertEquals(1, fleet.told(Event.AlertRaised.class).size());
    assertEquals(List.of(), fleet.told(Event.AlertResolved.class));
    assertFalse(inspect(fleet).hosts().stream().allMatch(LineTest::isUp));

    fleet.loseBus();
    fleet.boot("h2");
    fleet.run(Duration.ofMinutes(1));
    fleet.mendBus();
    fleet.run(Duration.ofSeconds(10));
    assertEquals(
        List.of(alert.id()),
        fleet.told(Event.AlertResolved.class).stream().map(over -> over.alert().id()).toList());
    assertTrue(inspect(fleet).hosts().stream().allMatch(LineTest::isUp));
  }

  private static void look(Liveness liveness, int from, int to) {
    for (int second = from; second < to; second++) {
      liveness.look(BeatMaker.at(second));
    }
  }

  private static boolean isUp(Fleet.Host host) {
    return host.status() == Fleet.Status.UP;
  }

  private static Fleet inspect(FakeFleet fleet) {
    return assertInstanceOf(Reply.FleetInspected.class, fleet.ask(new InspectFleet())).fleet();
  }
}
