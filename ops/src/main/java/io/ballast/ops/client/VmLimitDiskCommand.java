package io.ballast.ops.client;

import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.DiskOrder;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Holds a disk of a virtual machine to limits. */
@Command(
    name = "limit-disk",
    mixinStandardHelpOptions = true,
    description = "Hold a disk of a VM to some limits and no others, at once and for good.",
    footer = {
      "",
      "Amounts are those of a second. The limits go along when the VM moves.",
      "",
      "Examples:",
      "  ballast vm limit-disk web1 vda --bytes 50MiB --requests 500",
      "  ballast vm limit-disk web1 vda --write-bytes 20MiB",
      "  ballast vm limit-disk web1 vda --none"
    })
public final class VmLimitDiskCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private DiskTarget target;

  @Option(
      names = "--bytes",
      paramLabel = "SIZE",
      converter = VolumeTarget.Size.class,
      description = "Most to read and write together.")
  private @Nullable Bytes bytes;

  @Option(
      names = "--read-bytes",
      paramLabel = "SIZE",
      converter = VolumeTarget.Size.class,
      description = "Most to read.")
  private @Nullable Bytes readBytes;

  @Option(
      names = "--write-bytes",
      paramLabel = "SIZE",
      converter = VolumeTarget.Size.class,
      description = "Most to write.")
  private @Nullable Bytes writeBytes;

  @Option(names = "--requests", paramLabel = "N", description = "Most requests of both kinds.")
  private @Nullable Long requests;

  @Option(names = "--read-requests", paramLabel = "N", description = "Most requests to read.")
  private @Nullable Long readRequests;

  @Option(names = "--write-requests", paramLabel = "N", description = "Most requests to write.")
  private @Nullable Long writeRequests;

  @Option(names = "--none", description = "No limits any more.")
  private boolean none;

  public VmLimitDiskCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    DiskLimits limits;
    try {
      limits =
          new DiskLimits(
              Optional.ofNullable(bytes),
              Optional.ofNullable(readBytes),
              Optional.ofNullable(writeBytes),
              Optional.ofNullable(requests),
              Optional.ofNullable(readRequests),
              Optional.ofNullable(writeRequests));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    if (none != limits.equals(DiskLimits.NONE)) {
      throw new CommandFailure(ExitCode.USAGE, "say some limits, or --none");
    }
    return DiskTarget.act(
        shell,
        target.vm,
        "limiting %s of".formatted(target.disk),
        "limited %s of".formatted(target.disk),
        name -> new DiskOrder.LimitDisk(name, target.disk, limits));
  }
}
