package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.DiskOrder;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Plugs a volume into a virtual machine. */
@Command(
    name = "attach-disk",
    mixinStandardHelpOptions = true,
    description = "Plug a volume into a VM as one more disk, at once if it runs, and for good.",
    footer = {
      "",
      "A disk that a guest once used as raw may look like an image of another form, as the guest",
      "wrote it: say --format raw then.",
      "",
      "Examples:",
      "  ballast volume create images/data 20GiB --host h1",
      "  ballast vm attach-disk web1 images/data",
      "  ballast vm attach-disk web1 images/data --target vdc --read-only"
    })
public final class VmAttachDiskCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VmTarget vm;

  @Parameters(
      index = "1",
      paramLabel = "POOL/VOLUME",
      converter = VolumeTarget.Volumes.class,
      description = "The volume, such as images/data.")
  private @Nullable VolumeId volume;

  @Option(
      names = "--target",
      paramLabel = "DISK",
      description = "Where, such as vdc (default: the first free place).")
  private @Nullable String target;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "raw or qcow2 (default: the one that it has).")
  private @Nullable Format format;

  @Option(names = "--read-only", description = "The guest may only read it.")
  private boolean readOnly;

  public VmAttachDiskCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    VolumeId disk = requireNonNull(volume);
    return DiskTarget.act(
        shell,
        vm,
        "plugging %s into".formatted(disk),
        "plugged %s into".formatted(disk),
        name ->
            new DiskOrder.AttachDisk(
                name,
                disk,
                Optional.ofNullable(target),
                Optional.ofNullable(format),
                Optional.of(readOnly).filter(only -> only)));
  }
}
