package io.ballast.ops.client;

import io.ballast.messages.Fleet;
import io.ballast.messages.HostId;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.messages.NetworkOrder;
import io.ballast.messages.Outcome;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Does something to one bridge or port, by the network agent of a host. */
@Command(
    name = "net",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Plug, change, look at the ports of VMs; make and remove bridges.",
    footer = {
      "",
      "A port says what must hold for a card of a VM, named by its MAC address, for as long as it"
          + " is",
      "plugged: it is made so when the card appears, and repaired when anything takes it away.",
      "",
      "Examples:",
      "  ballast net plug web1 52:54:00:12:34:56 br0 --vlan 100 --address 10.0.0.5/24 --anti-spoof",
      "  ballast net change 52:54:00:12:34:56 --in 20M --out 10M",
      "  ballast net ports --vm web1",
      "  ballast net bridges"
    })
public final class NetCommand implements Runnable {
  /** Work on a network is short. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Shell shell;

  @Spec private CommandSpec spec;

  public NetCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(),
        "say what to do: plug, change, unplug, ports, repair, bridges, create-bridge, networks,"
            + " ...");
  }

  @Command(
      name = "plug",
      mixinStandardHelpOptions = true,
      description = "Have a port for a card of a VM, in place of the one it has.",
      footer = {
        "",
        "The card itself is the VM's: its domain names the bridge and the MAC address. While it is"
            + " not",
        "there the port waits.",
        "",
        "Examples:",
        "  ballast net plug web1 52:54:00:12:34:56 br0 --vlan 100 --anti-spoof",
        "  ballast net plug web1 52:54:00:12:34:56 br1 --address 10.20.0.5/24 --line telecom \\",
        "      --public 203.0.113.5"
      })
  int plug(
      @Parameters(index = "0", paramLabel = "VM", description = "Name or UUID of the VM.")
          String vm,
      @Parameters(
              index = "1",
              paramLabel = "MAC",
              converter = NetWords.Card.class,
              description = "The card's address, such as 52:54:00:12:34:56.")
          Mac card,
      @Parameters(
              index = "2",
              paramLabel = "BRIDGE",
              description = "Into which it is plugged, or a network of libvirt that has one.")
          String bridge,
      @Option(
              names = "--host",
              paramLabel = "HOST",
              description = "Where the VM is, if several hosts know it.")
          @Nullable String host,
      @Mixin PortOptions options,
      @Mixin FleetOptions reach) {
    try (FleetConnection connection = FleetConnection.open(shell, reach)) {
      Fleet fleet = connection.fleet();
      Directory.Place place = new Directory(fleet).vm(vm, Optional.ofNullable(host));
      Port port = checked(() -> options.port(card, place.vm().id(), bridge));
      PortPlace.free(fleet, port);
      return act(connection, place.on(), "plugging", "plugged", new NetOrder.PlugPort(port));
    }
  }

  @Command(
      name = "change",
      mixinStandardHelpOptions = true,
      description = "Have something different in a port; all else stays.",
      footer = {
        "",
        "Examples:",
        "  ballast net change 52:54:00:12:34:56 --in 20M --out 10M",
        "  ballast net change 52:54:00:12:34:56 --clear public-address --clear line",
        "  ballast net change 52:54:00:12:34:56 --no-anti-spoof"
      })
  int change(
      @Mixin CardTarget target,
      @Option(names = "--bridge", paramLabel = "BRIDGE", description = "Into which it is plugged.")
          @Nullable String bridge,
      @Option(
              names = "--clear",
              paramLabel = "PART",
              converter = Parts.class,
              description =
                  "What it is to have no longer: vlan, addresses, in, out, public-address, mtu,"
                      + " line.")
          @Nullable Set<PortChange.Part> clear,
      @Mixin PortOptions options) {
    PortChange change =
        checked(
            () -> options.change(Optional.ofNullable(bridge), clear == null ? Set.of() : clear));
    try (FleetConnection connection = FleetConnection.open(shell, target.fleet)) {
      Fleet fleet = connection.fleet();
      HostId host = PortPlace.of(fleet, target.card(), Optional.ofNullable(target.host));
      PortPlace.all(fleet)
          .filter(place -> place.host().equals(host))
          .map(place -> place.status().port())
          .filter(port -> port.card().equals(target.card()))
          .forEach(port -> PortPlace.free(fleet, checked(() -> change.to(port))));
      return act(
          connection, host, "changing", "changed", new NetOrder.ChangePort(target.card(), change));
    }
  }

  @Command(
      name = "unplug",
      mixinStandardHelpOptions = true,
      description = "Forget a port, undo what was made for it, take its card off its bridge.",
      footer = {"", "What is gone already is no error."})
  int unplug(@Mixin CardTarget target) {
    NetOrder order = new NetOrder.UnplugPort(target.card());
    try (FleetConnection connection = FleetConnection.open(shell, target.fleet)) {
      Fleet fleet = connection.fleet();
      Optional<HostId> host =
          PortPlace.find(fleet, target.card(), Optional.ofNullable(target.host));
      if (host.isEmpty()) {
        PortPlace.allHeard(fleet, target.card());
        shell.console().print("no host keeps " + order.object());
        return ExitCode.OK.value();
      }
      return act(connection, host.get(), "unplugging", "unplugged", order);
    }
  }

  @Command(
      name = "repair",
      mixinStandardHelpOptions = true,
      description = "Have a host look at all its ports now, and repair what differs.",
      footer = {"", "Its agent does so every 2 s by itself; this says at once what it found."})
  int repair(
      @Parameters(paramLabel = "HOST", description = "Whose ports.") String host,
      @Mixin FleetOptions fleet) {
    return on(host, fleet, "repairing", "repaired", new NetOrder.RepairPorts());
  }

  @Command(
      name = "create-bridge",
      mixinStandardHelpOptions = true,
      description = "Make a bridge on a host; one of ours may be there already.",
      footer = {
        "",
        "Examples:",
        "  ballast net create-bridge br0 h1",
        "  ballast net create-bridge br0 h1 --kind open-vswitch --datapath netdev"
      })
  int createBridge(
      @Parameters(index = "0", paramLabel = "BRIDGE", description = "Name of the new bridge.")
          String bridge,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is made.") String host,
      @Option(
              names = "--kind",
              paramLabel = "KIND",
              defaultValue = "linux",
              converter = Kinds.class,
              description = "linux or open-vswitch (default: ${DEFAULT-VALUE}).")
          Bridge.Kind kind,
      @Option(
              names = "--datapath",
              paramLabel = "DATAPATH",
              description = "Of Open vSwitch: system (the kernel's) or netdev (default: system).")
          @Nullable Datapath datapath,
      @Mixin FleetOptions fleet) {
    return on(
        host,
        fleet,
        "creating",
        "created",
        checked(() -> new NetOrder.CreateBridge(bridge, kind, Optional.ofNullable(datapath))));
  }

  @Command(
      name = "delete-bridge",
      mixinStandardHelpOptions = true,
      description = "Remove a bridge that Ballast has made and that nothing uses.",
      footer = {"", "What is gone already is no error. A bridge with an uplink is never removed."})
  int deleteBridge(
      @Parameters(index = "0", paramLabel = "BRIDGE", description = "Name of the bridge.")
          String bridge,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is.") String host,
      @Mixin FleetOptions fleet) {
    return on(host, fleet, "deleting", "deleted", checked(() -> new NetOrder.DeleteBridge(bridge)));
  }

  @Command(
      name = "define-network",
      mixinStandardHelpOptions = true,
      description = "Make a network of a host's libvirt, start it now and with the host.",
      footer = {
        "",
        "For hosts on which nobody makes bridges by hand.",
        "",
        "Examples:",
        "  ballast net define-network guests h1 --nat 10.1.0.1/24",
        "  ballast net define-network inner h1 --bridge br0"
      })
  int defineNetwork(
      @Parameters(index = "0", paramLabel = "NETWORK", description = "Name of the new network.")
          String network,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is made.") String host,
      @ArgGroup(multiplicity = "1") NetworkFormOptions form,
      @Mixin FleetOptions fleet) {
    return on(
        host,
        fleet,
        "defining",
        "defined",
        checked(() -> new NetworkOrder.DefineNetwork(network, form.form())));
  }

  @Command(
      name = "start-network",
      mixinStandardHelpOptions = true,
      description = "Have a network of a host's libvirt usable, now and with the host.")
  int startNetwork(
      @Parameters(index = "0", paramLabel = "NETWORK", description = "Its name.") String network,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is.") String host,
      @Mixin FleetOptions fleet) {
    return on(
        host, fleet, "starting", "started", checked(() -> new NetworkOrder.StartNetwork(network)));
  }

  @Command(
      name = "stop-network",
      mixinStandardHelpOptions = true,
      description = "Let go of a network that Ballast has made and that no guest uses.")
  int stopNetwork(
      @Parameters(index = "0", paramLabel = "NETWORK", description = "Its name.") String network,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is.") String host,
      @Mixin FleetOptions fleet) {
    return on(
        host, fleet, "stopping", "stopped", checked(() -> new NetworkOrder.StopNetwork(network)));
  }

  @Command(
      name = "forget-network",
      mixinStandardHelpOptions = true,
      description = "Have libvirt forget a network that Ballast has made and that is not active.")
  int forgetNetwork(
      @Parameters(index = "0", paramLabel = "NETWORK", description = "Its name.") String network,
      @Parameters(index = "1", paramLabel = "HOST", description = "Where it is.") String host,
      @Mixin FleetOptions fleet) {
    return on(
        host,
        fleet,
        "forgetting",
        "forgot",
        checked(() -> new NetworkOrder.ForgetNetwork(network)));
  }

  private int on(String host, FleetOptions options, String doing, String done, NetOrder order) {
    try (FleetConnection connection = FleetConnection.open(shell, options)) {
      return act(connection, new Directory(connection.fleet()).host(host), doing, done, order);
    }
  }

  private int act(
      FleetConnection connection, HostId host, String doing, String done, NetOrder order) {
    Outcome.Done end =
        new AgentWork(connection, shell.console())
            .run(host, order, doing + " " + order.object() + " on " + host, PATIENCE);
    shell
        .console()
        .print(done + " " + order.object() + new AgentWork.Carried(host, end.report()).words());
    return ExitCode.OK.value();
  }

  private static <T> T checked(Supplier<T> making) {
    try {
      return making.get();
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  /** The parts of a port as a person writes them. */
  static final class Parts implements CommandLine.ITypeConverter<PortChange.Part> {
    @Override
    public PortChange.Part convert(String text) {
      return NetWords.choice(PortChange.Part.class, text);
    }
  }

  /** The kinds of bridges as a person writes them. */
  static final class Kinds implements CommandLine.ITypeConverter<Bridge.Kind> {
    @Override
    public Bridge.Kind convert(String text) {
      return NetWords.choice(Bridge.Kind.class, text);
    }
  }
}
