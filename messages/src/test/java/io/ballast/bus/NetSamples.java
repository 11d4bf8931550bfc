package io.ballast.bus;

import static io.ballast.bus.Samples.OPERATION;
import static io.ballast.bus.Samples.VM;

import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.Mac;
import io.ballast.messages.Message;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetCommand;
import io.ballast.messages.NetOrder;
import io.ballast.messages.NetworkForm;
import io.ballast.messages.NetworkOrder;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.PortStatus;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reply;
import io.ballast.messages.Vlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One command of each kind for network agents, with their replies, and beats that tell more. */
final class NetSamples {
  private static final Mac CARD = new Mac("52:54:00:12:34:56");

  private NetSamples() {}

  static List<Message> all() {
    return List.of(
        new NetCommand.InspectNet(),
        new NetCommand.InspectOperation(OPERATION),
        new NetCommand.InspectPort(CARD),
        new NetCommand.ListPorts(Optional.of(VM), Optional.of("br0"), Optional.of(100)),
        new NetCommand.PreparePorts(OPERATION, List.of(port())),
        new NetOrder.CreateBridge(
            "br0",
            NetBeat.Bridge.Kind.OPEN_VSWITCH,
            Optional.of(NetOrder.CreateBridge.Datapath.NETDEV)),
        new NetOrder.DeleteBridge("br0"),
        new NetOrder.PlugPort(port()),
        new NetOrder.ChangePort(
            CARD,
            new PortChange(
                Optional.of("br1"),
                Optional.of(new Vlan.Trunk(List.of(100, 200))),
                Optional.of(List.of(Cidr.of("10.0.0.6/24"))),
                Optional.of(RateLimit.of(20_000)),
                Optional.of(RateLimit.of(10_000)),
                Optional.of(false),
                Optional.empty(),
                Optional.of(9000),
                Optional.of("telecom"),
                Set.of(PortChange.Part.PUBLIC_ADDRESS))),
        new NetOrder.UnplugPort(CARD),
        new NetOrder.RepairPorts(),
        new NetCommand.ListNetworks(),
        new NetworkOrder.DefineNetwork("guests", new NetworkForm.Nat(Cidr.of("10.1.0.1/24"))),
        new NetworkOrder.StartNetwork("guests"),
        new NetworkOrder.StopNetwork("guests"),
        new NetworkOrder.ForgetNetwork("guests"),
        new Reply.NetworksListed(
            List.of(
                new LibvirtNetwork(
                    "guests", true, true, "nat 10.1.0.1/24", Optional.of("virbr0"), 2, true))),
        new Reply.PortInspected(Optional.of(status())),
        new Reply.PortsListed(List.of(status())));
  }

  /** Networks of the other forms. */
  static Map<String, Message> networks() {
    return Map.of(
        "bridged",
        new NetworkOrder.DefineNetwork("guests", new NetworkForm.Bridged("br0")),
        "isolated",
        new NetworkOrder.DefineNetwork("guests", new NetworkForm.Isolated(Cidr.of("10.1.0.1/24"))));
  }

  private static Port port() {
    return new Port(
        CARD,
        VM,
        "br0",
        Optional.of(new Vlan.Access(100)),
        List.of(Cidr.of("10.0.0.5/24"), Cidr.of("2001:db8::5/64")),
        Optional.of(new RateLimit(20_000, 2_000)),
        Optional.of(new RateLimit(10_000, 1_000)),
        true,
        Optional.of(new IpAddress("203.0.113.5")),
        Optional.of(1500),
        Optional.of("telecom"));
  }

  private static PortStatus status() {
    return new PortStatus(
        port(),
        PortStatus.State.DIFFERS,
        Optional.of("vnet3"),
        List.of("VLAN is none, not 100"),
        Optional.of(7L));
  }

  static NetBeat beatWithAge() {
    NetBeat beat = Samples.netBeat();
    return new NetBeat(
        beat.pulse(),
        beat.bridges(),
        beat.links(),
        Optional.of(Samples.AT.minusSeconds(90)),
        Optional.of("the links can't be read"));
  }

  static NetBeat beatWithPorts() {
    NetBeat beat = beatWithAge();
    return new NetBeat(
        beat.pulse(),
        List.of(
            new NetBeat.Bridge(
                "br0",
                NetBeat.Bridge.Kind.OPEN_VSWITCH,
                List.of("bond0", "vnet3"),
                List.of("bond0"),
                Optional.of(true))),
        List.of(
            new NetBeat.Link(
                "bond0",
                true,
                9000,
                Optional.of(20_000),
                Bytes.ofKiB(5),
                Bytes.ZERO,
                Optional.of(new NetBeat.Link.Trouble(1, 2, 3, 4, 5)))),
        beat.sampledAt(),
        beat.problem(),
        List.of(status()),
        List.of(
            new NetBeat.Line(
                "telecom",
                "br0",
                List.of(Cidr.of("203.0.113.0/24")),
                List.of(new NetBeat.Line.Span(100, 199)))),
        List.of(
            new NetBeat.Bond(
                "bond0",
                "active-backup",
                List.of(
                    new NetBeat.Bond.Member("eth0", true, true),
                    new NetBeat.Bond.Member("eth1", false, false)))),
        List.of(
            NetBeat.Ability.OPEN_VSWITCH,
            NetBeat.Ability.OPEN_VSWITCH_METER,
            NetBeat.Ability.OPEN_VSWITCH_QUEUE));
  }
}
