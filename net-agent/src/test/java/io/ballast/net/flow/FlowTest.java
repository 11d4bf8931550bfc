package io.ballast.net.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.net.flow.Action.SetAddress.Place;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class FlowTest {
  private static final Mac CARD = new Mac("52:54:00:12:34:56");
  private static final IpAddress ADDRESS = new IpAddress("10.0.0.5");

  @Test
  void aFlowIsAddedByOneLine() {
    Flow flow =
        Flow.of(
            CARD,
            3,
            200,
            Match.anything().from(7).ipv4().udp().destinationPort(67),
            List.of(new Action.Metered(9), new Action.GoTo(5)));
    assertEquals(
        "add cookie=0xba11525400123456,table=3,priority=200,in_port=7,tp_dst=67,udp"
            + " actions=meter:9,goto_table:5",
        flow.adding());
    assertEquals(
        "delete_strict cookie=0xba11525400123456/0xffffffffffffffff,"
            + "table=3,priority=200,in_port=7,tp_dst=67,udp",
        flow.removing());
    assertEquals(Optional.of(CARD), flow.card());
  }

  @Test
  void aFlowOfNothingDrops() {
    assertTrue(Flow.of(CARD, 0, 1, Match.anything(), List.of()).drops());
    assertFalse(Flow.of(CARD, 0, 1, Match.anything(), List.of(new Action.Normal())).drops());
  }

  @Test
  void aFlowOfOthersHasNoCard() {
    assertEquals(Optional.empty(), new Flow(0xba10L << 48, 0, 1, new TreeMap<>(), "drop").card());
    assertEquals("0xba11000000000000/0xffff000000000000", Flow.ALL_OF_OURS);
  }

  @Test
  void anUpperLayerReplacesTheLowerOneItNeeds() {
    Match.Ipv6 six = Match.anything().from(Flow.LOCAL).ipv6();
    assertEquals(Map.of("in_port", "LOCAL", "ipv6", ""), six.fields());
    assertEquals(
        Map.of("in_port", "LOCAL", "icmp6", "", "icmp_type", "136", "nd_target", "fe80::1"),
        six.advertisement().target(new IpAddress("fe80::1")).fields());
    assertEquals(Map.of("in_port", "LOCAL", "ipv6", ""), six.fields());
  }

  @Test
  void aNetworkIsWrittenByItsFirstAddress() {
    Match.Ipv4 four = Match.anything().ipv4();
    assertEquals("10.0.0.0/24", four.destination(Cidr.of("10.0.0.5/24")).fields().get("nw_dst"));
    assertEquals("10.0.0.5", four.destination(Cidr.of("10.0.0.5/32")).fields().get("nw_dst"));
    assertEquals(Map.of("ip", ""), four.destination(Cidr.of("10.0.0.5/0")).fields());
  }

  @Test
  void addressesAreOfTheFamilyOfTheirLayer() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Match.anything().ipv4().source(new IpAddress("fe80::1")));
    assertThrows(IllegalArgumentException.class, () -> Match.anything().ipv6().source(ADDRESS));
    assertThrows(IllegalArgumentException.class, () -> Match.anything().tagged(4095));
    assertThrows(IllegalArgumentException.class, () -> Match.anything().from(-1));
    assertThrows(
        IllegalArgumentException.class, () -> Match.anything().ipv4().tcp().sourcePort(65_536));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Action.SetAddress(Place.SOURCE, new IpAddress("fe80::1")));
  }

  @Test
  void noValueIsTakenForMoreThanOneField() {
    for (String value : List.of("1,actions=drop", "1 2", "a\nb", "x=y")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new Flow(0, 0, 0, new TreeMap<>(Map.of("in_port", value)), "drop"));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new Flow(0, 0, 0, new TreeMap<>(), "drop\nadd actions=NORMAL"));
  }

  @Test
  void whatIsDumpedIsTheFlowItself() {
    Flow flow =
        Flow.of(
            CARD,
            188,
            410,
            Match.anything()
                .from(3)
                .untagged()
                .arp()
                .sender(ADDRESS)
                .target(Cidr.of("10.0.0.5/24")),
            List.of(
                new Action.SetAddress(Place.ARP_SENDER, new IpAddress("203.0.113.5")),
                new Action.Tag(200),
                new Action.FromNowhere(),
                new Action.Normal()));
    List<Dump> dumped =
        Dump.read(
            """
            OFPST_FLOW reply (OF1.4) (xid=0x2):
             cookie=0xba11525400123456, duration=3.2s, table=188, n_packets=12, n_bytes=600, \
            priority=410,arp,in_port=3,vlan_tci=0x0000/0x1fff,arp_spa=10.0.0.5,arp_tpa=10.0.0.0/24 \
            actions=set_field:203.0.113.5->arp_spa,push_vlan:0x8100,set_field:4296->vlan_vid,\
            load:0xfffd->NXM_OF_IN_PORT[],NORMAL
             cookie=0x0, duration=0.3s, table=0, n_packets=0, n_bytes=0, priority=0 actions=NORMAL
             cookie=zzz, table=0, priority=0 actions=NORMAL
             cookie=0x1, duration=1s, table=0, n_packets=1, n_bytes=6, idle_timeout=10, in_port=3 \
            actions=drop
            """);
    assertEquals(3, dumped.size());
    assertEquals(new Dump(flow, 12), dumped.get(0));
    assertEquals(new Flow(0, 0, 0, new TreeMap<>(), "NORMAL"), dumped.get(1).flow());
    assertEquals(32_768, dumped.get(2).flow().priority());
    assertEquals("10", dumped.get(2).flow().match().get("idle_timeout"));
    assertNotEquals(flow, dumped.get(1).flow());
  }

  @Test
  void twoFlowsOfOneMatchAreInOnePlace() {
    Match match = Match.anything().from(3);
    Flow one = Flow.of(CARD, 0, 5, match, List.of());
    assertEquals(
        one.place(), Flow.of(Mac.of(1), 0, 5, match, List.of(new Action.Normal())).place());
    assertNotEquals(one.place(), Flow.of(CARD, 1, 5, match, List.of()).place());
    assertNotEquals(one.place(), Flow.of(CARD, 0, 6, match, List.of()).place());
  }
}
