package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OutcomeTest {
  private static Outcome.Migration counted(long total, long downtime) {
    return new Outcome.Migration(
        Duration.ofMillis(total), Duration.ofMillis(downtime), Bytes.ofMiB(61), 5);
  }

  @Test
  void aGuestThatWasHeldStoodStillFromItsStopUntilItRan() {
    assertEquals(counted(7_665, 722), counted(7_327, 384).runningAfter(Duration.ofMillis(7_665)));
  }

  @Test
  void clocksOfTwoHostsThatDifferDoNotCount() {
    assertEquals(
        counted(7_665, 722), counted(17_327, 10_384).runningAfter(Duration.ofMillis(7_665)));
  }

  @Test
  void noGuestStoodStillForLessThanNothing() {
    assertEquals(counted(5, 0), counted(7_000, 0).runningAfter(Duration.ofMillis(5)));
  }
}
