package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.work.Verdict.Look;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply.Refused;
import io.ballast.messages.VmState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class VerdictTest {
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
  void everyCombinationHasItsVerdict() {
    assertEquals(TABLE, looks().stream().map(VerdictTest::row).collect(Collectors.joining()));
  }

  @Test
  void aFailureCarriesTheReasonOfTheCause() {
    Refused cancelled = new Refused(Reason.CANCELLED, "the migration was cancelled");

    Outcome verdict = Verdict.of(seen(VmState.RUNNING), new Look.Seen(Optional.empty()), cancelled);

    assertEquals(new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), verdict);
  }

  @Test
  void aGuestThatRunsTwiceIsNeverCalledFailed() {
    Outcome verdict = Verdict.of(seen(VmState.RUNNING), seen(VmState.RUNNING), BROKE);

    assertEquals(
        new Outcome.Unknown("it broke; it is running here and running at the target"), verdict);
  }

  @Test
  void aHostThatDoesNotAnswerIsNamedWithItsWords() {
    Outcome verdict = Verdict.of(seen(VmState.RUNNING), new Look.NotSeen("no route"), BROKE);

    assertEquals(
        new Outcome.Unknown("it broke; the target does not say what it runs (no route)"), verdict);
  }

  @Test
  void aGuestThatIsLeftPausedIsSaidToBe() {
    Outcome verdict = Verdict.of(seen(VmState.PAUSED), new Look.Seen(Optional.empty()), BROKE);

    assertTrue(verdict.toString().contains("it is paused here"), verdict::toString);
  }

  private static String row(Look here) {
    String name =
        switch (here) {
          case Look.Seen seen -> seen.state().map(VmState::name).orElse("none");
          case Look.NotSeen unseen -> "unseen";
        };
    return String.format("%-15s", name)
        + looks().stream()
            .map(there -> letter(Verdict.of(here, there, BROKE)))
            .collect(Collectors.joining())
        + "\n";
  }

  private static String letter(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> "D";
      case Outcome.Failed failed -> "F";
      case Outcome.Unknown unknown -> ".";
    };
  }

  private static List<Look> looks() {
    List<Look> looks = new ArrayList<>(Arrays.stream(VmState.values()).map(s -> seen(s)).toList());
    looks.add(new Look.Seen(Optional.empty()));
    looks.add(new Look.NotSeen("no answer"));
    return looks;
  }

  private static Look seen(VmState state) {
    return new Look.Seen(Optional.of(state));
  }
}
