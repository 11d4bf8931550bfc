package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.NetCommand;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the networks of a host's libvirt. */
@Command(
    name = "networks",
    mixinStandardHelpOptions = true,
    description = "List the networks of a host's libvirt.",
    footer = {
      "",
      "For hosts on which nobody makes bridges by hand. Only networks that are OURS are stopped or",
      "forgotten, and none that a guest uses.",
      "",
      "Examples:",
      "  ballast net networks h1"
    })
public final class NetNetworksCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "HOST", description = "Whose networks.")
  private String host = "";

  @Option(names = "--json", description = "Print a list of networks as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public NetNetworksCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      HostId at = new Directory(connection.fleet()).host(host);
      List<LibvirtNetwork> networks =
          connection.askLooking(at, new NetCommand.ListNetworks()).networks();
      Console console = shell.console();
      if (json) {
        ArrayNode list = Json.trees().createArrayNode();
        for (LibvirtNetwork network : networks) {
          ObjectNode entry = list.addObject().put("host", at.value());
          entry.setAll((ObjectNode) Json.tree(network));
        }
        console.print(Json.pretty(list));
      } else if (networks.isEmpty()) {
        console.print("no networks; 'ballast net define-network' makes one");
      } else {
        console.print(table(networks, console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(List<LibvirtNetwork> networks, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("NETWORK"),
            Table.Column.words("FORM"),
            Table.Column.words("BRIDGE"),
            Table.Column.words("STATE"),
            Table.Column.words("WITH HOST"),
            Table.Column.numbers("CARDS"),
            Table.Column.words("OURS"));
    for (LibvirtNetwork network : networks) {
      table.row(
          ink.strong(network.name()),
          ink.text(network.form()),
          ink.text(network.bridge().orElse("-")),
          network.active() ? ink.good("active") : ink.faint("not active"),
          ink.text(network.autostart() ? "yes" : "no"),
          ink.text(Integer.toString(network.users())),
          ink.text(network.ours() ? "yes" : "no"));
    }
    return table;
  }
}
