package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Looks whether guests would read the same in two disks. */
@Command(
    name = "compare",
    mixinStandardHelpOptions = true,
    description = "Look whether a guest would read the same in two disks, whatever their forms.",
    footer = {
      "",
      "A difference is a failure, exit 1.",
      "",
      "Examples:",
      "  ballast volume compare images/web1.qcow2 backup/web1.raw"
    })
public final class VolumeCompareCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeReport report;

  @Parameters(
      index = "1",
      paramLabel = "POOL/OTHER",
      converter = VolumeTarget.Volumes.class,
      description = "The other volume, such as images/web2.qcow2.")
  private @Nullable VolumeId other;

  public VolumeCompareCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    return report.print(
        shell,
        "comparing",
        "compared",
        () -> new CompareVolumes(report.volume(), requireNonNull(other)));
  }
}
