package io.ballast.ops.client;

import io.ballast.messages.Move;
import io.ballast.messages.SchedulerCommand;
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
      "A move in doubt is given up too, if it still goes on; it stays in doubt until both hosts",
      "have said what they run. If one of them will never say, 'ballast move settle' ends it.",
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
      Move move = OpenMoves.of(connection.fleet()).named(name);
      connection.askScheduler(new SchedulerCommand.CancelMove(move.id()));
      shell.console().print(asked(move));
      return ExitCode.OK.value();
    }
  }

  private static String asked(Move move) {
    String asked =
        "asked to give up the move of %s from %s to %s"
            .formatted(move.name(), move.from(), move.to());
    return move.state() == Move.State.UNKNOWN
        ? asked + "; it is in doubt until both hosts have said what they run"
        : asked;
  }
}
