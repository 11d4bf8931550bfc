package io.ballast.ops.client;

import io.ballast.messages.DiskOrder;
import io.ballast.messages.Fleet;
import io.ballast.messages.Move;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Which disk of a virtual machine a command is about, and how its work is waited for. */
final class DiskTarget {
  @Mixin VmTarget vm = new VmTarget();

  @Parameters(
      index = "1",
      paramLabel = "DISK",
      description = "Where it is plugged in, such as vdb; 'ballast vm disks' shows that.")
  String disk = "";

  /**
   * Has the storage agent of a machine's host do something, and says so.
   *
   * @param doing for a person: "taking vdb off"
   * @param done likewise: "took vdb off"
   * @param order by the machine's name
   */
  static int act(
      Shell shell, VmTarget target, String doing, String done, Function<String, DiskOrder> order) {
    try (FleetConnection connection = FleetConnection.open(shell, target.options)) {
      Fleet fleet = connection.fleet();
      Directory.Place place = target.in(fleet);
      checkItStays(fleet, place);
      String what = place.vm().name() + " on " + place.on();
      DiskOrder asked;
      try {
        asked = order.apply(place.vm().name());
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
      }
      String report =
          new AgentWork(connection, shell.console())
              .run(place.on(), asked, doing + " " + what, target.patience)
              .report()
              .map(text -> (text.startsWith("as ") ? " " : "; ") + text)
              .orElse("");
      shell.console().print(done + " " + what + report);
      return ExitCode.OK.value();
    }
  }

  private static void checkItStays(Fleet fleet, Directory.Place place) {
    fleet.moves().stream()
        .filter(move -> move.state().open() && move.vm().equals(place.vm().id()))
        .map(Move::id)
        .findFirst()
        .ifPresent(
            move -> {
              throw new CommandFailure(
                  ExitCode.REFUSED,
                  "%s is being moved by %s, and its disks stay as they are until then; wait for its end, or give it up with 'ballast cancel %s'"
                      .formatted(place.vm().name(), move, place.vm().name()));
            });
  }
}
