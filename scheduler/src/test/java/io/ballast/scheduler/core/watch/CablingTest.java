package io.ballast.scheduler.core.watch;

import static io.ballast.scheduler.core.BeatMaker.START;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Cidr;
import io.ballast.messages.HostId;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.scheduler.core.BeatMaker;
import io.ballast.scheduler.core.policy.AlertSettings;
import io.ballast.scheduler.core.view.FleetView;
import io.ballast.scheduler.core.view.Heard;
import io.ballast.scheduler.core.watch.Alerts.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class CablingTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final String DIFFERS = "PORT_DIFFERS h1 port 52:54:00:00:00:01";
  private static final String DOWN = "UPLINK_DOWN h1 link eth0";
  private static final String BUSY = "UPLINK_BUSY h1 link eth0";

  private final Map<HostId, BeatMaker> makers =
      Map.of(H1, new BeatMaker("h1"), H2, new BeatMaker("h2"));
  private Cabling cabling =
      new Cabling(
          new AlertSettings.Networks(
              Duration.ofSeconds(30), 0.9, new Bytes(1_000), Duration.ofSeconds(60)));
  private FleetView view = FleetView.EMPTY;
  private Instant now = START;
  private Findings findings = new Findings();
  private boolean known = true;
  private final List<Runnable> due = new ArrayList<>();

  private static PortStatus status(Mac card, int vm, String address, String... differences) {
    return new PortStatus(
        new Port(
            card,
            BeatMaker.vmId(vm),
            "br0",
            Optional.empty(),
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.of(new IpAddress(address)),
            Optional.empty(),
            Optional.of("telecom")),
        differences.length == 0 ? PortStatus.State.IN_FORCE : PortStatus.State.DIFFERS,
        Optional.of("vnet0"),
        List.of(differences),
        Optional.empty());
  }

  private static PortStatus status(String... differences) {
    return status(CARD, 1, "203.0.113.5", differences);
  }

  /** An uplink of 100 Mbit/s that sends so much. */
  private static Link eth0(boolean up, long bytes) {
    return new Link("eth0", up, 1500, Optional.of(100), new Bytes(2_000), new Bytes(bytes));
  }

  /** Has an agent beat just before the next look. */
  private CablingTest beat(HostId host, Link link, PortStatus... ports) {
    due.add(() -> heard(host, link, ports));
    return this;
  }

  private void heard(HostId host, Link link, PortStatus... ports) {
    NetBeat beat =
        new NetBeat(
            requireNonNull(makers.get(host)).pulse(now),
            List.of(
                new Bridge(
                    "br0",
                    Bridge.Kind.LINUX,
                    List.of("eth0", "vnet0"),
                    List.of("eth0"),
                    Optional.of(true))),
            List.of(link),
            Optional.of(now),
            Optional.empty(),
            List.of(ports),
            List.of(),
            List.of(),
            List.of());
    view = view.after(beat, now);
  }

  private CablingTest beat(PortStatus... ports) {
    return beat(H1, eth0(true, 2_000), ports);
  }

  /** Looks after a while. */
  private List<String> after(int seconds, Set<HostId> doubled) {
    now = now.plusSeconds(seconds);
    due.forEach(Runnable::run);
    due.clear();
    findings = new Findings();
    SortedMap<HostId, Heard<NetBeat>> nets = new TreeMap<>(view.nets());
    cabling.look(
        nets,
        doubled,
        vm -> Optional.of("guest" + vm.value().getLeastSignificantBits()).filter(any -> known),
        findings,
        now);
    List<String> wrong = new ArrayList<>();
    findings.wrong().keySet().forEach(subject -> wrong.add(words(subject)));
    return wrong;
  }

  private List<String> after(int seconds) {
    return after(seconds, Set.of());
  }

  private static String words(Subject subject) {
    return subject.verdict() + " " + subject.host() + " " + subject.object().orElse("");
  }

  private String evidence() {
    return String.join(" ", findings.wrong().values().iterator().next().evidence());
  }

  private String over() {
    return String.join(" ", findings.over().values());
  }

  @Test
  void aPortThatIsRepairedSoonIsNotTold() {
    assertEquals(List.of(), beat(status("VLAN is none, not 100")).after(0));
    assertEquals(List.of(), beat(status("VLAN is none, not 100")).after(29));
    assertEquals(List.of(), beat(status()).after(3));
    assertEquals(List.of(), beat(status("VLAN is none, not 100")).after(3));
  }

  @Test
  void aPortThatStaysDifferentIsToldWithWhatDiffersUntilItDoesNot() {
    beat(status("VLAN is none, not 100")).after(0);

    assertEquals(List.of(DIFFERS), beat(status("VLAN is none, not 100")).after(30));
    assertEquals(
        "Port 52:54:00:00:00:01 of guest1 is not as wanted. VLAN is none, not 100.", evidence());
    assertEquals(List.of(), beat(status()).after(3));
    assertEquals("By the latest beat it is not so any more.", over());
  }

  @Test
  void aPortWhoseVmNoHostKnowsIsToldAfterAWhile() {
    known = false;
    beat(status()).after(0);

    assertEquals(List.of(), beat(status()).after(299));
    assertEquals(List.of(DIFFERS), beat(status()).after(1));
    assertTrue(
        evidence().endsWith("No host knows its VM. Unplug it if that is gone for good."),
        this::evidence);
    known = true;
    assertEquals(List.of(), beat(status()).after(3));
  }

  @Test
  void whatASilentOrDoubledAgentToldStaysAsItWas() {
    beat(status("VLAN is none, not 100")).after(0);
    beat(status("VLAN is none, not 100")).after(30);

    assertEquals(List.of(DIFFERS), after(600));
    beat(status());
    assertEquals(List.of(DIFFERS), after(1, Set.of(H1)));
    assertEquals(List.of(), after(1));
  }

  @Test
  void aHostThatIsForgottenEndsWhatWasSaidOfIt() {
    beat(status("VLAN is none, not 100")).after(0);
    beat(status("VLAN is none, not 100")).after(30);
    view = view.without(H1);

    assertEquals(List.of(), after(1));
    assertEquals("The host was forgotten.", over());
  }

  @Test
  void anAddressOfTwoMachinesIsToldAtOnceWithBoth() {
    Mac other = new Mac("52:54:00:00:00:02");
    beat(status()).beat(H2, eth0(true, 2_000), status(other, 2, "203.0.113.5"));

    assertEquals(List.of("ADDRESS_TAKEN h1 address 203.0.113.5"), after(0));
    assertEquals(
        "guest1 has address 203.0.113.5 by port 52:54:00:00:00:01 on h1. guest2 has address"
            + " 203.0.113.5 by port 52:54:00:00:00:02 on h2.",
        evidence());
  }

  @Test
  void aCardOfTwoMachinesIsToldAndOneMachineOnTwoHostsIsNot() {
    beat(status()).beat(H2, eth0(true, 2_000), status());
    assertEquals(List.of(), after(0));

    beat(H2, eth0(true, 2_000), status(CARD, 2, "203.0.113.6"));
    assertEquals(List.of("ADDRESS_TAKEN h1 card 52:54:00:00:00:01"), after(1));
  }

  @Test
  void anUplinkIsDownOnlyIfItWasUp() {
    assertEquals(List.of(), beat(H1, eth0(false, 0)).after(0));
    beat(H1, eth0(true, 2_000)).after(3);

    assertEquals(List.of(DOWN), beat(H1, eth0(false, 0)).after(3));
    assertEquals(List.of(), beat(H1, eth0(true, 2_000)).after(3));
  }

  @Test
  void anUplinkIsBusyUntilItIsClearlyLess() {
    beat(H1, eth0(true, 11_300_000)).after(0);
    assertEquals(List.of(), beat(H1, eth0(true, 11_300_000)).after(59));

    assertEquals(List.of(BUSY), beat(H1, eth0(true, 11_300_000)).after(1));
    assertTrue(evidence().startsWith("90% of the 100 Mbit/s of eth0 are used: "), evidence());
    assertTrue(evidence().endsWith(" Over below 85%."), evidence());
    assertEquals(List.of(BUSY), beat(H1, eth0(true, 10_700_000)).after(3));
    assertEquals(List.of(), beat(H1, eth0(true, 10_600_000)).after(3));
  }

  @Test
  void anUplinkIsIdleOnlyWhereThereIsABound() {
    Link still = new Link("eth0", true, 1500, Optional.of(100), Bytes.ZERO, new Bytes(999));
    beat(H1, still).after(0);
    assertEquals(List.of("UPLINK_IDLE h1 link eth0"), beat(H1, still).after(60));

    cabling = new Cabling(AlertSettings.Networks.DEFAULT);
    after(0);
    assertEquals(List.of(), beat(H1, still).after(120));
  }

  @Test
  void aLinkThatLeadsNowhereIsNoUplink() {
    Link vnet0 = new Link("vnet0", true, 1500, Optional.of(10), Bytes.ZERO, new Bytes(9_000_000));
    beat(H1, vnet0).after(0);
    beat(H1, vnet0).after(60);

    assertEquals(Map.of(), findings.wrong());
  }

  @Test
  void boundsThatMakeNoSenseAreRefused() {
    for (double busy : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new AlertSettings.Networks(Duration.ZERO, busy, Bytes.ZERO, Duration.ZERO));
    }
  }
}
