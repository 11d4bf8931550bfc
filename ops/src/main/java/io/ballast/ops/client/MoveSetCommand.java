package io.ballast.ops.client;

import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand;
import io.ballast.messages.Move;
import io.ballast.ops.screen.Figures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Changes a migration while it is under way. */
@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    description = "Change a migration that is under way, so that it ends.",
    footer = {
      "",
      "'ballast watch' and 'ballast migrate' show when a migration ends, or what pause of the"
          + " guest",
      "it would need. With --postcopy the guest runs on the target at once and its memory follows:",
      "that always ends, cannot be cancelled, and loses the guest if the link is lost. It is there",
      "only if the policy allowed it when the move began (transfer: post-copy).",
      "",
      "Examples:",
      "  ballast move set web1 --downtime 2s",
      "  ballast move set web1 --bandwidth 200MiB",
      "  ballast move set 5f0c... --postcopy"
    })
public final class MoveSetCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "MOVE", description = "Id of the move, or name or UUID of its VM.")
  private String name = "";

  @Option(
      names = "--downtime",
      paramLabel = "TIME",
      converter = FleetOptions.PositiveDuration.class,
      description = "How long the guest may stand still at the end, 10m at most: 500ms, 2s.")
  private @Nullable Duration downtime;

  @Option(
      names = "--bandwidth",
      paramLabel = "AMOUNT",
      converter = VolumeTarget.Size.class,
      description = "Most to send per second: 100MiB.")
  private @Nullable Bytes bandwidth;

  @Option(names = "--postcopy", description = "Let the guest run on the target now.")
  private boolean postCopy;

  @Mixin private FleetOptions options;

  @Spec private CommandSpec spec;

  public MoveSetCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (downtime == null && bandwidth == null && !postCopy) {
      throw wrong("say what to change: --downtime, --bandwidth or --postcopy");
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Move move = OpenMoves.of(connection.fleet()).named(name);
      if (move.state() != Move.State.MIGRATING) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "the move of %s is not under way, it is %s; try again once it migrates"
                .formatted(move.name(), move.state().name().toLowerCase(Locale.ROOT)));
      }
      connection.askHost(move.from(), change(move));
      shell.console().print(move.name() + ": " + String.join(", ", changed(move)));
      return ExitCode.OK.value();
    }
  }

  private HostCommand.Steer change(Move move) {
    try {
      return new HostCommand.Steer(
          move.id(), Optional.ofNullable(downtime), Optional.ofNullable(bandwidth), postCopy);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()));
    }
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private List<String> changed(Move move) {
    List<String> changed = new ArrayList<>();
    if (downtime != null) {
      changed.add("may stand still for " + Figures.duration(downtime));
    }
    if (bandwidth != null) {
      changed.add("may send " + bandwidth + " a second");
    }
    if (postCopy) {
      changed.add("runs on " + move.to() + ", its memory follows");
    }
    return changed;
  }
}
