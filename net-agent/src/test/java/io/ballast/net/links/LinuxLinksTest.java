package io.ballast.net.links;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Runner;
import io.ballast.messages.Bytes;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bond;
import io.ballast.messages.NetBeat.Link.Trouble;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class LinuxLinksTest {
  private static final Mac CARD = new Mac("52:54:00:12:34:56");

  @TempDir Path root;

  private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1);

  @BeforeEach
  void aHost() throws IOException {
    link("lo", "unknown", 65536, 9, 9);
    link("eth0", "up", 1500, 1000, 2000);
    write("class/net/eth0/speed", "10000\n");
    Files.createDirectories(root.resolve("class/net/eth0/device"));
    link("eth1", "down", 1500, 0, 0);
    write("class/net/eth1/speed", "-1\n");
    link("vnet0", "unknown", 1400, 5, 6);
    write("class/net/vnet0/carrier", "1\n");
    write("class/net/vnet0/tun_flags", "0x1002\n");
    write("class/net/vnet0/address", "fe:54:00:12:34:56\n");
    link("tun0", "unknown", 1400, 5, 6);
    link("br0", "up", 1500, 7, 8);
    write("class/net/bonding_masters", "bond0\n");
  }

  @AfterEach
  void stop() {
    clock.shutdownNow();
  }

  @Test
  void linksAreReadWithWhatTheyAre(Vertx vertx) throws IOException {
    Sight sight = links(vertx).lookNow();

    assertEquals(
        List.of(
            wire("br0", Wire.Kind.OTHER, true, 1500, Optional.empty(), 7, 8),
            wire("eth0", Wire.Kind.PHYSICAL, true, 1500, Optional.of(10_000), 1000, 2000),
            wire("eth1", Wire.Kind.OTHER, false, 1500, Optional.empty(), 0, 0),
            wire("tun0", Wire.Kind.OTHER, false, 1400, Optional.empty(), 5, 6),
            new Wire(
                "vnet0",
                Wire.Kind.TAP,
                Optional.of(new Mac("fe:54:00:12:34:56")),
                true,
                1400,
                Optional.empty(),
                new Bytes(5),
                new Bytes(6),
                Optional.empty())),
        sight.wires());
    assertEquals(List.of("vnet0"), sight.taps(CARD).stream().map(Wire::name).toList());
    assertEquals(List.of(), sight.taps(new Mac("52:54:00:12:34:57")));
  }

  @Test
  void theLinkOfACardBearsItsAddressAsLibvirtChangesIt() {
    assertEquals(new Mac("fe:54:00:12:34:56"), Sight.tap(CARD));
    assertEquals(new Mac("fa:54:00:12:34:56"), Sight.tap(new Mac("fe:54:00:12:34:56")));
  }

  @Test
  void aLinkThatCantBeReadIsLeftOutAndAllOthersAreTold(Vertx vertx) throws IOException {
    List<Wire> all = links(vertx).lookNow().wires();
    link("huge", "up", 1500, 1, 1);
    write("class/net/huge/statistics/rx_bytes", "18446744073709551615\n");
    link("empty", "up", 1500, 1, 1);
    write("class/net/empty/mtu", "");
    link("zero", "up", 0, 1, 1);
    link("words", "up", 1500, 1, 1);
    write("class/net/words/statistics/tx_bytes", "1 2\t\u00fc\n");
    Files.createDirectories(root.resolve("class/net/bare"));
    Files.createSymbolicLink(root.resolve("class/net/gone"), root.resolve("nowhere"));
    LinuxLinks links = links(vertx);

    assertEquals(all, links.lookNow().wires());

    write("class/net/zero/mtu", "68\n");
    assertEquals(all.size() + 1, links.lookNow().wires().size());
  }

  @Test
  void aSpeedThatMakesNoSenseIsNotKnown(Vertx vertx) throws IOException {
    for (String speed : List.of("4294967295", "0", "", "fast", "-1")) {
      write("class/net/eth0/speed", speed + "\n");
      assertEquals(
          Optional.empty(),
          links(vertx).lookNow().wire("eth0").orElseThrow().megabitsPerSecond(),
          speed);
    }
  }

  @Test
  void troubleIsCountedWhereAllOfItIsKnown(Vertx vertx) throws IOException {
    assertEquals(Optional.empty(), trouble(vertx));

    for (String file : List.of("rx_errors", "tx_errors", "rx_dropped", "tx_dropped")) {
      write("class/net/eth0/statistics/" + file, file.length() + "\n");
    }
    write("class/net/eth0/carrier_changes", "5\n");

    assertEquals(Optional.of(new Trouble(9, 9, 10, 10, 5)), trouble(vertx));
  }

  private Optional<Trouble> trouble(Vertx vertx) throws IOException {
    return links(vertx).lookNow().wire("eth0").orElseThrow().trouble();
  }

  @Test
  void aBondIsToldWithItsMembers(Vertx vertx) throws IOException {
    link("bond0", "up", 1500, 1, 1);
    write("class/net/bond0/bonding/mode", "802.3ad 4\n");
    write("class/net/bond0/bonding/slaves", "eth0\n");
    write("class/net/eth0/bonding_slave/mii_status", "up\n");

    Sight sight = links(vertx).lookNow();

    assertEquals(
        List.of(new Bond("bond0", "802.3ad", List.of(new Bond.Member("eth0", true, true)))),
        sight.bonds());
    assertEquals(Wire.Kind.BOND, sight.wire("bond0").orElseThrow().kind());
  }

  @Test
  void theWaysAreWhereDefaultRoutesLead(Vertx vertx) throws IOException {
    write(
        "net/route",
        """
        Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT
        br0	00000000	0100000A	0003	0	0	100	00000000	0	0	0
        eth1	0000000A	00000000	0001	0	0	100	00FFFFFF	0	0	0
        """);
    write(
        "net/ipv6_route",
        """
        00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
        fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
        00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
        00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
        """);

    assertEquals(Set.of("br0", "eth0"), links(vertx).lookNow().ways());
  }

  @Test
  void theWayToABusOfThisMachineIsNoLink() {
    Ways ways =
        new Ways(root, List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 5672)));

    assertEquals(Set.of(), ways.now());
  }

  @Test
  void aLookThatHangsServesAll(Vertx vertx) throws Exception {
    Path pipe = root.resolve("class/net/eth0/mtu");
    Files.delete(pipe);
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    LinuxLinks links = links(vertx);

    Future<Sight> look = links.look();
    assertSame(look, links.look());
    assertFalse(look.isComplete());

    Files.writeString(pipe, "1500\n"); // waits until somebody reads
    assertTrue(look.await(1, TimeUnit.MINUTES).wire("eth0").isPresent());
  }

  @Test
  void withoutItsFolderTheLookFails(Vertx vertx) throws IOException {
    LinuxLinks links =
        new LinuxLinks(
            vertx,
            root.resolve("nowhere"),
            new Ways(root, List.of()),
            new Runner(Runner.Limits.DEFAULT, clock));

    CompletionException failure =
        assertThrows(
            CompletionException.class,
            () ->
                links
                    .look()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join());
    String why = String.valueOf(failure.getMessage());
    assertTrue(why.contains("the host's links can't be read"), why);
  }

  private LinuxLinks links(Vertx vertx) {
    return new LinuxLinks(
        vertx, root, new Ways(root, List.of()), new Runner(Runner.Limits.DEFAULT, clock));
  }

  private static Wire wire(
      String name,
      Wire.Kind kind,
      boolean up,
      int mtu,
      Optional<Integer> speed,
      long received,
      long sent) {
    return new Wire(
        name,
        kind,
        Optional.empty(),
        up,
        mtu,
        speed,
        new Bytes(received),
        new Bytes(sent),
        Optional.empty());
  }

  private void link(String name, String state, int mtu, long received, long sent)
      throws IOException {
    String link = "class/net/" + name + "/";
    write(link + "operstate", state + "\n");
    write(link + "mtu", mtu + "\n");
    write(link + "statistics/rx_bytes", received + "\n");
    write(link + "statistics/tx_bytes", sent + "\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
