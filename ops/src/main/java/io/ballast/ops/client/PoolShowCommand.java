package io.ballast.ops.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ballast.messages.Bytes;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.Volume;
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

/** Shows one storage pool as the storage has it now. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = "Show one storage pool as the storage has it now.",
    footer = {
      "",
      "PROMISED is what all its disks may come to take; above 100% the pool is over-committed. A",
      "disk that others build upon is no longer written to, and counts by what it takes; in Ceph"
          + " it",
      "may be, and counts in full.",
      "Below it stand the disks and arrays of its host that are not known to be good.",
      "",
      "Examples:",
      "  ballast pool show images",
      "  ballast pool show images --host h1 --json | jq .pool.available"
    })
public final class PoolShowCommand implements Callable<Integer> {
  /** Where disks build upon snapshots of others, which go on being written to. */
  private static final String CEPH = "rbd";

  private final Shell shell;

  @Parameters(paramLabel = "POOL", description = "Name of the pool.")
  private String pool = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Whose pool, if several hosts have one of that name.")
  private @Nullable String host;

  @Option(names = "--json", description = "Print {host, pool, promised, volumes} as JSON.")
  private boolean json;

  @Mixin private FleetOptions options;

  public PoolShowCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    StorageCommand<Reply.VolumesListed> asked;
    try {
      asked = new StorageCommand.ListVolumes(pool);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      HostId at = PoolPlace.of(fleet, pool, Optional.ofNullable(host));
      Reply.VolumesListed listed = connection.askLooking(at, asked);
      Console console = shell.console();
      if (json) {
        ObjectNode shown = Json.trees().createObjectNode().put("host", at.value());
        shown.set("pool", Json.of(listed).get("pool"));
        shown.put("promised", promised(listed).value()).put("volumes", listed.volumes().size());
        console.print(Json.pretty(shown));
      } else {
        console.print(table(at, listed, console.ink()).lines(console.width()));
        List<HealthRows.Here> parts =
            HealthRows.of(fleet, at::equals).stream().filter(this::concerns).toList();
        if (!parts.isEmpty()) {
          console.print("");
          console.print(HealthRows.lines(parts, console.ink(), console.width()));
        }
      }
      return ExitCode.OK.value();
    }
  }

  /** Which disks and arrays a pool lies on is not known, so all of its host are shown. */
  private boolean concerns(HealthRows.Here part) {
    return part.health().kind() != StorageBeat.Health.Kind.POOL
        || part.health().name().map(pool::equals).orElse(true);
  }

  private static Bytes promised(Reply.VolumesListed listed) {
    boolean uponSnapshots = listed.pool().type().equals(CEPH);
    return listed.volumes().stream()
        .map(volume -> !uponSnapshots && isBase(volume) ? volume.allocated() : volume.capacity())
        .reduce(Bytes.ZERO, Bytes::plus);
  }

  private static boolean isBase(Volume volume) {
    return volume.users().stream().anyMatch(user -> user.kind() == Volume.User.Kind.VOLUME);
  }

  private static Table table(HostId host, Reply.VolumesListed listed, Ink ink) {
    StorageBeat.Pool pool = listed.pool();
    Bytes promised = promised(listed);
    Table table = new Table(ink, Table.Column.words(""), Table.Column.words(""));
    row(table, ink, "pool", ink.text(pool.name()));
    row(table, ink, "host", ink.text(host.value()));
    row(table, ink, "kind", ink.text(pool.type()));
    row(table, ink, "size", ink.text(pool.capacity().toString()));
    row(table, ink, "free", ink.text(pool.available().toString()));
    row(table, ink, "used", PoolListCommand.used(pool, ink));
    row(table, ink, "volumes", ink.text(Integer.toString(listed.volumes().size())));
    double share = promised.shareOf(pool.capacity());
    String words = promised + ", " + Figures.percent(share) + " of its size";
    row(table, ink, "promised", share > 1 ? ink.doubtful(words) : ink.text(words));
    return table;
  }

  private static void row(Table table, Ink ink, String key, Text value) {
    table.row(ink.faint(key), value);
  }
}
