package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.SchedulerCommand;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Moves a virtual machine to another host. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Move a running VM live to another host, and show how far it is until it ended.",
    footer = {
      "",
      "Without a host the VM goes where it fits best. Disks that its host alone has are copied"
          + " while",
      "it runs, and deleted there when it has moved: what the target lacks of them. Ending this",
      "command (Ctrl-C) does not end the move; 'ballast cancel' does.",
      "",
      "Examples:",
      "  ballast migrate web1 h2",
      "  ballast migrate web1",
      "  ballast migrate web1 h2 --detach      print the move's id and go",
      "  ballast migrate web1 h2 --no-copy     only if both hosts reach all of its disks",
      "  ballast migrate web1 h2 --offline     move what defines it, while it does not run",
      "  ballast migrate web1 h2 --offline --shutdown",
      "  ballast migrate web1 --dry-run        what is in its way to each host of its cluster"
    })
public final class MigrateCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(index = "0", paramLabel = "VM", description = "Name or UUID of the VM.")
  private String name = "";

  @Parameters(index = "1", arity = "0..1", paramLabel = "HOST", description = "Where to.")
  private @Nullable String target;

  @Option(names = "--detach", description = "Do not wait for the end.")
  private boolean detach;

  @Option(
      names = "--dry-run",
      description = "Say what would be sent and what is in the way, and move nothing.")
  private boolean dryRun;

  @Option(
      names = "--copy",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether disks go along that its host alone has; they do without this option.")
  private boolean copy = true;

  @Option(
      names = "--offline",
      description =
          "Move a VM that does not run: what defines it, and the disks that its host alone has.")
  private boolean offline;

  @Option(
      names = "--shutdown",
      description =
          "With --offline: shut it down first if it runs, and start it where it is then; it may"
              + " take --within.")
  private boolean shutdown;

  @Option(
      names = "--within",
      paramLabel = "TIME",
      defaultValue = "90s",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long the guest may take to shut down (default: ${DEFAULT-VALUE}).")
  private Duration within = Duration.ofSeconds(90);

  @Mixin private FleetOptions options;

  public MigrateCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (shutdown && (!offline || detach || dryRun)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--shutdown goes with --offline, and waits: not with --detach or --dry-run");
    }
    if (offline && target == null && !dryRun) {
      throw new CommandFailure(ExitCode.USAGE, "--offline needs a host to move to");
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      Directory directory = new Directory(fleet);
      Directory.Place place = directory.vm(name);
      Optional<HostId> to = Optional.ofNullable(target).map(directory::host);
      if (dryRun) {
        boolean free =
            new DryRun(connection, fleet, shell.console(), copy, !offline)
                .show(place.vm(), place.host(), to);
        return (free ? ExitCode.OK : ExitCode.REFUSED).value();
      }
      shell.console().print(moved(connection, fleet, place, to));
      return ExitCode.OK.value();
    }
  }

  private String moved(
      FleetConnection connection, Fleet fleet, Directory.Place place, Optional<HostId> to) {
    return shutdown && place.vm().state().active()
        ? new ColdMove(connection, shell.console(), place, to.orElseThrow())
            .make(fleet, within, copy, () -> move(connection, place, to))
        : move(connection, place, to);
  }

  /** The line about its end, or its id. */
  private String move(FleetConnection connection, Directory.Place place, Optional<HostId> to) {
    MoveWatch watch = new MoveWatch(connection, shell.console());
    OperationId move =
        connection
            .askScheduler(
                new SchedulerCommand.MoveVm(
                    place.vm().id(),
                    to,
                    Optional.of(copy).filter(wanted -> wanted),
                    Optional.of(offline).filter(wanted -> wanted)))
            .operation();
    return detach ? move.value() : watch.untilEnd(move, place.vm().name());
  }
}
