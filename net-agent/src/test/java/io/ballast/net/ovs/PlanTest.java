package io.ballast.net.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.ovs.Present.Tags;
import io.ballast.net.ovs.PublicFlows.Other;
import io.ballast.net.testing.FakeVswitch;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of ports, and what is done for them. */
final class PlanTest {
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final RateLimit SLOW = RateLimit.of(2_000);
  private static final Tags TRUNK = new Tags(Optional.empty(), List.of(), Optional.empty());

  private final FakeVswitch vswitch = new FakeVswitch();
  private @TempDir Path sys;
  private OvsSwitch tried;

  @BeforeEach
  void begin() {
    tried = new OvsSwitch(vswitch, sys);
    vswitch.bridge("br0");
    vswitch.link("vnet1");
  }

  @Test
  void whatDiffersIsToldInWords() {
    Wanted wanted = wanted(Optional.of(new Vlan.Access(100)), true);
    assertEquals(List.of("vnet1 is not plugged into br0"), compared(wanted));
    vswitch.plug("br0", "vnet1", Map.of());
    List<String> told = compared(wanted);
    assertEquals(
        List.of(
            "vnet1 bears no mark of this card",
            "its VLAN is all and not 100",
            "there is no limit to the guest, which is to be 2 Mbit/s",
            "there is no limit from the guest, which is to be 2 Mbit/s",
            "27 of its flows on br0 are missing"),
        told.subList(0, 5));
    assertEquals(8, told.size() - 5);
    told.stream()
        .skip(5)
        .forEach(line -> assertTrue(line.startsWith("missing: table="), () -> line));
    assertEquals(List.of(), agreed(wanted));
    vswitch.loseOneFlow();
    assertEquals("1 of its flows on br0 are missing", compared(wanted).getFirst());
    assertEquals(2, compared(wanted).size());
  }

  @Test
  void aLinkThatTheSwitchCannotUseIsADifferenceAndNoFailure() {
    Wanted wanted = wanted(Optional.empty(), true);
    vswitch.unlink("vnet1");
    assertEquals(
        List.of("Open vSwitch can't use vnet1: could not open network device"), agreed(wanted));
    vswitch.link("vnet1");
    assertEquals(List.of(), agreed(wanted));
  }

