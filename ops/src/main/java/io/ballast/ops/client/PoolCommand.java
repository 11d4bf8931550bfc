package io.ballast.ops.client;

import io.ballast.messages.PoolOrder;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Does something to one storage pool, by the storage agent of a host. */
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "List the storage pools of the hosts, look at one, make and start them.",
    footer = {
      "",
      "Examples:",
      "  ballast pool list",
      "  ballast pool show images --host h1",
      "  ballast pool define images --host h1 --folder /var/lib/libvirt/images",
      "  ballast pool start images --host h1"
    })
public final class PoolCommand implements Runnable {
  private final Shell shell;

  @Spec private CommandSpec spec;

  public PoolCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: list, show, define, start, refresh, stop, forget, trash");
  }

  @Command(
      name = "define",
      mixinStandardHelpOptions = true,
      description = "Make a pool known to a host, start it now and whenever the host starts.",
      footer = {
        "",
        "What a pool may be made of is for the host to say, by agent.pools in its configuration. A",
        "folder is made if it is not there; a device, volume or export is used as it is. For some",
        "10 s, until the host's next look at its pools is told, commands need --host to find it.",
        "",
        "Examples:",
        "  ballast pool define images --host h1 --folder /var/lib/libvirt/images",
        "  ballast pool define nas --host h1 --nfs nas1:/images --path /srv/nas",
        "  ballast pool define kvm --host h1 --rbd kvm --monitor 10.0.0.5:3300 --secret UUID"
      })
  int define(
      @Parameters(paramLabel = "POOL", description = "Name of the new pool.") String pool,
      @Mixin PoolSourceOptions source,
      @Mixin WorkOptions options) {
    if (options.host == null) {
      throw new CommandFailure(ExitCode.USAGE, "name the host that gets the pool, with --host");
    }
    return act(
        "defining", "defined", options, () -> new PoolOrder.DefinePool(pool, source.source()));
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Make the disks in a pool usable, now and whenever the host starts.")
  int start(
      @Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool,
      @Mixin WorkOptions options) {
    return act("starting", "started", options, () -> new PoolOrder.StartPool(pool));
  }

  @Command(
      name = "refresh",
      mixinStandardHelpOptions = true,
      description = "Have a host look at a pool anew, for what others put there or took away.",
      footer = {
        "",
        "What Ballast shows of a volume is always new; libvirt's own tools see what they saw last."
      })
  int refresh(
      @Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool,
      @Mixin WorkOptions options) {
    return act("refreshing", "refreshed", options, () -> new PoolOrder.RefreshPool(pool));
  }

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "Let go of a pool that no running VM uses, until it is started again.")
  int stop(
      @Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool,
      @Mixin WorkOptions options) {
    return act("stopping", "stopped", options, () -> new PoolOrder.StopPool(pool));
  }

  @Command(
      name = "forget",
      mixinStandardHelpOptions = true,
      description = "Have a host forget a pool that is not active; what lies in it stays.")
  int forget(
      @Parameters(paramLabel = "POOL", description = "Name of the pool.") String pool,
      @Mixin WorkOptions options) {
    return act("forgetting", "forgot", options, () -> new PoolOrder.ForgetPool(pool));
  }

  private int act(String doing, String done, WorkOptions options, Supplier<PoolOrder> order) {
    PoolOrder asked;
    try {
      asked = order.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
    String what = "pool " + asked.pool();
    AgentWork.Carried carried =
        AgentWork.carryOut(shell, options, asked.pool(), () -> asked, doing + " " + what);
    shell.console().print(done + " " + what + carried.words());
    return ExitCode.OK.value();
  }
}
