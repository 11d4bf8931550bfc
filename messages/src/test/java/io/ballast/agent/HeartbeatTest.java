package io.ballast.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.local.LocalBus;
import io.ballast.messages.HostId;
import io.ballast.messages.Pulse;
import io.ballast.messages.StorageBeat;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class HeartbeatTest {
  private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");
  private static final HostId HOST = new HostId("h1");
  private static final Heartbeat.Beater BEATER =
      new Heartbeat.Beater(HOST, "lab", Duration.ofSeconds(10), "1.2.3");

  private final List<StorageBeat> heard = new CopyOnWriteArrayList<>();

  @Test
  void beatsAreNumberedFromOneAndPeekingCountsNone(Vertx vertx) {
    LocalBus bus = new LocalBus(vertx);
    bus.serve(StorageBeat.class, heard::add);
    Heartbeat<StorageBeat> heart =
        new Heartbeat<>(
            bus,
            BEATER,
            7,
            Clock.fixed(NOON, ZoneOffset.UTC),
            pulse -> new StorageBeat(pulse, List.of(), Optional.empty(), Optional.empty()));

    assertEquals(1, heart.next().pulse().sequence());
    assertEquals(1, heart.next().pulse().sequence());
    heart.beat();
    heart.beat();

    await().until(() -> heard.size() == 2);
    assertEquals(
        new Pulse(HOST, "lab", 7, 1, NOON, Duration.ofSeconds(10), "1.2.3"), heard.get(0).pulse());
    assertEquals(2, heard.get(1).pulse().sequence());
  }

  @Test
  void beatsNeedTimeBetweenThem() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Heartbeat.Beater(HOST, "lab", Duration.ZERO, "1.2.3"));
  }
}
