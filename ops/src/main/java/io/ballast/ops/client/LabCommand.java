package io.ballast.ops.client;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Stands for the lab in the help; the launcher hands its words to the lab itself. */
@Command(
    name = "lab",
    mixinStandardHelpOptions = true,
    description = "Several KVM hosts on this machine, to try things out (as root).",
    footer = {
      "",
      "Examples:",
      "  ops/ballast lab up 3",
      "  ops/ballast lab status",
      "  ops/ballast lab down",
      "  ops/ballast lab --help      everything that it can do"
    })
public final class LabCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "up N|down|status", description = "What to do.")
  private List<String> words = List.of();

  @Override
  public Integer call() {
    throw new CommandFailure(
        ExitCode.USAGE,
        "the lab is started as 'ops/ballast lab " + String.join(" ", words) + "', not by the jar");
  }
}
