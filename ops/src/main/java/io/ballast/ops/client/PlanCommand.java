package io.ballast.ops.client;

import io.ballast.messages.Decision;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what the balancer would do now. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description = "Show what would be moved now, or in a saved picture, and why; nothing is moved.",
    footer = {
      "",
      "Moves of one wave share no host and may run side by side. Below them stands what was",
      "weighed, before and as expected after the moves (less is better), and how often each rule",
      "spoke against a possible move.",
      "",
      "Examples:",
      "  ballast plan",
      "  ballast plan --json | jq '.moves | length'",
      "  ballast plan --from fleet.json                     as even as is worth it",
      "  ballast plan --from fleet.json --frontier          what each further GiB buys",
      "  ballast plan --from fleet.json --policy ballast.yaml"
    })
public final class PlanCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private FleetOptions options;

  @ArgGroup(exclusive = false, heading = "%nOn paper:%n")
  private @Nullable PaperPlan paper;

  @Option(names = "--json", description = "Print the decision as JSON, as a scheduler tells it.")
  private boolean json;

  public PlanCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (paper != null) {
      paper.print(shell.console(), shell.environment(), json);
      return ExitCode.OK.value();
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Reply.Planned reply = connection.askScheduler(new SchedulerCommand.PlanMoves());
      if (json) {
        shell.console().print(Json.pretty(Json.of(reply).at("/decision")));
      } else {
        print(reply.decision(), shell.console());
      }
      return ExitCode.OK.value();
    }
  }

  static void print(Decision decision, Console console) {
    Ink ink = console.ink();
    Figures.wrap(decision.cluster() + ": " + decision.summary(), console.width())
        .forEach(console::print);
    Table moves =
        new Table(
            ink,
            Table.Column.numbers("WAVE"),
            Table.Column.words("VM"),
            Table.Column.words("FROM " + ink.arrow() + " TO"),
            Table.Column.words("WHY"));
    for (Decision.PlannedMove move : decision.moves()) {
      moves.row(
          ink.text(Integer.toString(move.wave())),
          ink.strong(move.name()),
          ink.text(move.from() + " " + ink.arrow() + " " + move.to()),
          ink.text(move.why()));
    }
    section(moves, console);
    Table terms =
        new Table(
            ink,
            Table.Column.words("WEIGHED"),
            Table.Column.numbers("NOW"),
            Table.Column.numbers("AFTER"));
    for (Decision.Term term : decision.terms()) {
      terms.row(ink.text(term.name()), number(term.before(), ink), number(term.after(), ink));
    }
    section(terms, console);
    Table objections =
        new Table(ink, Table.Column.words("OBJECTION"), Table.Column.numbers("TIMES"));
    decision.objections().entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .forEach(
            entry ->
                objections.row(ink.text(entry.getKey()), ink.text(entry.getValue().toString())));
    section(objections, console);
  }

  private static void section(Table table, Console console) {
    if (!table.isEmpty()) {
      console.print("");
      console.print(table.lines(console.width()));
    }
  }

  private static picocli.CommandLine.Help.Ansi.Text number(double value, Ink ink) {
    return ink.text(String.format(java.util.Locale.ROOT, "%.3f", value));
  }
}
