package io.ballast.ops.client;

import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.ops.screen.AlertRows;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the alerts. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description = "List what is wrong now and what was lately, with the evidence.",
    footer = {
      "",
      "Exit status is 0 whether there are alerts or not.",
      "",
      "Examples:",
      "  ballast alerts",
      "  ballast alerts --json | jq -e 'map(select(.resolvedAt | not)) | length == 0'"
    })
public final class AlertsCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private FleetOptions options;

  @Option(names = "--json", description = "Print the alerts as JSON, as a scheduler tells them.")
  private boolean json;

  public AlertsCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Reply.FleetInspected reply = connection.askScheduler(new SchedulerCommand.InspectFleet());
      Console console = shell.console();
      if (json) {
        console.print(Json.pretty(Json.of(reply).at("/fleet/alerts")));
      } else if (reply.fleet().alerts().isEmpty()) {
        console.print("no alerts");
      } else {
        console.print(
            new AlertRows(console.ink(), console.zone())
                .lines(reply.fleet().alerts(), reply.fleet().at(), console.width()));
      }
      return ExitCode.OK.value();
    }
  }
}
