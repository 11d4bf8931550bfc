package io.ballast.ops.client;

import io.ballast.bus.Role;
import io.ballast.messages.Berth;
import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VolumeId;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives volumes free that a host keeps for a move that is over. */
@Command(
    name = "free",
    mixinStandardHelpOptions = true,
    description = "Give disks free that a host keeps for a move that is over; deletes nothing.",
    footer = {
      "",
      "Hosts keep the disks that a move copies until it is known which copy is the VM's, and then",
      "let go of them by themselves. Where that can't be known, the alert VOLUMES_KEPT names the",
      "move, and a person has to look: the copy that is not the VM's can be deleted afterwards",
      "with 'ballast volume delete'.",
      "",
      "Examples:",
      "  ballast volume free 0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10 --host h1"
    })
public final class VolumeFreeCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "MOVE", description = "Id of the move.")
  private String id = "";

  @Option(
      names = "--host",
      paramLabel = "HOST",
      required = true,
      description = "The host that keeps them.")
  private String name = "";

  @Mixin private FleetOptions options;

  public VolumeFreeCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    OperationId move;
    try {
      move = new OperationId(id);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      HostId host = new Directory(fleet).host(name);
      if (fleet.moves().stream().anyMatch(it -> it.id().equals(move) && it.state().open())) {
        throw new CommandFailure(
            ExitCode.REFUSED,
            "move %s goes on; 'ballast cancel' gives it up, 'ballast move settle' says where its VM is"
                .formatted(move));
      }
      Berth berth =
          connection.askAgent(Role.STORAGE, host, new InspectStorage()).beat().berths().stream()
              .filter(it -> it.move().equals(move))
              .findFirst()
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          ExitCode.REFUSED,
                          "%s keeps no disks for move %s; 'ballast hosts --json' shows under .storage.berths what hosts keep"
                              .formatted(host, move)));
      connection.askAgent(Role.STORAGE, host, new SettleDisks(move, true));
      shell
          .console()
          .print(
              "%s keeps nothing for move %s any more, and has all of it: %s"
                  .formatted(
                      host,
                      move,
                      berth.volumes().stream()
                          .map(VolumeId::toString)
                          .collect(Collectors.joining(", "))));
      return ExitCode.OK.value();
    }
  }
}
