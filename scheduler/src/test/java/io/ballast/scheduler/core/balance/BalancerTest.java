package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Decision;
import io.ballast.messages.Decision.PlannedMove;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.policy.Metric;
import io.ballast.scheduler.core.policy.Policy;
import io.ballast.scheduler.core.view.ClusterView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

public final class BalancerTest {
  /** The defaults with short hold times. */
  public static final Policy QUICK =
      Policy.DEFAULT.with(
          new Policy.Thresholds(
              new Policy.Threshold(0.80, Duration.ofSeconds(10), 0.50),
              new Policy.Threshold(0.85, Duration.ofSeconds(10), 0.70),
              new Policy.Threshold(2.00, Duration.ofSeconds(30), 1.00)));

  private static final Duration RIPE = Duration.ofSeconds(15);
  private static final Bytes SMALL = Bytes.ofMiB(80);

  @Test
  void aCrowdOnOneHostSpreadsUntilTheFleetIsEvenAndThenRests() {
    World world = threeSmallHosts();
    double[] wants = {0.30, 0.20, 0.15, 0.12, 0.08, 0.05};
    for (int i = 0; i < wants.length; i++) {
      world.guest("w" + (i + 1), "h1", wants[i], SMALL);
    }

    Rounds rounds = new Rounds(world, QUICK).run(Duration.ofMinutes(2));

    int moves = rounds.moves.size();
    assertTrue(moves >= 3 && moves <= 4, () -> "moves: " + rounds.moves);
    for (HostId host : world.hosts()) {
      double demand = world.demand(host);
      assertTrue(demand > 0.5 && demand < 0.8, () -> host + " wants " + demand);
    }
    rounds.run(Duration.ofHours(2));
    assertEquals(moves, rounds.moves.size());
  }

  @Test
  void aCoolFleetSaysHowCoolItIs() {
    World world = threeSmallHosts().guest("w1", "h1", 0.285, SMALL);

    Decision decision = last(world, RIPE);

    assertEquals(
        "nothing to do: no host over its trigger (h1 at 62 % CPU, trigger 80 %)",
        decision.summary());
  }

  @Test
  void aSpikeShorterThanTheHoldTimeMovesNothingAndIsTold() {
    World world = threeSmallHosts().guest("w1", "h1", 0.4, SMALL).guest("w2", "h1", 0.1, SMALL);

    Decision decision = last(world, Duration.ofSeconds(6));

    assertEquals(List.of(), decision.moves());
    assertEquals("h1 over its CPU trigger for 6 s of 10 s", decision.summary());
  }

  @Test
  void aLonelyVmIsNeverMoved() {
    World world = threeSmallHosts().guest("w1", "h1", 0.9, SMALL);

    Decision decision = last(world, RIPE);

    assertEquals(List.of(), decision.moves());
    assertEquals(
        "nothing helps h1 at 100 % CPU (trigger 80 %): 2 x target-hot", decision.summary());
    assertEquals(Map.of("target-hot", 2), decision.objections());
  }

  @Test
  void aVmWithoutAHoleToFitInIsNotMoved() {
    World world =
        new World()
            .host("h1", 2, Bytes.ofMiB(8192))
            .host("h2", 2, Bytes.ofMiB(1024))
            .guest("w1", "h1", 0.9, Bytes.ofMiB(2048))
            .guest("w2", "h1", 0.9, Bytes.ofMiB(2048));

    assertEquals(Map.of("no-room", 2), last(world, RIPE).objections());
  }

  @Test
  void theLighterOfTwoEqualVmsMoves() {
    World world =
        new World()
            .host("h1", 2, Bytes.ofMiB(65536))
            .host("h2", 2, Bytes.ofMiB(65536))
            .guest("heavy", "h1", 0.85, Bytes.ofMiB(16384))
            .guest("light", "h1", 0.85, Bytes.ofMiB(8192));

    assertEquals("light", last(world, RIPE).moves().get(0).name());
  }

  @Test
  void whatLaterMovesMakeNeedlessIsNotPlanned() {
    // For its bytes "light" is worth most, until "large" goes as well.
    World world =
        new World()
            .host("h1", 8, Bytes.ofMiB(65536))
            .host("h2", 8, Bytes.ofMiB(65536))
            .host("h3", 8, Bytes.ofMiB(65536))
            .guest("light", "h1", 0.2, Bytes.ofMiB(1024))
            .guest("larger", "h1", 3.6, Bytes.ofMiB(16384))
            .guest("large", "h1", 3, Bytes.ofMiB(16384))
            .guest("there", "h3", 0.4, Bytes.ofMiB(8192));

    Decision decision = last(world, RIPE);

    assertEquals(List.of("large"), decision.moves().stream().map(PlannedMove::name).toList());
    assertEquals(Map.of("no-gain", 2, "target-hot", 1), decision.objections());
  }

