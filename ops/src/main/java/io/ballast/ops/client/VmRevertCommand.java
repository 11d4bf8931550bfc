package io.ballast.ops.client;

import io.ballast.messages.VmOrder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Gives the disks of a virtual machine what a snapshot keeps. */
@Command(
    name = "revert",
    mixinStandardHelpOptions = true,
    description = "Give all disks of a VM that is off what a snapshot keeps.",
    footer = {
      "",
      "What the disks hold now is lost, unless another snapshot keeps it. All snapshots stay.",
      "",
      "Examples:",
      "  ballast vm revert web1 before-upgrade"
    })
public final class VmRevertCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private SnapshotTarget target;

  public VmRevertCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return target.act(
        shell,
        "reverting the disks of",
        "reverted the disks of",
        vm -> new VmOrder.RevertVm(vm, target.snapshot));
  }
}
