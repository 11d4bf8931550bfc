package io.ballast.ops.client;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.SchedulerCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a move in doubt by a person's word where its virtual machine runs. */
@Command(
    name = "settle",
    mixinStandardHelpOptions = true,
    description = "Say where the VM of a move in doubt runs, and so end the move.",
    footer = {
      "",
      "For a move whose other host is off for good: all others end by themselves once both hosts",
      "have said what they run. Look first, with 'virsh list --all' on each host that is on; make",
      "sure that the other one is off. What the beats contradict is refused.",
      "",
      "Examples:",
      "  ballast move settle web1 --on h2",
      "  ballast move settle 5f0c... --on h1"
    })
public final class MoveSettleCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "MOVE", description = "Id of the move, or name or UUID of its VM.")
  private String name = "";

  @Option(
      names = "--on",
      paramLabel = "HOST",
      required = true,
      description = "Where the VM runs: the move's source or its target.")
  private String on = "";

  @Mixin private FleetOptions options;

  public MoveSettleCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Move move = OpenMoves.of(connection.fleet()).named(name);
      connection.askScheduler(new SchedulerCommand.SettleMove(move.id(), side(move)));
      Move now =
          connection.fleet().moves().stream()
              .filter(each -> each.id().equals(move.id()))
              .findFirst()
              .orElse(move);
      shell.console().print(ended(now));
      return ExitCode.OK.value();
    }
  }

  private HostId side(Move move) {
    if (on.equals(move.from().value())) {
      return move.from();
    }
    if (on.equals(move.to().value())) {
      return move.to();
    }
    throw new CommandFailure(
        ExitCode.REFUSED,
        "%s moves from %s to %s, not by way of '%s'; say --on %s or --on %s"
            .formatted(move.name(), move.from(), move.to(), on, move.from(), move.to()));
  }

  private String ended(Move move) {
    return switch (move.state()) {
      case DONE ->
          "settled: %s runs on %s, its move from %s is done"
              .formatted(move.name(), move.to(), move.from());
      case FAILED ->
          "settled: %s runs on %s, its move to %s has failed"
              .formatted(move.name(), move.from(), move.to());
      case PLANNED, REQUESTED, MIGRATING, UNKNOWN ->
          "told the scheduler that %s runs on %s; how its move ends shows in 'ballast watch'"
              .formatted(move.name(), on);
    };
  }
}
