package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a host's load average becomes when guests come or go. */
final class EchoTest {
  private static final double ROUNDING = 1e-9;

  @Test
  void tasksThatWaitForDisksStay() {
    Echo echo = new Echo(0.5, 0.3, false, false);

    assertEquals(0.8, echo.of(0.5), ROUNDING);
    assertEquals(0.5, echo.of(0.2), ROUNDING);
    assertEquals(1.3, echo.of(1), ROUNDING);
  }

  @Test
  void aLoadAverageThatIsStillLowFollows() {
    Echo echo = new Echo(0.5, -0.3, false, false);

    assertEquals(0.2, echo.of(0.5), ROUNDING);
    assertEquals(0, echo.of(0.1), ROUNDING);
  }

  @Test
  void theQueueOfASaturatedHostShrinksWithWhatIsWanted() {
    Echo echo = new Echo(2, 1, false, true);

    assertEquals(3, echo.of(2), ROUNDING);
    assertEquals(1.5, echo.of(1), ROUNDING);
    assertEquals(0.9, echo.of(0.9), ROUNDING);
  }

  @Test
  void whatLagsBehindAMoveIsNotBelieved() {
    assertEquals(0.5, new Echo(0.2, 3, true, true).of(0.5), ROUNDING);
    assertEquals(0.5, new Echo(0.9, -0.8, true, false).of(0.5), ROUNDING);
  }
}
