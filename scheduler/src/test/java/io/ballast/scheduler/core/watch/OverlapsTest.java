package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.at;
import static io.ballast.scheduler.core.BeatMaker.vm;
import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostBeat.Health;
import io.ballast.messages.OperationId;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.view.FleetView;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OverlapsTest {
  private static final Vm RUNS = vm(1, VmState.RUNNING);
  private static final Vm PAUSED = vm(1, VmState.PAUSED);
  private static final Vm OFF = vm(1, VmState.SHUT_OFF);

  private final Overlaps overlaps = new Overlaps(AlertSettings.DEFAULT);
  private final BeatMaker h1 = new BeatMaker("h1");
  private final BeatMaker h2 = new BeatMaker("h2");
  private FleetView view = FleetView.EMPTY;
  private boolean moving;

  @Test
  void aLongMigrationOfOursIsNoDoubledVm() {
    moving = true;
    for (double now = 0; now < 3000; now += 3) {
      both(now, RUNS, PAUSED);
    }
    moving = false;
    both(3000, RUNS, RUNS);
    both(3003, RUNS, RUNS);
    h1Says(3006);
    h2Says(3006, RUNS);
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void aMigrationThatSomebodyElseOrderedIsNoDoubledVmWhileAnAgentWorksOnIt() {
    h1.operations(new OperationId("theirs"));
    for (double now = 0; now < 3000; now += 3) {
      both(now, RUNS, PAUSED);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void aVmThatKeepsRunningOnTwoHostsIsDoubledAlsoDuringAMove() {
    moving = true;
    for (double now = 0; now <= 15; now += 3) {
      both(now, RUNS, RUNS);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
    both(18, RUNS, RUNS);
    assertTrue(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void aCopyThatIsLeftInMemoryForLongIsDoubled() {
    for (double now = 0; now <= 600; now += 3) {
      both(now, RUNS, PAUSED);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
    both(603, RUNS, PAUSED);
    assertTrue(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void whatASilentHostLastSaidDoublesNothing() {
    both(0, RUNS, OFF);
    for (double now = 3; now < 3000; now += 3) {
      h2Says(now, RUNS);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void whatAHungHypervisorLastSaidDoublesNothing() {
    both(0, RUNS, OFF);
    h1.health(Health.STUCK);
    for (double now = 3; now < 3000; now += 3) {
      view = view.after(h1.beat(at(now), at(0), RUNS), at(now));
      h2Says(now, RUNS);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void anOldSampleInAFreshBeatDoublesNothing() {
    for (double now = 0; now < 3000; now += 3) {
      view = view.after(h1.beat(at(now), at(0), RUNS), at(now));
      h2Says(now, RUNS);
    }
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void aDoubledVmIsOverWhenOneHostSaysThatItIsGone() {
    for (double now = 0; now <= 30; now += 3) {
      both(now, RUNS, RUNS);
    }
    assertTrue(overlaps.isDoubled(vmId(1)));
    both(33, RUNS, OFF);
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void aDoubledVmStaysDoubledWhileOneOfItsHostsIsSilent() {
    for (double now = 0; now <= 30; now += 3) {
      both(now, RUNS, RUNS);
    }
    for (double now = 33; now <= 300; now += 3) {
      h1Says(now, RUNS);
    }
    assertTrue(overlaps.isDoubled(vmId(1)));
  }

  @Test
  void whatBothHypervisorsSaidWhenAskedHoldsUntilAFreshBeatSaysOtherwise() {
    both(0, RUNS, OFF);
    overlaps.claim(vmId(1), "guest1", List.of(h2.host(), h1.host()), at(2));
    look(2.5);
    assertTrue(overlaps.isDoubled(vmId(1)));
    both(3, RUNS, RUNS);
    assertTrue(overlaps.isDoubled(vmId(1)));
    both(6, RUNS, OFF);
    assertFalse(overlaps.isDoubled(vmId(1)));
  }

  private void both(double now, Vm first, Vm second) {
    h1Says(now, first);
    h2Says(now, second);
  }

  private void h1Says(double now, Vm... vms) {
    view = view.after(h1.beat(at(now), vms), at(now));
    look(now);
  }

  private void h2Says(double now, Vm... vms) {
    view = view.after(h2.beat(at(now), vms), at(now));
    look(now);
  }

  private void look(double now) {
    overlaps.look(view, vm -> moving, at(now));
  }
}
