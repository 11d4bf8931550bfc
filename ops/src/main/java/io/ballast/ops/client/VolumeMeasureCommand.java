package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says how much a copy of a disk would take. */
@Command(
    name = "measure",
    mixinStandardHelpOptions = true,
    description = "Say how much a copy of a disk would take.",
    footer = {
      "",
      "Examples:",
      "  ballast volume measure images/web1.qcow2",
      "  ballast volume measure images/web1.qcow2 --format raw --json | jq .needed"
    })
public final class VolumeMeasureCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "qcow2",
      description = "Of the copy: qcow2 or raw (default: ${DEFAULT-VALUE}).")
  private Volume.Format format = Volume.Format.QCOW2;

  @Option(names = "--json", description = "Print {host, needed, most} in bytes as JSON.")
  private boolean json;

  public VolumeMeasureCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, target.options.fleet)) {
      HostId host =
          PoolPlace.of(
              connection.fleet(), target.volume().pool(), Optional.ofNullable(target.options.host));
      Reply.VolumeMeasured measured =
          connection.askLooking(host, new StorageCommand.MeasureVolume(target.volume(), format));
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", host.value());
        shown.setAll((ObjectNode) Json.of(measured));
        shell.console().print(Json.pretty(shown));
      } else {
        shell
            .console()
            .print(
                "a copy of %s in %s takes %s, and %s if all of it were written"
                    .formatted(target.volume(), format.word(), measured.needed(), measured.most()));
      }
      return ExitCode.OK.value();
    }
  }
}
