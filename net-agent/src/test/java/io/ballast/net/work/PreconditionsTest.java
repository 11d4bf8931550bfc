package io.ballast.net.work;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.DeleteBridge;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.NetPolicy.Reach;
import io.ballast.net.trade.Outside;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The host has an Open vSwitch bridge with an uplink, and a bridge of the kernel's. */
final class PreconditionsTest {
  private static final VmId VM = new VmId(new UUID(1, 2));
  private static final VmId OTHER_VM = new VmId(new UUID(1, 3));
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final Mac OTHER = new Mac("52:54:00:00:00:02");
  private static final Set<Ability> ALL = EnumSet.allOf(Ability.class);

  private static final Outside OUTSIDE =
      new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.empty());

  private static final NetPolicy POLICY =
      new NetPolicy(
          Set.of("eth9", "vnet9"),
          List.of(
              new Reach(
                  new Line(
                      "telecom",
                      "ovs0",
                      List.of(Cidr.of("203.0.113.0/24")),
                      List.of(new Line.Span(100, 199))),
                  Optional.of(OUTSIDE)),
              new Reach(new Line("inner", "br0", List.of(), List.of()), Optional.empty())));

  private static final List<Bridge> BRIDGES =
      List.of(
          bridge("br0", Bridge.Kind.LINUX, List.of("vnet5"), List.of(), true),
          bridge("empty", Bridge.Kind.LINUX, List.of(), List.of(), true),
          bridge("host0", Bridge.Kind.LINUX, List.of(), List.of(), true),
          bridge("ovs0", Bridge.Kind.OPEN_VSWITCH, List.of("bond0"), List.of("bond0"), true),
          bridge("virbr0", Bridge.Kind.LINUX, List.of(), List.of(), false));

  private static Bridge bridge(
      String name, Bridge.Kind kind, List<String> ports, List<String> uplinks, boolean ours) {
    return new Bridge(name, kind, ports, uplinks, Optional.of(ours));
  }

  private static Wire wire(String name, Wire.Kind kind, Mac mac, Optional<Integer> speed) {
    return new Wire(
        name, kind, Optional.of(mac), true, 1500, speed, Bytes.ZERO, Bytes.ZERO, Optional.empty());
  }

  private static Preconditions with(Set<Ability> abilities, Port... wanted) {
    return new Preconditions(
        new Scene(
            new Sight(
                Duration.ZERO,
                List.of(
                    wire("bond0", Wire.Kind.BOND, Mac.of(9), Optional.of(1000)),
                    wire("eth0", Wire.Kind.PHYSICAL, Mac.of(0x001122334455L), Optional.empty()),
                    wire("ovs0", Wire.Kind.TAP, Mac.of(11), Optional.empty()),
                    wire("br0", Wire.Kind.OTHER, Mac.of(12), Optional.empty()),
                    wire("vnet1", Wire.Kind.TAP, Sight.tap(CARD), Optional.empty()),
                    wire("vnet2", Wire.Kind.TAP, Sight.tap(TWICE), Optional.empty()),
                    wire("vnet3", Wire.Kind.TAP, Sight.tap(TWICE), Optional.empty()),
                    wire("vnet9", Wire.Kind.TAP, Sight.tap(UPLINK), Optional.empty())),
                List.of(new Bond("bond0", "802.3ad", List.of())),
                Set.of("host0")),
            BRIDGES,
            List.of(),
            Optional.empty()),
        Stream.of(wanted).collect(Collectors.toMap(Port::card, Function.identity())),
        POLICY,
        new Abilities(abilities, Set.of()));
  }

  private static final Mac TWICE = new Mac("52:54:00:00:00:22");
  private static final Mac UPLINK = new Mac("52:54:00:00:00:99");

  private static void assertRefused(Reason reason, String message, Runnable check) {
    RefusedException refused = assertThrows(RefusedException.class, check::run);
    assertEquals(message, refused.getMessage());
    assertEquals(reason, refused.reason());
  }

  /** A port on the bridge of Open vSwitch. */
  private static Port port(List<String> addresses, Optional<String> shown, Optional<Vlan> vlan) {
    return new Port(
        CARD,
        VM,
        "ovs0",
        vlan,
        addresses.stream().map(Cidr::of).toList(),
        Optional.of(RateLimit.of(2_000)),
        Optional.of(RateLimit.of(2_000)),
        true,
        shown.map(IpAddress::new),
        Optional.of(1500),
        shown.map(address -> "telecom"));
  }

  private static Port plain(Mac card, String bridge) {
    return Port.of(card, VM, bridge);
  }

  @Test
  void aPortThatTheHostCanHaveIsTakenOn() {
    Preconditions now = with(ALL);

    assertDoesNotThrow(() -> now.plug(plain(CARD, "br0")));
    assertDoesNotThrow(
        () ->
            now.plug(
                port(
                    List.of("10.0.0.5/24"),
                    Optional.of("203.0.113.5"),
                    Optional.of(new Vlan.Access(100)))));
  }

  @Test
  void aBridgeThatTheHostDoesNotHaveIsNamedWithThoseItHas() {
    assertRefused(
        Reason.UNKNOWN_BRIDGE,
        "this host has no bridge br9; it has: br0, empty, host0, ovs0, virbr0",
        () -> with(ALL).plug(plain(CARD, "br9")));
  }

  @Test
  void theHostsOwnLinksAreNoCards() {
    assertRefused(
        Reason.NOT_ALLOWED,
        "00:11:22:33:44:55 is the address of this host's own link eth0, and no card of a VM",
        () -> with(ALL).plug(plain(new Mac("00:11:22:33:44:55"), "br0")));
    assertRefused(
        Reason.NOT_ALLOWED,
        "vnet9 is an uplink of this host; no port is made of it",
        () -> with(ALL).plug(plain(UPLINK, "br0")));
  }

  @Test
  void aCardIsThatOfOneVm() {
    assertRefused(
        Reason.IN_USE,
        "card 52:54:00:00:00:01 is that of VM %s here; unplug it there first".formatted(OTHER_VM),
        () -> with(ALL, Port.of(CARD, OTHER_VM, "br0")).plug(plain(CARD, "br0")));
    assertRefused(
        Reason.IN_USE,
        "several links have the card 52:54:00:00:00:22: vnet2, vnet3; two VMs must not have one"
            + " address",
        () -> with(ALL).plug(plain(TWICE, "br0")));
    assertDoesNotThrow(() -> with(ALL, plain(CARD, "br0")).plug(plain(CARD, "ovs0")));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5/24, ,            10.0.0.5",
    "10.0.0.5/16, 203.0.113.5, 10.0.0.5",
    "10.0.0.6/24, 203.0.113.6, 203.0.113.6"
  })
  void anAddressIsThatOfOneCard(String inside, String shown, String taken) {
    Port there =
        new Port(
            OTHER,
            OTHER_VM,
            "ovs0",
            Optional.empty(),
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of(new IpAddress("203.0.113.6")),
            Optional.empty(),
            Optional.of("telecom"));

    assertRefused(
        Reason.IN_USE,
        "%s is used by card %s of VM %s".formatted(taken, OTHER, OTHER_VM),
        () ->
            with(ALL, there)
                .plug(port(List.of(inside), Optional.ofNullable(shown), Optional.empty())));
  }

  @Test
  void inAnotherVlanTheSameAddressIsAnother() {
    Port there =
        new Port(
            OTHER,
            OTHER_VM,
            "ovs0",
            Optional.of(new Vlan.Access(101)),
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertDoesNotThrow(
        () ->
            with(ALL, there)
                .plug(
                    port(
                        List.of("10.0.0.5/24"),
                        Optional.empty(),
                        Optional.of(new Vlan.Access(100)))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          203.0.114.5   | 10.0.0.5/24 | 203.0.114.5 lies outside of line 'telecom', whose networks are 203.0.113.0/24
          203.0.113.255 | 10.0.0.5/24 | 203.0.113.255 lies outside of line 'telecom', whose networks are 203.0.113.0/24
          203.0.113.0   | 10.0.0.5/24 | 203.0.113.0 lies outside of line 'telecom', whose networks are 203.0.113.0/24
          203.0.113.5   | 10.9.0.5/24 | the guest's network of 10.9.0.5/24 does not have the gateway 10.0.0.1 of line 'telecom'
          """)
  void aPublicAddressBelongsToItsLine(String shown, String inside, String message) {
    assertRefused(
        Reason.NOT_ALLOWED,
        message,
        () -> with(ALL).plug(port(List.of(inside), Optional.of(shown), Optional.empty())));
  }

  @ParameterizedTest
  @CsvSource({"203.0.113.1, 10.0.0.5/24", "203.0.113.5, 10.0.0.1/24"})
  void theGatewaysAddressesAreItsOwn(String shown, String inside) {
    assertRefused(
        Reason.IN_USE,
        shown + " is the gateway's own address",
        () -> with(ALL).plug(port(List.of(inside), Optional.of(shown), Optional.empty())));
  }

  @Test
  void aBridgeOfTheKernelBringsNoVlansTogether() {
    NetPolicy tagged =
        new NetPolicy(
            Set.of(),
            List.of(
                new Reach(
                    new Line("telecom", "br0", List.of(), List.of()),
                    Optional.of(
                        new Outside(OUTSIDE.gateway(), OUTSIDE.guestGateway(), Optional.of(7))))));
    Preconditions now =
        new Preconditions(with(ALL).scene(), Map.of(), tagged, new Abilities(ALL, Set.of()));
    Port port = port(List.of("10.0.0.5/24"), Optional.of("203.0.113.5"), Optional.empty());

    assertRefused(
        Reason.NOT_ALLOWED,
        "line 'telecom' is in VLAN 7 of bridge br0 and the port in VLAN none; a public address"
            + " across VLANs needs a bridge of Open vSwitch",
        () -> now.plug(port.on("br0")));
    assertDoesNotThrow(
        () ->
            now.plug(
                port(
                        List.of("10.0.0.5/24"),
                        Optional.of("203.0.113.5"),
                        Optional.of(new Vlan.Access(7)))
                    .on("br0")));
  }

  private static Port onLine(String line, String bridge, Optional<Vlan> vlan) {
    return new Port(
        CARD,
        VM,
        bridge,
        vlan,
        List.of(Cidr.of("10.0.0.5/24")),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.of(line));
  }

  @Test
  void aLineIsOneThatTheHostReachesOverThatBridgeAndInThatVlan() {
    assertRefused(
        Reason.UNKNOWN_BRIDGE,
        "this host reaches no line 'unicom'; it names: telecom, inner",
        () -> with(ALL).plug(onLine("unicom", "ovs0", Optional.empty())));
    assertRefused(
        Reason.NOT_ALLOWED,
        "line 'telecom' is reached over bridge ovs0 here, not over br0",
        () -> with(ALL).plug(onLine("telecom", "br0", Optional.empty())));
    assertRefused(
        Reason.NOT_ALLOWED,
        "line 'telecom' does not carry VLAN 200; it carries 100-199",
        () -> with(ALL).plug(onLine("telecom", "ovs0", Optional.of(new Vlan.Access(200)))));
    assertDoesNotThrow(
        () -> with(ALL).plug(onLine("inner", "br0", Optional.of(new Vlan.Access(4094)))));
  }

  @Test
  void aLimitAboveTheUplinkLimitsNothing() {
    Port fast =
        new Port(
            CARD,
            VM,
            "ovs0",
            Optional.empty(),
            List.of(),
            Optional.of(RateLimit.of(1_000_001)),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    assertRefused(
        Reason.NOT_ALLOWED,
        "a limit of 1000001 kbit/s is above the 1000 Mbit/s of the uplink of ovs0; leave it out"
            + " instead",
        () -> with(ALL).plug(fast));
  }

  @Test
  void aPacketThatTheBridgeDoesNotCarryIsRefused() {
    Port large =
        new Port(
            CARD,
            VM,
            "br0",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.of(1501),
            Optional.empty());

    assertRefused(
        Reason.NOT_ALLOWED,
        "bridge br0 carries packets of 1500 bytes at most, not of 1501",
        () -> with(ALL).plug(large));
  }

  @Test
  void aCardMakesNoBridgeWithAnUplinkSmaller() {
    Bridge wide = bridge("br0", Bridge.Kind.LINUX, List.of("bond0"), List.of("bond0"), true);
    Preconditions all = with(ALL);
    Preconditions now =
        new Preconditions(
            new Scene(all.scene().sight(), List.of(wide), List.of(), Optional.empty()),
            Map.of(),
            POLICY,
            all.abilities());

    assertRefused(
        Reason.NOT_ALLOWED,
        "a card of 1400 bytes would make bridge br0 as small for all that is on it, its uplink"
            + " bond0 too; set it in the guest instead",
        () -> now.plug(sized(1400)));
    assertDoesNotThrow(() -> now.plug(sized(1500)));
    assertDoesNotThrow(() -> all.plug(sized(1400)));
  }

  private static Port sized(int mtu) {
    return new Port(
        CARD,
        VM,
        "br0",
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.of(mtu),
        Optional.empty());
  }

  @ParameterizedTest
  @EnumSource(Ability.class)
  void whatTheHostCantDoIsRefusedWhereItIsNeeded(Ability lacking) {
    Set<Ability> abilities = EnumSet.complementOf(EnumSet.of(lacking));
    boolean ovs = lacking.name().startsWith("OPEN_VSWITCH");
    Port all =
        new Port(
            CARD,
            VM,
            ovs ? "ovs0" : "br0",
            Optional.of(new Vlan.Access(100)),
            List.of(),
            Optional.of(RateLimit.of(2_000)),
            Optional.of(RateLimit.of(2_000)),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    RefusedException refused =
        assertThrows(RefusedException.class, () -> with(abilities).plug(all));
    assertEquals(Reason.NOT_ALLOWED, refused.reason());
    assertDoesNotThrow(() -> with(ALL).plug(all));
    if (lacking != Ability.OPEN_VSWITCH && lacking != Ability.LINUX_BRIDGE) {
      assertDoesNotThrow(() -> with(abilities).plug(plain(CARD, ovs ? "ovs0" : "br0")));
    }
  }

  @Test
  void aPortThatThereIsNotCantBeChanged() {
    assertRefused(
        Reason.UNKNOWN_PORT,
        "this host keeps no port for card 52:54:00:00:00:01; plug it first, or see 'ballast net"
            + " ports'",
        () -> with(ALL).present(CARD));
    assertEquals(plain(CARD, "br0"), with(ALL, plain(CARD, "br0")).present(CARD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"eth0", "vnet1", "virbr0", "bond0"})
  void aNameThatIsTakenMakesNoBridge(String name) {
    assertRefused(
        Reason.NAME_TAKEN,
        "this host has a link %s that is not ours; use another name".formatted(name),
        () -> with(ALL).create(new CreateBridge(name, Bridge.Kind.LINUX, Optional.empty())));
  }

  @Test
  void aBridgeOfOursMayBeThere() {
    assertDoesNotThrow(
        () -> with(ALL).create(new CreateBridge("br0", Bridge.Kind.LINUX, Optional.empty())));
    assertDoesNotThrow(
        () ->
            with(ALL).create(new CreateBridge("br7", Bridge.Kind.OPEN_VSWITCH, Optional.empty())));
    assertRefused(
        Reason.NOT_ALLOWED,
        "this host can't have bridges of that kind; its agent's log says why",
        () ->
            with(EnumSet.of(Ability.LINUX_BRIDGE))
                .create(new CreateBridge("br7", Bridge.Kind.OPEN_VSWITCH, Optional.empty())));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          host0  | NOT_ALLOWED | bridge host0 carries this host's own traffic; no command removes it
          ovs0   | NOT_ALLOWED | bridge ovs0 has the uplink bond0; no command takes that off
          virbr0 | NOT_ALLOWED | bridge virbr0 was not made by this agent; remove it with the tool that made it
          br0    | IN_USE      | bridge br0 is used by vnet5; unplug that first
          empty  | IN_USE      | bridge empty is used by port 52:54:00:00:00:01; unplug that first
          """)
  void aBridgeThatIsUsedIsNotRemoved(String name, Reason reason, String message) {
    assertRefused(
        reason, message, () -> with(ALL, plain(CARD, "empty")).delete(new DeleteBridge(name)));
  }

  @Test
  void anEmptyBridgeOfOursIsRemovedAndOneThatIsGoneIsNoError() {
    assertEquals(Optional.of(Bridge.Kind.LINUX), with(ALL).delete(new DeleteBridge("empty")));
    assertEquals(Optional.empty(), with(ALL).delete(new DeleteBridge("br9")));
  }
}
