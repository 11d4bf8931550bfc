package io.ballast.scheduler.core.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Pulse;
import io.ballast.scheduler.core.balance.BalancerTest;
import io.ballast.scheduler.core.balance.World;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import io.ballast.scheduler.core.view.Objections;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OverloadTest {
  private static final Policy POLICY = BalancerTest.QUICK;

  private Overload overload = Overload.NONE;
  private World world = new World();

  @Test
  void aHostIsRipeOnceItWasOverItsTriggerForTheHoldTime() {
    cpu(0.9);
    for (int beats = 0; beats < 4; beats++) {
      hear();
      assertEquals(Duration.ofSeconds(3L * beats), only().held());
      assertFalse(only().ripe());
    }

    hear();

    assertTrue(only().ripe());
  }

  @Test
  void aMomentBelowItsTriggerDoesNotBeginTheHoldTimeAnew() {
    cpu(0.9);
    hear();
    hear();
    hear();
    cpu(0.7);
    hear();
    assertFalse(only().over());

    cpu(0.9);
    hear();

    assertEquals(Duration.ofSeconds(7), only().held());
    assertFalse(only().ripe());
    hear();
    hear();
    assertTrue(only().ripe());
  }

  @Test
  void aHostThatWasBelowForMoreThanHalfOfTheTimeIsDoneWith() {
    cpu(0.9);
    hear();
    hear();
    hear();
    cpu(0.7);
    hear();
    hear();
    hear();

    assertEquals(List.of(), overload.spells());
  }

  @Test
  void aTimeInWhichTheHostWasNotHeardDoesNotCount() {
    cpu(0.9);
    hear();
    hear();
    ClusterView old = world.view();
    world.pass(POLICY.pace().maxBeatAge().plusSeconds(3));
    overload = overload.after(old, POLICY, world.now());
    assertEquals(Duration.ofSeconds(3), only().held());

    hear();

    assertFalse(only().ripe());
  }

  @Test
  void aHostThatBeatsMoreOftenThanItIsLookedAtRipensToo() {
    cpu(0.9);
    for (int looks = 0; looks <= 5; looks++) {
      world.pass(World.BEAT);
      Fleet.Host host = world.view().hosts().getFirst();
      overload =
          overload.after(
              new ClusterView("c1", List.of(beating(host, Duration.ofMillis(100)))),
              POLICY,
              world.now());
    }

    assertTrue(only().ripe());
  }

  private static Fleet.Host beating(Fleet.Host host, Duration interval) {
    HostBeat beat = host.beat();
    Pulse pulse = beat.pulse();
    return new Fleet.Host(
        new HostBeat(
            new Pulse(
                pulse.host(),
                pulse.cluster(),
                pulse.incarnation(),
                pulse.sequence(),
                pulse.at(),
                interval,
                pulse.version()),
            beat.capacity(),
            beat.load(),
            beat.hypervisor(),
            beat.vms(),
            beat.operations(),
            beat.epoch()),
        host.status(),
        host.heardAt(),
        host.storage(),
        host.net());
  }

  @Test
  void aSuspectedHostIsNotJudged() {
    cpu(0.9);
    Fleet.Host host = world.view().hosts().get(0);
    Fleet.Host suspect =
        new Fleet.Host(
            host.beat(), Fleet.Status.SUSPECT, host.heardAt(), host.storage(), host.net());

    overload = overload.after(new ClusterView("c1", List.of(suspect)), POLICY, world.now());

    assertEquals(List.of(), overload.spells());
  }

  @Test
  void anEpisodeLastsUntilThePlannerRestsWhateverTheHostsDo() {
    ripen();
    cpu(0.45);
    for (int beats = 0; beats < 200; beats++) {
      hear();
    }
    assertEquals(Set.of(Metric.CPU), overload.balancing());

    rest();

    assertEquals(Set.of(), overload.balancing());
    assertEquals(Set.of(Metric.CPU), overload.settled());
  }

  @Test
  void afterRestAHostHasToBeOverItsTriggerForTheHoldTimeAgain() {
    ripen();
    rest();
    for (int beats = 0; beats < 3; beats++) {
      hear();
      assertEquals(Set.of(), overload.balancing());
      assertTrue(only().judged());
    }

    hear();

    assertEquals(Set.of(Metric.CPU), overload.balancing());
  }

  @Test
  void whatWasSettledIsOpenAgainWhenAHostComes() {
    ripen();
    rest();
    World other = new World().host("h1", 1, Bytes.ofMiB(1024)).host("h2", 1, Bytes.ofMiB(1024));
    other.pass(Duration.between(other.now(), world.now()));

    overload = overload.after(other.view(), POLICY, other.now());

    assertEquals(Set.of(), overload.settled());
  }

  private void rest() {
    overload = overload.rested(world.view(), new Objections());
  }

  private void ripen() {
    cpu(0.9);
    for (int beats = 0; beats < 5; beats++) {
      hear();
    }
    assertTrue(only().ripe());
  }

  /** One host whose CPU is used by this share; the time goes on. */
  private void cpu(double share) {
    World next =
        new World()
            .host("h1", 1, Bytes.ofMiB(1024))
            .guest("w1", "h1", share - World.OWN_SHARE, Bytes.ofMiB(80));
    next.pass(Duration.between(next.now(), world.now()));
    world = next;
  }

  private void hear() {
    world.pass(World.BEAT);
    overload = overload.after(world.view(), POLICY, world.now());
  }

  private Overload.Spell only() {
    assertEquals(1, overload.spells().size(), overload::toString);
    return overload.spells().get(0);
  }
}
