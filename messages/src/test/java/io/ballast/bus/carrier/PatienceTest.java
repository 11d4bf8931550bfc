package io.ballast.bus.carrier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Address;
import io.ballast.bus.Deadline;
import io.ballast.bus.Envelope;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.Samples;
import io.ballast.messages.HostCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PatienceTest {
  private final AtomicLong ticks = new AtomicLong(Long.MAX_VALUE - 1_000_000);

  private Patience patience(Optional<Duration> left) {
    return Patience.of(
        new Envelope(
            Samples.OPERATION,
            "person",
            Optional.empty(),
            left.map(time -> Deadline.in(time, ticks::get)),
            OptionalLong.empty(),
            Optional.empty(),
            false,
            true),
        ticks::get);
  }

  @Test
  void pausesDoubleUpToTenSecondsAndEndWithFiveMinutes() {
    Patience patience = patience(Optional.empty());
    List<Long> pauses = new ArrayList<>();
    Duration all = Duration.ZERO;
    while (!patience.over()) {
      Duration pause = patience.pause();
      pauses.add(pause.toMillis());
      ticks.addAndGet(pause.toNanos());
      all = all.plus(pause);
      patience = patience.longer();
    }

    assertEquals(
        List.of(500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L), pauses.subList(0, 7));
    assertEquals(10_000L, Stream.of(pauses).flatMap(List::stream).max(Long::compare).orElseThrow());
    assertEquals(Duration.ofMinutes(5).plusMillis(1), all);
  }

  @Test
  void noPauseGoesBeyondTheDeadline() {
    Patience patience = patience(Optional.of(Duration.ofMillis(300)));

    assertFalse(patience.over());
    assertEquals(Duration.ofMillis(301), patience.pause());
    ticks.addAndGet(patience.pause().toNanos());
    assertTrue(patience.over());
  }

  @Test
  void aRequestHasATimeThatAPersonCanMean() {
    Request<?> request =
        Request.of(Address.any(Role.HOST), new HostCommand.Start(Samples.VM))
            .within(Duration.ofDays(7));

    assertEquals(Duration.ofDays(7), request.within());
    for (Duration within :
        List.of(
            Duration.ZERO,
            Duration.ofNanos(999_999),
            Duration.ofSeconds(-1),
            Duration.ofDays(7).plusMillis(1),
            Duration.ofSeconds(Long.MAX_VALUE))) {
      assertThrows(IllegalArgumentException.class, () -> request.within(within), within::toString);
    }
  }
}
