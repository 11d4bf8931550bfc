package io.ballast.ops.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.Vm;
import io.ballast.messages.VmState;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the virtual machines. */
@Command(
    name = "vms",
    mixinStandardHelpOptions = true,
    description = "List the virtual machines of all hosts, running or not.",
    footer = {
      "",
      "CPU is in percent of one host processor. READ, WRITTEN, RECEIVED and SENT are per second.",
      "The state of a VM is in brackets where it is not sure: as it was last seen on a silent"
          + " host,",
      "or as one of two agents says that use one name.",
      "",
      "Examples:",
      "  ballast vms",
      "  ballast vms --host h1",
      "  ballast vms --json | jq -r '.[] | [.host, .vm.name, .vm.state] | @tsv'"
    })
public final class VmsCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private FleetOptions options;

  @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host.")
  private @Nullable String host;

  @Option(
      names = "--json",
      description = "Print a list of {host, vm} as JSON, as a scheduler tells them.")
  private boolean json;

  public VmsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Reply.FleetInspected reply = connection.askScheduler(new SchedulerCommand.InspectFleet());
      Optional<HostId> only = Optional.ofNullable(host).map(new Directory(reply.fleet())::host);
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(json(reply, only)));
        return ExitCode.OK.value();
      }
      Table table = table(reply.fleet(), only, console.ink());
      if (table.isEmpty()) {
        console.print("no VMs; define one with 'ballast vm define FILE --host HOST'");
      } else {
        console.print(table.lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static JsonNode json(Reply.FleetInspected reply, Optional<HostId> only) {
    ArrayNode list = Json.trees().createArrayNode();
    for (JsonNode host : Json.of(reply).at("/fleet/hosts")) {
      String name = host.at("/beat/pulse/host").asText();
      if (only.isEmpty() || only.get().value().equals(name)) {
        for (JsonNode vm : host.at("/beat/vms")) {
          ObjectNode entry = list.addObject().put("host", name);
          entry.set("vm", vm);
        }
      }
    }
    return list;
  }

  private static Table table(Fleet fleet, Optional<HostId> only, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("VM"),
            Table.Column.words("HOST"),
            Table.Column.words("STATE"),
            Table.Column.numbers("VCPUS"),
            Table.Column.numbers("CPU"),
            Table.Column.numbers("MEMORY"),
            Table.Column.numbers("RESIDENT"),
            Table.Column.numbers("READ"),
            Table.Column.numbers("WRITTEN"),
            Table.Column.numbers("RECEIVED"),
            Table.Column.numbers("SENT"),
            Table.Column.words("UUID"));
    Directory.places(fleet)
        .filter(place -> only.isEmpty() || only.get().equals(place.on()))
        .forEach(
            place -> {
              Vm vm = place.vm();
              table.row(
                  ink.strong(vm.name()),
                  ink.text(place.on().value()),
                  state(vm.state(), place.host().status(), ink),
                  ink.text(Integer.toString(vm.vcpus())),
                  ink.text(Figures.percent(vm.cpus())),
                  ink.text(vm.memory().toString()),
                  ink.text(vm.resident().toString()),
                  ink.text(vm.traffic().read().toString()),
                  ink.text(vm.traffic().written().toString()),
                  ink.text(vm.traffic().received().toString()),
                  ink.text(vm.traffic().sent().toString()),
                  ink.faint(vm.id().toString()));
            });
    return table;
  }

  private static Text state(VmState state, Fleet.Status status, Ink ink) {
    if (status == Fleet.Status.SILENT || status == Fleet.Status.DOUBLED) {
      return ink.doubtful("(" + Words.of(state) + ")");
    }
    return switch (state) {
      case RUNNING -> ink.good(Words.of(state));
      case CRASHED -> ink.bad(Words.of(state));
      case PAUSED, SHUTTING_DOWN, SLEEPING -> ink.doubtful(Words.of(state));
      case SHUT_OFF -> ink.faint(Words.of(state));
    };
  }
}
