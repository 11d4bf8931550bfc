package io.ballast.ops.client;

import io.ballast.messages.VolumeOrder;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes what changed in a volume between two snapshots into the exchange folder. */
@Command(
    name = "export-diff",
    mixinStandardHelpOptions = true,
    description = "Write what changed in a disk between two snapshots into the exchange folder.",
    footer = {
      "",
      "In pools of Ceph only; a VM may run meanwhile. 'rbd import-diff' puts the file upon a disk",
      "that is as it was at --from. Without --from the file holds all of the disk.",
      "",
      "Examples:",
      "  ballast volume export-diff vms/web1 monday web1-monday.diff",
      "  ballast volume export-diff vms/web1 tuesday web1-tuesday.diff --from monday"
    })
public final class VolumeExportDiffCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "Up to which it goes.")
  private String until = "";

  @Parameters(index = "2", paramLabel = "FILE", description = "Name in the exchange folder.")
  private String file = "";

  @Option(names = "--from", paramLabel = "SNAPSHOT", description = "From which it goes.")
  private @Nullable String from;

  public VolumeExportDiffCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    AgentWork.Carried carried =
        AgentWork.carryOut(
            shell,
            target.options,
            target.volume().pool(),
            () ->
                new VolumeOrder.ExportDifference(
                    target.volume(), Optional.ofNullable(from), until, file),
            "exporting the difference of " + target.volume());
    shell.console().print("exported the difference of " + target.volume() + carried.words());
    return ExitCode.OK.value();
  }
}
