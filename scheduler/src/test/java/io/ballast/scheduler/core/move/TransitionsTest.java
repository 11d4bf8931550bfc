package io.ballast.scheduler.core.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.scheduler.core.balance.World;
import io.ballast.scheduler.core.effect.Step;
import io.ballast.scheduler.core.policy.Policy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TransitionsTest {
  private static final Path DIAGRAM = Path.of("..", "ops", "docs", "move-machine.md");
  private static final Instant NOW = Instant.parse("2025-01-01T00:00:00Z");

  @ParameterizedTest
  @EnumSource(Move.State.class)
  void everySignEitherLeadsSomewhereOrIsIgnoredWithAReason(Move.State state) {
    for (Sign sign : Sign.values()) {
      Trip trip = trip(state);

      Trip.Turn turn = trip.on(sign, "a note", NOW.plusSeconds(1));

      Optional<Move.State> next = Transitions.next(state, sign);
      boolean ignored = turn.steps().stream().anyMatch(Step.Ignored.class::isInstance);
      assertEquals(next.isEmpty(), ignored, state + " " + sign);
      assertEquals(next.orElse(state), turn.trip().move().state(), state + " " + sign);
      if (ignored) {
        assertEquals(trip, turn.trip());
        String why = Transitions.whyNot(state, sign);
        assertEquals(List.of(why), turn.steps().stream().map(TransitionsTest::message).toList());
        assertFalse(why.isBlank());
        assertFalse(why.equals("this can always be"), state + " " + sign);
      }
    }
  }

  @Test
  void noSignHasTwoConsequencesInOneState() {
    var pairs = new HashSet<List<Object>>();
    for (Transitions.Row row : Transitions.TABLE) {
      assertTrue(pairs.add(List.of(row.from(), row.sign())), () -> "twice: " + row);
    }
  }

  @Test
  void anEndedMoveOpensAgainOnlyIfItWasCalledFailedAndABeatListsItsWork() {
    for (Transitions.Row row : Transitions.TABLE) {
      boolean reopens = !row.from().open() && row.to().open();
      assertEquals(
          reopens, row.from() == Move.State.FAILED && row.sign() == Sign.LISTED, row::toString);
    }
  }

  @Test
  void theDiagramInTheDocsIsTheTable() throws IOException {
    String expected = diagram();
    Path fresh = Path.of("target", "move-machine.md");
    Files.createDirectories(fresh.toAbsolutePath().getParent());
    Files.writeString(fresh, expected);

    assertEquals(
        expected,
        Files.exists(DIAGRAM) ? Files.readString(DIAGRAM) : "",
        "the transitions have changed: cp scheduler/target/move-machine.md ops/docs/");
  }

  private static String diagram() {
    Map<List<Move.State>, List<String>> arrows = new LinkedHashMap<>();
    for (Transitions.Row row : Transitions.TABLE) {
      arrows
          .computeIfAbsent(List.of(row.from(), row.to()), key -> new ArrayList<>())
          .add(row.sign().words());
    }
    StringBuilder text = new StringBuilder();
    text.append("# The life of a move\n\n");
    text.append("Made from `Transitions.java` by its test, which fails when the two differ.\n\n");
    text.append("```mermaid\nstateDiagram-v2\n  [*] --> PLANNED\n");
    arrows.forEach(
        (pair, words) ->
            text.append("  " + pair.get(0) + " --> " + pair.get(1) + " : ")
                .append(String.join("<br/>", words))
                .append('\n'));
    text.append("  DONE --> [*]\n  FAILED --> [*]\n```\n\n");
    text.append("| from | when | to |\n| --- | --- | --- |\n");
    for (Transitions.Row row : Transitions.TABLE) {
      text.append("| " + row.from() + " | " + row.sign().words() + " | " + row.to() + " |\n");
    }
    text.append("\nEverything else can't be, and is ignored for a reason:\n\n");
    text.append("| in | when | why not |\n| --- | --- | --- |\n");
    for (Move.State state : Move.State.values()) {
      Map<String, List<String>> reasons = new LinkedHashMap<>();
      for (Sign sign : Sign.values()) {
        if (Transitions.next(state, sign).isEmpty()) {
          reasons
              .computeIfAbsent(Transitions.whyNot(state, sign), key -> new ArrayList<>())
              .add(sign.words());
        }
      }
      reasons.forEach(
          (why, words) ->
              text.append("| " + state + " | ")
                  .append(reasons.size() == 1 ? "all else" : String.join("; ", words))
                  .append(" | " + why + " |\n"));
    }
    return text.toString();
  }

  private static Trip trip(Move.State state) {
    Move move =
        new Move(
            new OperationId("m1"),
            World.vm("w1"),
            "w1",
            new HostId("h1"),
            new HostId("h2"),
            Move.Priority.BALANCE,
            state,
            NOW,
            Optional.empty(),
            Optional.empty(),
            "because");
    return Trip.begin(new MoveInput.Planned(move, "peer"), Policy.Transfer.DEFAULT, NOW);
  }

  private static String message(Step step) {
    return step instanceof Step.Ignored ignored ? ignored.message() : step.toString();
  }
}
