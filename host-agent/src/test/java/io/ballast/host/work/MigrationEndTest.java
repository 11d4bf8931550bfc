package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.work.MigrationEnd.Sighting;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.ballast.messages.VmState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MigrationEndTest {
  private static final Refused BROKE = new Refused(Reason.HYPERVISOR_REFUSED, "it broke");

  /** Rows: here. Columns: there, in the order of the rows. D = done, F = failed, . = unknown. */
  private static final String TABLE =
      """
      RUNNING        ...FF.F.
      PAUSED         ...FF.F.
      SHUTTING_DOWN  ...FF.F.
      SHUT_OFF       D.....F.
      CRASHED        D.....F.
      SLEEPING       ...FF.F.
      none           D.......
      unseen         ........
      """;

  @Test
  void everyCombinationHasItsEnd() {
    assertEquals(
        TABLE, sightings().stream().map(MigrationEndTest::row).collect(Collectors.joining()));
  }

  @Test
  void whatDidNotRunIsWhereItAloneIsDefined() {
    Sighting off = seen(VmState.SHUT_OFF);
    Sighting none = new Sighting.Seen(Optional.empty());

    assertEquals(new Outcome.Done(Optional.empty()), MigrationEnd.ofResting(none, off, BROKE));
    assertEquals(
        new Outcome.Done(Optional.empty()),
        MigrationEnd.ofResting(none, seen(VmState.RUNNING), BROKE),
        "somebody has started it there");
    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "it broke"),
        MigrationEnd.ofResting(off, none, BROKE));
    for (Sighting there : List.of(off, new Sighting.NotSeen("no route"))) {
      assertTrue(MigrationEnd.ofResting(off, there, BROKE) instanceof Outcome.Unknown);
    }
    assertTrue(MigrationEnd.ofResting(none, none, BROKE) instanceof Outcome.Unknown);
    assertTrue(
        MigrationEnd.ofResting(new Sighting.NotSeen("it hangs"), off, BROKE)
            instanceof Outcome.Unknown);
  }

  @Test
  void aFailureCarriesTheReasonOfTheCause() {
    Refused cancelled = new Refused(Reason.CANCELLED, "the migration was cancelled");

    Outcome end =
        MigrationEnd.of(seen(VmState.RUNNING), new Sighting.Seen(Optional.empty()), cancelled);

    assertEquals(new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), end);
  }

  @Test
  void aGuestThatRunsTwiceIsNeverCalledFailed() {
    Outcome end = MigrationEnd.of(seen(VmState.RUNNING), seen(VmState.RUNNING), BROKE);

    assertEquals(
        new Outcome.Unknown("it broke; it is running here and running at the target"), end);
  }

  @Test
  void aHostThatDoesNotAnswerIsNamedWithItsWords() {
    Outcome end = MigrationEnd.of(seen(VmState.RUNNING), new Sighting.NotSeen("no route"), BROKE);

    assertEquals(
        new Outcome.Unknown("it broke; the target does not say what it runs (no route)"), end);
  }

  @Test
  void aGuestThatIsLeftPausedIsSaidToBe() {
    Outcome end = MigrationEnd.of(seen(VmState.PAUSED), new Sighting.Seen(Optional.empty()), BROKE);

    assertTrue(end.toString().contains("it is paused here"), end::toString);
  }

  /** Rows: here. Columns: there, as above. R = let it run there, X = drop it there. */
  private static final String HELD =
      """
      RUNNING        .X......
      PAUSED         ........
      SHUTTING_DOWN  ........
      SHUT_OFF       .R......
      CRASHED        .R......
      SLEEPING       ........
      none           .R......
      unseen         ........
      """;

  @Test
  void whatIsHeldRunsOnlyWhereItDoesNotRunHere() {
    assertEquals(
        HELD,
        sightings().stream()
            .map(here -> row(here, there -> letter(MigrationEnd.rest(here, there, false))))
            .collect(Collectors.joining()));
  }

  @Test
  void whatIsHalfDroppedIsDroppedAgain() {
    assertEquals(
        MigrationEnd.Rest.DROP,
        MigrationEnd.rest(seen(VmState.RUNNING), seen(VmState.SHUT_OFF), true));
    assertEquals(
        MigrationEnd.Rest.OPEN,
        MigrationEnd.rest(new Sighting.Seen(Optional.empty()), seen(VmState.SHUT_OFF), true));
  }

  private static String letter(MigrationEnd.Rest rest) {
    return switch (rest) {
      case OPEN -> ".";
      case LET_RUN -> "R";
      case DROP -> "X";
    };
  }

  private static String row(Sighting here) {
    return row(here, there -> letter(MigrationEnd.of(here, there, BROKE)));
  }

  private static String row(Sighting here, Function<Sighting, String> letter) {
    String name =
        switch (here) {
          case Sighting.Seen seen -> seen.state().map(VmState::name).orElse("none");
          case Sighting.NotSeen unseen -> "unseen";
        };
    return String.format("%-15s", name)
        + sightings().stream().map(letter).collect(Collectors.joining())
        + "\n";
  }

  private static String letter(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> "D";
      case Outcome.Failed failed -> "F";
      case Outcome.Unknown unknown -> ".";
    };
  }

  private static List<Sighting> sightings() {
    List<Sighting> sightings =
        new ArrayList<>(Arrays.stream(VmState.values()).map(s -> seen(s)).toList());
    sightings.add(new Sighting.Seen(Optional.empty()));
    sightings.add(new Sighting.NotSeen("no answer"));
    return sightings;
  }

  private static Sighting seen(VmState state) {
    return new Sighting.Seen(Optional.of(state));
  }
}
