package io.ballast.ops.client;

import io.ballast.messages.VmOrder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Forgets a snapshot of a virtual machine. */
@Command(
    name = "delete-snapshot",
    mixinStandardHelpOptions = true,
    description = "Forget a snapshot of a VM, running or not; succeeds if there is none.",
    footer = {
      "",
      "The disks hold the same afterwards. What was cancelled or cut off can be asked for again;",
      "until then nobody can go back to that snapshot.",
      "",
      "Examples:",
      "  ballast vm delete-snapshot web1 before-upgrade"
    })
public final class VmDeleteSnapshotCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private SnapshotTarget target;

  public VmDeleteSnapshotCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return target.act(
        shell,
        "deleting a snapshot of",
        "deleted a snapshot of",
        vm -> new VmOrder.DeleteVmSnapshot(vm, target.snapshot));
  }
}
