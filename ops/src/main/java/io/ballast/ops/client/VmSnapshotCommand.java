package io.ballast.ops.client;

import io.ballast.messages.VmOrder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Keeps what all disks of a virtual machine hold at one moment. */
@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = "Keep what all disks of a VM hold at one moment, whether it runs or not.",
    footer = {
      "",
      "The guest's agent is asked to bring its file systems to rest for that moment. Where it does",
      "not answer the disks are kept as after a cut of the power, and the line that is printed"
          + " says",
      "so. The VM's disks must be files in pools. Its memory is not kept.",
      "",
      "Examples:",
      "  ballast vm snapshot web1 before-upgrade",
      "  ballast vm snapshot web1 nightly --quiesce required"
    })
public final class VmSnapshotCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private SnapshotTarget target;

  @Option(
      names = "--quiesce",
      paramLabel = "WHEN",
      defaultValue = "auto",
      description =
          "Whether the guest's file systems are brought to rest: auto, required, never (default:"
              + " ${DEFAULT-VALUE}).")
  private VmOrder.SnapshotVm.Quiesce quiesce = VmOrder.SnapshotVm.Quiesce.AUTO;

  public VmSnapshotCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return target.act(
        shell,
        "keeping the disks of",
        "kept the disks of",
        vm -> new VmOrder.SnapshotVm(vm, target.snapshot, quiesce));
  }
}
