package io.ballast.ops.client;

import io.ballast.messages.VolumeOrder.CheckVolume;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks whether a disk is sound. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Look whether a qcow2 disk is sound, and repair it if asked.",
    footer = {
      "",
      "Errors that stay are a failure, exit 1. Repairing all may lose what guests wrote: take a",
      "copy first.",
      "",
      "Examples:",
      "  ballast volume check images/web1.qcow2",
      "  ballast volume check images/web1.qcow2 --repair leaks",
      "  ballast volume check images/web1.qcow2 --json | jq -r .report"
    })
public final class VolumeCheckCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeReport report;

  @Option(
      names = "--repair",
      paramLabel = "WHAT",
      defaultValue = "none",
      description = "none, leaks or all (default: ${DEFAULT-VALUE}).")
  private CheckVolume.Repair repair = CheckVolume.Repair.NONE;

  public VolumeCheckCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return report.print(
        shell, "checking", "checked", () -> new CheckVolume(report.volume(), repair));
  }
}
