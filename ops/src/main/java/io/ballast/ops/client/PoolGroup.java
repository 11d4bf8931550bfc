package io.ballast.ops.client;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands about storage pools. */
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "List the storage pools of the hosts, look at one.",
    footer = {"", "Examples:", "  ballast pool list", "  ballast pool show images --host h1"})
public final class PoolGroup implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: list, show, trash");
  }
}
