package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what lies in the trash of a pool. */
@Command(
    name = "trash",
    mixinStandardHelpOptions = true,
    description = "List the disks in the trash of a pool of Ceph.",
    footer = {"", "Examples:", "  ballast pool trash vms", "  ballast volume restore vms/web1"})
public final class PoolTrashCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Shell shell;

  @Parameters(paramLabel = "POOL", description = "Name of the pool.")
  private String pool = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Whose pool, if several hosts have one of that name.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, volumes} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public PoolTrashCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    StorageCommand<Reply.TrashListed> asked;
    try {
      asked = new StorageCommand.ListTrash(pool);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      HostId at = PoolPlace.of(connection.fleet(), pool, Optional.ofNullable(host));
      Reply.TrashListed listed = connection.askLooking(at, asked);
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", at.value());
        shown.setAll((ObjectNode) Json.of(listed));
        console.print(Json.pretty(shown));
      } else if (listed.volumes().isEmpty()) {
        console.print("nothing in the trash of pool " + pool);
      } else {
        console.print(table(listed, console).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(Reply.TrashListed listed, Console console) {
    Ink ink = console.ink();
    Table table =
        new Table(
            ink,
            Table.Column.words("VOLUME"),
            Table.Column.words("ID"),
            Table.Column.words("SINCE"),
            Table.Column.words("KEPT UNTIL"));
    for (Volume.Trashed volume : listed.volumes()) {
      table.row(
          ink.strong(volume.name()),
          ink.text(volume.id()),
          ink.text(TIME.format(volume.at().atZone(console.zone()))),
          ink.text(TIME.format(volume.until().atZone(console.zone()))));
    }
    return table;
  }
}
