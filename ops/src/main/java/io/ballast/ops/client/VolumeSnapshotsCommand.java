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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the snapshots in a volume. */
@Command(
    name = "snapshots",
    mixinStandardHelpOptions = true,
    description = "List the snapshots in a disk, oldest first.",
    footer = {"", "Examples:", "  ballast volume snapshots images/web1.qcow2"})
public final class VolumeSnapshotsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Option(names = "--json", description = "Print {host, snapshots} as JSON.")
  private boolean json;

  public VolumeSnapshotsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, target.options.fleet)) {
      HostId host =
          PoolPlace.of(
              connection.fleet(), target.volume().pool(), Optional.ofNullable(target.options.host));
      Reply.SnapshotsListed listed =
          connection.askLooking(host, new StorageCommand.ListSnapshots(target.volume()));
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", host.value());
        shown.setAll((ObjectNode) Json.of(listed));
        console.print(Json.pretty(shown));
      } else if (listed.snapshots().isEmpty()) {
        console.print("no snapshots in " + target.volume() + " on " + host);
      } else {
        console.print(table(listed, console).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(Reply.SnapshotsListed listed, Console console) {
    Ink ink = console.ink();
    Table table =
        new Table(
            ink,
            Table.Column.words("SNAPSHOT"),
            Table.Column.words("MADE"),
            Table.Column.words("OF"),
            Table.Column.words(""));
    for (Volume.Snapshot snapshot : listed.snapshots()) {
      table.row(
          ink.strong(snapshot.name()),
          ink.text(TIME.format(snapshot.at().atZone(console.zone()))),
          ink.text(
              snapshot.memory().value() == 0
                  ? "the disk"
                  : "the disk, and " + snapshot.memory() + " of memory"),
          ink.text(snapshot.isProtected().orElse(false) ? "protected" : ""));
    }
    return table;
  }
}
