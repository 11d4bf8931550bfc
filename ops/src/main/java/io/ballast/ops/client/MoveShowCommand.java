package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.messages.Outcome;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what was done for a move, and when. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show what was done for a move, step by step, and how long each step took.",
    footer = {
      "",
      "Moves are remembered for half an hour after their end. Of a VM the last one is shown.",
      "",
      "Examples:",
      "  ballast move show web1",
      "  ballast move show 5f0c... --json | jq '.measures'"
    })
public final class MoveShowCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "MOVE", description = "Id of the move, or name or UUID of its VM.")
  private String name = "";

  @Option(names = "--json", description = "Print the move as JSON, as a scheduler tells it.")
  private boolean json;

  @Mixin private FleetOptions options;

  public MoveShowCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Move move = named(connection.fleet());
      if (json) {
        shell.console().print(Json.pretty(Json.tree(move)));
      } else {
        show(move);
      }
      return ExitCode.OK.value();
    }
  }

  private Move named(Fleet fleet) {
    return fleet.moves().stream()
        .filter(
            move ->
                move.id().value().equals(name)
                    || move.name().equals(name)
                    || move.vm().toString().equals(name))
        .max(Comparator.comparing(Move::since))
        .orElseThrow(
            () ->
                new CommandFailure(
                    ExitCode.REFUSED,
                    "no move '%s' is known; 'ballast watch' shows the open ones, and those that ended more than half an hour ago are forgotten"
                        .formatted(name)));
  }

  private void show(Move move) {
    Console console = shell.console();
    console.print(
        "%s  %s → %s  %s: %s"
            .formatted(
                move.name(),
                move.from(),
                move.to(),
                move.state().name().toLowerCase(Locale.ROOT),
                move.note()));
    console.print("move " + move.id());
    move.measures().map(MoveShowCommand::words).ifPresent(console::print);
    if (!move.stages().isEmpty()) {
      console.print("");
      console.print(table(move, console).lines(console.width()));
    }
  }

  private static String words(Outcome.Migration measures) {
    return "in %s, of which the guest stood still for %s; sent %s of memory in %s"
        .formatted(
            Figures.duration(measures.total()),
            Figures.duration(measures.downtime()),
            measures.transferred(),
            Figures.count(measures.iterations(), "pass"));
  }

  private static Table table(Move move, Console console) {
    Ink ink = console.ink();
    Table table =
        new Table(
            ink,
            Table.Column.words("AT"),
            Table.Column.numbers("TOOK"),
            Table.Column.words("WHAT"));
    Optional<Instant> before = Optional.empty();
    for (Move.Stage stage : move.stages()) {
      table.row(
          ink.text(Figures.clock(stage.at(), console.zone())),
          ink.text(
              before.map(then -> Figures.duration(Duration.between(then, stage.at()))).orElse("")),
          ink.text(stage.what()));
      before = Optional.of(stage.at());
    }
    return table;
  }
}
