package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.SchedulerCommand;
import io.ballast.messages.VmId;
import io.ballast.ops.screen.AlertWords;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Has a host forgotten that is gone for good. */
@Command(
    name = "forget",
    mixinStandardHelpOptions = true,
    description = "Forget a host that is gone for good; its alerts end.",
    footer = {
      "",
      "Nothing waits for it any more, and what was last seen there counts no longer. Nothing is",
      "changed on the host; should its agent beat again, it is back. A host that still beats, or",
      "that has a move in doubt, is not forgotten.",
      "",
      "Examples:",
      "  ballast host forget h1"
    })
public final class HostForgetCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(paramLabel = "HOST", description = "Name of the host.")
  private String name = "";

  @Mixin private FleetOptions options;

  public HostForgetCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      Fleet fleet = connection.fleet();
      HostId host = new Directory(fleet).host(name);
      connection.askScheduler(new SchedulerCommand.ForgetHost(host));
      List<String> gone = onlyThere(fleet, host);
      shell
          .console()
          .print(
              "forgot "
                  + host
                  + (gone.isEmpty()
                      ? ""
                      : "; last seen there and active nowhere else: " + AlertWords.names(gone)));
      return ExitCode.OK.value();
    }
  }

  /** The virtual machines that go out of sight with a host. */
  private static List<String> onlyThere(Fleet fleet, HostId host) {
    Set<VmId> elsewhere =
        active(fleet)
            .filter(place -> place.host().status() != Fleet.Status.SILENT)
            .map(place -> place.vm().id())
            .collect(Collectors.toSet());
    return active(fleet)
        .filter(place -> place.on().equals(host) && !elsewhere.contains(place.vm().id()))
        .map(place -> place.vm().name())
        .toList();
  }

  private static Stream<Directory.Place> active(Fleet fleet) {
    return Directory.places(fleet).filter(place -> place.vm().state().active());
  }
}
