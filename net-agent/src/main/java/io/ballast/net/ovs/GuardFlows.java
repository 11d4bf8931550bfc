package io.ballast.net.ovs;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.net.flow.Action;
import io.ballast.net.flow.Flow;
import io.ballast.net.flow.Match;
import java.util.ArrayList;
import java.util.List;

/**
 * The flows that hold a guest to its card and its addresses. A guest with addresses may send what
 * is allowed and nothing else; one without may send all but what no guest may.
 *
 * <p>One table looks who sends, the next what neighbours are told. What is dropped is counted by
 * the flow that drops it.
 */
final class GuardFlows {
  /** Where packets of a guarded port come first. */
  static final int TABLE = 186;

  private static final int NEIGHBOURS = 187;
  private static final int NEVER = 300;
  private static final int ALLOWED = 200;
  private static final int REST_OF_A_KIND = 150;
  private static final int REST_OF_THE_CARD = 100;
  private static final int REST = 1;
  private static final int DHCP_SERVER = 67;
  private static final int DHCP_CLIENT = 68;
  private static final int DHCP6_CLIENT = 546;
  private static final int ROUTER_ADVERTISEMENT = 134;
  private static final int REDIRECT = 137;
  private static final int LISTENER_REPORT = 131;
  private static final int LISTENER_REPORT_2 = 143;
  private static final int TAGGED = 0x8100;
  private static final int TAGGED_BY_PROVIDER = 0x88a8;
  private static final IpAddress NOBODY = new IpAddress("0.0.0.0");
  private static final IpAddress NOBODY_6 = new IpAddress("::");

  private static final List<Action> DROP = List.of();
  private static final List<Action> PASS = List.of(new Action.GoTo(PortFlows.LAST));
  private static final List<Action> ASK = List.of(new Action.GoTo(NEIGHBOURS));

  private final Mac card;
  private final Match.Frame all;
  private final Match.Frame own;
  private final List<Flow> flows = new ArrayList<>();

  private GuardFlows(Mac card, int number) {
    this.card = card;
    this.all = Match.anything().from(number);
    this.own = all.source(card);
  }

  /** For a port by its number on the bridge. */
  static List<Flow> of(Port port, int number) {
    GuardFlows guard = new GuardFlows(port.card(), number);
    guard.never();
    List<IpAddress> addresses = port.addresses().stream().map(Cidr::address).distinct().toList();
    if (addresses.isEmpty()) {
      guard.anyAddress();
    } else {
      guard.addresses(addresses);
    }
    return guard.flows;
  }

  /** What no guest sends but one that plays a server, a router, or hides something. */
  private void never() {
    add(NEVER, all.ipv4().udp().destinationPort(DHCP_CLIENT), DROP);
    add(NEVER, all.ipv6().udp().destinationPort(DHCP6_CLIENT), DROP);
    add(NEVER, all.ipv6().icmp6(ROUTER_ADVERTISEMENT), DROP);
    add(NEVER, all.ipv6().icmp6(REDIRECT), DROP);
    // Their first fragments, cut so that nobody sees what they are.
    add(NEVER, all.ipv6().icmp6(0), DROP);
    add(NEVER, all.ipv6().cutShort(), DROP);
    add(NEVER, all.kind(TAGGED), DROP);
    add(NEVER, all.kind(TAGGED_BY_PROVIDER), DROP);
    add(REST, all, DROP);
  }

  private void anyAddress() {
    add(ALLOWED, own.arp().senderMac(card), PASS);
    add(ALLOWED, own.rarp().senderMac(card), PASS);
    add(REST_OF_A_KIND, all.arp(), DROP);
    add(REST_OF_A_KIND, all.rarp(), DROP);
    add(REST_OF_THE_CARD, own, PASS);
  }

  private void addresses(List<IpAddress> addresses) {
    add(ALLOWED, own.rarp().senderMac(card).targetMac(card), PASS);
    add(
        ALLOWED,
        own.ipv4().source(NOBODY).udp().sourcePort(DHCP_CLIENT).destinationPort(DHCP_SERVER),
        PASS);
    addresses.stream().filter(IpAddress::isIpv4).forEach(this::four);
    six(local(card));
    addresses.stream()
        .filter(each -> !each.isIpv4() && !each.equals(local(card)))
        .forEach(this::six);
    for (int report : List.of(LISTENER_REPORT, LISTENER_REPORT_2)) {
      add(ALLOWED, own.ipv6().source(NOBODY_6).icmp6(report), PASS);
    }
    Match.Neighbour asks = all.ipv6().solicitation();
    addTo(NEIGHBOURS, ALLOWED, asks.card(card), PASS);
    addTo(NEIGHBOURS, ALLOWED, asks.noCard(), PASS);
    addTo(NEIGHBOURS, REST_OF_A_KIND, asks, DROP);
    addTo(NEIGHBOURS, REST_OF_A_KIND, all.ipv6().advertisement(), DROP);
    addTo(NEIGHBOURS, REST, all, PASS);
  }

  private void four(IpAddress address) {
    Match.Arp arp = own.arp().senderMac(card);
    add(ALLOWED, arp.sender(address), PASS);
    add(ALLOWED, arp.request().sender(NOBODY).target(address), PASS);
    add(ALLOWED, own.ipv4().source(address), PASS);
  }

  private void six(IpAddress address) {
    add(ALLOWED, own.ipv6().source(address), ASK);
    add(ALLOWED, own.ipv6().source(NOBODY_6).solicitation().target(address).noCard(), PASS);
    Match.Neighbour tells = all.ipv6().advertisement().target(address);
    addTo(NEIGHBOURS, ALLOWED, tells.card(card), PASS);
    addTo(NEIGHBOURS, ALLOWED, tells.noCard(), PASS);
  }

  /** The link-local address that a card makes of its own (RFC 4291, appendix A). */
  static IpAddress local(Mac card) {
    long bits = card.bits() ^ (2L << 40);
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfe;
    bytes[1] = (byte) 0x80;
    for (int i = 0; i < 3; i++) {
      bytes[8 + i] = (byte) (bits >> (40 - 8 * i));
      bytes[13 + i] = (byte) (bits >> (16 - 8 * i));
    }
    bytes[11] = (byte) 0xff;
    bytes[12] = (byte) 0xfe;
    return IpAddress.of(bytes);
  }

  private void add(int priority, Match match, List<Action> actions) {
    addTo(TABLE, priority, match, actions);
  }

  private void addTo(int table, int priority, Match match, List<Action> actions) {
    flows.add(Flow.of(card, table, priority, match, actions));
  }
}
