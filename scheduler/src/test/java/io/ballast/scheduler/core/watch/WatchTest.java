package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.at;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Alert;
import io.ballast.messages.Alert.Verdict;
import io.ballast.messages.Beat;
import io.ballast.messages.Event;
import io.ballast.messages.HostBeat;
import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.effect.Effect;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.policy.LivenessSettings;
import io.ballast.scheduler.core.view.FleetView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class WatchTest {
  private final Watch watch =
      new Watch(LivenessSettings.DEFAULT, AlertSettings.DEFAULT, BeatMaker.START);
  private final List<BeatMaker> hosts =
      List.of(new BeatMaker("h1"), new BeatMaker("h2"), new BeatMaker("h3"));
  private final List<Event> told = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private FleetView view = FleetView.EMPTY;
  private double now;

  @Test
  void aSilentHostIsToldOnceWithItsVmsAndTheEvidence() {
    run(60, host -> true);
    hear(hosts.get(0).storage(at(now)));
    run(200, host -> host != 0);

    Alert alert = raised();
    assertEquals(Verdict.HOST_SILENT, alert.verdict());
    assertEquals(hosts.get(0).host(), alert.host());
    assertEquals(List.of("guest1"), alert.vms());
    assertEquals(at(57), alert.lastHeard());
    assertTrue(
        Duration.between(alert.lastHeard(), alert.raisedAt()).toSeconds() <= 12, alert::toString);
    String evidence = String.join("\n", alert.evidence());
    assertTrue(evidence.contains("number 20 of the agent's life"), evidence);
    assertTrue(evidence.contains("life, came 11.0 s ago"), evidence);
    assertTrue(evidence.contains("every 3.0 s (deviation 0.3 s over 19 intervals)"), evidence);
    assertTrue(evidence.contains("more than 10.6 s"), evidence);
    assertTrue(evidence.contains("storage agent was heard 8.0 s ago: the host may live"), evidence);
    assertTrue(evidence.contains("network agent was never heard"), evidence);
    assertTrue(evidence.contains("hears 2 of the 3 hosts"), evidence);
  }

  @Test
  void aHostThatReturnsIsToldOnceUnderTheSameName() {
    run(60, host -> true);
    run(90, host -> host != 0);
    run(200, host -> true);

    assertEquals(2, told.size(), told::toString);
    assertTrue(told.getLast() instanceof Event.AlertResolved);
    Alert over = watch.alerts().getFirst();
    assertEquals(raised().id(), over.id());
    assertTrue(over.resolvedAt().isPresent());
  }

  @Test
  void aSecondSilenceOfAHostIsAnotherAlert() {
    run(60, host -> true);
    run(90, host -> host != 0);
    run(120, host -> true);
    run(150, host -> host != 0);

    assertEquals(3, told.size(), told::toString);
    assertEquals(2, watch.alerts().stream().map(Alert::id).distinct().count());
  }

  @Test
  void anAlertThatIsOverIsForgottenAfterAWhile() {
    run(60, host -> true);
    run(90, host -> host != 0);
    run(120, host -> true);
    assertEquals(1, watch.alerts().size());
    run(1100, host -> true);
    assertEquals(0, watch.alerts().size());
  }

  @Test
  void aHypervisorThatDoesNotAnswerForLongIsToldOnceAndResolvedOnce() {
    run(60, host -> true);
    hosts.get(1).health(Health.STUCK);
    run(80, host -> true);
    assertEquals(List.of(), told);
    run(120, host -> true);
    assertEquals(Verdict.HYPERVISOR_STUCK, raised().verdict());
    hosts.get(1).health(Health.ANSWERING);
    run(180, host -> true);
    assertEquals(2, told.size(), told::toString);
  }

  @Test
  void aHypervisorThatStumblesIsNotToldAtAll() {
    run(60, host -> true);
    for (int i = 0; i < 20; i++) {
      hosts.get(1).health(i % 2 == 0 ? Health.STUCK : Health.ANSWERING);
      run(now + 12, host -> true);
    }
    assertEquals(List.of(), told);
  }

  @Test
  void aLostBusWarnsTheOperatorAndAlarmsNobody() {
    run(60, host -> true);
    run(100, host -> false);
    assertEquals(1, warnings.size());
    assertTrue(warnings.getFirst().contains("3 of 3 hosts are late at once (h1, h2, h3)"));
    assertTrue(watch.inDoubt());
    run(160, host -> true);
    assertEquals(List.of(), told);
    assertTrue(!watch.inDoubt());
  }

  private Alert raised() {
    return told.stream()
        .flatMap(
            event ->
                event instanceof Event.AlertRaised raised
                    ? Optional.of(raised.alert()).stream()
                    : Optional.<Alert>empty().stream())
        .reduce(
            (one, other) -> {
              throw new AssertionError("two alerts: " + one + " and " + other);
            })
        .orElseThrow();
  }

  /** Runs second by second; the hosts that speak beat every three seconds. */
  private void run(double to, Predicate<Integer> speaks) {
    for (; now < to; now++) {
      for (int i = 0; i < hosts.size(); i++) {
        if (now % 3 == 0 && speaks.test(i)) {
          hear(
              hosts
                  .get(i)
                  .beat(at(now), vm(2 * i + 1, VmState.RUNNING), vm(2 * i + 2, VmState.SHUT_OFF)));
        }
      }
      look();
    }
  }

  private void hear(Beat beat) {
    view = view.after(beat, at(now));
    if (beat instanceof HostBeat host) {
      watch.heard(host, at(now), true, at(now));
    }
  }

  private void look() {
    for (Effect effect : watch.look(view, vm -> false, at(now))) {
      switch (effect) {
        case Effect.Tell tell -> told.add(tell.event());
        case Effect.Warn warn -> warnings.add(warn.line());
        case Effect.Note note -> {}
        case Effect.Answer answer -> throw new AssertionError(answer);
        case Effect.Send send -> throw new AssertionError(send);
        case Effect.Carry carry -> throw new AssertionError(carry);
        case Effect.Settle settle -> throw new AssertionError(settle);
        case Effect.Remember remember -> throw new AssertionError(remember);
        case Effect.Abort abort -> throw new AssertionError(abort);
        case Effect.Look look -> throw new AssertionError(look);
        case Effect.Think think -> throw new AssertionError(think);
        case Effect.Order order -> throw new AssertionError(order);
      }
    }
  }
}
