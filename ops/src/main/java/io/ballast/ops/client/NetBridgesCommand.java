package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the bridges of the hosts, with their uplinks and lines. */
@Command(
    name = "bridges",
    mixinStandardHelpOptions = true,
    description = "List the bridges of all hosts, as their agents last told them.",
    footer = {
      "",
      "UPLINKS lead out of the host; no command touches them. LINES are the networks outside that",
      "the host's configuration names. Only bridges that are OURS can be deleted.",
      "",
      "Examples:",
      "  ballast net bridges",
      "  ballast net bridges --host h1 --json"
    })
public final class NetBridgesCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print a list of {host, bridge, lines} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public NetBridgesCommand(Shell shell) {
    this.shell = shell;
  }

  /** A bridge of a host, and the lines that are reached over it. */
  private record Here(HostId host, Bridge bridge, List<NetBeat.Line> lines) {}

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      Optional<HostId> only = Optional.ofNullable(host).map(new Directory(fleet)::host);
      List<Here> bridges =
          fleet.hosts().stream()
              .filter(each -> only.isEmpty() || only.get().equals(each.id()))
              .flatMap(
                  each ->
                      each.net().stream()
                          .flatMap(
                              beat ->
                                  beat.bridges().stream()
                                      .map(bridge -> here(each.id(), bridge, beat))))
              .toList();
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(json(bridges)));
      } else if (bridges.isEmpty()) {
        console.print("no bridges; 'ballast net create-bridge' makes one");
      } else {
        console.print(table(bridges, console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Here here(HostId host, Bridge bridge, NetBeat beat) {
    return new Here(
        host,
        bridge,
        beat.lines().stream().filter(line -> line.bridge().equals(bridge.name())).toList());
  }

  private static ArrayNode json(List<Here> bridges) {
    ArrayNode list = Json.trees().createArrayNode();
    for (Here here : bridges) {
      ObjectNode entry = list.addObject().put("host", here.host().value());
      entry.set("bridge", Json.tree(here.bridge()));
      entry.set("lines", Json.tree(here.lines()));
    }
    return list;
  }

  private static Table table(List<Here> bridges, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("BRIDGE"),
            Table.Column.words("HOST"),
            Table.Column.words("KIND"),
            Table.Column.words("OURS"),
            Table.Column.words("UPLINKS"),
            Table.Column.words("LINES"),
            Table.Column.words("PORTS"));
    for (Here here : bridges) {
      Bridge bridge = here.bridge();
      table.row(
          ink.strong(bridge.name()),
          ink.text(here.host().value()),
          ink.text(
              switch (bridge.kind()) {
                case LINUX -> "linux";
                case OPEN_VSWITCH -> "open vswitch";
              }),
          ink.text(bridge.ours().map(ours -> ours ? "yes" : "no").orElse("?")),
          ink.text(words(bridge.uplinks())),
          ink.text(words(here.lines().stream().map(NetBeat.Line::name).toList())),
          ink.text(
              words(
                  bridge.ports().stream()
                      .filter(port -> !bridge.uplinks().contains(port))
                      .toList())));
    }
    return table;
  }

  private static String words(List<String> names) {
    return names.isEmpty() ? "-" : names.stream().collect(Collectors.joining(" "));
  }
}
