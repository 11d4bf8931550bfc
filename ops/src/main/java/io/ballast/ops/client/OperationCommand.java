package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.bus.Role;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reply.OperationInspected;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what became of a command to a host's agent. */
@Command(
    name = "operation",
    mixinStandardHelpOptions = true,
    description = "Show what became of a command to a host's agent.",
    footer = {
      "",
      "The id is that of the command. Agents remember what they answered for 30 days,",
      "restarts included; see agent.remember in the configuration.",
      "",
      "Examples:",
      "  ballast operation 0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10",
      "  ballast operation backup-42 --host h1 --json | jq .outcome"
    })
public final class OperationCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private static final List<Role> AGENTS = List.of(Role.HOST, Role.STORAGE, Role.NET);

  private final Shell shell;

  @Parameters(paramLabel = "ID", description = "Id of the command.")
  private String id = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Whose agent is asked (default: all that answer).")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, ...} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public OperationCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    OperationId operation;
    Optional<HostId> at;
    try {
      operation = new OperationId(id);
      at = Optional.ofNullable(host).map(HostId::new);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      FoundOperation found = FoundOperation.of(connection, operation, at, AGENTS);
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", found.host().value());
        shown.setAll((ObjectNode) Json.of(found.operation()));
        console.print(Json.pretty(shown));
      } else {
        console.print(table(found, console.ink()).lines(console.width()));
      }
      return ExitCode.OK.value();
    }
  }

  private static Table table(FoundOperation found, Ink ink) {
    OperationInspected operation = found.operation();
    Table table = new Table(ink, Table.Column.words(""), Table.Column.words(""));
    row(table, ink, "operation", operation.operation().value());
    row(table, ink, "host", found.host().value());
    row(table, ink, "command", operation.kind());
    row(table, ink, "works on", operation.object());
    row(table, ink, "sender", operation.sender());
    row(table, ink, "answered", TIME.format(operation.at().atZone(ZoneId.systemDefault())));
    row(table, ink, "state", found.state());
    return table;
  }

  private static void row(Table table, Ink ink, String key, String value) {
    table.row(ink.faint(key), ink.text(value));
  }
}
