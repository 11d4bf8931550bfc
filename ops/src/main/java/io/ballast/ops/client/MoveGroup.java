package io.ballast.ops.client;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands about one move. */
@Command(
    name = "move",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Show a move, change one under way, or settle one in doubt.",
    footer = {
      "",
      "Moves are begun with 'ballast migrate', given up with 'ballast cancel', and show in",
      "'ballast watch'.",
      "",
      "Examples:",
      "  ballast move show web1",
      "  ballast move set web1 --downtime 2s",
      "  ballast move settle web1 --on h2"
    })
public final class MoveGroup implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: show, set or settle; 'ballast migrate' begins a move, 'ballast cancel'"
            + " gives it up");
  }
}
