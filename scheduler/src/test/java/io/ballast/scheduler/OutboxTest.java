package io.ballast.scheduler;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Alert;
import io.ballast.messages.Decision;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class OutboxTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

  private final Vertx vertx = Vertx.vertx();
  private final CutBus line = new CutBus(new LocalBus(vertx));
  private final Outbox outbox = new Outbox(vertx.getOrCreateContext(), line);
  private final List<Event> heard = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() throws Exception {
    line.serve(Event.class, heard::add).toCompletionStage().toCompletableFuture().get();
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void eventsAreToldInTheirOrder() {
    List<Event> events = IntStream.range(0, 200).mapToObj(OutboxTest::decided).toList();
    vertx.getOrCreateContext().runOnContext(here -> events.forEach(outbox::tell));

    await().atMost(PATIENCE).until(() -> heard.size() == 200);
    assertEquals(events, heard);
  }

  @Test
  void whatWaitedForTheBusIsToldOnceItIsBack() {
    line.cut();
    List<Event> events = List.of(raised(1), decided(2), raised(3));
    vertx.getOrCreateContext().runOnContext(here -> events.forEach(outbox::tell));
    await().atMost(PATIENCE).until(() -> outbox.size() == 3);

    line.mend();
    await().atMost(PATIENCE).until(() -> heard.size() == 3);
    assertEquals(events, heard);
  }

  @Test
  void whenTooMuchWaitsDecisionsGiveWayAndAlertsStay() {
    line.cut();
    vertx
        .getOrCreateContext()
        .runOnContext(
            here -> {
              outbox.tell(raised(0));
              IntStream.range(1, 3000).mapToObj(OutboxTest::decided).forEach(outbox::tell);
              outbox.tell(raised(3000));
            });
    await().atMost(PATIENCE).until(() -> outbox.size() == 1000);

    line.mend();
    await().atMost(PATIENCE).until(() -> heard.contains(raised(3000)));
    assertEquals(1000, heard.size());
    assertEquals(raised(0), heard.getFirst());
    assertEquals(decided(2999), heard.get(998));
  }

  @Test
  void anAlertThatLastsNeverGivesWay() {
    line.cut();
    List<Event> alerts = IntStream.range(0, 12_000).mapToObj(OutboxTest::raised).toList();
    vertx
        .getOrCreateContext()
        .runOnContext(
            here -> {
              alerts.forEach(outbox::tell);
              IntStream.range(0, 10).mapToObj(OutboxTest::decided).forEach(outbox::tell);
            });
    await().atMost(PATIENCE).until(() -> outbox.size() == 12_000);

    line.mend();
    await().atMost(PATIENCE).until(() -> heard.size() == 12_000);
    assertEquals(alerts, heard);
  }

  @Test
  void anAlertThatIsOverBeforeItCouldBeToldGivesWayAsAWholeAndOnlyWhenVeryMuchWaits() {
    line.cut();
    vertx
        .getOrCreateContext()
        .runOnContext(
            here -> {
              outbox.tell(raised(0));
              for (int number = 1; number < 5_000; number++) {
                outbox.tell(raised(number));
                outbox.tell(resolved(number));
              }
              outbox.tell(resolved(0));
            });
    await().atMost(PATIENCE).until(() -> outbox.size() == 10_000);
    vertx.getOrCreateContext().runOnContext(here -> outbox.tell(raised(5_000)));
    await().atMost(PATIENCE).until(() -> outbox.size() == 9_999);

    line.mend();
    await().atMost(PATIENCE).until(() -> heard.size() == 9_999);
    for (int number = 0; number < 5_000; number++) {
      assertEquals(
          heard.contains(raised(number)), heard.contains(resolved(number)), "alert " + number);
    }
    assertEquals(raised(5_000), heard.getLast());
  }

  private static Event resolved(int number) {
    return new Event.AlertResolved(alert(number, Optional.of(NOW.plusSeconds(number))));
  }

  private static Event decided(int number) {
    return new Event.Decided(
        new Decision(
            NOW.plusSeconds(number), "lab", List.of(), "nothing to do", List.of(), Map.of()));
  }

  private static Event raised(int number) {
    return new Event.AlertRaised(alert(number, Optional.empty()));
  }

  private static Alert alert(int number, Optional<Instant> resolvedAt) {
    return new Alert(
        "alert-" + number,
        Alert.Verdict.HOST_SILENT,
        new HostId("h1"),
        NOW,
        NOW,
        List.of(),
        List.of(),
        resolvedAt);
  }
}
