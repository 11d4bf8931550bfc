package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.vertx.core.json.DecodeException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What iproute2 6.1 tells, shortened. */
final class LinkReadingTest {
  @Test
  void linksAreRead() {
    String told =
        """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK"],"mtu":65536},
         {},
         {"ifname":"br0","flags":["BROADCAST","UP"],"mtu":1500,"ifalias":"ballast",
          "linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}},
         {"ifname":"br1","flags":["UP"],"mtu":9000,
          "linkinfo":{"info_kind":"bridge",
           "info_data":{"vlan_filtering":1,"vlan_protocol":"802.1Q","vlan_default_pvid":7}}},
         {"ifname":"vnet0","flags":["UP"],"mtu":1400,"master":"br0",
          "linkinfo":{"info_kind":"tun","info_data":{"type":"tap"},"info_slave_kind":"bridge"}}]
        """;

    assertEquals(
        Map.of(
            "lo", new Link("lo", "", false, 65536, Optional.empty(), "", Optional.empty()),
            "br0",
                new Link(
                    "br0",
                    "bridge",
                    true,
                    1500,
                    Optional.empty(),
                    "ballast",
                    Optional.of(new Present.Bridge(false, 0))),
            "br1",
                new Link(
                    "br1",
                    "bridge",
                    true,
                    9000,
                    Optional.empty(),
                    "",
                    Optional.of(new Present.Bridge(true, 7))),
            "vnet0",
                new Link("vnet0", "tun", true, 1400, Optional.of("br0"), "", Optional.empty())),
        LinkReading.links(told));
  }

  @Test
  void aRowThatMakesNoSenseIsLeftOut() {
    String told =
        """
        [null,7,"eth0",{"ifname":"eth1"},{"mtu":1},
         {"ifname":"eth2","mtu":"many"},{"ifname":"eth3","mtu":1,"flags":7},
         {"ifname":"eth4","mtu":1,"linkinfo":"x"},{"ifname":"eth5","mtu":1500}]
        """;

    assertEquals(Set.of("eth5"), LinkReading.links(told).keySet());
  }

  @Test
  void whatIsNoJsonIsRefused() {
    for (String told : List.of("[", "{}", "Error: no", "7")) {
      assertThrows(DecodeException.class, () -> LinkReading.links(told), told);
    }
    assertEquals(Map.of(), LinkReading.links(""));
  }

  @Test
  void vlansAreRead() {
    String told =
        """
        [{"ifname":"vnet0","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]}]},
         {"ifname":"vnet1","vlans":[{"vlan":5,"vlanEnd":7},{"vlan":9,"flags":[]}]},
         {"ifname":"vnet2"}]
        """;

    assertEquals(
        Map.of(
            "vnet0",
            Set.of(Member.access(1)),
            "vnet1",
            Set.of(Member.trunk(5), Member.trunk(6), Member.trunk(7), Member.trunk(9)),
            "vnet2",
            Set.of()),
        LinkReading.vlans(told));
  }

  @Test
  void queuesAndEntriesAreRead() {
    String told =
        """
        [{"kind":"noqueue","handle":"0:","dev":"lo","root":true,"refcnt":2,"options":{}},
         {"kind":"noqueue","handle":"801c:","dev":"vnet1","root":true,"refcnt":2,"options":{}},
         {"kind":"tbf","handle":"ba11:","dev":"vnet0","root":true,"refcnt":3,
          "options":{"rate":250000,"burst":131072,"lat":50000}},
         {"kind":"ingress","handle":"ffff:","dev":"vnet0","parent":"ffff:fff1","options":{}},
         {"kind":"mq","handle":"1:","dev":"eth0","root":true,"options":{}},
         {"kind":"fq_codel","handle":"2:","dev":"eth0","parent":"1:1","options":{}},
         {"kind":"clsact","handle":"ffff:","dev":"eth0","parent":"ffff:fff1","options":{}}]
        """;

    assertEquals(
        Map.of(
            "vnet0", new Queue("tbf", "ba11:", Optional.of(new Rate(250_000, 131_072))),
            "eth0", new Queue("mq", "1:", Optional.empty())),
        LinkReading.queues(told));
    assertEquals(Map.of("vnet0", "ingress", "eth0", "clsact"), LinkReading.entries(told));
  }

  @Test
  void filtersAreRead() {
    String ours =
        """
        [{"protocol":"all","pref":47633,"kind":"u32","chain":0},
         {"protocol":"all","pref":47633,"kind":"u32","chain":0,
          "options":{"fh":"800:","ht_divisor":1}},
         {"protocol":"all","pref":47633,"kind":"u32","chain":0,"options":{"fh":"800::800",
          "order":2048,"key_ht":"800","bkt":"0","not_in_hw":true,
          "match":{"value":"0","mask":"0","offmask":"","off":0},
          "actions":[{"order":1,"kind":"mirred","mirred_action":"redirect","direction":"egress",
           "to_dev":"ba-525400000001","control_action":{"type":"stolen"},"index":1}]}},
        """;
    String others =
        """
         {"protocol":"ip","pref":9,"kind":"flower","chain":0}]
        """;

    assertEquals(
        new Entry(
            "ingress",
            List.of(
                new Filter(9, false, Optional.empty()),
                new Filter(47_633, true, Optional.of("ba-525400000001")))),
        LinkReading.entry("ingress", ours + others));
    assertEquals(new Entry("clsact", List.of()), LinkReading.entry("clsact", "[]"));
    String mirror = ours.replace("redirect", "mirror") + others;
    assertEquals(
        new Filter(47_633, true, Optional.empty()),
        LinkReading.entry("ingress", mirror).filters().getLast());
    String some = ours.replace("\"mask\":\"0\"", "\"mask\":\"ff\"") + others;
    assertEquals(
        new Filter(47_633, false, Optional.of("ba-525400000001")),
        LinkReading.entry("ingress", some).filters().getLast());
  }
}
