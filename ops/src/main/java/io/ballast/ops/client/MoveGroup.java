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
    description = "Change a move under way, or settle one in doubt.",
    footer = {
      "",
      "Moves are begun with 'ballast migrate', given up with 'ballast cancel', and show in",
      "'ballast watch'.",
      "",
      "Examples:",
      "  ballast move set web1 --downtime 2s",
      "  ballast move settle web1 --on h2"
    })
public final class MoveGroup implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: set or settle; 'ballast migrate' begins a move, 'ballast cancel' gives it"
            + " up");
  }
}
