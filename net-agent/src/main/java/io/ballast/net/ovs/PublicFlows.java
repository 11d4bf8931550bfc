package io.ballast.net.ovs;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Port;
import io.ballast.net.flow.Action;
import io.ballast.net.flow.Action.SetAddress;
import io.ballast.net.flow.Action.SetAddress.Place;
import io.ballast.net.flow.Flow;
import io.ballast.net.flow.Match;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.trade.Outside;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The flows by which a guest is known outside by a public address, without a memory of connections:
 * in what comes in, and in what goes out of its own network, one address stands for the other.
 *
 * <p>No port that leads outside is named: what goes out is switched as if it came from nowhere, in
 * the VLAN of the network outside, and finds its way as on any bridge, over bonds as well.
 */
final class PublicFlows {
  private static final int INCOMING = 30_000;
  private static final int BARRED = 30_100;
  private static final int WITHIN_LAST = 500;
  private static final int OUTGOING = 400;
  private static final int TO_GATEWAY = 20;
  private static final int SELF = 15;
  private static final int OWN_NETWORK = 10;

  private static final Cidr GROUPS = Cidr.of("224.0.0.0/4");
  private static final IpAddress EVERYBODY = new IpAddress("255.255.255.255");

  private final Port port;
  private final Outside outside;
  private final int number;
  private final IpAddress within;
  private final IpAddress known;
  private final Cidr network;
  private final List<Flow> flows = new ArrayList<>();

  /**
   * Another port of the bridge.
   *
   * @param led whether its packets come to the last table, as they do if it is one of ours
   */
  record Other(int number, Tags tags, boolean led) {}

  private PublicFlows(Port port, Outside outside, int number) {
    this.port = port;
    this.outside = outside;
    this.number = number;
    this.network = port.privateAddress().orElseThrow();
    this.within = network.address();
    this.known = port.publicAddress().orElseThrow();
  }

  /** For a port by its number on the bridge, among the others there. */
  static List<Flow> of(Port port, Outside outside, int number, List<Other> others) {
    PublicFlows all = new PublicFlows(port, outside, number);
    all.in(others);
    all.out();
    return all.flows;
  }

  /** From wherever the network outside comes in: with its tag, or from a port that is in it. */
  private void in(List<Other> others) {
    Match.Frame anywhere = Match.anything();
    outside
        .vlan()
        .ifPresentOrElse(
            tag -> in(PortFlows.FIRST, INCOMING, anywhere.tagged(tag), true),
            () -> in(PortFlows.FIRST, INCOMING, anywhere.untagged(), false));
    for (Other other : others) {
      Match.Frame from = anywhere.from(other.number());
      int vlan = outside.vlan().orElse(0);
      boolean member = other.tags().only().equals(Optional.of(vlan));
      if (other.led()) {
        if (member || (vlan == 0 && other.tags().carries(0))) {
          in(PortFlows.LAST, WITHIN_LAST, from.untagged(), false);
        } else if (vlan != 0 && other.tags().carries(vlan)) {
          in(PortFlows.LAST, WITHIN_LAST, from.tagged(vlan), true);
        }
      } else if (member && vlan != 0) {
        in(PortFlows.FIRST, INCOMING, from.untagged(), false);
      } else if (!member && vlan == 0 && other.tags().only().isPresent()) {
        bar(from.untagged());
      }
    }
  }

  /** A port of another VLAN, whose packets bear no tag either. */
  private void bar(Match.Frame from) {
    add(PortFlows.FIRST, BARRED, from.arp().target(known), PortFlows.SWITCH);
    add(
        PortFlows.FIRST,
        BARRED,
        from.destination(port.card()).ipv4().destination(known),
        PortFlows.SWITCH);
  }

  private void in(int table, int priority, Match.Frame from, boolean tagged) {
    Match.Arp arp = from.arp().target(known);
    SetAddress toArp = new SetAddress(Place.ARP_TARGET, within);
    add(
        table,
        priority + TO_GATEWAY,
        arp.sender(outside.gateway()),
        delivered(tagged, new SetAddress(Place.ARP_SENDER, outside.guestGateway()), toArp));
    add(table, priority, arp, delivered(tagged, toArp));
    Match.Ipv4 ip = from.destination(port.card()).ipv4().destination(known);
    SetAddress toIp = new SetAddress(Place.DESTINATION, within);
    add(
        table,
        priority + TO_GATEWAY,
        ip.source(outside.gateway()),
        delivered(tagged, new SetAddress(Place.SOURCE, outside.guestGateway()), toIp));
    add(table, priority, ip, delivered(tagged, toIp));
  }

  private List<Action> delivered(boolean tagged, SetAddress... rewriting) {
    List<Action> actions = new ArrayList<>(List.of(rewriting));
    if (tagged) {
      actions.add(new Action.Untag());
    }
    actions.add(new Action.SetDestination(port.card()));
    actions.add(new Action.Output(number));
    return actions;
  }

  /** All that leaves the guest's own network leaves it for outside. */
  private void out() {
    Match.Frame own = Match.anything().from(number).untagged();
    Match.Arp arp = own.arp().sender(within);
    SetAddress fromArp = new SetAddress(Place.ARP_SENDER, known);
    out(
        TO_GATEWAY,
        arp.target(outside.guestGateway()),
        fromArp,
        new SetAddress(Place.ARP_TARGET, outside.gateway()));
    List<Action> both =
        new ArrayList<>(
            List.of(new Action.Copy(sent(fromArp, new SetAddress(Place.ARP_TARGET, known)))));
    both.addAll(PortFlows.SWITCH);
    add(PortFlows.LAST, OUTGOING + SELF, arp.target(within), both);
    stay(arp.target(network));
    out(0, arp, fromArp);
    Match.Ipv4 ip = own.ipv4().source(within);
    SetAddress fromIp = new SetAddress(Place.SOURCE, known);
    out(
        TO_GATEWAY,
        ip.destination(outside.guestGateway()),
        fromIp,
        new SetAddress(Place.DESTINATION, outside.gateway()));
    Stream.of(ip.destination(network), ip.destination(GROUPS), ip.destination(EVERYBODY))
        .forEach(this::stay);
    out(0, ip, fromIp);
    if (isElsewhere()) {
      List<Action> moved = new ArrayList<>(List.of(new Action.Copy(sent())));
      moved.addAll(PortFlows.SWITCH);
      add(PortFlows.LAST, OUTGOING, own.rarp(), moved);
    }
  }

  private void stay(Match match) {
    add(PortFlows.LAST, OUTGOING + OWN_NETWORK, match, PortFlows.SWITCH);
  }

  private void out(int more, Match match, SetAddress... rewriting) {
    add(PortFlows.LAST, OUTGOING + more, match, sent(rewriting));
  }

  private List<Action> sent(SetAddress... rewriting) {
    List<Action> actions = new ArrayList<>(List.of(rewriting));
    if (isElsewhere()) {
      outside.vlan().ifPresent(tag -> actions.add(new Action.Tag(tag)));
      actions.add(new Action.FromNowhere());
    }
    actions.addAll(PortFlows.SWITCH);
    return actions;
  }

  /** Whether the network outside is not in the VLAN of the port itself. */
  private boolean isElsewhere() {
    return !Tags.of(port.vlan()).only().equals(Optional.of(outside.vlan().orElse(0)));
  }

  private void add(int table, int priority, Match match, List<Action> actions) {
    flows.add(Flow.of(port.card(), table, priority, match, actions));
  }
}