  @Test
  void withoutTheBridgeNothingIsDone() {
    vswitch.bridge("br1");
    vswitch.plug("br1", "vnet1", Map.of());
    Port port =
        new Port(
            CARD,
            vm(),
            "br9",
            Optional.empty(),
            List.of(),
            Optional.of(SLOW),
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    assertEquals(
        List.of("there is no bridge br9 of Open vSwitch"),
        agreed(new Wanted(port, Optional.of("vnet1"), Optional.empty())));
    assertEquals("", vswitch.ours());
  }

  @Test
  void withoutMetersPortsArePoliced() {
    vswitch.metering(false);
    assertEquals(Set.of(Ability.OPEN_VSWITCH, Ability.OPEN_VSWITCH_QUEUE), done(tried.abilities()));
    assertEquals(List.of(), agreed(wanted(Optional.empty(), false)));
    assertTrue(vswitch.ours().contains("policing=RawLimit[rate=2000, burst=600]"), vswitch::ours);
    assertFalse(vswitch.ours().contains("meter:"), vswitch::ours);
  }

  @Test
  void whatFailsIsToldWithWhy() {
    vswitch.plug("br0", "vnet1", Map.of());
    vswitch.failAfter(0);
    assertEquals(
        List.of("vnet1 bears no mark of this card: it failed in the middle"),
        done(tried.agree(List.of(plain()))).getFirst().differences().subList(0, 1));
  }

  @Test
  void aSwitchThatRefusesIsRefused() {
    vswitch.refuse("it hangs");
    Future<List<Seen>> agreed = tried.agree(List.of(plain()));
    assertTrue(agreed.failed());
    assertEquals(Reason.TRADE_REFUSED, ((RefusedException) agreed.cause()).reason());
    vswitch.heal();
    vswitch.there(false);
    assertTrue(tried.agree(List.of(plain())).failed());
    assertEquals(List.of(), done(tried.agree(List.of())));
    assertEquals(List.of(), done(tried.bridges()));
    assertEquals(Set.of(), done(new OvsSwitch(vswitch, sys).abilities()));
  }

  @Test
  void whatWasAskedOfASwitchThatHangsIsRefusedInTheEnd() {
    vswitch.hang();
    Future<List<Seen>> agreed = tried.agree(List.of(plain()));
    assertFalse(agreed.isComplete());
    vswitch.heal();
    assertTrue(agreed.failed());
    assertEquals(List.of(), agreed(plain()));
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() {
    vswitch.link("vnet2");
    vswitch.plug("br0", "vnet2", Map.of());
    Port odd = Port.of(new Mac("52:54:00:00:00:02"), vm(), "br7");
    List<Seen> seen =
        done(
            tried.agree(List.of(new Wanted(odd, Optional.of("vnet2"), Optional.empty()), plain())));
    assertEquals(1, seen.get(0).differences().size());
    assertEquals(List.of(), seen.get(1).differences());
  }

  @Test
  void aLinkThatIsPartOfSomethingElseIsLeftThere() throws IOException {
    Path link = Files.createDirectories(sys.resolve("class/net/vnet1"));
    Files.createSymbolicLink(link.resolve("master"), Path.of("../br-lan"));
    assertEquals(
        List.of(
            "vnet1 is part of br-lan, which is the kernel's; take it off there:"
                + " ip link set vnet1 nomaster"),
        agreed(plain()));
    assertEquals("", vswitch.ours());
  }

  @Test
  void aPortThatNeedsNoFlowsHasNone() {
    assertEquals(List.of(), agreed(plain()));
    assertFalse(vswitch.ours().contains("actions="), vswitch::ours);
  }

  @Test
  void anAnnouncementComesFromThePortAndForThePublicAddressFromNowhere() {
    Wanted wanted = known(Optional.of(200));
    assertEquals(List.of(), agreed(wanted));
    done(tried.announce(wanted));
    String sender = "525400000001";
    assertEquals(2, vswitch.sent().size());
    String outside = vswitch.sent().get(0);
    assertTrue(
        outside.startsWith("br0 CONTROLLER ffffffffffff" + sender + "810000c80806"), outside);
    assertTrue(outside.contains(sender + "cb007105" + "000000000000" + "cb007105"), outside);
    String own = vswitch.sent().get(1);
    assertTrue(own.matches("br0 \\d+ ffffffffffff" + sender + "0806.*"), own);
  }

  @Test
  void whatComesFromAPortInTheOutsideVlanReachesAPublicAddressToo() {
    Tags member = Tags.of(Optional.of(new Vlan.Access(200)));
    Tags stranger = Tags.of(Optional.of(new Vlan.Access(300)));
    String flows =
        flows(
            Optional.of(200),
            new Other(2, member, false),
            new Other(3, member, true),
            new Other(4, stranger, false),
            new Other(5, TRUNK, true));
    assertTrue(
        flows.contains("table=0,priority=30000,arp,arp_tpa=203.0.113.5,dl_vlan=200 "), flows);
    assertTrue(
        flows.contains("table=0,priority=30000,arp,arp_tpa=203.0.113.5,in_port=2,vlan_tci"), flows);
    assertTrue(
        flows.contains("table=188,priority=500,arp,arp_tpa=203.0.113.5,in_port=3,vlan_tci"), flows);
    assertFalse(flows.contains("in_port=4"), flows);
    assertTrue(
        flows.contains("table=188,priority=500,arp,arp_tpa=203.0.113.5,dl_vlan=200,in_port=5 "),
        flows);
  }

  @Test
  void whatComesFromAnotherVlanWithoutATagDoesNotReachAPublicAddressOutsideOfAll() {
    Tags stranger = Tags.of(Optional.of(new Vlan.Access(300)));
    String flows =
        flows(Optional.empty(), new Other(2, stranger, false), new Other(3, TRUNK, false));
    assertTrue(
        flows.contains(
            "table=0,priority=30100,arp,arp_tpa=203.0.113.5,in_port=2,"
                + "vlan_tci=0x0000/0x1fff actions=NORMAL"),
        flows);
    assertFalse(flows.contains("in_port=3"), flows);
  }

  private static String flows(Optional<Integer> vlan, Other... others) {
    return PortFlows.of(known(vlan), 1, Optional.empty(), List.of(others), true).stream()
        .map(Object::toString)
        .collect(Collectors.joining("\n"));
  }

  private static Wanted plain() {
    return new Wanted(Port.of(CARD, vm(), "br0"), Optional.of("vnet1"), Optional.empty());
  }

  private static Wanted wanted(Optional<Vlan> vlan, boolean guarded) {
    return new Wanted(
        new Port(
            CARD,
            vm(),
            "br0",
            vlan,
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.of(SLOW),
            Optional.of(SLOW),
            guarded,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        Optional.of("vnet1"),
        Optional.empty());
  }

  private static Wanted known(Optional<Integer> vlan) {
    return new Wanted(
        new Port(
            CARD,
            vm(),
            "br0",
            Optional.of(new Vlan.Access(100)),
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of(new IpAddress("203.0.113.5")),
            Optional.empty(),
            Optional.of("outside")),
        Optional.of("vnet1"),
        Optional.of(new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), vlan)));
  }

  private static VmId vm() {
    return new VmId(new UUID(0, 1));
  }

  private List<String> compared(Wanted wanted) {
    return done(tried.compare(List.of(wanted))).getFirst().differences();
  }

  private List<String> agreed(Wanted wanted) {
    return done(tried.agree(List.of(wanted))).getFirst().differences();
  }

  private static <T> T done(Future<T> future) {
    assertTrue(future.succeeded(), () -> "failed: " + future.cause());
    return future.result();
  }
}
