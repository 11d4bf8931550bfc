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
import java.util.Map;
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
  private static final Duration LONG = Duration.ofMinutes(3);

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
}
