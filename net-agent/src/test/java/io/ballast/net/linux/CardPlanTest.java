package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Present.Entry;
import io.ballast.net.linux.Present.Filter;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.linux.Present.Member;
import io.ballast.net.linux.Present.Queue;
import io.ballast.net.testing.FakeKernel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CardPlanTest {
  private static final Optional<RateLimit> SLOW = Optional.of(RateLimit.of(2_000));
  private static final Rate RATE = Rate.of(RateLimit.of(2_000));
  private static final String DETOUR = "ba-525400000001";
  private static final Sample PORT = Sample.of(1, "br0");
  private static final Sample RED = PORT.in(new Vlan.Access(100));

  private final FakeKernel kernel = new FakeKernel();

  @BeforeEach
  void aHost() {
    kernel.bridge("br0", true);
    kernel.bridge("br1", false);
    kernel.link("vnet1", Link.TAP);
    kernel.plug("vnet1", "br0");
  }

  @Test
  void whatIsAsWantedIsLeftAlone() {
    expect(PORT, List.of(), List.of());
  }

  @Test
  void aBridgeThatIsNotThereCantBeUsed() {
    expect(Sample.of(1, "br9"), List.of("there is no bridge br9 on this host; make it"), List.of());
    expect(
        Sample.of(1, "vnet1"),
        List.of("vnet1 is no bridge of the kernel; name another one"),
        List.of());
  }

  @Test
  void aLinkIsPluggedInAndMoved() {
    expect(
        Sample.of(1, "br1"),
        List.of("vnet1 is plugged into br0, not into br1"),
        List.of(new Step.Plug("vnet1", "br1")));
    kernel.unplug("vnet1");
    expect(
        PORT,
        List.of("vnet1 is plugged into no bridge, not into br0"),
        List.of(new Step.Plug("vnet1", "br0")));
  }

  @Test
  void whatBelongsToOthersIsLeftAlone() {
    kernel.link("ovs-system", "openvswitch");
    kernel.plug("vnet1", "ovs-system");
    expect(
        PORT.mtu(1_400).limited(SLOW, SLOW),
        List.of("vnet1 is plugged into a bridge of Open vSwitch; take it off there"),
        List.of());
    kernel.link("bond0", "bond");
    kernel.plug("vnet1", "bond0");
    expect(
        PORT, List.of("vnet1 belongs to bond0, which is no bridge; take it off there"), List.of());
  }

  @Test
  void aLinkChangesItsVlan() {
    expect(
        RED,
        List.of("vnet1 is in VLAN 1, not in VLAN 100"),
        List.of(new Step.Join("vnet1", Set.of(Member.access(1)), Set.of(Member.access(100)))));
    expect(
        PORT.in(new Vlan.Trunk(List.of(1, 5))),
        List.of("vnet1 is in VLAN 1, not in VLAN 1 tagged, 5 tagged"),
        List.of(new Step.Join("vnet1", Set.of(), Set.of(Member.trunk(1), Member.trunk(5)))));
  }

  @Test
  void aLinkThatIsPluggedInLeavesTheUsualVlanAtOnce() {
    kernel.unplug("vnet1");

    expect(
        RED,
        List.of(
            "vnet1 is plugged into no bridge, not into br0", "vnet1 is in VLAN 1, not in VLAN 100"),
        List.of(
            new Step.Plug("vnet1", "br0"),
            new Step.Join("vnet1", Set.of(Member.access(1)), Set.of(Member.access(100)))));
  }

  @Test
  void whereVlansAreNotKeptApartALinkIsNotPluggedIn() {
    Sample red = Sample.of(1, "br1").in(new Vlan.Access(100));
    String why = "it is not in VLAN 100: br1 does not keep VLANs apart; turn on its vlan_filtering";

    expect(red, List.of(why, "vnet1 is plugged into br0, not into br1"), List.of());
    kernel.plug("vnet1", "br1");
    expect(red, List.of(why), List.of());
    kernel.lack(Ability.LINUX_VLAN, "bridge is not installed on this host; install it");
    expect(
        red,
        List.of("it is not in VLAN 100: bridge is not installed on this host; install it"),
        List.of());
  }

  @Test
  void whoseVlansCantBeSeenKeepsThem() {
    kernel.lack(Ability.LINUX_VLAN, "no");

    expect(PORT, List.of(), List.of());
  }

  @Test
  void limitsAreSet() {
    expect(
        PORT.limited(SLOW, SLOW),
        List.of(
            "what goes to the guest is not limited to 2 Mbit/s",
            "what comes from the guest is not limited to 2 Mbit/s"),
        List.of(
            new Step.Limit("vnet1", RATE),
            new Step.Detour(Sample.card(1), false),
            new Step.Limit(DETOUR, RATE),
            new Step.Lead("vnet1", DETOUR, false, false)));
  }

  @Test
  void onlyWhatIsMissingOfALimitIsMade() {
    kernel.link(DETOUR, Link.DETOUR);
    kernel.queue(DETOUR, new Queue(Queue.BUCKET, Mark.QUEUE, Optional.of(new Rate(1, 1))));
    kernel.entry("vnet1", new Entry(Entry.OURS, List.of(ours("*"))));
    expect(
        PORT.limited(Optional.empty(), SLOW),
        List.of("what comes from the guest is not limited to 2 Mbit/s"),
        List.of(new Step.Limit(DETOUR, RATE), new Step.Lead("vnet1", DETOUR, true, true)));
    kernel.queue(DETOUR, new Queue(Queue.BUCKET, Mark.QUEUE, Optional.of(RATE)));
    kernel.entry("vnet1", new Entry(Entry.OURS, List.of()));
    expect(
        PORT.limited(Optional.empty(), SLOW),
        List.of("what comes from the guest is not limited to 2 Mbit/s"),
        List.of(new Step.Lead("vnet1", DETOUR, true, false)));
    kernel.entry("vnet1", new Entry(Entry.OURS, List.of(ours(DETOUR))));
    expect(PORT.limited(Optional.empty(), SLOW), List.of(), List.of());
  }

  @Test
  void queuesAndFiltersOfOthersAreTold() {
    kernel.queue("vnet1", new Queue("htb", "1:", Optional.empty()));
    Filter other = new Filter(1, false, Optional.empty());
    kernel.entry("vnet1", new Entry(Entry.OURS, List.of(ours(DETOUR), other)));

    expect(
        PORT.limited(SLOW, SLOW),
        List.of(
            "what goes to the guest is not limited to 2 Mbit/s: vnet1 has a queue of somebody else"
                + " (htb 1:); remove it",
            "what comes from the guest is not limited to 2 Mbit/s: vnet1 has filters of somebody"
                + " else for what it receives; remove them"),
        List.of());
    kernel.queue("vnet1", new Queue("htb", "1:", Optional.empty()));
    kernel.link(DETOUR, "dummy");
    kernel.entry("vnet1", new Entry("clsact", List.of()));
    List<String> odd = plan(PORT.limited(SLOW, SLOW)).differences();
    assertTrue(odd.getLast().endsWith(": ba-525400000001 is something else; rename it"));
  }

  @Test
  void whatCantBeHadIsToldAndNotTried() {
    kernel.lack(Ability.LINUX_LIMIT_IN, "tc is not installed on this host; install it");
    kernel.lack(Ability.LINUX_LIMIT_OUT, "the kernel has no ifb devices: Unknown device type");

    expect(
        PORT.limited(SLOW, SLOW),
        List.of(
            "what goes to the guest is not limited to 2 Mbit/s: tc is not installed on this host;"
                + " install it",
            "what comes from the guest is not limited to 2 Mbit/s: the kernel has no ifb devices:"
                + " Unknown device type"),
        List.of());
  }

  @Test
  void aLimitThatNobodyWantsIsADifference() {
    kernel.queue("vnet1", new Queue(Queue.BUCKET, Mark.QUEUE, Optional.of(RATE)));
    kernel.entry("vnet1", new Entry(Entry.OURS, List.of(ours(DETOUR))));

    expect(
        PORT,
        List.of("what goes to the guest is limited", "what comes from the guest is limited"),
        List.of());
    assertEquals(
        List.of(new Step.Unlimit("vnet1"), new Step.Unlead("vnet1", true)),
        Plan.of(kernel.present(), List.of(PORT.by("vnet1")), Map.of()).rest());
  }

  private static Filter ours(String target) {
    return new Filter(Mark.FILTER, true, Optional.of(target));
  }

  private void expect(Sample sample, List<String> differences, List<Step> steps) {
    CardPlan plan = plan(sample);
    assertEquals(differences, plan.differences());
    assertEquals(steps, plan.steps());
  }

  private CardPlan plan(Sample sample) {
    return CardPlan.of(kernel.present(), sample.by("vnet1"), kernel.lacking().await());
  }
}
