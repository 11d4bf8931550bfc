package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.ops.config.Similar;
import io.ballast.ops.snapshot.Snapshot;
import io.ballast.ops.snapshot.SnapshotWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints a picture of a cluster in the form of a file. */
@Command(
    name = "snapshot",
    mixinStandardHelpOptions = true,
    description = "Print a picture of one cluster as JSON: its hosts and the VMs in their memory.",
    footer = {
      "",
      "There is a line for each host and each VM, so that two pictures can be compared with diff.",
      "ops/docs/snapshot.md describes the format.",
      "",
      "Examples:",
      "  ballast snapshot > fleet.json",
      "  ballast snapshot --cluster lab | jq '.vms | map(.mem) | add'     MiB given to VMs"
    })
public final class SnapshotCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private FleetOptions options;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "Which cluster; needed only where the fleet has several.")
  private @Nullable String cluster;

  public SnapshotCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    Fleet fleet;
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      fleet = connection.fleet();
    }
    print(taken(fleet, chosen(clusters(fleet))), shell.console().out());
    return ExitCode.OK.value();
  }

  private static List<String> clusters(Fleet fleet) {
    return fleet.hosts().stream()
        .map(host -> host.beat().pulse().cluster())
        .distinct()
        .sorted()
        .toList();
  }

  private String chosen(List<String> clusters) {
    if (clusters.isEmpty()) {
      throw refused("no host has been heard of yet; start 'ballast agent' on one");
    }
    String known = String.join(", ", clusters);
    if (cluster == null) {
      if (clusters.size() > 1) {
        throw refused("the fleet has several clusters; name one with --cluster: " + known);
      }
      return clusters.getFirst();
    }
    if (!clusters.contains(cluster)) {
      String hint = Similar.hint(cluster, clusters);
      throw refused(
          "the fleet has no cluster '" + cluster + "'" + hint + " (clusters: " + known + ")");
    }
    return cluster;
  }

  private static Snapshot taken(Fleet fleet, String cluster) {
    try {
      return Snapshot.of(fleet, cluster);
    } catch (IllegalArgumentException e) {
      throw refused(
          "what the scheduler tells of " + cluster + " makes no picture: " + e.getMessage());
    }
  }

  /** A picture that is not whole is an error: who reads it later could not know. */
  static void print(Snapshot snapshot, PrintStream out) {
    try {
      new SnapshotWriter(out).write(snapshot);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.REFUSED, "cannot write the picture: " + e.getMessage(), e);
    }
    if (out.checkError()) {
      throw refused("the picture could not be written as a whole; is the disk full?");
    }
  }

  private static CommandFailure refused(String message) {
    return new CommandFailure(ExitCode.REFUSED, message);
  }
}
