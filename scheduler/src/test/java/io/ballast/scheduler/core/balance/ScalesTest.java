package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.Objection;
import io.ballast.scheduler.core.view.Variance;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What has to be true of a move for it to be made, each by itself. */
final class ScalesTest {
  private static final Policy POLICY = Policy.DEFAULT;
  private static final Bytes GIB = Bytes.ofMiB(1024);

  /** Two hosts, the first at about 70 % of CPU and 45 % of memory, the second all but empty. */
  private static World world() {
    return new World()
        .host("h1", 8, Bytes.ofMiB(65536))
        .host("h2", 8, Bytes.ofMiB(65536))
        .guest("a", "h1", 2.6, GIB)
        .guest("b", "h1", 2.6, GIB)
        .guest("store", "h1", 0, Bytes.ofMiB(28672))
        .settle();
  }

  private static Forecast forecast(World world) {
    return Forecast.of(world.view(), List.of(), POLICY, world.now());
  }

  private static Scales scales(World world, Metric ripe, Aim aim, Policy policy) {
    EnumSet<Metric> metrics = EnumSet.of(ripe);
    return new Scales(
        new Board(forecast(world).sites(), metrics, policy),
        new Rules(world.view(), Past.NONE, policy, world.now()),
        new Appeal(metrics, aim, policy));
  }

  private static Guest guest(World world, String name) {
    return forecast(world).guests(new HostId("h1")).stream()
        .filter(guest -> guest.vm().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Guest unsure(Guest guest, double cpu) {
    return new Guest(
        guest.vm(), guest.appetite(), guest.held(), guest.room(), new Variance(cpu, 0, 0));
  }

  private static Policy worth(double minGain, double sureness) {
    return POLICY.with(new Policy.Worth(0.05, minGain, sureness, POLICY.worth().effort(), false));
  }

  private static Optional<Candidate> best(Scales scales, Guest guest) {
    return Optional.ofNullable(scales.best(guest, 0, null, scales.free));
  }

  @Test
  void aMoveThatGainsIsMadeAndOneThatGainsTooLittleIsNot() {
    World world = world();
    Guest guest = guest(world, "a");
    Scales usual = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 0));
    Scales demanding = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.9, 0));

    assertEquals(Optional.of(new Leg(guest, 0, 1)), best(usual, guest).map(Candidate::leg));
    assertEquals(Optional.empty(), usual.objection(guest, 0, 1));
    assertEquals(Optional.empty(), best(demanding, guest));
    assertEquals(Optional.of(Objection.NO_GAIN), demanding.objection(guest, 0, 1));
  }

  @Test
  void aMoveMustHelpWhatTriggered() {
    World world = world();
    Guest store = guest(world, "store");
    Scales forMemory = scales(world, Metric.MEMORY, Aim.EVEN_OUT, worth(0.01, 0));
    Scales forCpu = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 0));

    // It makes memory even, and does nothing to CPU.
    assertTrue(best(forMemory, store).isPresent());
    assertEquals(Optional.empty(), best(forCpu, store));
    assertEquals(Optional.of(Objection.NO_GAIN), forCpu.objection(store, 0, 1));
  }

  @Test
  void aMoveMustHelpAllInAllToo() {
    World world =
        world()
            .guest("large", "h1", 0.6, Bytes.ofMiB(1024))
            .guest("there", "h2", 0, Bytes.ofMiB(45056))
            .settle();
    Guest store = guest(world, "store");
    Guest heavy = new Guest(store.vm(), 0.7, store.held(), store.room(), Variance.NONE);
    Scales scales = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.001, 0));
    scales.board.weigh(heavy, 0, 1);

    // CPU would be more even, and memory far less.
    assertTrue(scales.board.gainInRipe() > 0.001, "CPU gains " + scales.board.gainInRipe());
    assertTrue(scales.board.gain() < 0, "all gain " + scales.board.gain());
    assertEquals(Optional.empty(), best(scales, heavy));
  }

  @Test
  void aGainThatMayBeChanceIsNotEnough() {
    World world = world();
    Guest sure = guest(world, "a");
    Guest unsure = unsure(sure, 4);
    Scales scales = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 4));

    assertTrue(best(scales, sure).isPresent());
    assertEquals(Optional.empty(), best(scales, unsure));
    assertEquals(Optional.of(Objection.UNSURE_GAIN), scales.objection(unsure, 0, 1));
    assertTrue(best(scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 0)), unsure).isPresent());
  }

  @Test
  void aTargetMustStayCool() {
    World world = world().guest("there", "h2", 4, GIB).settle();
    Guest guest = guest(world, "a");

    // The target would be at more than 80 %.
    assertEquals(
        Optional.empty(), best(scales(world, Metric.CPU, Aim.EVEN_OUT, worth(1e-9, 0)), guest));
  }

  @Test
  void onceAClusterWasEvenATargetMustStayCoolForSure() {
    World world = world().guest("there", "h2", 2.2, GIB).settle();
    Guest unsure = unsure(guest(world, "a"), 0.25);

    assertFalse(
        scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 4)).against(unsure, 0, 1).isPresent());
    assertEquals(
        Optional.of(Objection.TARGET_HOT),
        scales(world, Metric.CPU, Aim.AGAIN, worth(0.01, 4)).against(unsure, 0, 1));
  }

  @Test
  void onceAClusterWasEvenAMoveMustGainMore() {
    for (Aim aim : List.of(Aim.AGAIN, Aim.RELIEVE)) {
      Appeal before = new Appeal(EnumSet.of(Metric.CPU), Aim.EVEN_OUT, POLICY);
      Appeal after = new Appeal(EnumSet.of(Metric.CPU), aim, POLICY);
      assertEquals(POLICY.worth().minGain(), before.leastGain());
      assertEquals(4 * before.leastGain(), after.leastGain());
    }
  }

  @Test
  void whoSendsMoreThan16GibMustGainInProportion() {
    World world = world();
    Appeal appeal = new Appeal(EnumSet.of(Metric.CPU), Aim.EVEN_OUT, POLICY);

    // Each move counts as 1 GiB more than it sends.
    assertEquals(2048, appeal.cost(guest(world, "a")).toMiB());
    assertEquals(appeal.leastGain(), appeal.leastGain(guest(world, "a")));
    assertEquals(appeal.leastGain() * 29 / 16, appeal.leastGain(guest(world, "store")), 1e-12);
  }

  @Test
  void guestsAreTakenOffHostsAboveTheLowMarkOnly() {
    World world = world();
    Scales even = scales(world, Metric.CPU, Aim.EVEN_OUT, POLICY);
    Scales relieve = scales(world, Metric.CPU, Aim.RELIEVE, POLICY);

    assertTrue(even.isSource(0));
    assertFalse(even.isSource(1));
    // At 70 % it is above the low mark of 50 %, and not a fifth above the trigger of 80 %.
    assertFalse(relieve.isSource(0));
  }

  @Test
  void whatLeavesAHostOverItsTriggerComesBeforeAllElse() {
    World world = world().guest("c", "h1", 2.6, Bytes.ofMiB(16384)).settle();
    Scales scales = scales(world, Metric.CPU, Aim.EVEN_OUT, worth(0.01, 0));
    Candidate urgent = best(scales, guest(world, "c")).orElseThrow();
    Candidate worthMore = new Candidate(urgent.leg(), false, 2 * urgent.worth());

    assertTrue(urgent.urgent());
    assertTrue(urgent.isBetterThan(worthMore));
    assertFalse(worthMore.isBetterThan(urgent));
    assertEquals(worthMore, scales.best(guest(world, "c"), 0, worthMore, List.of()));
  }
}
