package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows one volume as the storage has it now. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show one volume, what it builds upon, and what uses it.",
    footer = {
      "",
      "Examples:",
      "  ballast volume show images/web1.qcow2",
      "  ballast volume show images/web1.qcow2 --json | jq .volume.users"
    })
public final class VolumeShowCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private VolumeTarget target;

  @Option(names = "--json", description = "Print {host, volume, chain} as JSON.")
  private boolean json;

  public VolumeShowCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, target.options.fleet)) {
      HostId host =
          PoolPlace.of(
              connection.fleet(), target.volume().pool(), Optional.ofNullable(target.options.host));
      Reply.VolumeInspected now =
          connection.askLooking(host, new StorageCommand.InspectVolume(target.volume()));
      Volume volume =
          now.volume()
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          ExitCode.REFUSED,
                          "pool %s on %s has no volume '%s'; 'ballast volume list %s' shows them"
                              .formatted(
                                  target.volume().pool(),
                                  host,
                                  target.volume().name(),
                                  target.volume().pool())));
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", host.value());
        shown.setAll((ObjectNode) Json.of(now));
        console.print(Json.pretty(shown));
      } else {
        console.print(table(host, volume, now.chain(), console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(HostId host, Volume volume, List<Volume.Layer> chain, Ink ink) {
    Table table = new Table(ink, Table.Column.words(""), Table.Column.words(""));
    row(table, ink, "volume", volume.id().toString());
    row(table, ink, "host", host.value());
    row(table, ink, "format", volume.format());
    row(table, ink, "size", volume.capacity().toString());
    row(table, ink, "takes", volume.allocated() + " of its pool");
    rows(table, ink, "builds upon", chain.stream().map(Volume.Layer::toString).toList());
    rows(table, ink, "used by", volume.users().stream().map(Volume.User::toString).toList());
    return table;
  }

  private static void rows(Table table, Ink ink, String key, List<String> values) {
    if (values.isEmpty()) {
      row(table, ink, key, "nothing");
    }
    for (int i = 0; i < values.size(); i++) {
      row(table, ink, i == 0 ? key : "", values.get(i));
    }
  }

  private static void row(Table table, Ink ink, String key, String value) {
    table.row(ink.faint(key), ink.text(value));
  }
}
