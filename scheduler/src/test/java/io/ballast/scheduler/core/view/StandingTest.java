package io.ballast.scheduler.core.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StandingTest {
  private static final Policy POLICY = Policy.DEFAULT;
  private static final Duration MOST = POLICY.pace().maxBeatAge();
  private static final Instant HEARD = BeatMaker.at(100);

  @Test
  void aHostTakesPartWhileItsBeatAndItsLoadAreFreshTogether() {
    Fleet.Host host = host(Optional.of(MOST.minusSeconds(2)));

    assertEquals(Optional.empty(), Standing.of(host, POLICY, HEARD.plusSeconds(2)));
    assertEquals(
        Optional.of(Objection.LOAD_STALE), Standing.of(host, POLICY, HEARD.plusSeconds(3)));
    assertEquals(
        Optional.of(Objection.HOST_STALE),
        Standing.of(host, POLICY, HEARD.plus(MOST).plusSeconds(1)));
  }

  @Test
  void aLoadWithoutAnAgeIsAsOldAsItsBeat() {
    assertEquals(Optional.empty(), Standing.of(host(Optional.empty()), POLICY, HEARD.plus(MOST)));
  }

  @Test
  void aLoadFromTheFutureOfASteppedClockIsFresh() {
    Fleet.Host host = host(Optional.of(Duration.ofHours(-1)));

    assertEquals(Optional.empty(), Standing.of(host, POLICY, HEARD.plusSeconds(1)));
  }

  private static Fleet.Host host(Optional<Duration> loadAge) {
    HostBeat beat = new BeatMaker("h1").beat(HEARD);
    HostBeat.Load load =
        new HostBeat.Load(
            0.2,
            Bytes.ofMiB(512),
            1,
            1,
            1,
            Optional.empty(),
            List.of(),
            loadAge.map(HEARD::minus),
            Optional.empty());
    return new Fleet.Host(
        beat.with(load, List.of()), Fleet.Status.UP, HEARD, Optional.empty(), Optional.empty());
  }
}
