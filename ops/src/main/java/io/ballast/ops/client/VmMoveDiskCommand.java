package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.DiskOrder;
import io.ballast.messages.VolumeId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a disk of a virtual machine lie on another volume of its host. */
@Command(
    name = "move-disk",
    mixinStandardHelpOptions = true,
    description = "Move a disk of a VM to another pool of its host, while it runs or is off.",
    footer = {
      "",
      "The new volume is made; it holds the same and stands alone. The old one is deleted then.",
      "'ballast volume cancel' gives it up, and the disk stays where it is.",
      "",
      "Examples:",
      "  ballast vm move-disk web1 vda fast/web1",
      "  ballast vm move-disk web1 vda fast/web1 --keep     the old volume stays"
    })
public final class VmMoveDiskCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private DiskTarget target;

  @Parameters(
      index = "2",
      paramLabel = "POOL/VOLUME",
      converter = VolumeTarget.Volumes.class,
      description = "The new volume; its pool is a folder.")
  private @Nullable VolumeId into;

  @Option(names = "--keep", description = "Do not delete the old volume.")
  private boolean keep;

  public VmMoveDiskCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    VolumeId disk = requireNonNull(into);
    return DiskTarget.act(
        shell,
        target.vm,
        "moving %s to %s of".formatted(target.disk, disk),
        "moved %s to %s of".formatted(target.disk, disk),
        name ->
            new DiskOrder.MoveDisk(
                name, target.disk, disk, Optional.of(keep).filter(stays -> stays)));
  }
}
