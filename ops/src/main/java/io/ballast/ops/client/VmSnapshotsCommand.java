package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.VmSnapshot;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the snapshots of a virtual machine, as a tree. */
@Command(
    name = "snapshots",
    mixinStandardHelpOptions = true,
    description = "List the snapshots of a VM, each below the one that it came from.",
    footer = {
      "",
      "The VM goes on from the one marked *.",
      "",
      "Examples:",
      "  ballast vm snapshots web1"
    })
public final class VmSnapshotsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private final Shell shell;

  @Parameters(paramLabel = "VM", description = "Name or UUID of the VM.")
  private String name = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where it is, if several hosts know it.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, vm, snapshots} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public VmSnapshotsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Directory.Place place = new Directory(connection.fleet()).vm(name, Optional.ofNullable(host));
      Reply.VmSnapshotsListed listed =
          connection.askLooking(place.on(), new StorageCommand.ListVmSnapshots(place.vm().name()));
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", place.on().value());
        shown.setAll((ObjectNode) Json.of(listed));
        console.print(Json.pretty(shown));
      } else if (listed.snapshots().isEmpty()) {
        console.print("no snapshots of " + listed.vm() + " on " + place.on());
      } else {
        Table table =
            new Table(
                console.ink(),
                Table.Column.words("SNAPSHOT"),
                Table.Column.words("MADE"),
                Table.Column.words("KEPT IN"));
        below(Optional.empty(), "", listed.snapshots(), table, console);
        console.print(table.lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  /** The snapshots that came from one, each followed by those that came from it. */
  private static void below(
      Optional<String> parent, String indent, List<VmSnapshot> all, Table table, Console console) {
    Ink ink = console.ink();
    for (VmSnapshot snapshot : all) {
      if (snapshot.parent().equals(parent)) {
        String here = snapshot.current() ? " *" : "";
        String volumes =
            String.join(", ", snapshot.volumes().stream().map(Object::toString).toList());
        table.row(
            ink.strong(indent + snapshot.name() + here),
            ink.text(TIME.format(snapshot.at().atZone(console.zone()))),
            ink.text(snapshot.whole() ? volumes : volumes + " (not whole: delete it)"));
        below(Optional.of(snapshot.name()), indent + "  ", all, table, console);
      }
    }
  }
}
