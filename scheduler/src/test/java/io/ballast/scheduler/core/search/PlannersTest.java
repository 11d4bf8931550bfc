package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the planners of the benchmark do. */
final class PlannersTest {
  private static final double ROUNDING = 1e-6;
  private static final int SEEDS = 5;

  private static List<Solution.Move> plan(Contender contender, PaperFleet fleet) {
    return assertInstanceOf(
            Proposal.Moves.class, contender.planner().plan(fleet, () -> false), contender::title)
        .moves();
  }

  private static PaperFleet fleet(Scenario scenario, long seed) {
    return FleetMaker.fleet(8, 70, scenario, seed);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HBAL")
  void everyPlanIsPossibleAndEmptiesWhatIsToBeEmptied(Contender contender) {
    int moves = 0;
    for (Scenario scenario : Scenario.values()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        PaperFleet fleet = fleet(scenario, seed);
        List<Solution.Move> plan = plan(contender, fleet);
        Referee.Verdict verdict = Referee.judge(fleet, plan);

        assertEquals(Map.of(), verdict.violations(), fleet.name());
        assertEquals(0, verdict.left(), fleet.name());
        assertEquals(fleet.problem().unevenness(plan), verdict.after(), ROUNDING);
        moves += plan.size();
      }
    }
    assertTrue(moves > 0);
  }

  @Test
  void theGreedyOneMakesTheBestMoveUntilNoneGains() {
    PaperFleet fleet = fleet(Scenario.RANDOM, 1);
    List<Solution.Move> plan = plan(Contender.GREEDY, fleet);
    double now = Referee.judge(fleet, List.of()).after();
    for (int i = 0; i < plan.size(); i++) {
      double best = best(fleet, plan.subList(0, i));
      now = Referee.judge(fleet, plan.subList(0, i + 1)).after();
      assertEquals(best, now, ROUNDING, "move " + i);
    }
    assertTrue(plan.size() > 2);
    assertTrue(now <= best(fleet, plan) + ROUNDING);
    assertTrue(now < Referee.judge(fleet, List.of()).after() / 2);
  }

  /** The least unevenness that one more move leads to. */
  private static double best(PaperFleet fleet, List<Solution.Move> before) {
    int[] at = fleet.vms().stream().mapToInt(PaperFleet.Vm::host).toArray();
    before.forEach(move -> at[move.guest()] = move.to());
    double best = Double.MAX_VALUE;
    for (int vm = 0; vm < at.length; vm++) {
      for (int host = 0; host < fleet.hosts().size(); host++) {
        List<Solution.Move> moves = new ArrayList<>(before);
        moves.add(new Solution.Move(vm, at[vm], host));
        Referee.Verdict verdict = Referee.judge(fleet, moves);
        if (verdict.broken() == 0) {
          best = Math.min(best, verdict.after());
        }
      }
    }
    return best;
  }

  @Test
  void watcherStopsBelowItsThreshold() {
    PaperFleet fleet = fleet(Scenario.HOTRACK, 1);
    double[] before = shares(fleet, List.of(), true);
    double[] after = shares(fleet, plan(Contender.WATCHER, fleet), true);

    assertTrue(deviation(before) > 0.1, "before " + deviation(before));
    assertTrue(deviation(after) <= 0.1, "after " + deviation(after));
    assertTrue(deviation(after) > 0.05, "it does not go on: " + deviation(after));
  }

  @Test
  void ovirtRelievesAHotHostByItsSmallestVms() {
    PaperFleet fleet =
        new PaperFleet(
            "hot",
            List.of(host(), host(), host(), host()),
            List.of(
                new PaperFleet.Vm(0, 5, 1024),
                new PaperFleet.Vm(0, 1, 1024),
                new PaperFleet.Vm(0, 2, 1024),
                new PaperFleet.Vm(0, 1.5, 1024),
                new PaperFleet.Vm(1, 6.5, 1024),
                new PaperFleet.Vm(2, 6, 1024),
                new PaperFleet.Vm(3, 5.9, 1024)));

    // Host 1 uses 65 %: too much for a target. Host 0 stops at 70 %.
    assertEquals(
        List.of(new Solution.Move(1, 0, 3), new Solution.Move(3, 0, 2)),
        plan(Contender.OVIRT, fleet));
  }

