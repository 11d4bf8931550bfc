package io.ballast.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.net.Ports.Wire;
import io.ballast.net.Ports.Wiring;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class LinuxPortsTest {
  /** What ovs-vsctl 3.1.0 says of three bridges, one of them with a bond; the ids are shortened. */
  private static final String OVS =
      """
      {"data":[["br-phy",["set",[["uuid","p-bond0"],["uuid","p-br-phy"]]]],\
      ["br-int",["set",[["uuid","p-vnet0"],["uuid","p-vx1"],["uuid","p-br-int"]]]],\
      ["br-empty",["uuid","p-br-empty"]]],"headings":["name","ports"]}
      {"data":[[["uuid","p-vx1"],["uuid","i-vx1"]],[["uuid","p-br-int"],["uuid","i-br-int"]],\
      [["uuid","p-vnet0"],["uuid","i-vnet0"]],[["uuid","p-br-empty"],["uuid","i-br-empty"]],\
      [["uuid","p-bond0"],["set",[["uuid","i-eth2"],["uuid","i-eth1"]]]],\
      [["uuid","p-br-phy"],["uuid","i-br-phy"]]],"headings":["_uuid","interfaces"]}
      {"data":[[["uuid","i-br-phy"],"br-phy"],[["uuid","i-vnet0"],"vnet0"],\
      [["uuid","i-vx1"],"vx1"],[["uuid","i-br-int"],"br-int"],[["uuid","i-eth1"],"eth1"],\
      [["uuid","i-eth2"],"eth2"],[["uuid","i-br-empty"],"br-empty"]],"headings":["_uuid","name"]}
      """;

  private static final List<Bridge> OVS_BRIDGES =
      List.of(
          new Bridge("br-empty", Bridge.Kind.OPEN_VSWITCH, List.of()),
          new Bridge("br-int", Bridge.Kind.OPEN_VSWITCH, List.of("vnet0", "vx1")),
          new Bridge("br-phy", Bridge.Kind.OPEN_VSWITCH, List.of("eth1", "eth2")));

  @TempDir Path root;

  @BeforeEach
  void aHost() throws IOException {
    link("lo", "unknown", 65536, 9, 9);
    link("eth0", "up", 1500, 1000, 2000);
    write("class/net/eth0/speed", "10000\n");
    link("eth1", "down", 1500, 0, 0);
    write("class/net/eth1/speed", "-1\n");
    link("vnet0", "unknown", 1400, 5, 6);
    write("class/net/vnet0/carrier", "1\n");
    link("tun0", "unknown", 1400, 5, 6);
    link("br0", "up", 1500, 7, 8);
    Files.createDirectories(root.resolve("class/net/br0/bridge"));
    Files.createDirectories(root.resolve("class/net/br0/brif/vnet0"));
    Files.createDirectories(root.resolve("class/net/br0/brif/eth0"));
    write("class/net/bonding_masters", "bond0\n");
  }

  @Test
  void linksAndKernelBridgesAreRead(Vertx vertx) throws IOException {
    Wiring wiring = ports(vertx, none()).lookNow();

    assertEquals(
        List.of(
            new Wire("br0", true, 1500, Optional.empty(), new Bytes(7), new Bytes(8)),
            new Wire("eth0", true, 1500, Optional.of(10_000), new Bytes(1000), new Bytes(2000)),
            new Wire("eth1", false, 1500, Optional.empty(), Bytes.ZERO, Bytes.ZERO),
            new Wire("tun0", false, 1400, Optional.empty(), new Bytes(5), new Bytes(6)),
            new Wire("vnet0", true, 1400, Optional.empty(), new Bytes(5), new Bytes(6))),
        wiring.wires());
    assertEquals(
        List.of(new Bridge("br0", Bridge.Kind.LINUX, List.of("eth0", "vnet0"))), wiring.bridges());
  }

  @Test
  void aLinkThatCantBeReadIsLeftOutAndAllOthersAreTold(Vertx vertx) throws IOException {
    List<Wire> all = ports(vertx, none()).lookNow().wires();
    link("huge", "up", 1500, 1, 1);
    write("class/net/huge/statistics/rx_bytes", "18446744073709551615\n");
    link("empty", "up", 1500, 1, 1);
    write("class/net/empty/mtu", "");
    link("zero", "up", 0, 1, 1);
    link("words", "up", 1500, 1, 1);
    write("class/net/words/statistics/tx_bytes", "1 2\t\u00fc\n");
    Files.createDirectories(root.resolve("class/net/bare"));
    Files.createSymbolicLink(root.resolve("class/net/gone"), root.resolve("nowhere"));
    LinuxPorts ports = ports(vertx, none());

    assertEquals(all, ports.lookNow().wires());
    assertEquals(List.of("br0"), ports.lookNow().bridges().stream().map(Bridge::name).toList());

    write("class/net/zero/mtu", "68\n");
    assertEquals(all.size() + 1, ports.lookNow().wires().size());
  }

  @Test
  void aSpeedThatMakesNoSenseIsNotKnown(Vertx vertx) throws IOException {
    for (String speed : List.of("4294967295", "0", "", "fast", "-1")) {
      write("class/net/eth0/speed", speed + "\n");
      assertEquals(
          Optional.empty(),
          ports(vertx, none()).lookNow().wires().get(1).megabitsPerSecond(),
          speed);
    }
  }

  @Test
  void openVswitchIsAskedWhereItIsInstalled(Vertx vertx) throws IOException {
    Path tool = tool("cat <<'TABLES'\n" + OVS + "TABLES\n");

    List<Bridge> bridges =
        ports(vertx, new OpenVswitch(tool, Duration.ofSeconds(20))).lookNow().bridges();

    assertEquals(OVS_BRIDGES, bridges.stream().filter(b -> !b.name().equals("br0")).toList());
    assertEquals(
        List.of("br-empty", "br-int", "br-phy", "br0"),
        bridges.stream().map(Bridge::name).toList());
  }

  @Test
  void anOpenVswitchThatFailsFromTheStartCostsItsBridgesOnly(Vertx vertx) throws IOException {
    Path tool = tool("echo 'database connection failed' >&2; exit 1\n");
    OpenVswitch failing = new OpenVswitch(tool, Duration.ofSeconds(20));

    assertEquals(
        tool + " failed: database connection failed",
        assertThrows(IOException.class, failing::bridges).getMessage());
    Wiring wiring = ports(vertx, failing).lookNow();
    assertEquals(List.of("br0"), wiring.bridges().stream().map(Bridge::name).toList());
    assertTrue(wiring.problem().isPresent(), "none of them was ever seen");
  }

  @Test
  void bridgesOfAnOpenVswitchThatFailsAreToldAsLastSeenAndThatTheyAre(Vertx vertx)
      throws IOException {
    Path tool = tool("cat <<'TABLES'\n" + OVS + "TABLES\n");
    LinuxPorts ports = ports(vertx, new OpenVswitch(tool, Duration.ofSeconds(20)));
    Wiring before = ports.lookNow();
    assertEquals(Optional.empty(), before.problem());

    tool("echo 'database connection failed' >&2; exit 1\n");
    Wiring failed = ports.lookNow();

    assertEquals(before.bridges(), failed.bridges());
    assertEquals(
        Optional.of(
            "the bridges of Open vSwitch are as last seen: "
                + tool
                + " failed: database connection failed"),
        failed.problem());

    Files.delete(tool);
    Wiring removed = ports.lookNow();
    assertEquals(List.of("br0"), removed.bridges().stream().map(Bridge::name).toList());
    assertEquals(Optional.empty(), removed.problem());
  }

  @Test
  void anOpenVswitchThatHangsIsKilledAtItsDeadline() throws IOException {
    Path pid = root.resolve("pid");
    Path tool = tool("echo $$ >" + pid + "; exec sleep 600\n");
    OpenVswitch hanging = new OpenVswitch(tool, Duration.ofSeconds(1));

    IOException late = assertThrows(IOException.class, hanging::bridges);

    assertEquals(tool + " did not answer within 1000 ms", late.getMessage());
    long child = Long.parseLong(Files.readString(pid).strip());
    ProcessHandle.of(child).ifPresent(left -> left.onExit().orTimeout(1, TimeUnit.MINUTES).join());
  }

  @Test
  void whatOpenVswitchTellsWronglyIsRefused() {
    assertThrows(IOException.class, () -> OpenVswitch.read(""));
    assertThrows(IOException.class, () -> OpenVswitch.read("{\n}\n{"));
    assertThrows(
        IOException.class,
        () -> OpenVswitch.read("{\"data\":[[1]]}\n{\"data\":[]}\n{\"data\":[]}"));
    assertThrows(IOException.class, () -> OpenVswitch.read("{}\n{}\n{}"));
  }

  @Test
  void aRowOfOpenVswitchThatMakesNoSenseIsLeftOut() throws IOException {
    String odd =
        OVS.replace("[\"br-empty\",[\"uuid\",\"p-br-empty\"]]", "[\"\",[\"set\",[]]],[7],null,[]")
            .replace("[[\"uuid\",\"i-vx1\"],\"vx1\"]", "[[\"uuid\"],\"vx1\"]");

    assertEquals(
        List.of(
            new Bridge("br-int", Bridge.Kind.OPEN_VSWITCH, List.of("vnet0")),
            new Bridge("br-phy", Bridge.Kind.OPEN_VSWITCH, List.of("eth1", "eth2"))),
        OpenVswitch.read(odd));
  }

  @Test
  void anEmptyOpenVswitchHasNoBridges() throws IOException {
    assertEquals(List.of(), OpenVswitch.read("{\"data\":[]}\n{\"data\":[]}\n{\"data\":[]}\n"));
  }

  @Test
  void aHostWithoutLinksToReadIsRefused(Vertx vertx) {
    LinuxPorts blind = new LinuxPorts(vertx, root.resolve("nothing"), none());

    assertThrows(IOException.class, blind::lookNow);
  }

  @Test
  void theMachineThatThisRunsOnCanBeRead(Vertx vertx) throws IOException {
    Wiring wiring = new LinuxPorts(vertx, Path.of("/sys"), none()).lookNow();

    assertTrue(wiring.wires().stream().noneMatch(wire -> wire.name().equals("lo")));
  }

  private LinuxPorts ports(Vertx vertx, OpenVswitch openVswitch) {
    return new LinuxPorts(vertx, root, openVswitch);
  }

  private OpenVswitch none() {
    return new OpenVswitch(root.resolve("ovs-vsctl-is-not-here"), Duration.ofSeconds(1));
  }

  /** A stand-in for ovs-vsctl that behaves as the script says. */
  private Path tool(String script) throws IOException {
    Path tool = Files.writeString(root.resolve("ovs-vsctl"), "#!/bin/sh\n" + script);
    return Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void link(String name, String state, int mtu, long received, long sent)
      throws IOException {
    String folder = "class/net/" + name + "/";
    write(folder + "operstate", state + "\n");
    write(folder + "mtu", mtu + "\n");
    write(folder + "statistics/rx_bytes", received + "\n");
    write(folder + "statistics/tx_bytes", sent + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
