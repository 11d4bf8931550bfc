package io.ballast.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SteadyTimeTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  @Test
  void itCountsWhatHasPassedFromWhereItBegan() {
    AtomicLong ticks = new AtomicLong(Long.MAX_VALUE - 5);
    SteadyTime time = new SteadyTime(START, ticks::get);
    assertEquals(START, time.now());

    ticks.addAndGet(Duration.ofSeconds(3).toNanos());

    assertEquals(START.plusSeconds(3), time.now(), "also where the ticks wrap around");
  }
}
