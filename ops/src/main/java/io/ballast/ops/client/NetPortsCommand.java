package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.NetCommand.ListPorts;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Vm;
import io.ballast.messages.VmId;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the ports of VMs: what is wanted, and what differs. */
@Command(
    name = "ports",
    mixinStandardHelpOptions = true,
    description = "List the ports of VMs, and what is not as wanted.",
    footer = {
      "",
      "With --host the host's agent looks now; else ports are shown as the agents last told them.",
      "Below the ports stands what differs. SPOOFED counts what guests sent as somebody else.",
      "",
      "Examples:",
      "  ballast net ports",
      "  ballast net ports --vm web1",
      "  ballast net ports --vlan 100 --host h1",
      "  ballast net ports --json | jq -r '.[] | select(.port.state != \"IN_FORCE\") |"
          + " .port.port.card'"
    })
public final class NetPortsCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(names = "--vm", paramLabel = "VM", description = "Only those of this VM.")
  private @Nullable String vm;

  @Option(names = "--bridge", paramLabel = "BRIDGE", description = "Only those on it.")
  private @Nullable String bridge;

  @Option(names = "--vlan", paramLabel = "VLAN", description = "Only those in it.")
  private @Nullable Integer vlan;

  @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host, now.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print a list of {host, port} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public NetPortsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      ListPorts asked = asked(fleet);
      List<PortPlace> ports =
          host == null
              ? PortPlace.all(fleet).filter(it -> asked.means(it.status().port())).toList()
              : now(connection, new Directory(fleet).host(host), asked);
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(json(ports)));
      } else if (ports.isEmpty()) {
        console.print("no ports; 'ballast net plug' makes one for a card of a VM");
      } else {
        Map<VmId, String> names = names(fleet);
        console.print(table(ports, names, console.ink()).lines(console.width()));
        List<Text> differences = differences(ports, names, console.ink());
        if (!differences.isEmpty()) {
          console.print("");
          console.print(differences);
        }
      }
      return ExitCode.OK.value();
    }
  }

  private ListPorts asked(Fleet fleet) {
    Optional<VmId> only =
        Optional.ofNullable(vm).map(name -> new Directory(fleet).vm(name).vm().id());
    try {
      return new ListPorts(only, Optional.ofNullable(bridge), Optional.ofNullable(vlan));
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static List<PortPlace> now(FleetConnection connection, HostId host, ListPorts asked) {
    return connection.askLooking(host, asked).ports().stream()
        .map(port -> new PortPlace(host, port))
        .toList();
  }

  private static ArrayNode json(List<PortPlace> ports) {
    ArrayNode list = Json.trees().createArrayNode();
    for (PortPlace place : ports) {
      ObjectNode entry = list.addObject().put("host", place.host().value());
      entry.set("port", Json.tree(place.status()));
    }
    return list;
  }

  private static Map<VmId, String> names(Fleet fleet) {
    return Directory.places(fleet)
        .map(Directory.Place::vm)
        .collect(Collectors.toMap(Vm::id, Vm::name, (one, other) -> one));
  }

  private static Table table(List<PortPlace> ports, Map<VmId, String> names, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("VM"),
            Table.Column.words("HOST"),
            Table.Column.words("CARD"),
            Table.Column.words("LINK"),
            Table.Column.words("BRIDGE"),
            Table.Column.words("VLAN"),
            Table.Column.words("ADDRESSES"),
            Table.Column.numbers("IN"),
            Table.Column.numbers("OUT"),
            Table.Column.words("GUARD"),
            Table.Column.numbers("SPOOFED"),
            Table.Column.words("STATE"));
    for (PortPlace place : ports) {
      PortStatus status = place.status();
      var port = status.port();
      table.row(
          ink.strong(names.getOrDefault(port.vm(), port.vm().toString())),
          ink.text(place.host().value()),
          ink.text(port.card().value()),
          ink.text(status.link().orElse("-")),
          ink.text(port.bridge()),
          ink.text(port.vlan().map(Object::toString).orElse("-")),
          ink.text(addresses(status)),
          ink.text(port.in().map(Object::toString).orElse("-")),
          ink.text(port.out().map(Object::toString).orElse("-")),
          ink.text(port.antiSpoof() ? "yes" : "no"),
          ink.text(status.spoofed().map(Object::toString).orElse("-")),
          state(status, ink));
    }
    return table;
  }

  /** Its addresses, and the one that stands for it outside. */
  static String addresses(PortStatus status) {
    String all =
        Stream.concat(
                status.port().addresses().stream().map(Object::toString),
                status.port().publicAddress().stream().map(shown -> "as " + shown))
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "-" : all;
  }

  static Text state(PortStatus status, Ink ink) {
    return switch (status.state()) {
      case IN_FORCE -> ink.good("in force");
      case WAITING -> ink.faint("waits for its card");
      case DIFFERS -> ink.bad("differs");
      case UNKNOWN -> ink.doubtful("not seen");
    };
  }

  private static List<Text> differences(List<PortPlace> ports, Map<VmId, String> names, Ink ink) {
    return ports.stream()
        .flatMap(
            place ->
                Stream.concat(
                        place.status().differences().stream(),
                        names.containsKey(place.status().port().vm())
                            ? Stream.of()
                            : Stream.of("no host knows its VM; unplug it if that is gone for good"))
                    .map(
                        what ->
                            ink.text(
                                "%s on %s: %s"
                                    .formatted(place.status().port().card(), place.host(), what))))
        .toList();
  }
}
