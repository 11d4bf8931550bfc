package io.ballast.scheduler.core.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the benchmark measures and prints. */
final class RowTest {
  private static final PaperFleet FLEET =
      new PaperFleet(
          "lab",
          List.of(new PaperFleet.Host(8, 8192, false)),
          List.of(new PaperFleet.Vm(0, 1, 512)));

  private static final Referee.Verdict VERDICT =
      new Referee.Verdict(
          0.5,
          0.25,
          3,
          12.4,
          Map.of(Referee.Violation.MEMORY, 2, Referee.Violation.NOT_THERE, 1),
          4);

  @Test
  void aRowSaysWhatBecameOfAFleet() {
    Row row =
        new Row(
            FLEET,
            Contender.GREEDY,
            Optional.of(VERDICT),
            OptionalDouble.of(1.234),
            OptionalDouble.of(0.0123),
            OptionalDouble.empty(),
            Row.remarks(VERDICT));

    assertEquals(
        List.of(
            "lab",
            "greedy",
            "0.5000",
            "0.2500",
            "3",
            "12",
            "1.23",
            "0.0123",
            "-",
            "3",
            "not there: 1, memory: 2; 4 VMs left on hosts to be emptied"),
        row.cells());
    assertEquals(
        "{\"not there\":1,\"memory\":2}",
        row.json().get("violations").toString(),
        "in their order");
    assertEquals(0.25, row.json().get("after").asDouble());
    assertFalse(row.json().has("peakMiB"));
  }

  @Test
  void aRowWithoutAPlanSaysWhy() {
    Row row = Row.without(FLEET, Contender.HBAL, OptionalDouble.of(60.1), "gave up: out of time");

    assertEquals(
        List.of(
            "lab", "hbal", "-", "-", "-", "-", "-", "60.1000", "-", "-", "gave up: out of time"),
        row.cells());
    assertFalse(row.json().has("after"));
    assertEquals("gave up: out of time", row.json().get("note").asText());
  }

  @Test
  void whoGivesUpIsAskedOnce() {
    AtomicInteger asked = new AtomicInteger();
    Timing timing =
        Timing.of(
            (fleet, enough) -> {
              asked.incrementAndGet();
              return new Proposal.GaveUp("why not");
            },
            FLEET);

    assertInstanceOf(Proposal.GaveUp.class, timing.proposal());
    assertEquals(1, asked.get());
  }

  @Test
  void whoIsQuickIsAskedTwiceAndThenFiveTimes() {
    AtomicInteger asked = new AtomicInteger();
    Timing timing =
        Timing.of(
            (fleet, enough) -> {
              asked.incrementAndGet();
              return new Proposal.Moves(List.of());
            },
            FLEET);

    assertInstanceOf(Proposal.Moves.class, timing.proposal());
    assertEquals(7, asked.get());
  }
}
