package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Table.Way;
import io.ballast.net.trade.Outside;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RulesTest {
  private static final String DROP = " counter name spoofed_525400000001 drop";
  private static final Sample GUARDED =
      Sample.of(1, "br0").guarded("10.0.0.5/24", "10.0.0.4/24", "fd00::5/64");

  @Test
  void aPortThatAllowsAllNeedsNone() {
    assertEquals(Map.of(), Rules.of(Sample.of(1, "br0").by("vnet1")));
  }

  @Test
  void aGuardedGuestSendsAsItselfAlone() {
    assertEquals(
        List.of(
            "ether saddr != 52:54:00:00:00:01" + DROP,
            "ether type { 8021q, 8021ad }" + DROP,
            "arp htype 1 arp ptype ip arp hlen 6 arp plen 4 arp saddr ether 52:54:00:00:00:01"
                + " arp saddr ip { 0.0.0.0, 10.0.0.4, 10.0.0.5 } arp daddr ip != 255.255.255.255"
                + " accept",
            "meta protocol arp" + DROP,
            "meta protocol 0x8035 @nh,64,48 0x525400000001 accept",
            "meta protocol 0x8035" + DROP,
            "meta protocol ip udp sport 67" + DROP,
            "meta protocol ip udp dport 68" + DROP,
            "ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept",
            "ip saddr { 10.0.0.4, 10.0.0.5 } meta l4proto != 255 accept",
            "meta protocol ip" + DROP,
            "meta protocol ip6 udp sport 547" + DROP,
            "meta protocol ip6 udp dport 546" + DROP,
            "icmpv6 type { 134, 137 }" + DROP,
            "icmpv6 type 136 @th,192,64 != 0x0201525400000001" + DROP,
            "icmpv6 type 135 ip6 saddr != :: @th,192,64 != 0x0101525400000001" + DROP,
            "icmpv6 type 136 @th,64,128 != { 0xfd000000000000000000000000000005,"
                + " 0xfe80000000000000505400fffe000001 }"
                + DROP,
            "ip6 saddr :: icmpv6 type 135 @th,64,128 { 0xfd000000000000000000000000000005,"
                + " 0xfe80000000000000505400fffe000001 } accept",
            "ip6 saddr :: icmpv6 type { 131, 132, 143 } accept",
            "ip6 saddr { fd00::5, fe80::5054:ff:fe00:1 } meta l4proto != 255 accept",
            "meta protocol ip6" + DROP),
        texts(GUARDED, Way.FROM));
    assertEquals(Set.of(Way.FROM), Rules.of(GUARDED.by("vnet1")).keySet());
  }

  @Test
  void aGuestOfOneFamilyHasNothingOfTheOther() {
    List<String> six = texts(Sample.of(1, "br0").guarded("fd00::5/64"), Way.FROM);
    assertTrue(six.stream().noneMatch(rule -> rule.contains("ip saddr {")), six::toString);
    assertTrue(six.contains("meta protocol ip" + DROP));

    List<String> four = texts(Sample.of(1, "br0").guarded("10.0.0.5/24"), Way.FROM);
    assertTrue(
        four.contains("ip6 saddr { fe80::5054:ff:fe00:1 } meta l4proto != 255 accept"),
        four::toString);
  }

  @Test
  void aGuestWithoutAddressesIsHeldToItsCardAlone() {
    List<String> rules = texts(Sample.of(1, "br0").guarded(), Way.FROM);

    assertTrue(rules.contains("meta protocol ip meta l4proto != 255 accept"), rules::toString);
    assertTrue(rules.contains("meta protocol ip6 meta l4proto != 255 accept"), rules::toString);
    assertTrue(rules.stream().noneMatch(rule -> rule.contains("saddr ip {")), rules::toString);
  }

  @Test
  void aTrunkMayBearOneTagAndNoSecond() {
    Vlan trunk = new Vlan.Trunk(List.of(1, 2));

    List<String> rules = texts(GUARDED.in(trunk), Way.FROM);

    assertFalse(rules.contains("ether type { 8021q, 8021ad }" + DROP));
    assertTrue(rules.contains("meta protocol { 8021q, 8021ad }" + DROP));
  }

  @Test
  void aPublicAddressStandsForThePrivateOneOutside() {
    Sample known = GUARDED.known("203.0.113.5", Sample.OUTSIDE);

    assertEquals(
        List.of(
            "arp saddr ip 10.0.0.5 arp daddr ip 10.0.0.1 arp daddr ip set 203.0.113.1"
                + " arp saddr ip set 203.0.113.5",
            "arp saddr ip 10.0.0.5 arp daddr ip != 10.0.0.0/24 arp saddr ip set 203.0.113.5",
            "ip saddr 10.0.0.5 ip daddr != 10.0.0.0/24 ip daddr != 224.0.0.0/3"
                + " ip saddr set 203.0.113.5"),
        texts(known, Way.OUT));
    assertEquals(
        List.of(
            "arp daddr ip 203.0.113.5 arp saddr ip 203.0.113.1 arp saddr ip set 10.0.0.1",
            "arp daddr ip 203.0.113.5 arp daddr ip set 10.0.0.5",
            "arp saddr ip 203.0.113.1 arp daddr ip 203.0.113.1 arp saddr ip set 10.0.0.1"
                + " arp daddr ip set 10.0.0.1",
            "ip daddr 203.0.113.5 ip daddr set 10.0.0.5"),
        texts(known, Way.TO));
  }

  @Test
  void aNetworkOfAllAddressesHasNothingOutside() {
    Sample known = Sample.of(1, "br0").guarded("10.0.0.5/0").known("203.0.113.5", Sample.OUTSIDE);

    assertEquals(1, texts(known, Way.OUT).size());
  }

  @Test
  void aPublicAddressOfAnotherVlanCantBeHad() {
    Outside tagged =
        new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.of(200));

    assertFalse(Rules.hasPublicAddress(GUARDED.known("203.0.113.5", tagged).by("vnet1")));
    Sample other = GUARDED.in(new Vlan.Access(100));
    assertFalse(Rules.hasPublicAddress(other.known("203.0.113.5", tagged).by("vnet1")));
    Sample same = GUARDED.in(new Vlan.Access(200));
    assertTrue(Rules.hasPublicAddress(same.known("203.0.113.5", tagged).by("vnet1")));
    assertEquals(Set.of(Way.FROM), Rules.of(other.known("203.0.113.5", tagged).by("v")).keySet());
  }

  @Test
  void anAddressOfTheLinkIsMadeOfTheCard() {
    assertEquals(
        new IpAddress("fe80::252:ff:fefe:ff01"), Rules.linkLocal(new Mac("00:52:00:fe:ff:01")));
  }

  @Test
  void theMarkOfARuleStandsForItsText() {
    assertEquals(new Rule("drop").mark(), new Rule("drop").mark());
    assertNotEquals(new Rule("drop").mark(), new Rule("accept").mark());
  }

  private static List<String> texts(Sample sample, Way way) {
    return Objects.requireNonNull(Rules.of(sample.by("vnet1")).get(way)).stream()
        .map(Rule::text)
        .toList();
  }
}
