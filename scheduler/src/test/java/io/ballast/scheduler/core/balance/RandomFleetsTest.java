package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;

/** What holds for the balancer whatever the fleet. */
final class RandomFleetsTest {
  private static final Duration HOLD = Duration.ofSeconds(9);
  private static final Policy POLICY =
      Policy.DEFAULT.with(
          new Policy.Thresholds(
              new Policy.Threshold(0.80, HOLD, 0.50),
              new Policy.Threshold(0.85, HOLD, 0.70),
              new Policy.Threshold(2.00, HOLD, 1.00)));
  private static final double ROUNDING = 1e-6;

  /**
   * A fleet of 2 to 8 hosts of different sizes, and guests that were thrown on them with uneven
   * luck.
   */
  private static World fleet(long seed) {
    Random random = new Random(seed);
    World world = new World();
    int hosts = 2 + random.nextInt(7);
    for (int i = 0; i < hosts; i++) {
      world.host("h" + i, 1 << random.nextInt(5), Bytes.ofMiB(8192L << random.nextInt(4)));
    }
    Map<HostId, Bytes> free = new HashMap<>();
    world.view().hosts().forEach(each -> free.put(each.id(), each.beat().capacity().memory()));
    int guests = random.nextInt(hosts * 10);
    int lucky = 1 + random.nextInt(hosts);
    for (int i = 0; i < guests; i++) {
      HostId host = new HostId("h" + random.nextInt(lucky));
      Bytes memory = Bytes.ofMiB(256L << random.nextInt(6));
      Bytes left = free.getOrDefault(host, Bytes.ZERO).minusOrZero(memory);
      if (left.value() > 0) {
        free.put(host, left);
        world.guest("w" + i, host.value(), random.nextDouble() * random.nextInt(4), memory);
      }
    }
    return world.settle();
  }

  private static Rounds ripe(long seed) {
    Rounds rounds = new Rounds(fleet(seed), POLICY);
    for (Duration waited = Duration.ZERO;
        waited.compareTo(HOLD) <= 0;
        waited = waited.plus(World.BEAT)) {
      rounds.world.pass(World.BEAT);
      rounds.listen();
    }
    return rounds;
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void noMoveMakesItsTargetHotOrHasNoRoomInTheOrderOfThePlan(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Rounds rounds = ripe(seed);
    World world = rounds.world;
    Forecast forecast = Forecast.of(world.view(), List.of(), POLICY, world.now());
    Rules rules = new Rules(world.view(), Past.NONE, POLICY, world.now());

    for (PlannedMove move : rounds.plan().moves()) {
      Site from = forecast.site(move.from()).orElseThrow();
      Site to = forecast.site(move.to()).orElseThrow();
      Guest guest =
          forecast.guests(move.from()).stream()
              .filter(each -> each.vm().id().equals(move.vm()))
              .findFirst()
              .orElseThrow();
      assertTrue(to.hasRoomFor(guest), move::toString);
      assertFalse(rules.isHot(to.with(guest)), move::toString);
      forecast.move(guest, from, to);
    }
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void eachMoveOfAPlanLowersTheScoreByTheLeastGain(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Rounds rounds = ripe(seed);
    Decision plan = rounds.plan();

    Decision.Term score = plan.terms().get(plan.terms().size() - 1);
    double least = POLICY.worth().minGain() * plan.moves().size();
    assertEquals("score", score.name());
    assertTrue(score.before() - score.after() >= least - ROUNDING, plan::toString);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void wavesShareNoHostAndNoVmMovesTwiceInAPlan(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Set<VmId> vms = new HashSet<>();
    Map<Integer, Set<HostId>> hosts = new HashMap<>();

    for (PlannedMove move : ripe(seed).plan().moves()) {
      Set<HostId> wave = hosts.computeIfAbsent(move.wave(), number -> new HashSet<>());
      assertTrue(vms.add(move.vm()), move::toString);
      assertTrue(wave.add(move.from()) && wave.add(move.to()), move::toString);
    }
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void equalArgumentsGiveAnEqualDecision(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    assertEquals(ripe(seed).plan(), ripe(seed).plan());
  }

  @Property(tries = 100, shrinking = ShrinkingMode.OFF)
  void aFleetBelowItsTriggersIsLeftAlone(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Rounds rounds = ripe(seed);

    if (rounds.overload.spells().isEmpty()) {
      assertEquals(List.of(), rounds.plan().moves());
      assertTrue(rounds.plan().summary().startsWith("nothing to do"), rounds.plan()::summary);
    }
  }

  @Property(tries = 40, shrinking = ShrinkingMode.OFF)
  void everyFleetComesToRestAndNothingGoesBackAndForth(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    Rounds rounds = new Rounds(fleet(seed), POLICY).run(Duration.ofMinutes(40));
    int moves = rounds.moves.size();

    rounds.run(Duration.ofMinutes(20));

    assertEquals(
        moves,
        rounds.moves.size(),
        () -> "moved again: " + rounds.moves.subList(moves, rounds.moves.size()));
    Map<VmId, Instant> last = new HashMap<>();
    Map<VmId, Map<HostId, Instant>> left = new HashMap<>();
    for (Move move : rounds.moves) {
      Instant before = last.put(move.vm(), move.since());
      if (before != null) {
        Duration between = Duration.between(before, move.since());
        assertTrue(between.compareTo(POLICY.pace().coolDown()) >= 0, move::toString);
      }
      Map<HostId, Instant> past = left.computeIfAbsent(move.vm(), vm -> new HashMap<>());
      past.put(move.from(), move.since());
      Instant leftTarget = past.get(move.to());
      if (leftTarget != null) {
        Duration away = Duration.between(leftTarget, move.since());
        assertTrue(away.compareTo(POLICY.pace().noReturn()) >= 0, () -> "came back: " + move);
      }
    }
  }
}
