package io.ballast.ops;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Mac;
import io.ballast.messages.PortStatus;
import io.ballast.net.testing.FakeLinks;
import io.ballast.ops.SimulatedFleet.Ran;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands about networks against a real network agent over fake switches. */
final class NetCommandsTest {
  private static final String CARD = "52:54:00:12:34:56";

  private final SimulatedFleet fleet = new SimulatedFleet();
  private FakeLinks links;

  @BeforeEach
  void aHostWithAVm() {
    fleet.scheduler();
    fleet
        .host("h1", Bytes.ofMiB(4096))
        .boot(SimulatedFleet.id("web1"), "web1", 1, Bytes.ofMiB(256), 0.1);
    links = fleet.network("h1");
    fleet.until(
        seen ->
            seen.hosts().size() == 1
                && seen.hosts().stream()
                    .allMatch(host -> host.net().isPresent() && !host.beat().vms().isEmpty()));
  }

  @AfterEach
  void close() {
    fleet.close();
  }

  private Ran net(String line) {
    return fleet.run(
        Stream.concat(Stream.of("net"), Stream.of(line.split(" ", -1))).toArray(String[]::new));
  }

  private void awaitPort(Predicate<PortStatus> how) {
    fleet.until(
        seen ->
            seen.hosts().getFirst().net().stream()
                .flatMap(beat -> beat.ports().stream())
                .anyMatch(how));
  }

  @Test
  void aPortIsPluggedChangedListedAndUnplugged() {
    assertEquals(
        new Ran(
            0,
            "plugged port %s on h1: its card is not there; it is made so as soon as it is\n"
                .formatted(CARD),
            ""),
        net(
            "plug web1 %s br0 --vlan 100 --address 10.0.0.5/24 --anti-spoof --in 20M"
                .formatted(CARD)));
    links.tap("vnet0", new Mac(CARD));
    awaitPort(port -> port.state() == PortStatus.State.IN_FORCE);
    assertEquals(
        new Ran(0, "changed port %s on h1\n".formatted(CARD), ""),
        net("change %s --out 512k --clear in".formatted(CARD)));

    String all = net("ports --host h1").out();
    assertEquals(
        """
        VM    HOST  CARD               LINK   BRIDGE  VLAN  ADDRESSES    IN         OUT  GUARD  SPOOFED  STATE
        web1  h1    52:54:00:12:34:56  vnet0  br0     100   10.0.0.5/24   -  512 kbit/s  yes          0  in force
        """,
        all);
    assertEquals(all, net("ports --host h1 --vm web1 --bridge br0 --vlan 100").out());
    assertEquals(
        "no ports; 'ballast net plug' makes one for a card of a VM\n",
        net("ports --host h1 --vlan 101").out());
    assertEquals(new Ran(0, "repaired ports on h1: 1 of 1 are as wanted\n", ""), net("repair h1"));

    awaitPort(port -> port.port().out().isPresent() && port.state() == PortStatus.State.IN_FORCE);
    assertTrue(net("ports --json").out().contains("\"state\" : \"IN_FORCE\""));
    String vm = fleet.run("vm", "show", "web1").out();
    assertTrue(
        vm.endsWith(
            """

            PORT               LINK   BRIDGE  VLAN  ADDRESSES    IN         OUT  IN NOW  OUT NOW  STATE
            52:54:00:12:34:56  vnet0  br0     100   10.0.0.5/24   -  512 kbit/s   0 B/s    0 B/s  in force
            """),
        vm);
    assertTrue(fleet.run("vm", "show", "web1", "--json").out().contains("\"ports\" : ["));

    assertEquals(
        new Ran(0, "unplugged port %s on h1\n".formatted(CARD), ""), net("unplug " + CARD));
    assertEquals(
        new Ran(0, "unplugged port %s on h1: there was none\n".formatted(CARD), ""),
        net("unplug %s --host h1".formatted(CARD)));
    await()
        .untilAsserted(
            () ->
                assertEquals(
                    new Ran(0, "no host keeps port %s\n".formatted(CARD), ""),
                    net("unplug " + CARD)));
  }

