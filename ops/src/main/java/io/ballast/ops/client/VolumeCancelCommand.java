package io.ballast.ops.client;

import io.ballast.bus.Role;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageCommand;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives up work of a storage agent. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Give up work on disks that goes on; what is half done is removed.",
    footer = {
      "",
      "The command that began the work names its operation once it takes longer than 3 s, and",
      "where it is interrupted; 'ballast watch', its output in a file or pipe, with each step. The",
      "deletion of a VM's snapshot is given up so too. What can't be given up goes on to its end:",
      "work on pools, wiping and deleting a disk, in folders also growing it, making a snapshot"
          + " and",
      "going back to one.",
      "",
      "Examples:",
      "  ballast volume cancel 0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10",
      "  ballast volume cancel 0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10 --host h1"
    })
public final class VolumeCancelCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "OPERATION", description = "Id of the operation.")
  private String id = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Whose storage agent is asked (default: the one that knows the operation).")
  private @Nullable String host;

  @Mixin private FleetOptions options;

  public VolumeCancelCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    OperationId operation;
    try {
      operation = new OperationId(id);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Optional<HostId> at =
          Optional.ofNullable(host).map(name -> new Directory(connection.fleet()).host(name));
      FoundOperation found = FoundOperation.of(connection, operation, at, List.of(Role.STORAGE));
      if (found.isOver()) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "operation %s on %s is over: %s".formatted(operation, found.host(), found.state()));
      }
      connection.askAgent(Role.STORAGE, found.host(), new StorageCommand.Cancel(operation));
      shell.console().print("asked to give up operation " + operation + " on " + found.host());
      return ExitCode.OK.value();
    }
  }
}
