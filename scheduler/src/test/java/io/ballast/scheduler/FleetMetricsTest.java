package io.ballast.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.VmId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class FleetMetricsTest {
  private static final Outcome.Migration MEASURES =
      new Outcome.Migration(Duration.ofSeconds(5), Duration.ofMillis(40), Bytes.ofMiB(64), 2);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final FleetMetrics metrics = new FleetMetrics(registry, Clock.systemUTC());

  @Test
  void aMoveWhoseMeasuresAreToldAfterItsEndIsCountedOnce() {
    metrics.count(move("m1", Move.State.DONE, Optional.empty()));
    metrics.count(move("m1", Move.State.DONE, Optional.of(MEASURES)));
    metrics.count(move("m1", Move.State.DONE, Optional.of(MEASURES)));

    assertEquals(1, moves("done"));
    assertEquals(1, registry.get("ballast.move").timer().count());
    assertEquals(
        40, registry.get("ballast.move.downtime").timer().totalTime(TimeUnit.MILLISECONDS), 0.1);
  }

  @Test
  void everyMoveIsCountedByHowItEnds() {
    metrics.count(move("m1", Move.State.MIGRATING, Optional.empty()));
    metrics.count(move("m1", Move.State.DONE, Optional.of(MEASURES)));
    metrics.count(move("m2", Move.State.DONE, Optional.of(MEASURES)));
    metrics.count(move("m3", Move.State.FAILED, Optional.empty()));

    assertEquals(2, moves("done"));
    assertEquals(1, moves("failed"));
    assertEquals(2, registry.get("ballast.move").timer().count());
  }

  private double moves(String outcome) {
    return registry.get("ballast.moves").tag("outcome", outcome).counter().count();
  }

  private static Event move(String id, Move.State state, Optional<Outcome.Migration> measures) {
    return new Event.MoveChanged(
        new Move(
            new OperationId(id),
            new VmId(new UUID(0, 1)),
            "busy",
            new HostId("h1"),
            new HostId("h2"),
            Move.Priority.BALANCE,
            state,
            Instant.parse("2030-01-01T00:00:00Z"),
            Optional.empty(),
            measures,
            "a test"));
  }
}