  @Test
  void changesOfOnePortFollowEachOther() throws Exception {
    net("plug web1 %s br0".formatted(CARD));
    awaitPort(any -> true);

    List<CompletableFuture<Ran>> all =
        List.of("--in 1M", "--out 2M", "--vlan 7").stream()
            .map(what -> CompletableFuture.supplyAsync(() -> net("change " + CARD + " " + what)))
            .toList();

    all.forEach(each -> assertEquals(0, each.join().code(), () -> each.join().toString()));
    String ports = net("ports --host h1").out();
    assertTrue(ports.contains("1 Mbit/s  2 Mbit/s"), ports);
    assertTrue(ports.contains("br0     7 "), ports);
  }

  @Test
  void aPublicAddressIsShownWithWhatItStandsFor() {
    net(
        "plug web1 %s ovs0 --address 10.0.0.5/24 --line telecom --public 203.0.113.5"
            .formatted(CARD));
    awaitPort(port -> port.state() == PortStatus.State.WAITING);

    Ran shown = net("ports");

    assertTrue(shown.out().contains("10.0.0.5/24, as 203.0.113.5"), shown.out());
    assertTrue(shown.out().contains("waits for its card"), shown.out());
  }

  @Test
  void bridgesAreMadeListedAndRemoved() {
    assertEquals(new Ran(0, "created bridge br7 on h1\n", ""), net("create-bridge br7 h1"));
    assertEquals(
        new Ran(0, "created bridge ovs7 on h1\n", ""),
        net("create-bridge ovs7 h1 --kind open-vswitch --datapath netdev"));
    fleet.until(
        seen ->
            seen.hosts().getFirst().net().stream().anyMatch(beat -> beat.bridges().size() == 4));

    assertEquals(
        """
        BRIDGE  HOST  KIND          OURS  UPLINKS  LINES    PORTS
        br0     h1    linux         no    eth0     -        -
        br7     h1    linux         yes   -        -        -
        ovs0    h1    open vswitch  no    -        telecom  -
        ovs7    h1    open vswitch  yes   -        -        -
        """,
        net("bridges").out());
    assertEquals(new Ran(0, "deleted bridge br7 on h1\n", ""), net("delete-bridge br7 h1"));
    assertEquals(
        new Ran(0, "deleted bridge br9 on h1: there was none\n", ""), net("delete-bridge br9 h1"));
  }

