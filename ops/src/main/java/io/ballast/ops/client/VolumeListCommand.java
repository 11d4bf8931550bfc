package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the volumes of a pool as the storage has them now. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the volumes of a pool as the storage has them now.",
    footer = {
      "",
      "SIZE is what a guest sees, TAKES what the volume takes of its pool.",
      "",
      "Examples:",
      "  ballast volume list images",
      "  ballast volume list images --host h1 --json | jq -r '.volumes[].id'"
    })
public final class VolumeListCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "POOL", description = "Name of the pool.")
  private String pool = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Whose pool, if several hosts have one of that name.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, pool, volumes} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public VolumeListCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    StorageCommand<Reply.VolumesListed> asked;
    try {
      asked = new StorageCommand.ListVolumes(pool);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      HostId at = PoolPlace.of(connection.fleet(), pool, Optional.ofNullable(host));
      Reply.VolumesListed listed = connection.askLooking(at, asked);
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", at.value());
        shown.setAll((ObjectNode) Json.of(listed));
        console.print(Json.pretty(shown));
      } else if (listed.volumes().isEmpty()) {
        console.print(
            "pool %s on %s is empty; 'ballast volume create %s/NAME SIZE' makes a disk"
                .formatted(pool, at, pool));
      } else {
        console.print(table(listed, console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(Reply.VolumesListed listed, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("VOLUME"),
            Table.Column.words("FORMAT"),
            Table.Column.numbers("SIZE"),
            Table.Column.numbers("TAKES"),
            Table.Column.words("USED BY"));
    for (Volume volume : listed.volumes()) {
      table.row(
          ink.strong(volume.id().toString()),
          ink.text(volume.format()),
          ink.text(volume.capacity().toString()),
          ink.text(volume.allocated().toString()),
          ink.text(volume.usersText()));
    }
    return table;
  }
}
