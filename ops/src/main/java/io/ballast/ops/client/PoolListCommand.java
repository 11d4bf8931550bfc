package io.ballast.ops.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.StorageBeat;
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

/** Lists the storage pools of the hosts. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "List the storage pools of all hosts, as their agents last told them.",
    footer = {
      "",
      "Below them stand the disks, arrays and pools that are not known to be good.",
      "",
      "Examples:",
      "  ballast pool list",
      "  ballast pool list --json | jq -r '.[] | select(.pool.active) | .pool.name'"
    })
public final class PoolListCommand implements Callable<Integer> {
  /** From here on a pool is nearly full, and from there on as good as full. */
  private static final double NEARLY = 0.85;

  private static final double FULL = 0.95;

  private final Shell shell;

  @Option(names = "--host", paramLabel = "HOST", description = "Only those of this host.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print a list of {host, pool, health} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public PoolListCommand(Shell shell) {
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
      Table table = table(reply, only, console.ink());
      if (table.isEmpty()) {
        console.print("no pools; 'ballast pool define' makes one known to a host");
      } else {
        console.print(table.lines(console.width()));
      }
      List<Text> health =
          HealthRows.lines(
              HealthRows.of(reply.fleet(), id -> only.isEmpty() || only.get().equals(id)),
              console.ink(),
              console.width());
      if (!health.isEmpty()) {
        console.print("");
        console.print(health);
      }
      return ExitCode.OK.value();
    }
  }

  private static JsonNode json(Reply.FleetInspected reply, Optional<HostId> only) {
    ArrayNode list = Json.trees().createArrayNode();
    for (JsonNode host : Json.of(reply).at("/fleet/hosts")) {
      String name = host.at("/beat/pulse/host").asText();
      if (only.isEmpty() || only.get().value().equals(name)) {
        for (JsonNode pool : host.at("/storage/pools")) {
          ObjectNode entry = list.addObject().put("host", name);
          entry.set("pool", pool);
          for (JsonNode health : host.at("/storage/health")) {
            if (health.path("kind").asText().equals("POOL")
                && health.path("name").equals(pool.path("name"))) {
              entry.set("health", health);
            }
          }
        }
      }
    }
    return list;
  }

  private static Table table(Reply.FleetInspected reply, Optional<HostId> only, Ink ink) {
    Table table =
        new Table(
            ink,
            Table.Column.words("POOL"),
            Table.Column.words("HOST"),
            Table.Column.words("KIND"),
            Table.Column.words("STATE"),
            Table.Column.numbers("SIZE"),
            Table.Column.numbers("FREE"),
            Table.Column.numbers("USED"));
    PoolPlace.all(reply.fleet())
        .filter(here -> only.isEmpty() || only.get().equals(here.on()))
        .forEach(
            here -> {
              StorageBeat.Pool pool = here.pool();
              table.row(
                  ink.strong(pool.name()),
                  ink.text(here.on().value()),
                  ink.text(pool.type()),
                  pool.active() ? ink.good("active") : ink.faint("not active"),
                  ink.text(pool.active() ? pool.capacity().toString() : ""),
                  ink.text(pool.active() ? pool.available().toString() : ""),
                  pool.active() ? used(pool, ink) : ink.text(""));
            });
    return table;
  }

  /** How full a pool is, by what is left and not by what was handed out. */
  static Text used(StorageBeat.Pool pool, Ink ink) {
    double used = pool.capacity().minusOrZero(pool.available()).shareOf(pool.capacity());
    String words = Figures.percent(used);
    return used >= FULL ? ink.bad(words) : used >= NEARLY ? ink.doubtful(words) : ink.text(words);
  }
}
