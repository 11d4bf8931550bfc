package io.ballast.ops.client;

import io.ballast.messages.DiskOrder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Takes a disk off a virtual machine. */
@Command(
    name = "detach-disk",
    mixinStandardHelpOptions = true,
    description = "Take a disk off a VM; the volume stays as it is.",
    footer = {
      "",
      "The guest of a VM that runs has to let go of it: unmount it there first.",
      "",
      "Examples:",
      "  ballast vm detach-disk web1 vdb"
    })
public final class VmDetachDiskCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private DiskTarget target;

  public VmDetachDiskCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return DiskTarget.act(
        shell,
        target.vm,
        "taking %s off".formatted(target.disk),
        "took %s off".formatted(target.disk),
        name -> new DiskOrder.DetachDisk(name, target.disk));
  }
}
