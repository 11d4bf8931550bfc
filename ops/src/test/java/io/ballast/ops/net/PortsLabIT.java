package io.ballast.ops.net;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.ops.FleetInLab;
import io.ballast.ops.SimulatedFleet.Ran;
import io.ballast.ops.SimulatedFleet.Running;
import io.ballast.testing.Lab.Guest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ports all the way: the command line, a RabbitMQ, a scheduler, the agents of two hosts of the lab,
 * and guests that are reached by what the agents make. Needs the built jar.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PortsLabIT {
  private static final Duration LONG = Duration.ofMinutes(3);

  /** 50 pings a second. */
  private static final Duration PACE = Duration.ofMillis(20);

  private static final Duration SLOW = Duration.ofMillis(500);

  /** A live migration may cost that many pings of one each 20 ms. */
  private static final int MAY_GET_LOST = 15;

  private static final Pattern PAUSE = Pattern.compile("paused for ([\\d.]+) (ms|s)\\b");

  /** Of either guest, in bits a second. */
  private static final double LIMIT = 2e6;

  private static final String NET =
      """
      uplinks: [eth1, eth2, eth3]
      lines:
        switched: {bridge: br-int, networks: [203.0.113.0/24], gateway: 203.0.113.1, \
      guest-gateway: 10.20.0.1, vlan: 4000}
        bridged: {bridge: br-ext, networks: [203.0.113.0/24], gateway: 203.0.113.1, \
      guest-gateway: 10.21.0.1}
      """;

  /** A guest on Open vSwitch, and one on a bridge of the kernel, each known outside. */
  private static final Known SWITCHED =
      new Known("52:54:00:00:00:50", "br-int", "10.20.0.50", "switched", "203.0.113.50");

  private static final Known BRIDGED =
      new Known("52:54:00:00:00:51", "br-ext", "10.21.0.51", "bridged", "203.0.113.51");

  private record Known(String card, String bridge, String inside, String line, String outside) {
    Guest running(FleetInLab fleet, int host) throws IOException {
      return fleet.running(
          host,
          "--nic",
          "%s,%s,ip=%s/24".formatted(bridge, card, inside),
          "--gateway",
          inside.replaceAll("\\d+$", "1"));
    }

    String[] plug(Guest guest) {
      return ("net plug %s %s %s --address %s/24 --line %s --public %s --anti-spoof"
              + " --in 20M --out 2M")
          .formatted(guest.name(), card, bridge, inside, line, outside)
          .split(" ");
    }
  }

  @TempDir static Path world;

  private @Nullable FleetInLab started;
  private @Nullable TestReporter reporter;

  private FleetInLab fleet() {
    return requireNonNull(started);
  }

  @BeforeAll
  void start() throws IOException {
    started = new FleetInLab(world, 2, NET);
    fleet().awaitNetwork(1);
    fleet().awaitNetwork(2);
  }

  @BeforeEach
  void report(TestReporter to) {
    reporter = to;
  }

  @AfterEach
  void cleanUp() {
    for (int host : List.of(1, 2)) {
      for (JsonObject status : ports(host)) {
        unplug(host, status.getJsonObject("port").getString("card"));
      }
    }
    fleet().clear();
  }

  @AfterAll
  void stop() {
    if (started != null) {
      started.close();
    }
  }

  @Test
  void whomAGuestMeetsIsSaidByItsPort() throws IOException {
    Guest first = running(1, 5, "10.20.0.6");
    Guest second = running(2, 6, "10.20.0.5");
    Guest stranger = running(2, 7, "10.20.0.5");
    fleet().awaitKnown(second);
    fleet().awaitKnown(stranger);
    refused(
        "card %s is that of VM %s on this host".formatted(card(6), second.name()),
        words("net plug " + stranger.name() + " " + card(6) + " br-int"));
    plug(first, 5, "--vlan", "100");
    plug(second, 6, "--vlan", "100");
    plug(stranger, 7, "--vlan", "101");

    first.awaitTold("pong", 10);
    second.awaitTold("pong", 10);
    int met = stranger.told("pong").size();
    stranger.awaitTicks(10);
    assertEquals(met, stranger.told("pong").size());

    change(card(7), "--vlan", "100");
    stranger.awaitTold("pong", 10);

    change(card(5), "--anti-spoof", "--address", "10.20.0.5/24");
    first.awaitTold("pong", 10);
    assertEquals(0, port(1, card(5)).orElseThrow().getLong("spoofed"));
    change(card(5), "--address", "10.20.0.99/24");
    soon()
        .until( // an answer may have been on its way
            () -> {
              int before = first.told("pong").size();
              first.awaitTicks(10);
              return first.told("pong").size() == before;
            });
    soon().until(() -> port(1, card(5)).orElseThrow().getLong("spoofed") > 0);

    change(card(5), "--address", "10.20.0.5/24");
    first.awaitTold("pong", 10);
    for (String end : List.of("stop", "kill")) {
      long at = System.nanoTime();
      fleet().lab().switchOf(1, end);
      fleet().lab().switchOf(1, "start");
      soon().until(() -> hasFlows(1) && isInForce(1, card(5)));
      tellTime("repair after " + end, at);
      first.awaitTold("pong", 10);
    }
  }

  /** What was measured goes into the report of the tests. */
  private void tell(String what, Object value) {
    requireNonNull(reporter).publishEntry(what, value.toString());
  }

  private void tellTime(String what, long since) {
    tell(what, (System.nanoTime() - since) / 1_000_000 + " ms");
  }

  @Test
  void aGuestKeepsItsLimitsAndItsPublicAddressWhereverItRuns() throws IOException {
    String bare = traces(1);
    Guest switched = SWITCHED.running(fleet(), 1);
    Guest bridged = BRIDGED.running(fleet(), 1);
    plug(switched, SWITCHED, 1);
    plug(bridged, BRIDGED, 1);
    assertLimited();
    WebProbe switchedAsked = WebProbe.start(Network.outside(), SWITCHED.outside(), SLOW);
    WebProbe bridgedAsked = WebProbe.start(Network.outside(), BRIDGED.outside(), SLOW);
    await().atMost(LONG).until(() -> switchedAsked.answered() > 0 && bridgedAsked.answered() > 0);

    move(switched, SWITCHED, 2);
    move(bridged, BRIDGED, 2);

    assertEquals(0, switchedAsked.stop().failed());
    assertEquals(0, bridgedAsked.stop().failed());
    assertEquals(List.of(), switched.breaks());
    assertEquals(List.of(), bridged.breaks());
    assertTrue(isInForce(2, SWITCHED.card()));
    assertTrue(isInForce(2, BRIDGED.card()));
    long at = System.nanoTime();
    soon().until(() -> ports(1).isEmpty());
    tellTime("unplugged at the source after the last move", at);
    assertEquals(bare, traces(1));
  }

  private void assertLimited() {
    Stream.of(SWITCHED, BRIDGED)
        .map(each -> CompletableFuture.supplyAsync(() -> share(each)))
        .toList()
        .forEach(
            measured -> {
              double share = measured.join();
              tell("share of its limit", share);
              assertTrue(share > 0.7 && share < 1.1, () -> "share of its limit: " + share);
            });
  }

  /** How much of its limit a guest gets that sends as fast as it may. */
  private static double share(Known known) {
    long at = System.nanoTime();
    String answer = WebProbe.ask(Network.outside(), known.outside(), 1_000_000);
    return answer.length() * (8e9 / LIMIT) / (System.nanoTime() - at);
  }

  private void plug(Guest guest, Known known, int host) {
    awaitReady(guest);
    long at = System.nanoTime();
    fleet().done(known.plug(guest));
    tellTime("plug " + known.bridge(), at);
    assertTrue(isInForce(host, known.card()));
  }

  private void move(Guest guest, Known known, int target) {
    Pinger pinger = Pinger.start(Network.outside(), known.outside(), PACE);
    await().atMost(LONG).until(() -> pinger.answered() >= 25);
    long at = System.nanoTime();
    String moved = fleet().done("migrate", guest.name(), "h" + target);
    tellTime("move " + known.bridge(), at);
    tell("moved", moved.strip());
    int then = pinger.answered();
    await().atMost(LONG).until(() -> pinger.answered() >= then + 25);
    Pinger.Result result = pinger.stop();
    tell("pings while it moved on " + known.bridge(), result);
    long inPause = pause(moved).dividedBy(PACE); // that is how long it stood still, wherever it was
    assertTrue(result.lost() < MAY_GET_LOST + inPause, () -> result + ", " + moved);
    assertTrue(WebProbe.ask(Network.outside(), known.outside(), 0).startsWith(guest.name() + " "));
  }

  private static Duration pause(String moved) {
    Matcher told = PAUSE.matcher(moved);
    assertTrue(told.find(), moved);
    double value = Double.parseDouble(told.group(1));
    return Duration.ofMillis(Math.round(told.group(2).equals("s") ? value * 1000 : value));
  }

  @Test
  void aMoveThatFailsLeavesNoPortAtTheTarget() throws IOException {
    String bare = traces(2);
    Guest guest = running(1, 8, "10.20.0.5");
    fleet().lab().virsh(1, "migrate-setspeed", guest.name(), "1"); // MiB/s: it takes a minute
    plug(guest, 8, "--vlan", "100", "--anti-spoof");
    fleet().done("migrate", guest.name(), "h2", "--detach");
    soon().until(() -> isInForce(2, card(8)));
    fleet().done("cancel", guest.name());

    soon().until(() -> ports(2).isEmpty());
    assertEquals(bare, traces(2));
    assertTrue(isInForce(1, card(8)));
  }

  @Test
  void aMoveToAHostThatCantHaveThePortIsRefused() throws IOException {
    Guest guest = running(1, 9, "10.20.0.5");
    plug(guest, 9);
    fleet().done(words("net create-bridge br-one h1 --kind open-vswitch --datapath netdev"));
    change(card(9), "--bridge", "br-one");

    refused("h2 has no bridge br-one", "migrate", guest.name(), "h2");

    assertEquals(List.of(), ports(2));
    assertTrue(isInForce(1, card(9)));
    unplug(1, card(9));
    fleet().done("net", "delete-bridge", "br-one", "h1");
  }

  /** Asks the agents now and then only: what they do to answer takes processors from guests. */
  private static ConditionFactory soon() {
    return await().atMost(LONG).pollInterval(Duration.ofMillis(500));
  }

  private static void awaitReached(Known known) {
    Pinger pinger = Pinger.start(Network.outside(), known.outside(), PACE);
    await().atMost(LONG).until(() -> pinger.answered() > 0);
    pinger.stop();
  }

  @Test
  void anAgentThatIsKilledMakesItSoInItsNextLife() throws Exception {
    Random moments = new Random(16);
    Guest switched = SWITCHED.running(fleet(), 1);
    Guest bridged = BRIDGED.running(fleet(), 2);
    String before = ours(1) + ours(2);
    awaitReady(switched);
    awaitReady(bridged);

    killed(1, 0, SWITCHED.plug(switched));
    killed(2, moments.nextInt(400), BRIDGED.plug(bridged));
    soon().until(() -> isInForce(1, SWITCHED.card()));
    soon().until(() -> isInForce(2, BRIDGED.card()));
    awaitReached(SWITCHED);
    awaitReached(BRIDGED);

    killed(1, moments.nextInt(400), "net", "unplug", SWITCHED.card(), "--host", "h1");
    killed(2, 0, "net", "unplug", BRIDGED.card(), "--host", "h2");
    soon().until(() -> ports(1).isEmpty() && ports(2).isEmpty());
    assertEquals(before, ours(1) + ours(2));
  }

  private void awaitReady(Guest guest) {
    await().atMost(LONG).until(() -> !guest.told("net").isEmpty());
    fleet().awaitKnown(guest);
  }

  /** Begins a command, and kills its agent so long after that has written the order down. */
  private void killed(int host, int milliseconds, String... words)
      throws IOException, InterruptedException {
    ProcessHandle agent = fleet().agent(host);
    Path journal = fleet().journal(host);
    List<String> before = Files.readAllLines(journal);
    Running command = fleet().begun(words);
    await().atMost(LONG).pollInterval(Duration.ofMillis(1)).until(() -> hasTaken(journal, before));
    Thread.sleep(milliseconds);
    agent.destroyForcibly();
    agent.onExit().join();
    command.interrupt(); // it may have got no answer, and would wait for one
  }

  /** Ends of earlier orders, and that they were told, are written down as well. */
  private static boolean hasTaken(Path journal, List<String> before) throws IOException {
    return Files.readString(journal)
        .lines()
        .anyMatch(line -> line.contains("\"taken\"") && !before.contains(line));
  }

  @Test
  void aNetworkOfLibvirtIsMadeStoppedStartedAndForgotten() {
    fleet().done("net", "define-network", "lan", "h1", "--bridge", "br-lan");
    assertTrue(fleet().done("net", "networks", "h1").contains("lan      bridge br-lan"));
    fleet().done("net", "define-network", "lan", "h1", "--bridge", "br-lan");
    refused(
        "has a network lan already", "net", "define-network", "lan", "h1", "--nat", "10.9.0.1/24");
    fleet().done("net", "stop-network", "lan", "h1");
    assertEquals("", fleet().lab().virsh(1, "net-list", "--name").strip());
    fleet().done("net", "start-network", "lan", "h1");
    assertEquals("lan", fleet().lab().virsh(1, "net-list", "--name", "--autostart").strip());
    fleet().done("net", "stop-network", "lan", "h1");
    fleet().done("net", "forget-network", "lan", "h1");
    assertEquals("", fleet().lab().virsh(1, "net-list", "--name", "--all").strip());
  }

  @Test
  void noCommandTouchesAnUplink() throws IOException {
    Guest guest = running(1, 5, "10.20.0.6");
    fleet().awaitKnown(guest);
    String before = traces(1);
    for (String bridge : List.of("br-phy", "br-out", "br-ext")) {
      refused("has the uplink eth", "net", "delete-bridge", bridge, "h1");
    }
    refused("was not made by this agent", "net", "delete-bridge", "br-int", "h1");
    for (String link : List.of("eth0", "eth1", "eth2")) {
      refused("has a link " + link, "net", "create-bridge", link, "h1");
    }
    for (String card : List.of("02:ba:11:a5:70:01", "02:ba:11:a5:72:01")) {
      refused("this host's own link eth", "net", "plug", guest.name(), card, "br-int");
      assertTrue(unplug(1, card).endsWith(": there was none\n"));
    }

    assertEquals(before, traces(1));
    assertTrue(fleet().lab().exec(1, "ovs-vsctl", "list-ports", "br-out").contains("eth2"));
    fleet().done("net", "repair", "h1");
  }

  private void refused(String why, String... words) {
    Ran ran = fleet().ran(words);
    assertEquals(1, ran.code(), ran::toString);
    assertTrue(ran.err().contains(why), ran::toString);
  }

  private Guest running(int host, int number, String ping) throws IOException {
    return fleet()
        .running(
            host,
            "--nic",
            "br-int,%s,ip=10.20.0.%d/24".formatted(card(number), number),
            "--ping",
            ping);
  }

  private static String card(int number) {
    return "52:54:00:00:00:0" + number;
  }

  private void plug(Guest guest, int number, String... options) {
    fleet().awaitKnown(guest);
    fleet().done(words("net plug " + guest.name() + " " + card(number) + " br-int", options));
  }

  private void change(String card, String... options) {
    fleet().done(words("net change " + card, options));
  }

  private static String[] words(String command, String... options) {
    return (command + " " + String.join(" ", options)).split(" ");
  }

  private String unplug(int host, String card) {
    return fleet().done("net", "unplug", card, "--host", "h" + host);
  }

  /** The ports of a host as its agent sees them now. */
  private List<JsonObject> ports(int host) {
    Ran ran = fleet().ran("net", "ports", "--host", "h" + host, "--json");
    return ran.code() != 0
        ? List.of(new JsonObject().put("state", ran.err()))
        : new JsonArray(ran.out())
            .stream().map(each -> ((JsonObject) each).getJsonObject("port")).toList();
  }

  private Optional<JsonObject> port(int host, String card) {
    return ports(host).stream()
        .filter(it -> it.getJsonObject("port", new JsonObject()).getString("card", "").equals(card))
        .findFirst();
  }

  private boolean isInForce(int host, String card) {
    return port(host, card).filter(it -> it.getString("state").equals("IN_FORCE")).isPresent();
  }

  private boolean hasFlows(int host) {
    return ours(host).contains("cookie=0xba11");
  }

  /** What there is of it that bears a mark of Ballast. */
  private String ours(int host) {
    return traces(host)
        .lines()
        .filter(it -> it.contains("ba11") || it.contains("ballast") || it.startsWith("ba-"))
        .collect(Collectors.joining("\n"));
  }

  /** All on a host that is made for ports: flows, meters, queues, filters, limits, links. */
  private String traces(int host) {
    return fleet()
        .lab()
        .exec(
            host,
            "sh",
            "-c",
            """
            { for bridge in br-int br-out; do
              ovs-ofctl --protocols=OpenFlow13 --no-stats dump-flows $bridge
              ovs-ofctl --protocols=OpenFlow13 dump-meters $bridge
            done
            ovs-vsctl --columns=name,tag,external_ids list port
            ovs-vsctl --columns=type,external_ids list qos
            ovs-vsctl --columns=other_config,external_ids list queue
            nft list ruleset
            tc qdisc show
            ls /sys/class/net; } | sort
            """);
  }
}