  @Test
  void aNetworkOfLibvirtIsMadeStoppedStartedAndForgotten() {
    assertEquals(
        new Ran(0, "defined network guests on h1\n", ""),
        net("define-network guests h1 --nat 10.1.0.1/24"));
    assertEquals(
        new Ran(0, "defined network inner on h1\n", ""),
        net("define-network inner h1 --bridge br0"));
    assertEquals(
        """
        NETWORK  FORM             BRIDGE  STATE   WITH HOST  CARDS  OURS
        guests   nat 10.1.0.1/24  virbr0  active  yes            0  yes
        inner    bridge br0       br0     active  yes            0  yes
        """,
        net("networks h1").out());
    Ran active = net("forget-network guests h1");
    assertEquals(1, active.code());
    assertTrue(active.err().contains("network guests is active; stop it first"), active.err());
    assertEquals(new Ran(0, "stopped network guests on h1\n", ""), net("stop-network guests h1"));
    assertEquals(new Ran(0, "started network guests on h1\n", ""), net("start-network guests h1"));
    net("stop-network guests h1");
    assertEquals(new Ran(0, "forgot network guests on h1\n", ""), net("forget-network guests h1"));
    assertEquals(
        new Ran(0, "forgot network guests on h1: there was none\n", ""),
        net("forget-network guests h1"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plug web1 52:54:00:12:34:56 br9                  | this host has no bridge br9; it has: br0, ovs0
          plug web1 00:11:22:33:44:55 br0                  | 00:11:22:33:44:55 is the address of this host's own link eth0, and no card of a VM
          plug web1 52:54:00:12:34:56 br0 --line unicom    | this host reaches no line 'unicom'; it names: telecom
          plug web9 52:54:00:12:34:56 br0                  | the fleet has no VM 'web9'; did you mean 'web1'? ('ballast vms' lists them)
          change 52:54:00:12:34:56 --mtu 1400 --host h1    | this host keeps no port for card 52:54:00:12:34:56; plug it first, or see 'ballast net ports'
          delete-bridge br0 h1                             | bridge br0 has the uplink eth0; no command takes that off
          define-network inner h1 --bridge br9             | this host has no bridge br9
          stop-network guests h1                           | libvirt has no network guests; see 'ballast net networks'
          create-bridge eth0 h1                            | this host has a link eth0 that is not ours
          """)
  void whatCantBeIsRefusedInOneLine(String line, String why) {
    Ran ran = net(line);

    assertEquals(1, ran.code(), ran.out());
    assertTrue(ran.err().contains(why), ran.err());
    assertEquals(1, ran.err().lines().count(), ran.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plug web1 52:54:00:12:34 br0                              | '52:54:00:12:34' is no MAC address
          plug web1 01:00:5e:00:00:01 br0                           | stands for a group or for nobody
          plug web1 52:54:00:12:34:56 abcdefghijklmnop              | a link has a name of 1 to 15 letters
          plug web1 52:54:00:12:34:56 br0 --vlan 0                  | a VLAN is 1 to 4094
          plug web1 52:54:00:12:34:56 br0 --vlan 4095               | a VLAN is 1 to 4094
          plug web1 52:54:00:12:34:56 br0 --vlan x                  | 'x' is no number
          plug web1 52:54:00:12:34:56 br0 --in 0k                   | it must lie between 8 and
          plug web1 52:54:00:12:34:56 br0 --in 20                   | is no amount of bits
          plug web1 52:54:00:12:34:56 br0 --address 10.0.0.0/24     | no machine can bear
          plug web1 52:54:00:12:34:56 br0 --address 10.0.0.5        | write it as 10.0.0.5/24
          plug web1 52:54:00:12:34:56 br0 --public 203.0.113.5      | it needs a 'line'
          plug web1 52:54:00:12:34:56 br0 --mtu 70000               | it must lie between 576 and 65535
          change 52:54:00:12:34:56 --clear mac                      | 'mac' is none of vlan, addresses
          change 52:54:00:12:34:56 --in 5M --clear in               | leave one out
          create-bridge br7 h1 --datapath netdev                    | for Open vSwitch only
          define-network guests h1                                  | --bridge
          define-network guests h1 --nat 10.1.0.0/24                | write an IPv4 address of the host
          define-network guests h1 --nat 10.1.0.1/24 --bridge br0   | mutually exclusive
          create-bridge br7 h1 --kind token-ring                    | is none of linux, open-vswitch
          """)
  void whatCanBeNoPortIsWrongUsage(String line, String why) {
    Ran ran = net(line);

    assertEquals(2, ran.code(), ran.err());
    assertTrue(ran.err().contains(why), ran.err());
  }

  @Test
  void aCardOfAnotherVmIsRefusedAcrossTheFleet() {
    fleet
        .host("h2", Bytes.ofMiB(4096))
        .boot(SimulatedFleet.id("db1"), "db1", 1, Bytes.ofMiB(256), 0.1);
    fleet.network("h2");
    net("plug web1 %s br0".formatted(CARD));
    fleet.until(
        seen ->
            seen.hosts().size() == 2
                && seen.hosts().stream()
                    .allMatch(host -> host.net().isPresent() && !host.beat().vms().isEmpty()));
    awaitPort(any -> true);

    String other = "52:54:00:12:34:57";
    net(
        "change %s --bridge ovs0 --address 10.0.0.5/24 --line telecom --public 203.0.113.5"
            .formatted(CARD));
    net("plug db1 %s ovs0 --address 10.0.0.6/24 --line telecom".formatted(other));
    fleet.until(
        seen ->
            seen.hosts().stream()
                .allMatch(
                    host ->
                        host.net().stream()
                            .flatMap(beat -> beat.ports().stream())
                            .anyMatch(port -> port.port().line().isPresent())));
    for (String line :
        List.of(
            "change %s --public 203.0.113.5 --host h2".formatted(other),
            "change %s --address 10.0.0.5/24 --host h2".formatted(other))) {
      Ran taken = net(line);
      assertEquals(1, taken.code(), taken.out());
      assertTrue(taken.err().contains(" is used by card " + CARD + " of VM "), taken.err());
    }

    Ran ran = net("plug db1 %s br0".formatted(CARD));

    assertEquals(1, ran.code());
    assertEquals(
        List.of("ballast: card %s is that of VM %s".formatted(CARD, SimulatedFleet.id("web1"))),
        ran.err().lines().toList());
  }
}
