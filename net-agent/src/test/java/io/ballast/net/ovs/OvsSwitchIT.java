package io.ballast.net.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.IpAddress;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.CreateBridge.Datapath;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.net.rig.Card;
import io.ballast.net.rig.Frame;
import io.ballast.net.rig.Frame.End;
import io.ballast.net.rig.SwitchContract;
import io.ballast.net.rig.Tap;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Switch.Seen;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ports on a real Open vSwitch, which the test starts in a network namespace of its own. Needs root
 * and Open vSwitch's programs.
 */
@Tag("switch")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OvsSwitchIT {
  private static final End NEIGHBOUR = End.of("52:54:00:bb:00:01", "10.20.0.9");
  private static final String ADDRESS = "10.20.0.5";

  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Runner runner = new Runner(Runner.Limits.DEFAULT, Runner.Manner.BRISK, clock);
  private final Vertx vertx = Vertx.vertx();
  private OvsHost host;

  @BeforeAll
  void start(@TempDir Path home) {
    host =
        new OvsHost(
            home, (at, space) -> new OvsSwitch(new ToolVswitch(vertx, runner, at), space.sys()));
  }

  @AfterAll
  void stop() {
    host.close();
    runner.close();
    vertx.close().await();
    clock.shutdown();
  }

  @TestFactory
  Stream<DynamicTest> doesWhatEverySwitchDoes() {
    return new SwitchContract(host).checks();
  }

  @Test
  void whatOthersPlugInIsHeardOf() {
    Semaphore heard = new Semaphore(0);
    host.tried().onChange(heard::release);
    Awaitility.await().until(heard::tryAcquire); // it tells at first what is there
    Tap tap = host.space().tap("vnet1", Card.mac(1));
    heard.drainPermits();
    host.plug("br0", "vnet1");
    Awaitility.await().until(heard::tryAcquire);
    heard.drainPermits();
    host.unplug("vnet1");
    Awaitility.await().until(heard::tryAcquire);
    tap.close();
  }

  @Test
  void aRestartIsRepairedByTheNextAgreement() {
    try (Tap neighbour = neighbour("up0");
        Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      Card card = guest(tap).limited(Optional.empty(), Optional.of(RateLimit.of(2_000)));
      agree(card);
      host.kill();
      RefusedException refusal = refusal(host.tried().agree(List.of(card.wanted())));
      assertEquals(Reason.TRADE_REFUSED, refusal.reason());
      assertTrue(
          String.valueOf(refusal.getMessage()).contains("ovs-vswitchd does not run"),
          refusal::toString);
      refusal(host.tried().compare(List.of(card.wanted())));
      host.start();
      assertFalse(
          answer(host.tried().compare(List.of(card.wanted()))).getFirst().differences().isEmpty());
      agree(card);
      Frame wrong = Frame.udp(card.end("10.20.0.66"), NEIGHBOUR, "wrong");
      Frame right = Frame.udp(card.end(ADDRESS), NEIGHBOUR, "right");
      Awaitility.await()
          .untilAsserted(
              () -> {
                neighbour.take();
                tap.send(wrong);
                tap.send(right);
                assertEquals(1, neighbour.until("the right", right::is).size());
              });
      nothing();
    }
    host.unplug("up0");
  }

  @Test
  void aSwitchThatHangsIsRefusedInTimeAndGoesOnAfterwards() {
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      Card card = guest(tap);
      host.signal("STOP");
      RefusedException refusal = refusal(host.tried().agree(List.of(card.wanted())));
      assertEquals(Reason.TRADE_REFUSED, refusal.reason());
      host.signal("CONT");
      agree(card);
      nothing();
    }
  }

  @Test
  void bridgesAreMadeAndRemoved() {
    CreateBridge order =
        new CreateBridge("br7", Bridge.Kind.OPEN_VSWITCH, Optional.of(Datapath.NETDEV));
    answer(host.tried().create(order));
    answer(host.tried().create(order));
    assertEquals(
        List.of("br0 false", "br1 false", "br7 true"),
        answer(host.tried().bridges()).stream()
            .map(each -> each.name() + " " + each.ours().orElseThrow())
            .toList());
    assertEquals(
        Set.of(Ability.OPEN_VSWITCH, Ability.OPEN_VSWITCH_METER, Ability.OPEN_VSWITCH_QUEUE),
        answer(host.tried().abilities()));
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      agree(guest(tap).on("br7"));
      assertEquals(Reason.IN_USE, refusal(host.tried().delete("br7")).reason());
      nothing();
      CreateBridge taken =
          new CreateBridge("vnet1", Bridge.Kind.OPEN_VSWITCH, Optional.of(Datapath.NETDEV));
      assertEquals(Reason.NAME_TAKEN, refusal(host.tried().create(taken)).reason());
    }
    answer(host.tried().delete("br7"));
    answer(host.tried().delete("br7"));
    assertEquals(Reason.NOT_ALLOWED, refusal(host.tried().delete("br0")).reason());
    CreateBridge foreign =
        new CreateBridge("br0", Bridge.Kind.OPEN_VSWITCH, Optional.of(Datapath.NETDEV));
    assertEquals(Reason.NAME_TAKEN, refusal(host.tried().create(foreign)).reason());
  }

  @Test
  void aPortThatSomebodyElsePluggedKeepsWhatTheyWroteOnIt() {
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      host.plug("br1", "vnet1");
      host.configure(
          "set",
          "interface",
          "vnet1",
          "external_ids:vm-id=x",
          "--",
          "set",
          "port",
          "vnet1",
          "tag=5",
          "other_config:priority-tags=always");
      Card card = guest(tap).in(Optional.of(new Vlan.Access(100)));
      agree(card);
      assertEquals("br0", host.bridgeOf("vnet1"));
      assertEquals("100", host.configure("get", "port", "vnet1", "tag"));
      nothing();
      assertEquals("br0", host.bridgeOf("vnet1"));
      assertEquals("x", host.configure("get", "interface", "vnet1", "external_ids:vm-id"));
      assertEquals("{}", host.configure("get", "port", "vnet1", "external_ids"));
      assertEquals(
          "{priority-tags=always}", host.configure("get", "port", "vnet1", "other_config"));
    }
    host.unplug("vnet1");
  }

  @Test
  void aLimitOfSomebodyElseIsToldAndStays() {
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      host.plug("br0", "vnet1");
      host.configure(
          "--id=@q",
          "create",
          "qos",
          "type=linux-htb",
          "other_config:max-rate=9000000",
          "--",
          "set",
          "port",
          "vnet1",
          "qos=@q");
      Card card = guest(tap).limited(Optional.of(RateLimit.of(2_000)), Optional.empty());
      List<Seen> seen = answer(host.tried().agree(List.of(card.wanted())));
      assertEquals(
          List.of(
              "somebody else limits what is sent to it; remove that: ovs-vsctl clear port vnet1"
                  + " qos"),
          seen.getFirst().differences());
      assertEquals("{max-rate=\"9000000\"}", host.configure("get", "qos", qos(), "other_config"));
      nothing();
    }
    host.unplug("vnet1");
    host.configure("--all", "destroy", "qos");
  }

  private String qos() {
    return host.configure("get", "port", "vnet1", "qos");
  }

  @Test
  void aPublicAddressIsReachedOverABond() {
    End router = End.of("52:54:00:bb:00:01", "203.0.113.1");
    try (Tap one = host.space().tap("up1", router.mac());
        Tap two = host.space().tap("up2", router.mac());
        Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      host.configure("add-bond", "br0", "bond0", "up1", "up2", "bond_mode=balance-slb");
      Card card =
          guest(tap)
              .known(
                  "203.0.113.5",
                  new Outside(router.ip(), new IpAddress("10.20.0.1"), Optional.of(200)));
      agree(card);
      Frame asked = Frame.asking(router, new IpAddress("203.0.113.5")).tagged(200);
      Frame answer = Frame.answering(card.end(ADDRESS), router.at("10.20.0.1"));
      Frame answered = Frame.answering(card.end("203.0.113.5"), router);
      Awaitility.await()
          .until(
              () -> {
                one.send(asked);
                two.send(asked);
                tap.send(answer);
                return tap.take().stream().anyMatch(each -> each.arp().isPresent())
                    && Stream.of(one, two)
                        .flatMap(each -> each.take().stream())
                        .anyMatch(
                            each -> each.is(answered) && each.vlan().equals(Optional.of(200)));
              });
      nothing();
    }
    host.unplug("bond0");
  }

  @Test
  void aBridgeThatSpeaksAnOlderVersionOnlyIsToldAndTheOthersWork() {
    try (Tap tap = host.space().tap("vnet1", Card.mac(1));
        Tap other = host.space().tap("vnet2", Card.mac(2))) {
      host.configure("set", "bridge", "br1", "protocols=OpenFlow10");
      Card here = guest(tap);
      Card there = Card.of(2, other, "br1").guarded();
      List<Seen> seen = answer(host.tried().agree(List.of(here.wanted(), there.wanted())));
      assertEquals(List.of(), seen.get(0).differences());
      assertEquals(
          List.of(
              "bridge br1 does not speak OpenFlow14;"
                  + " let it: ovs-vsctl add bridge br1 protocols OpenFlow14"),
          seen.get(1).differences());
      host.configure("clear", "bridge", "br1", "protocols");
      nothing();
    }
  }

  @Test
  void aLinkOfTheKernelsBridgeIsLeftThere() {
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      host.space().run("ip", "link", "add", "br-lan", "type", "bridge");
      host.space().run("ip", "link", "set", "vnet1", "master", "br-lan");
      List<Seen> seen = answer(host.tried().agree(List.of(guest(tap).wanted())));
      assertEquals(
          List.of(
              "vnet1 is part of br-lan, which is the kernel's; take it off there:"
                  + " ip link set vnet1 nomaster"),
          seen.getFirst().differences());
      assertEquals("", host.bridgeOf("vnet1"));
      host.space().run("ip", "link", "del", "br-lan");
      nothing();
    }
  }

  @Test
  void whereItIsNotInstalledThereIsNothing(@TempDir Path nowhere) {
    OvsSwitch none = new OvsSwitch(new ToolVswitch(vertx, runner, nowhere), nowhere);
    assertEquals(Set.of(), answer(none.abilities()));
    assertEquals(List.of(), answer(none.bridges()));
    assertEquals(List.of(), answer(none.agree(List.of())));
    answer(none.detach("vnet1"));
    try (Tap tap = host.space().tap("vnet1", Card.mac(1))) {
      RefusedException refusal = refusal(none.agree(List.of(guest(tap).wanted())));
      assertEquals(Reason.TRADE_REFUSED, refusal.reason());
    }
  }

  private Tap neighbour(String name) {
    Tap tap = host.space().tap(name, NEIGHBOUR.mac());
    host.plug("br0", name);
    return tap;
  }

  private static Card guest(Tap tap) {
    return Card.of(1, tap, "br0").guarded(ADDRESS + "/24");
  }

  private void agree(Card card) {
    Awaitility.await()
        .ignoreExceptionsInstanceOf(RefusedException.class)
        .untilAsserted(
            () ->
                assertEquals(
                    List.of(),
                    answer(host.tried().agree(List.of(card.wanted()))).getFirst().differences()));
  }

  private void nothing() {
    answer(host.tried().agree(List.of()));
    assertEquals("", host.ours());
  }

  private static RefusedException refusal(Future<?> future) {
    return assertThrows(RefusedException.class, () -> answer(future));
  }

  private static <T> T answer(Future<T> future) {
    try {
      return future.await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
