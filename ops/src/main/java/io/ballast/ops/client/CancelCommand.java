package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.SchedulerCommand;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Gives up a move. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Give up an open move; the VM stays where it is if it has not arrived yet.",
    footer = {
      "",
      "The move is named by its id, or by the VM that moves. How it ended shows in 'ballast watch'",
      "and where it was started.",
      "",
      "Examples:",
      "  ballast cancel web1",
      "  ballast cancel 5f0c..."
    })
public final class CancelCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "MOVE", description = "Id of the move, or name or UUID of its VM.")
  private String name = "";

  @Mixin private FleetOptions options;

  public CancelCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Move move = find(connection.fleet());
      connection.askScheduler(new SchedulerCommand.CancelMove(move.id()));
      shell
          .console()
          .print(
              "asked to give up the move of %s from %s to %s"
                  .formatted(move.name(), move.from(), move.to()));
      return ExitCode.OK.value();
    }
  }

  private Move find(Fleet fleet) {
    List<Move> open = fleet.moves().stream().filter(move -> move.state().open()).toList();
    return open.stream()
        .filter(move -> names(move).contains(name))
        .findFirst()
        .orElseThrow(() -> new CommandFailure(ExitCode.REFUSED, unknown(open)));
  }

  private static List<String> names(Move move) {
    return List.of(move.id().value(), move.name(), move.vm().toString());
  }

  private String unknown(List<Move> open) {
    List<OperationId> ids = open.stream().map(Move::id).toList();
    return "there is no open move '"
        + name
        + "'; "
        + (ids.isEmpty()
            ? "nothing is moving"
            : "open are: "
                + String.join(
                    ", ", open.stream().map(move -> move.name() + " " + move.id()).toList()));
  }
}
