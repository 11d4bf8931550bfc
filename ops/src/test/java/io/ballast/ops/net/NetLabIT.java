package io.ballast.ops.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.testing.Lab;
import io.ballast.testing.Lab.Guest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The networks of guests in a lab of two hosts: that what the tests of ports stand on is there. No
 * agent of Ballast runs; libvirt plugs the cards.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NetLabIT {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Duration PACE = Duration.ofMillis(20);
  private static final Duration SLOW = Duration.ofMillis(200);

  /** A live migration may cost that many pings of one each 20 ms. */
  private static final int MAY_GET_LOST = 15;

  @TempDir static Path descriptions;

  private final Map<Guest, Integer> running = new HashMap<>();
  private Lab lab;

  @BeforeAll
  void start() {
    lab = Lab.withSwitches(2);
  }

  @AfterEach
  void cleanUp() {
    running.forEach((guest, host) -> lab.virsh(host, "destroy", guest.name()));
    running.clear();
  }

  @AfterAll
  void stop() {
    lab.close();
  }

  @Test
  void guestsOfOneVlanMeetAcrossHostsAndThoseOfAnotherDoNot() throws IOException {
    Guest first = running(1, "--nic", card(5, "vlan=100"), "--ping", "10.20.0.6");
    Guest second = running(2, "--nic", card(6, "vlan=100"), "--ping", "10.20.0.5");
    Guest stranger = running(2, "--nic", card(7, "vlan=101"), "--ping", "10.20.0.6");
    awaitNetwork(stranger);

    first.awaitTold("pong", 10);
    second.awaitTold("pong", 10);
    stranger.awaitTicks(10);

    assertEquals(List.of(), stranger.told("pong"));
  }

  @Test
  void aGuestKeepsItsConnectionsWhileItMovesThereAndBack() throws IOException {
    Guest guest = running(1, "--nic", card(5, "vlan=100"));
    Network near = member(2, "near", 100, "10.20.0.200");
    WebProbe asked = WebProbe.start(near, "10.20.0.5", SLOW);
    await().atMost(LONG).until(() -> asked.answered() > 0);
    assertTrue(WebProbe.ask(near, "10.20.0.5", 0).startsWith(guest.name() + " "));

    for (int target : List.of(2, 1)) {
      Pinger pinger = Pinger.start(near, "10.20.0.5", PACE);
      await().atMost(LONG).until(() -> pinger.answered() >= 25);
      migrate(guest, target);
      int then = pinger.answered();
      await().atMost(LONG).until(() -> pinger.answered() >= then + 25);
      Pinger.Result result = pinger.stop();
      assertTrue(result.lost() < MAY_GET_LOST, result.toString());
    }

    assertEquals(0, asked.stop().failed());
    assertEquals(List.of(), guest.breaks());
  }

  @Test
  void aSwitchThatDiedTakesItsPortsBack() throws IOException {
    Guest guest = running(1, "--nic", card(5, "vlan=100"), "--ping", "10.20.0.200");
    Network near = member(2, "near", 100, "10.20.0.200");
    guest.awaitTold("pong", 1);

    lab.switchOf(1, "kill");
    Pinger pinger = Pinger.start(near, "10.20.0.5", PACE);
    guest.awaitTicks(10);
    assertEquals(0, pinger.answered());
    lab.switchOf(1, "start");

    await().atMost(LONG).until(() -> pinger.answered() > 0);
    pinger.stop();
  }

  @Test
  void theMachineIsOutsideAndMeetsGuestsByBothWaysOut() throws IOException {
    Guest plain = running(1, "--nic", "br-out,52:54:00:00:00:07,ip=203.0.113.7/24");
    Guest tagged = running(2, "--nic", "br-int,52:54:00:00:00:08,ip=203.0.113.8/24,vlan=4000");
    awaitNetwork(plain);
    awaitNetwork(tagged);

    for (String address : List.of("203.0.113.7", "203.0.113.8")) {
      Pinger pinger = Pinger.start(Network.outside(), address, PACE);
      await().atMost(LONG).until(() -> pinger.answered() > 10);
      pinger.stop();
    }
    String answer = WebProbe.ask(Network.outside(), "203.0.113.8", 1_000_000);

    assertTrue(answer.startsWith(tagged.name() + " "));
    assertTrue(answer.endsWith("\n" + "x".repeat(1_000_000)));
  }

  @Test
  void theBridgesOfTheKernelReachTheOtherHostAndTheOutside() throws IOException {
    Guest first = running(1, "--nic", "br-lan,52:54:00:00:00:05,ip=10.21.0.5/24");
    Guest second =
        running(
            2,
            "--nic",
            "br-lan,52:54:00:00:00:06,ip=10.21.0.6/24",
            "--nic",
            "br-ext,52:54:00:00:01:06,ip=203.0.113.6/24",
            "--ping",
            "10.21.0.5");
    awaitNetwork(first);
    second.awaitTold("pong", 10);

    assertTrue(WebProbe.ask(Network.outside(), "203.0.113.6", 0).startsWith(second.name() + " "));
  }

  @Test
  void aHostThatLostItsPowerComesBackWithItsNetworks() throws IOException {
    Guest first = running(1, "--nic", card(5, "vlan=100"), "--ping", "10.20.0.6");
    Guest lost = running(2, "--nic", card(6, "vlan=100"));
    first.awaitTold("pong", 10);

    lab.power(2, "cut");
    running.remove(lost);
    lab.power(2, "up");
    int then = first.told("pong").size();
    first.awaitTicks(10);
    assertEquals(then, first.told("pong").size(), "nobody has that address now");
    running(2, "--nic", card(6, "vlan=100"));

    first.awaitTold("pong", 10);
  }

  private static String card(int number, String more) {
    return "br-int,52:54:00:00:00:0%d,ip=10.20.0.%d/24,%s".formatted(number, number, more);
  }

  /** A guest that was started. */
  private Guest running(int host, String... options) throws IOException {
    Guest guest = lab.guest(options);
    Path description = Files.writeString(descriptions.resolve(guest.name()), guest.xml());
    lab.virsh(host, "create", description.toString());
    running.put(guest, host);
    return guest;
  }

  private static void awaitNetwork(Guest guest) {
    await().atMost(LONG).until(() -> !guest.told("net").isEmpty());
  }

  private void migrate(Guest guest, int target) {
    int source = running.getOrDefault(guest, target);
    lab.virsh(source, "migrate-setmaxdowntime", guest.name(), "100"); // ms, of 300
    lab.virsh(source, "migrate", "--live", "--p2p", guest.name(), lab.uri(target));
    running.put(guest, target);
  }

  /**
   * The network of a host, which becomes a member of a VLAN by a link of its own on br-int. Its
   * hardware address stays the same, or others would take it for gone when it comes back.
   */
  private Network member(int host, String link, int vlan, String address) {
    lab.exec(
        host,
        "sh",
        "-c",
        """
        ovs-vsctl --may-exist add-port br-int %1$s tag=%2$d \
          -- set interface %1$s type=internal 'mac="02:ba:11:a5:75:0%4$d"' &&
        ip address replace %3$s/24 dev %1$s && ip link set %1$s up
        """
            .formatted(link, vlan, address, host));
    return new Network(Optional.of(lab.process(host)));
  }
}
