package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.RateLimit;
import io.ballast.net.linux.Present.Member;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LinesTest {
  @Test
  void vlansAreLeftBeforeOthersAreEntered() {
    expect(
        new Step.Join("vnet1", Set.of(Member.access(1)), Set.of(Member.access(100))),
        "BRIDGE vlan del dev vnet1 vid 1",
        "BRIDGE vlan add dev vnet1 vid 100 pvid untagged");
    expect(
        new Step.Join(
            "vnet1",
            Set.of(),
            Set.of(Member.trunk(5), Member.trunk(7), Member.trunk(6), Member.trunk(9))),
        "BRIDGE vlan add dev vnet1 vid 5-7",
        "BRIDGE vlan add dev vnet1 vid 9");
  }

  @Test
  void limitsAreBuckets() {
    expect(
        new Step.Limit("vnet1", Rate.of(RateLimit.of(2_000))),
        "TC qdisc replace dev vnet1 root handle ba11: tbf rate 2000000bit burst 75000b limit"
            + " 87500b");
    expect(new Step.Unlimit("vnet1"), "TC qdisc del dev vnet1 root");
  }

  @Test
  void detoursComeAndGo() {
    expect(
        new Step.Detour(Sample.card(1), false),
        "IP link add name ba-525400000001 type ifb",
        "IP link set dev ba-525400000001 up");
    expect(new Step.Detour(Sample.card(1), true), "IP link set dev ba-525400000001 up");
    String filter =
        "TC filter add dev vnet1 parent ffff: protocol all pref 47633 u32 match u32 0 0 action"
            + " mirred egress redirect dev ba-525400000001";
    expect(
        new Step.Lead("vnet1", "ba-525400000001", false, false),
        "TC qdisc add dev vnet1 ingress",
        filter);
    expect(
        new Step.Lead("vnet1", "ba-525400000001", true, true),
        "TC filter del dev vnet1 parent ffff: pref 47633",
        filter);
    expect(new Step.Unlead("vnet1", true), "TC qdisc del dev vnet1 ingress");
    expect(new Step.Unlead("vnet1", false), "TC filter del dev vnet1 parent ffff: pref 47633");
    expect(new Step.Undetour("ba-525400000001"), "IP link delete dev ba-525400000001 type ifb");
  }

  @Test
  void bridgesBearOurMark() {
    expect(
        new Step.Build("br7", true),
        "IP link add name ba-unfinished type bridge vlan_filtering 1",
        "IP link set dev ba-unfinished alias ballast",
        "IP link set dev ba-unfinished name br7",
        "IP link set dev br7 up");
    expect(new Step.Raise("br7"), "IP link set dev br7 up");
    expect(new Step.Raze("br7"), "IP link delete dev br7 type bridge");
  }

  @Test
  void linksArePluggedIn() {
    expect(new Step.Plug("vnet1", "br0"), "IP link set dev vnet1 master br0");
    expect(new Step.Unplug("vnet1"), "IP link set dev vnet1 nomaster");
    expect(new Step.Resize("vnet1", 1_400), "IP link set dev vnet1 mtu 1400");
  }

  private static void expect(Step step, String... lines) {
    assertEquals(
        List.of(lines),
        Lines.of(step).stream().map(line -> line.reader() + " " + line.text()).toList());
  }
}
