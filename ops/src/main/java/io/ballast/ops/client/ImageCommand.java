package io.ballast.ops.client;

import static java.util.Objects.requireNonNull;

import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings disk images into pools and out of them, by the storage agent of a host. */
@Command(
    name = "image",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Import and export disk images by the exchange folder of a host.",
    footer = {
      "",
      "The exchange folder is agent.exchange in the configuration of the host's agent,",
      "/var/lib/ballast/exchange unless said otherwise. Images are qcow2, raw, vmdk, vdi or vhdx.",
      "",
      "Examples:",
      "  ballast image import appliance.vmdk images/web1.qcow2 --host h1",
      "  ballast image export images/web1.qcow2 web1.vhdx --form vhdx"
    })
public final class ImageCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  public ImageCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "say what to do: import, export");
  }

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description =
          "Make a disk of an image in the exchange folder, or of one that a server offers.",
      footer = {
        "",
        "Servers are those that agent.images.from names in the configuration of the host's agent.",
        "Its form is told by its content. An image that names other files, such as a backing file,",
        "is refused: flatten it where it comes from.",
        "",
        "Examples:",
        "  ballast image import appliance.vmdk images/web1.qcow2 --host h1",
        "  ballast image import https://images.example/debian-12.qcow2 images/debian-12 --sha256"
            + " DIGITS"
      })
  int bring(
      @Parameters(
              index = "0",
              paramLabel = "FILE",
              description = "Name in the exchange folder, or an address with http:// or https://.")
          String file,
      @Parameters(
              index = "1",
              paramLabel = "POOL/VOLUME",
              converter = VolumeTarget.Volumes.class,
              description = "The new volume, such as images/web1.qcow2.")
          VolumeId volume,
      @Mixin WorkOptions options,
      @Option(
              names = "--format",
              paramLabel = "FORMAT",
              defaultValue = "qcow2",
              description = "Of the new disk: qcow2 or raw (default: ${DEFAULT-VALUE}).")
          Volume.Format format,
      @Option(
              names = "--sha256",
              paramLabel = "DIGITS",
              description = "Of the image at an address; another one is refused.")
          @Nullable String sha256) {
    Words words = new Words("importing", "imported", file + " as " + volume);
    return act(volume, options, words, () -> imported(file, volume, format, sha256));
  }

  private static VolumeOrder imported(
      String file, VolumeId volume, Volume.Format format, @Nullable String sha256) {
    if (file.contains("://")) {
      return new VolumeOrder.FetchVolume(volume, file, Optional.ofNullable(sha256), format);
    }
    if (sha256 != null) {
      throw new IllegalArgumentException("--sha256 goes with an address, such as https://...");
    }
    return new VolumeOrder.ImportVolume(volume, file, format);
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Write a copy of a disk into the exchange folder.",
      footer = {
        "",
        "Nothing that is there is replaced.",
        "",
        "Examples:",
        "  ballast image export images/web1.qcow2 web1.qcow2 --compress",
        "  ballast image export images/web1.qcow2 web1.vhdx --form vhdx"
      })
  int take(
      @Parameters(
              index = "0",
              paramLabel = "POOL/VOLUME",
              converter = VolumeTarget.Volumes.class,
              description = "The volume, such as images/web1.qcow2.")
          @Nullable VolumeId volume,
      @Parameters(index = "1", paramLabel = "FILE", description = "Name in the exchange folder.")
          String file,
      @Mixin WorkOptions options,
      @Option(
              names = "--form",
              paramLabel = "FORM",
              defaultValue = "qcow2",
              description = "qcow2, raw, vmdk, vdi or vhdx (default: ${DEFAULT-VALUE}).")
          VolumeOrder.ExportVolume.Form form,
      @Option(names = "--compress", description = "Make it small; takes longer. qcow2 and vmdk.")
          boolean compress) {
    VolumeId source = requireNonNull(volume);
    return act(
        source,
        options,
        new Words("exporting", "exported", source + " as " + file),
        () -> new VolumeOrder.ExportVolume(source, file, form, compress));
  }

  /** What is done, for a person. */
  private record Words(String doing, String done, String what) {}

  private int act(
      VolumeId volume,
      WorkOptions options,
      Words words,
      Supplier<? extends StorageCommand<Reply.Accepted>> order) {
    AgentWork.Carried carried =
        AgentWork.carryOut(
            shell, options, volume.pool(), order, words.doing() + " " + words.what());
    shell.console().print(words.done() + " " + words.what() + carried.words());
    return ExitCode.OK.value();
  }
}