  @Test
  void aHotMemoryMovesMemory() {
    World world =
        new World()
            .host("h1", 4, Bytes.ofMiB(4096))
            .host("h2", 4, Bytes.ofMiB(4096))
            .guest("w1", "h1", 0.1, Bytes.ofMiB(1800))
            .guest("w2", "h1", 0.1, Bytes.ofMiB(1800));

    Decision decision = last(world, RIPE);

    assertEquals(1, decision.moves().size());
    assertEquals(
        "h1 at 88 % memory (trigger 85 %): move w1 from h1 to h2; memory of the hosts 0 % to 88 %"
            + " becomes 44 % to 44 %",
        decision.summary());
  }

  @Test
  void nothingIsPlannedOnBeatsFromBeforeTheLatestMove() {
    Rounds rounds = new Rounds(crowd(), QUICK);
    while (rounds.moves.isEmpty()) {
      rounds.run(World.BEAT);
    }
    Move move = rounds.moves.get(0);

    assertEquals(
        "waiting for fresh beats of h1 and " + move.to() + " after the move of " + move.name(),
        rounds.run(World.BEAT).step().summary());
  }

  @Test
  void anEpisodeWaitsForTheCoolDownOfVmsThatAreWorthMovingOnceMore() {
    Rounds rounds = new Rounds(crowd(), QUICK);
    for (String guest : List.of("w1", "w2", "w3")) {
      rounds.moves.add(move(World.vm(guest), Move.State.DONE, Move.Priority.BALANCE, rounds));
    }

    rounds.run(Duration.ofMinutes(1));
    assertEquals(
        "waiting for the cool-down of VMs that are worth moving once more",
        rounds.step().summary());
    assertEquals(Set.of(Metric.CPU), rounds.overload.balancing());

    rounds.run(QUICK.pace().coolDown());
    assertTrue(rounds.moves.size() > 3, () -> "moves: " + rounds.moves);
  }

  @Test
  void gainsThatAreUnsureForNoiseFromBeforeAreWaitedForAndThenMade() {
    Rounds rounds = new Rounds(crowd().scatter(1, 3), QUICK).run(RIPE);
    rounds.world.scatter(0, 3);
    int noisy = rounds.decisions.size();

    rounds.run(Duration.ofMinutes(4));

    assertFalse(rounds.moves.isEmpty());
    String ended =
        rounds.decisions.stream()
            .skip(noisy)
            .map(Decision::summary)
            .filter(summary -> summary.matches("(nothing helps|as even|nothing to do).*"))
            .findFirst()
            .orElseThrow();
    assertFalse(ended.startsWith("nothing helps"), ended);
  }

  @Test
  void aWaveUnderWayIsWaitedFor() {
    Rounds rounds = new Rounds(crowd(), QUICK);
    rounds.moves.add(move(World.vm("w2"), Move.State.MIGRATING, Move.Priority.BALANCE, rounds));

    rounds.run(RIPE);

    assertEquals("waiting for w on its way from h1 to h2", rounds.step().summary());
  }

  @Test
  void aMoveInDoubtMayGoOnAndKeepsItsHostsBusy() {
    Rounds rounds = new Rounds(crowd(), QUICK);
    rounds.moves.add(move(World.vm("w1"), Move.State.UNKNOWN, Move.Priority.PERSON, rounds));

    rounds.run(RIPE);

    assertEquals(Map.of("host-busy", 2), rounds.step().objections());
  }

  @Test
  void aMoveInDoubtWhoseTargetIsSilentHoldsItsVmAndNobodyElse() {
    Rounds rounds = new Rounds(crowd().silent("h2"), QUICK);
    rounds.moves.add(move(World.vm("w1"), Move.State.UNKNOWN, Move.Priority.BALANCE, rounds));

    rounds.run(RIPE);

    Decision decision = rounds.withMoves().get(0);
    assertEquals(1, decision.moves().size());
    assertNotEquals("w1", decision.moves().get(0).name());
  }

