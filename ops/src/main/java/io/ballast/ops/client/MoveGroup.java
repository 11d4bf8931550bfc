package io.ballast.ops.client;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands about one move that is under way. */
@Command(
    name = "move",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Settle a move in doubt.",
    footer = {
      "",
      "Moves are begun with 'ballast migrate', given up with 'ballast cancel', and show in",
      "'ballast watch'.",
      "",
      "Examples:",
      "  ballast move settle web1 --on h2"
    })
public final class MoveGroup implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: settle; 'ballast migrate' begins a move, 'ballast cancel' gives it up");
  }
}
