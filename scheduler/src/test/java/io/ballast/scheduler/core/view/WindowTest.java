package io.ballast.scheduler.core.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.scheduler.core.balance.World;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WindowTest {
  private static final Duration LENGTH = Duration.ofSeconds(30);
  private static final double ROUNDING = 1e-9;

  private World world = world(0.2);
  private Window window = Window.of(host());

  @Test
  void valuesAreMeansOverTheWindow() {
    hear(0.4);
    hear(0.6);

    assertEquals(0.45, window.mean().load().cpu(), ROUNDING);
    assertEquals(0.4, window.mean().vms().getFirst().cpus(), ROUNDING);
  }

  @Test
  void whatIsOlderThanTheWindowIsForgotten() {
    for (int i = 0; i < 10; i++) {
      hear(0.4);
    }
    assertEquals(10, window.beats().size());
    assertEquals(0.45, window.mean().load().cpu(), ROUNDING);
  }

  @Test
  void aBeatAfterALongSilenceCountsForTwoIntervalsAtMost() {
    world.pass(World.BEAT.multipliedBy(5));
    hear(0.5);

    assertEquals((0.2 + 2 * 0.5) / 3 + World.OWN_SHARE, window.mean().load().cpu(), ROUNDING);
  }

  @Test
  void aGuestThatComesBeginsTheWindowAnewAndItsFirstBeatStandsForAMoment() {
    hear(0.4);
    World more = world(0.4).guest("w2", "h1", 0.3, Bytes.ofMiB(80));
    more.pass(Duration.between(more.now(), world.now()));
    world = more;

    hear();
    assertEquals(1, window.beats().size());
    assertEquals(0.75, window.mean().load().cpu(), ROUNDING);

    hear();
    hear();
    assertEquals(2, window.beats().size());
  }

  private void hear(double wants) {
    World next = world(wants);
    next.pass(Duration.between(next.now(), world.now()));
    world = next;
    hear();
  }

  private void hear() {
    world.pass(World.BEAT);
    window = window.after(host(), LENGTH);
  }

  private Fleet.Host host() {
    List<Fleet.Host> hosts = world.view().hosts();
    return hosts.getFirst();
  }

  private static World world(double wants) {
    return new World().host("h1", 1, Bytes.ofMiB(1024)).guest("w1", "h1", wants, Bytes.ofMiB(80));
  }
}
