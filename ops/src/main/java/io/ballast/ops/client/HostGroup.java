package io.ballast.ops.client;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands about one host. */
@Command(
    name = "host",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Forget a host that is gone for good.",
    footer = {"", "'ballast hosts' lists them.", "", "Examples:", "  ballast host forget h1"})
public final class HostGroup implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: forget; 'ballast hosts' lists the hosts");
  }
}
