package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Decision;
import io.ballast.ops.config.Configuration;
import io.ballast.ops.screen.Ink;
import io.ballast.ops.screen.Table;
import io.ballast.ops.snapshot.Guest;
import io.ballast.ops.snapshot.Snapshot;
import io.ballast.ops.snapshot.SnapshotReader;
import io.ballast.scheduler.core.balance.Plan;
import io.ballast.scheduler.core.balance.Study;
import io.ballast.scheduler.core.policy.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A picture of a cluster that is planned without a bus, and how. */
final class PaperPlan {
  @Option(
      names = "--from",
      required = true,
      paramLabel = "FILE",
      description = "Plan this picture (- is standard input), see 'ballast snapshot'; no bus.")
  private Path from = Path.of("-");

  @Option(
      names = "--policy",
      paramLabel = "FILE",
      description =
          "Plan by the triggers of this configuration file (scheduler.policy), as if the hosts had"
              + " been as they are for long. Without it the plan is to rest.")
  private @Nullable Path policy;

  @Option(
      names = "--to-rest",
      description = "Whatever the triggers say, plan until no move is worth it.")
  private boolean toRest;

  @Option(
      names = "--detours",
      description =
          "Let a VM go over a third host where there is no other way, whatever the policy says.")
  private boolean detours;

  @Option(
      names = "--frontier",
      description = "Show what each further GiB would buy, from few to all that is worth it.")
  private boolean frontier;

  @Option(
      names = "--limit",
      paramLabel = "TIME",
      converter = FleetOptions.PositiveDuration.class,
      description = "After this time take the best plan so far, such as 500ms or 10s.")
  private @Nullable Duration limit;

  /** Plans a picture and prints what comes of it. */
  void print(Console console, Map<String, String> environment, boolean json) {
    if (frontier && policy != null && !toRest) {
      throw new CommandFailure(
          ExitCode.USAGE, "--frontier is to rest: with --policy, give --to-rest too");
    }
    if (limit != null && policy != null && !toRest) {
      throw new CommandFailure(
          ExitCode.USAGE, "--limit is for plans to rest: with --policy, give --to-rest too");
    }
    Snapshot snapshot = SnapshotReader.read(from);
    Instant now = snapshot.header().at().orElse(Instant.EPOCH);
    Study study = new Study(snapshot.view(now), snapshot.emptied(), policy(environment), now);
    long begun = System.nanoTime();
    if (frontier) {
      printFrontier(study.frontier(enough(begun)), snapshot, console, json);
      return;
    }
    Plan plan = policy == null || toRest ? study.toRest(enough(begun)) : study.byPolicy();
    double seconds = (System.nanoTime() - begun) / 1e9;
    if (json) {
      console.print(Json.pretty(json(plan, snapshot, seconds)));
    } else {
      PlanCommand.print(plan.decision(), console);
    }
  }

  private Policy policy(Map<String, String> environment) {
    Policy found =
        policy == null
            ? Policy.DEFAULT
            : Configuration.find(Optional.of(policy), environment).scheduler().config().policy();
    return detours ? found.with(found.worth().withDetours()) : found;
  }

  private BooleanSupplier enough(long begun) {
    if (limit == null) {
      return () -> false;
    }
    long most = limit.toNanos();
    return () -> System.nanoTime() - begun >= most;
  }

  private static ObjectNode json(Plan plan, Snapshot snapshot, double seconds) {
    ObjectNode json = Json.trees().createObjectNode();
    ArrayNode moves = json.putArray("moves");
    for (Decision.PlannedMove move : plan.decision().moves()) {
      moves
          .addObject()
          .put("vm", snapshot.idOf(move.vm()))
          .put("from", move.from().value())
          .put("to", move.to().value())
          .put("wave", move.wave());
    }
    json.putObject("score")
        .put("before", plan.before())
        .put("after", plan.after())
        .put("bound", plan.bound());
    ObjectNode objections = json.putObject("objections");
    plan.decision().objections().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> objections.put(entry.getKey(), entry.getValue()));
    return json.put("finished", plan.finished()).put("seconds", seconds);
  }

  private static void printFrontier(
      List<Plan> plans, Snapshot snapshot, Console console, boolean json) {
    if (json) {
      ArrayNode points = Json.trees().createArrayNode();
      for (Plan plan : plans) {
        points
            .addObject()
            .put("gibibytes", plan.gibibytes())
            .put("moves", plan.decision().moves().size())
            .put("seconds", seconds(plan, snapshot))
            .put("unevenness", plan.after())
            .put("finished", plan.finished());
      }
      console.print(Json.pretty(points));
      return;
    }
    Ink ink = console.ink();
    Table table =
        new Table(
            ink,
            Table.Column.numbers("GIB"),
            Table.Column.numbers("MOVES"),
            Table.Column.numbers("SECONDS"),
            Table.Column.numbers("UNEVENNESS"));
    if (!plans.isEmpty() && plans.getFirst().gibibytes() > 0) {
      table.row(
          ink.text("0"),
          ink.text("0"),
          ink.text("0"),
          number("%.4f", plans.getFirst().before(), ink));
    }
    for (Plan plan : plans) {
      table.row(
          number("%.0f", plan.gibibytes(), ink),
          ink.text(Integer.toString(plan.decision().moves().size())),
          number("%.0f", seconds(plan, snapshot), ink),
          number("%.4f", plan.after(), ink));
    }
    console.print(table.lines(console.width()));
    if (plans.stream().anyMatch(plan -> !plan.finished())) {
      console.print("stopped early, there may be better plans");
    }
  }

  /** How long the moves take one after the other, by what the VMs write and the link carries. */
  private static double seconds(Plan plan, Snapshot snapshot) {
    double bandwidth = snapshot.header().bandwidth();
    double seconds = 0;
    for (Decision.PlannedMove move : plan.decision().moves()) {
      Guest guest = snapshot.guests().get(move.vm());
      if (guest != null) {
        double left = bandwidth - Math.min(guest.dirty(), bandwidth / 2);
        seconds += guest.vm().resident().toMiB() / left;
      }
    }
    return seconds;
  }

  private static picocli.CommandLine.Help.Ansi.Text number(String form, double value, Ink ink) {
    return ink.text(String.format(Locale.ROOT, form, value));
  }
}
