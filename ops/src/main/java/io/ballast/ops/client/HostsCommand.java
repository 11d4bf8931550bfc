package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostBeat;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.ops.screen.Figures;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the hosts. */
@Command(
    name = "hosts",
    mixinStandardHelpOptions = true,
    description = "List the hosts: whether they are heard, how busy they are, what they run.",
    footer = {
      "",
      "HEARD is the age of the last beat; a host that is silent shows what it last said, one with",
      "two agents what one of them says.",
      "LOAD is the load average over one minute, per host, not per CPU; one that could not be",
      "measured lately shows its age, which is that of CPU and USED too.",
      "",
      "Examples:",
      "  ballast hosts",
      "  ballast hosts --json | jq -r '.[] | select(.status != \"UP\") | .beat.pulse.host'"
    })
public final class HostsCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private FleetOptions options;

  @Option(names = "--json", description = "Print the hosts as JSON, as a scheduler tells them.")
  private boolean json;

  public HostsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Reply.FleetInspected reply = connection.askScheduler(new SchedulerCommand.InspectFleet());
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(Json.of(reply).at("/fleet/hosts")));
      } else if (reply.fleet().hosts().isEmpty()) {
        console.print("no host has been heard of yet; start 'ballast agent' on one");
      } else {
        console.print(table(reply.fleet(), console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(Fleet fleet, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("HOST"),
            Table.Column.words("CLUSTER"),
            Table.Column.words("STATUS"),
            Table.Column.words("LIBVIRT"),
            Table.Column.numbers("CPUS"),
            Table.Column.numbers("CPU"),
            Table.Column.numbers("MEMORY"),
            Table.Column.numbers("USED"),
            Table.Column.numbers("LOAD"),
            Table.Column.numbers("VMS"),
            Table.Column.numbers("HEARD"),
            Table.Column.words("VERSION"));
    for (Fleet.Host host : fleet.hosts()) {
      HostBeat beat = host.beat();
      table.row(
          ink.strong(host.id().value()),
          ink.text(beat.pulse().cluster()),
          status(host.status(), ink),
          health(beat.hypervisor().health(), ink),
          ink.text(number(beat.capacity().cpus())),
          ink.text(Figures.percent(beat.load().cpu())),
          ink.text(beat.capacity().memory().toString()),
          ink.text(Figures.percent(beat.memoryRatio())),
          load(host, fleet, ink),
          ink.text(Long.toString(beat.vms().stream().filter(vm -> vm.state().active()).count())),
          ink.text(Figures.age(Duration.between(host.heardAt(), fleet.at())) + " ago"),
          ink.faint(beat.pulse().version()));
    }
    return table;
  }

  /** Also what is told of CPU and memory is as old as this says. */
  private static Text load(Fleet.Host host, Fleet fleet, Ink ink) {
    String load = Figures.number(host.beat().load().average1());
    return Figures.oldLoad(host, Duration.between(host.heardAt(), fleet.at()))
        .map(age -> ink.doubtful(load + ", " + age))
        .orElseGet(() -> ink.text(load));
  }

  private static String number(double cpus) {
    return cpus == Math.rint(cpus) ? Long.toString((long) cpus) : Figures.number(cpus);
  }

  private static Text status(Fleet.Status status, Ink ink) {
    return switch (status) {
      case UP -> ink.good(Words.of(status));
      case SUSPECT -> ink.doubtful("late");
      case SILENT -> ink.alarming(Words.of(status));
      case DOUBLED -> ink.alarming("two agents");
    };
  }

  private static Text health(HostBeat.Health health, Ink ink) {
    return switch (health) {
      case ANSWERING -> ink.text(Words.of(health));
      case STUCK, UNREACHABLE -> ink.bad(Words.of(health));
    };
  }
}