  @Test
  void aMoveOfAPersonKeepsItsHostsOutOfThePlan() {
    Rounds rounds = new Rounds(crowd(), QUICK);
    rounds.moves.add(move(World.vm("w1"), Move.State.MIGRATING, Move.Priority.PERSON, rounds));

    rounds.run(RIPE);

    assertEquals(Map.of("host-busy", 2), rounds.step().objections());
  }

  @Test
  void aHostThatAMoveUnderWayRelievesIsLetAlone() {
    World world = threeSmallHosts().guest("w1", "h1", 0.25, SMALL).guest("w2", "h1", 0.2, SMALL);
    Rounds rounds = new Rounds(world, QUICK);
    rounds.moves.add(move(World.vm("w1"), Move.State.MIGRATING, Move.Priority.PERSON, rounds));

    rounds.run(RIPE);

    assertEquals(
        "waiting for what the latest moves bring: nothing else is worth moving so far",
        rounds.step().summary());
  }

  @Test
  void withHalfOfTheFleetUnheardNothingIsPlanned() {
    World world = crowd();
    Rounds rounds = new Rounds(world, QUICK).run(RIPE);
    ClusterView now = world.view();
    Instant later = world.now().plusSeconds(30);
    ClusterView stale =
        new ClusterView("c1", List.of(now.hosts().get(0), now.hosts().get(1), now.hosts().get(2)));

    Decision decision =
        Balancer.plan(stale, rounds.averages, rounds.overload, Past.NONE, QUICK, later).decision();

    assertEquals(
        "nothing to do: 0 of 3 hosts can be judged (h1 host-stale, h2 host-stale, h3 host-stale)",
        decision.summary());
  }

  @Test
  void aBigVmMovesOnlyForAGainThatPaysForItsBytes() {
    for (int memory : List.of(200, 4)) {
      World world =
          new World()
              .host("h1", 8, Bytes.ofMiB(4096 * 1024))
              .host("h2", 8, Bytes.ofMiB(4096 * 1024))
              .guest("rest", "h1", 6.3, SMALL)
              .guest("w1", "h1", 0.3, Bytes.ofMiB(memory * 1024L))
              .guest("other", "h2", 4.6, SMALL);

      Rounds rounds = new Rounds(world, QUICK).run(RIPE);

      int moves = rounds.withMoves().stream().mapToInt(made -> made.moves().size()).sum();
      assertEquals(memory == 4 ? 1 : 0, moves, memory + " GiB");
    }
  }

  @Test
  void aPlanThatIsFullSaysSo() {
    World world = threeSmallHosts();
    for (int i = 0; i < 9; i++) {
      world.guest("w" + i, "h1", 0.1, SMALL);
    }
    Rounds rounds = new Rounds(world, QUICK.with(new Policy.Caps(1, 5, 2))).run(RIPE);

    Decision decision = rounds.withMoves().getFirst();
    assertEquals(2, decision.moves().size());
    assertEquals(Optional.of(1), Optional.ofNullable(decision.objections().get("plan-full")));
  }

  @Test
  void aPolicyThatIsOffPlansNothing() {
    Rounds rounds = new Rounds(crowd(), QUICK.with(Policy.Mode.OFF)).run(RIPE);

    assertEquals("balancing is off", rounds.step().summary());
    assertEquals(List.of(), rounds.moves);
  }

  private static World threeSmallHosts() {
    return new World()
        .host("h1", 0.5, Bytes.ofMiB(1024))
        .host("h2", 0.5, Bytes.ofMiB(1024))
        .host("h3", 0.5, Bytes.ofMiB(1024));
  }

  private static World crowd() {
    return threeSmallHosts()
        .guest("w1", "h1", 0.25, SMALL)
        .guest("w2", "h1", 0.2, SMALL)
        .guest("w3", "h1", 0.2, SMALL);
  }

  private static Decision last(World world, Duration run) {
    Rounds rounds = new Rounds(world, QUICK.with(Policy.Mode.RECOMMEND));
    Decision decision = rounds.look();
    for (Instant end = world.now().plus(run); world.now().isBefore(end); ) {
      world.pass(World.BEAT);
      decision = rounds.look();
    }
    return decision;
  }

  private static Move move(VmId vm, Move.State state, Move.Priority priority, Rounds rounds) {
    return new Move(
        new OperationId("m1"),
        vm,
        "w",
        new HostId("h1"),
        new HostId("h2"),
        priority,
        state,
        rounds.world.now(),
        Optional.empty(),
        Optional.empty(),
        "because");
  }
}
