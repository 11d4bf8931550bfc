package io.ballast.ops.demo;

import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo measured.
 *
 * @param hosts how many
 * @param vms how many guests were booted
 * @param cpuSpreadBefore highest less lowest CPU share of the hosts, 0 to 1, before the first move
 * @param cpuSpreadAfter the same once nothing moved any more
 * @param longestGuestPauseMs longest time between two ticks of any guest
 * @param leftovers what was still there after the stage was taken down
 */
record Summary(
    String mode,
    int hosts,
    int vms,
    List<Moved> moves,
    double cpuSpreadBefore,
    double cpuSpreadAfter,
    long longestGuestPauseMs,
    Silence alert,
    List<String> leftovers) {

  /** One finished move. */
  record Moved(String vm, String from, String to, long totalMs, long downtimeMs) {
    static Moved of(Move move) {
      Outcome.Migration measures =
          move.measures()
              .orElseThrow(
                  () -> new DemoFailure("the move of " + move.name() + " has no measures"));
      return new Moved(
          move.name(),
          move.from().value(),
          move.to().value(),
          measures.total().toMillis(),
          measures.downtime().toMillis());
    }
  }

  /**
   * The host that was cut off and what the fleet made of it.
   *
   * @param detectedAfterMs from the cut to the alert
   * @param resolvedAfterMs from the power's return to the end of the alert
   * @param vms that the host took along, by name
   */
  record Silence(
      String host, String verdict, long detectedAfterMs, long resolvedAfterMs, List<String> vms) {}

  Summary {
    moves = List.copyOf(moves);
    cpuSpreadBefore = rounded(cpuSpreadBefore);
    cpuSpreadAfter = rounded(cpuSpreadAfter);
    leftovers = List.copyOf(leftovers);
  }

  private static double rounded(double share) {
    return Math.round(share * 1000) / 1000.0;
  }

  Summary withLeftovers(List<String> found) {
    return new Summary(
        mode,
        hosts,
        vms,
        moves,
        cpuSpreadBefore,
        cpuSpreadAfter,
        longestGuestPauseMs,
        alert,
        found);
  }

  /** For a person, a line each. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("%d hosts, %d VMs, moves: %d".formatted(hosts, vms, moves.size()));
    for (Moved move : moves) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-26s %5.1f s, downtime %d ms",
              move.vm() + " from " + move.from() + " to " + move.to(),
              move.totalMs() / 1000.0,
              move.downtimeMs()));
    }
    lines.add(row("longest pause of a guest", longestGuestPauseMs + " ms"));
    lines.add(
        row(
            "CPU spread of the hosts",
            String.format(
                Locale.ROOT,
                "%.0f points before, %.0f after",
                100 * cpuSpreadBefore,
                100 * cpuSpreadAfter)));
    lines.add(
        row(
            alert.host() + " lost its power",
            String.format(
                Locale.ROOT,
                "missed after %.1f s with %s; well %.1f s after its return",
                alert.detectedAfterMs() / 1000.0,
                String.join(", ", alert.vms()),
                alert.resolvedAfterMs() / 1000.0)));
    lines.add(row("left behind", leftovers.isEmpty() ? "nothing" : String.join("; ", leftovers)));
    return lines;
  }

  private static String row(String what, String measured) {
    return String.format(Locale.ROOT, "  %-26s %s", what, measured);
  }
}
