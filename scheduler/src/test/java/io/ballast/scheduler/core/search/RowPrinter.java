package io.ballast.scheduler.core.search;

import java.io.PrintStream;
import java.util.List;

/** Prints rows as they come; their cells line up, for the widths are settled before. */
final class RowPrinter {
  private static final String GAP = "  ";

  private final PrintStream out;
  private final String form;

  /**
   * Prints the titles.
   *
   * @param fleets whose names have to have the space
   */
  RowPrinter(PrintStream out, List<PaperFleet> fleets) {
    this.out = out;
    int widest = fleets.stream().mapToInt(fleet -> fleet.name().length()).max().orElse(1);
    form =
        String.join(
            GAP,
            "%-" + Math.max(widest, 5) + "s",
            "%-10s",
            "%8s",
            "%8s",
            "%6s",
            "%6s",
            "%9s",
            "%8s",
            "%8s",
            "%6s",
            "%s");
    print(Row.TITLES);
  }

  void print(Row row) {
    print(row.cells());
  }

  private void print(List<String> cells) {
    out.println(form.formatted(cells.toArray()).stripTrailing());
    out.flush();
  }
}
