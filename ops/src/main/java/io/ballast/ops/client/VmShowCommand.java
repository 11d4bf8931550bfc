package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.Reply;
import io.ballast.messages.Vm;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one virtual machine as its hypervisor sees it now. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show one VM as its hypervisor sees it now.",
    footer = {
      "",
      "Below it stand its ports, as its host's network agent last told them: what is wanted, what",
      "differs, and how much passes now.",
      "",
      "Examples:",
      "  ballast vm show web1",
      "  ballast vm show web1 --xml > web1.xml",
      "  ballast vm show web1 --json | jq .vm.state"
    })
public final class VmShowCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "VM", description = "Name or UUID of the VM.")
  private String name = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where it is, if several hosts know it.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, vm, xml, ports} as JSON.")
  private boolean json;

  @Option(names = "--xml", description = "Print the domain XML, without secrets.")
  private boolean xml;

  @Mixin private FleetOptions options;

  public VmShowCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      Directory.Place place = new Directory(fleet).vm(name, Optional.ofNullable(host));
      Reply.VmInspected now =
          connection.askHost(place.on(), new HostCommand.InspectVm(place.vm().id()));
      Vm vm =
          now.vm()
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          ExitCode.REFUSED,
                          name + " is no longer on " + place.on() + "; look with 'ballast vms'"));
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", place.on().value());
        shown.setAll((ObjectNode) Json.of(now));
        VmPorts.of(place.host(), vm.id())
            .forEach(port -> shown.withArray("/ports").add(Json.tree(port)));
        console.print(Json.pretty(shown));
      } else if (xml) {
        console.print(now.xml().orElse("").stripTrailing());
      } else {
        console.print(table(place, vm, console.ink()).lines(console.width()));
        List<Text> ports = VmPorts.lines(place.host(), vm.id(), console.ink(), console.width());
        if (!ports.isEmpty()) {
          console.print("");
          console.print(ports);
        }
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(Directory.Place place, Vm vm, Ink ink) {
    Table table = new Table(ink, Table.Column.words(""), Table.Column.words(""));
    row(table, ink, "name", vm.name());
    row(table, ink, "uuid", vm.id().toString());
    row(table, ink, "host", place.on().value());
    row(table, ink, "state", Words.of(vm.state()));
    row(table, ink, "vcpus", Integer.toString(vm.vcpus()));
    row(table, ink, "cpu", Figures.percent(vm.cpus()) + " of one processor");
    row(table, ink, "memory", vm.memory() + ", it holds " + vm.resident() + " of its host's");
    row(
        table,
        ink,
        "disks",
        vm.traffic().read() + "/s read, " + vm.traffic().written() + "/s written");
    row(
        table,
        ink,
        "network",
        vm.traffic().received() + "/s received, " + vm.traffic().sent() + "/s sent");
    return table;
  }

  private static void row(Table table, Ink ink, String key, String value) {
    table.row(ink.faint(key), ink.text(value));
  }
}
