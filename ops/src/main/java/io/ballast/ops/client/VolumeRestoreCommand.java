package io.ballast.ops.client;

import io.ballast.messages.VolumeOrder;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Brings a volume back from the trash of its pool. */
@Command(
    name = "restore",
    mixinStandardHelpOptions = true,
    description = "Bring a disk back from the trash of its pool.",
    footer = {
      "",
      "With --id the disk may come back under another name.",
      "",
      "Examples:",
      "  ballast volume restore vms/web1",
      "  ballast volume restore vms/web1-old --id 10a76b8b4567"
    })
public final class VolumeRestoreCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Its id in the trash; needed if several there had that name.")
  private @Nullable String id;

  public VolumeRestoreCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    AgentWork.Carried carried =
        AgentWork.carryOut(
            shell,
            target.options,
            target.volume().pool(),
            () -> new VolumeOrder.RestoreVolume(target.volume(), Optional.ofNullable(id)),
            "restoring " + target.volume());
    shell.console().print("restored " + target.volume() + carried.words());
    return ExitCode.OK.value();
  }
}
