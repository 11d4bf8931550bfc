package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the referee of the benchmark sees. */
final class RefereeTest {
  private static final double ROUNDING = 1e-12;

  /** Two hosts of one size, a smaller one, and one that is to be emptied. */
  private static final PaperFleet FLEET =
      new PaperFleet(
          "small",
          List.of(
              new PaperFleet.Host(10, 8192, false),
              new PaperFleet.Host(10, 8192, false),
              new PaperFleet.Host(4, 4096, false),
              new PaperFleet.Host(10, 8192, true)),
          List.of(
              new PaperFleet.Vm(0, 4, 2048),
              new PaperFleet.Vm(0, 2, 4096),
              new PaperFleet.Vm(2, 1, 1024),
              new PaperFleet.Vm(3, 1, 1024)));

  private static Referee.Verdict judge(Solution.Move... moves) {
    return Referee.judge(FLEET, List.of(moves));
  }

  private static Solution.Move move(int vm, int from, int to) {
    return new Solution.Move(vm, from, to);
  }

  private static void assertBroken(Referee.Violation violation, Solution.Move... moves) {
    assertEquals(Map.of(violation, 1), judge(moves).violations());
  }

  @Test
  void aPlanIsScoredByWhatItsMovesLeadTo() {
    Referee.Verdict verdict = judge(move(1, 0, 1), move(3, 3, 1));

    // Shares of CPU 0.6, 0, 0.25, then 0.4, 0.3, 0.25; of memory 0.75, 0, 0.25, then 0.25, 0.625,
    // 0.25.
    assertEquals(deviation(0.6, 0, 0.25) + deviation(0.75, 0, 0.25), verdict.before(), ROUNDING);
    assertEquals(
        deviation(0.4, 0.3, 0.25) + deviation(0.25, 0.625, 0.25), verdict.after(), ROUNDING);
    assertEquals(2, verdict.moves());
    assertEquals(5, verdict.gibibytes(), ROUNDING);
    assertEquals(Map.of(), verdict.violations());
    assertEquals(0, verdict.left());
  }

  private static double deviation(double a, double b, double c) {
    double mean = (a + b + c) / 3;
    return Math.sqrt(
        ((a - mean) * (a - mean) + (b - mean) * (b - mean) + (c - mean) * (c - mean)) / 3);
  }

  @Test
  void whoStaysOnAHostThatIsToBeEmptiedIsCounted() {
    assertEquals(1, judge().left());
    assertEquals(0, judge(move(3, 3, 0)).left());
  }

  @Test
  void aMoveOfNobodyOrToNowhereIsSeen() {
    assertBroken(Referee.Violation.UNKNOWN, move(4, 0, 1));
    assertBroken(Referee.Violation.UNKNOWN, move(0, 0, 4));
  }

  @Test
  void aMoveFromWhereTheVmIsNotIsSeen() {
    assertBroken(Referee.Violation.NOT_THERE, move(2, 0, 1));
    assertBroken(Referee.Violation.NOT_THERE, move(2, 2, 1), move(2, 2, 0));
  }

  @Test
  void aMoveToWhereTheVmIsIsSeen() {
    assertBroken(Referee.Violation.NO_MOVE, move(2, 2, 2));
  }

  @Test
  void aMoveToAHostThatIsToBeEmptiedIsSeen() {
    assertBroken(Referee.Violation.DRAINED, move(2, 2, 3));
  }

  @Test
  void aTargetWithoutTheMemoryIsSeen() {
    assertBroken(Referee.Violation.MEMORY, move(1, 0, 2));
  }

  @Test
  void aTargetWithoutTheProcessorsIsSeen() {
    assertBroken(Referee.Violation.CPU, move(0, 0, 2));
  }

  @Test
  void whatLeavesLaterIsStillInTheWay() {
    assertBroken(Referee.Violation.MEMORY, move(1, 0, 2), move(2, 2, 1));
    assertEquals(Map.of(), judge(move(2, 2, 1), move(1, 0, 2)).violations());
  }
}
