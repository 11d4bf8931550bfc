package io.ballast.scheduler.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BalancerTest {
  private static final Policy QUICK =
      Policy.DEFAULT.with(
          new Policy.Thresholds(
              new Policy.Threshold(0.80, Duration.ofSeconds(10), 0.50),
              new Policy.Threshold(0.85, Duration.ofSeconds(10), 0.70),
              new Policy.Threshold(2.00, Duration.ofSeconds(30), 1.00)));

  @Test
  void aCrowdOnOneHostSpreadsUntilTheFleetIsEven() {
    World world =
        new World()
            .host("h1", 0.5, Bytes.ofMiB(1024))
            .host("h2", 0.5, Bytes.ofMiB(1024))
            .host("h3", 0.5, Bytes.ofMiB(1024));
    double[] wants = {0.30, 0.20, 0.15, 0.12, 0.08, 0.05};
    for (int i = 0; i < wants.length; i++) {
      world.guest("w" + (i + 1), "h1", wants[i], Bytes.ofMiB(80));
    }
    Rounds rounds = new Rounds(world, QUICK).run(Duration.ofMinutes(15));
    assertTrue(rounds.moves.size() <= 5);
  }
}