  private static PaperFleet.Host host() {
    return new PaperFleet.Host(10, 65536, false);
  }

  @Test
  void cloudStackLooksAtMemoryAlone() {
    PaperFleet fleet = fleet(Scenario.NEWHOSTS, 1);
    List<Solution.Move> plan = plan(Contender.CLOUDSTACK, fleet);

    double[] before = shares(fleet, List.of(), false);
    double[] after = shares(fleet, plan, false);
    assertTrue(deviation(after) < deviation(before) / 4);
    assertTrue(plan.size() <= 50);
    assertEquals(
        List.of(), plan(Contender.CLOUDSTACK, FleetMaker.fleet(1, 20, Scenario.RANDOM, 1)));
  }

  private static double[] shares(PaperFleet fleet, List<Solution.Move> moves, boolean ofCpu) {
    int[] at = fleet.vms().stream().mapToInt(PaperFleet.Vm::host).toArray();
    moves.forEach(move -> at[move.guest()] = move.to());
    double[] shares = new double[fleet.hosts().size()];
    for (int vm = 0; vm < at.length; vm++) {
      PaperFleet.Host host = fleet.hosts().get(at[vm]);
      PaperFleet.Vm what = fleet.vms().get(vm);
      shares[at[vm]] += ofCpu ? what.cpus() / host.cpus() : what.memory() / host.memory();
    }
    return shares;
  }

  private static double deviation(double[] shares) {
    double mean = IntStream.range(0, shares.length).mapToDouble(h -> shares[h]).average().orElse(0);
    return Math.sqrt(
        IntStream.range(0, shares.length)
            .mapToDouble(h -> (shares[h] - mean) * (shares[h] - mean))
            .average()
            .orElse(0));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HBAL")
  void whoIsOutOfTimeGivesUp(Contender contender) {
    Proposal proposal = contender.planner().plan(fleet(Scenario.HOTRACK, 1), () -> true);

    assertInstanceOf(Proposal.GaveUp.class, proposal);
  }

  @Test
  void ganetiIsToldWhatVmsWantInThousandthsOfAProcessor() {
    PaperFleet fleet =
        new PaperFleet(
            "two",
            List.of(new PaperFleet.Host(16, 65536, false), new PaperFleet.Host(8, 4096, true)),
            List.of(new PaperFleet.Vm(0, 1.5, 2048), new PaperFleet.Vm(1, 0.25, 1024)));

    assertEquals(
        """
        all|all|preferred||

        h0|65536|0|63488|1|1|16000|N|all|1
        h1|4096|0|3072|1|1|8000|Y|all|1

        v0|2048|0|1500|running|Y|h0||ext||1
        v1|1024|0|250|running|Y|h1||ext||1


        |1,1,0,0,0,0|1,1,0,0,0,0;999999999,999999999,1,1,1,1|ext|1.0|1000000.0
        all|1,1,0,0,0,0|1,1,0,0,0,0;999999999,999999999,1,1,1,1|ext|1.0|1000000.0
        """,
        new GanetiText(fleet).toString());
  }

  @Test
  void theStepsOfHbalAreRead() {
    String said =
        """
        Loaded 5 nodes, 40 instances
        Initial score: 0.43022108
        Trying to minimize the CV...
            1. v23 h3          => h2            0.26249886 a=fa:h2
           12. v3  h1          => h14           0.20156484 a=fa:h14
        Cluster score improved from 0.43022108 to 0.20156484
        """;

    assertEquals(
        List.of(new Solution.Move(23, 3, 2), new Solution.Move(3, 1, 14)), HbalPlanner.moves(said));
  }
}
