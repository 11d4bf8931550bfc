package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostCommand;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Does something to one virtual machine, by the agent of its host. */
@Command(
    name = "vm",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Define, start, stop, look at one virtual machine, and keep its disks.",
    footer = {
      "",
      "A VM is named by its name, or by its UUID where a name is borne twice. Each command waits",
      "until the work has ended and prints one line.",
      "",
      "Examples:",
      "  ballast vm define web1.xml --host h1",
      "  ballast vm start web1",
      "  ballast vm stop web1            ask the guest to shut down",
      "  ballast vm stop web1 --force    cut its power",
      "  ballast vm show web1",
      "  ballast vm snapshot web1 before-upgrade",
      "  ballast vm revert web1 before-upgrade",
      "  ballast vm attach-disk web1 images/data"
    })
public final class VmCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  public VmCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "say what to do: define, start, stop, reboot, suspend, resume, ...");
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Start a VM that is shut off.",
      footer = {
        "",
        "A VM that is active on another host is not started a second time: two copies destroy its",
        "disks. Nor is one that was active on a host that is silent now: it may run on there. Cut",
        "the power of that host first, then --force helps.",
        "",
        "Examples:",
        "  ballast vm start web1",
        "  ballast vm start web1 --host h2 --force"
      })
  int start(
      @Mixin VmTarget target,
      @Option(
              names = "--force",
              description = "Start it even if it seems to be active on another host.")
          boolean force) {
    return act(
        target,
        force ? Caution::waive : Caution::start,
        "starting",
        "started",
        HostCommand.Start::new);
  }

  @Command(
      name = "stop",
      aliases = "shutdown",
      mixinStandardHelpOptions = true,
      description = "Ask the guest to shut down and wait until it has; or cut its power.",
      footer = {
        "",
        "A guest that does not react is left as it is; then --force helps, which is like pulling",
        "the plug: what the guest had not written to its disks is lost.",
        "",
        "Examples:",
        "  ballast vm stop web1 --within 5m",
        "  ballast vm stop web1 --force"
      })
  int stop(
      @Mixin VmTarget target,
      @Option(names = "--force", description = "Cut the power instead of asking the guest.")
          boolean force,
      @Option(
              names = "--within",
              paramLabel = "TIME",
              defaultValue = "90s",
              converter = FleetOptions.PositiveDuration.class,
              description = "How long the guest may take (default: ${DEFAULT-VALUE}).")
          Duration within) {
    if (force) {
      return act(
          target,
          Caution::waive,
          "cutting the power of",
          "cut the power of",
          HostCommand.Destroy::new);
    }
    if (target.patience.compareTo(within) <= 0) {
      target.patience = within.plusSeconds(10);
    }
    return act(
        target,
        Caution::work,
        "shutting down",
        "shut down",
        vm -> new HostCommand.ShutDown(vm, within));
  }

  @Command(
      name = "reboot",
      mixinStandardHelpOptions = true,
      description = "Ask the guest to restart; done once it was asked.")
  int reboot(@Mixin VmTarget target) {
    return act(
        target, Caution::work, "asking to restart", "asked to restart", HostCommand.Reboot::new);
  }

  @Command(
      name = "suspend",
      mixinStandardHelpOptions = true,
      description = "Stop giving CPU to a VM; it stays in memory.")
  int suspend(@Mixin VmTarget target) {
    return act(target, Caution::work, "suspending", "suspended", HostCommand.Suspend::new);
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Give CPU again to a suspended VM.")
  int resume(
      @Mixin VmTarget target,
      @Option(names = "--force", description = "Resume it even if it seems to run on another host.")
          boolean force) {
    return act(
        target,
        force ? Caution::waive : Caution::resume,
        "resuming",
        "resumed",
        HostCommand.Resume::new);
  }

  @Command(
      name = "undefine",
      mixinStandardHelpOptions = true,
      description = "Forget a VM that does not run; its disks stay.")
  int undefine(@Mixin VmTarget target) {
    return act(target, Caution::work, "undefining", "undefined", HostCommand.Undefine::new);
  }

  private int act(
      VmTarget target,
      BiConsumer<Caution, Directory.Place> caution,
      String doing,
      String done,
      Function<VmId, HostCommand<Reply.Accepted>> command) {
    try (FleetConnection connection = FleetConnection.open(shell, target.options)) {
      Fleet fleet = connection.fleet();
      Directory.Place place = target.in(fleet);
      caution.accept(new Caution(connection, fleet), place);
      String what = place.vm().name() + " on " + place.on();
      new HostWork(connection, shell.console())
          .run(place.on(), command.apply(place.vm().id()), doing + " " + what, target.patience);
      shell.console().print(done + " " + what);
      return ExitCode.OK.value();
    }
  }
}
