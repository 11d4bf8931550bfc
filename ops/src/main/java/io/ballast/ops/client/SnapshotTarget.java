package io.ballast.ops.client;

import io.ballast.messages.VmOrder;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which snapshot of a virtual machine a command is about, and how its work is waited for. */
final class SnapshotTarget {
  @Parameters(index = "0", paramLabel = "VM", description = "Name or UUID of the VM.")
  private String name = "";

  @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "Name of the snapshot.")
  String snapshot = "";

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long to wait for the end of the work (default: ${DEFAULT-VALUE}).")
  private Duration patience = Duration.ofHours(1);

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Where it is, if several hosts know it.")
  private @Nullable String host;

  @Mixin private FleetOptions options = new FleetOptions();

  /**
   * Has the storage agent of the machine's host do something, and says so.
   *
   * @param doing for a person: "keeping the disks of"
   * @param done likewise: "kept the disks of"
   * @param order by the machine's name
   */
  int act(Shell shell, String doing, String done, Function<String, VmOrder> order) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Directory.Place place = new Directory(connection.fleet()).vm(name, Optional.ofNullable(host));
      String what = place.vm().name() + " on " + place.on();
      String report =
          new AgentWork(connection, shell.console())
              .run(place.on(), made(order, place.vm().name()), doing + " " + what, patience)
              .report()
              .map(text -> ": " + text)
              .orElse("");
      shell.console().print(done + " " + what + report);
      return ExitCode.OK.value();
    }
  }

  private static VmOrder made(Function<String, VmOrder> order, String vm) {
    try {
      return order.apply(vm);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }
}
