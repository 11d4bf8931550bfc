package io.ballast.ops.screen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Convergence;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MoveLineTest {
  private static final Duration NEEDED = Duration.ofMillis(5200);
  private static final Duration ALLOWED = Duration.ofMillis(300);

  @Test
  void oneThatConvergesSaysWhenItEnds() {
    assertEquals("12 s to go", outlook(0, false, Optional.of(Duration.ofSeconds(12))));
  }

  @Test
  void oneThatDoesNotSaysWhatItWouldTake() {
    assertEquals(
        "no end: needs a pause of 5.2 s, may make 300 ms", outlook(0, false, Optional.empty()));
  }

  @Test
  void whatIsDoneAboutItIsSaid() {
    assertEquals(
        "1 s to go, slowed down by 40%, runs there already",
        outlook(40, true, Optional.of(Duration.ofSeconds(1))));
  }

  private static String outlook(int throttle, boolean postCopy, Optional<Duration> left) {
    return MoveLine.outlook(new Convergence(NEEDED, ALLOWED, throttle, postCopy, left));
  }
}
