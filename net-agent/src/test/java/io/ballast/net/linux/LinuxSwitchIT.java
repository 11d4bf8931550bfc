package io.ballast.net.linux;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.IpAddress;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.net.rig.Frame;
import io.ballast.net.rig.SwitchContract;
import io.ballast.net.rig.Tap;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The bridges of the kernel that this runs on, in a namespace of their own. Needs root. */
@Tag("switch")
final class LinuxSwitchIT {
  private static final Optional<RateLimit> SLOW = Optional.of(RateLimit.of(2_000));

  private final LinuxGround ground = new LinuxGround();

  @AfterEach
  void close() {
    ground.close();
  }

  @TestFactory
  Stream<DynamicTest> contract() {
    return new SwitchContract(ground).checks();
  }

  @Test
  void whatSomebodyDoesToTheRulesIsMissedAndUndoneAndTheCountGoesOn() {
    Tap tap = ground.space().tap("vnet1", Sample.card(1));
    Wanted one = Sample.of(1, "br0").guarded("10.0.0.5/24").by("vnet1");
    Wanted other = guest(2).guarded("10.0.0.6/24").by("vnet2");
    agree(one, other);
    String whole = ground.ours();
    Frame.End guest = new Frame.End(Sample.card(1), new IpAddress("10.0.0.66"));
    tap.send(Frame.asking(guest, new IpAddress("10.0.0.1")));
    counted(one, 1);

    nft("flush chain bridge ballast from_525400000002");
    assertEquals(
        List.of(List.of(), List.of("its filter against spoofing has other rules")),
        compare(one, other));
    agree(one, other);
    assertEquals(whole, ground.ours());

    nft("delete rule bridge ballast from_525400000001 handle " + handle("icmpv6 type 136"));
    assertEquals(
        List.of(List.of("its filter against spoofing has other rules"), List.of()),
        compare(one, other));
    agree(one, other);
    assertEquals(whole, ground.ours());

    nft("add chain bridge ballast theirs; add chain bridge ballast others");
    nft("add rule bridge ballast theirs jump others");
    nft("add rule bridge ballast from_525400000002 jump theirs");
    agree(one, other);
    assertEquals(whole, ground.ours());

    nft("add rule bridge ballast from_525400000001 counter name spoofed_525400000002");
    agree(one);
    agree(one, other);
    assertEquals(whole, ground.ours());
    counted(one, 1);

    nft("delete table bridge ballast");
    assertFalse(compare(one).getFirst().isEmpty());
    agree(one, other);
    assertEquals(whole, ground.ours());
  }

  /** That of the first rule with this text, which nft tells in its own words. */
  private String handle(String text) {
    String words = text.replace("136", "nd-neighbor-advert");
    String rule =
        ground
            .space()
            .run("nft", "-a", "list chain bridge ballast from_525400000001")
            .lines()
            .filter(line -> line.contains(words))
            .findFirst()
            .orElseThrow();
    return rule.substring(rule.lastIndexOf(' ') + 1);
  }

  private void counted(Wanted wanted, long packets) {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertEquals(
                    Optional.of(packets),
                    done(ground.tried().compare(List.of(wanted))).getFirst().spoofed()));
  }

  @Test
  void aLinkAsLibvirtMakesItIsLimited() {
    Wanted port = guest(1).limited(SLOW, SLOW).by("vnet1");
    ground.space().run("tc", "qdisc", "add", "dev", "vnet1", "root", "noqueue");

    assertEquals(List.of(), done(ground.tried().agree(List.of(port))).getFirst().differences());
  }

  @Test
  void aQueueOfSomebodyElseIsLeftAloneAndTold() {
    Wanted port = guest(1).limited(SLOW, SLOW).by("vnet1");
    ground.space().run("tc", "qdisc", "add", "dev", "vnet1", "root", "handle", "1:", "htb");
    ground.space().run("tc", "qdisc", "add", "dev", "vnet1", "clsact");
    String before = ground.space().run("tc", "qdisc", "show", "dev", "vnet1");

    List<String> differences = done(ground.tried().agree(List.of(port))).getFirst().differences();

    assertEquals(
        List.of(
            "what goes to the guest is not limited to 2 Mbit/s: vnet1 has a queue of somebody else"
                + " (htb 1:); remove it",
            "what comes from the guest is not limited to 2 Mbit/s: vnet1 has filters of somebody"
                + " else for what it receives; remove them"),
        differences);
    assertEquals(before, ground.space().run("tc", "qdisc", "show", "dev", "vnet1"));
  }

  @Test
  void aDetourThatSomebodyRemovedComesBackAndOneOfNobodyGoes() {
    Wanted port = guest(1).limited(SLOW, SLOW).by("vnet1");
    agree(port);
    String whole = ground.ours();
    ground.space().run("ip", "link", "delete", Mark.detour(Sample.card(1)));
    ground.space().run("ip", "link", "add", Mark.detour(Sample.card(9)), "type", "ifb");
    ground.space().run("ip", "link", "add", "ifb7", "type", "ifb");

    assertEquals(
        List.of(List.of("what comes from the guest is not limited to 2 Mbit/s")), compare(port));
    agree(port);

    assertEquals(whole, ground.ours());
    assertTrue(ground.foreign().contains("ifb7"));
    Wanted free = Sample.of(1, "br0").by("vnet1");
    agree(free);
    assertEquals("", ground.ours());
  }

  @Test
  void aLimitThatIsAtItsEndsIsToldAsItIs() {
    Sample card = guest(1);
    for (RateLimit limit :
        List.of(
            new RateLimit(8, 8),
            new RateLimit(8, 100_000_000),
            RateLimit.of(33_333),
            RateLimit.of(10_000_000),
            new RateLimit(1_000_000_000, 8),
            new RateLimit(1_000_000_000, 100_000_000))) {
      Wanted port = card.limited(Optional.of(limit), Optional.of(limit)).by("vnet1");
      agree(port);
      assertEquals(List.of(List.of()), compare(port), limit::toString);
    }
  }

  @Test
  void aCardHasTheLargestPacketThatIsNamedAndIsLeftAloneWhereNoneIs() {
    agree(guest(1).mtu(1_400).by("vnet1"));
    assertTrue(ground.space().run("ip", "link", "show", "vnet1").contains("mtu 1400"));
    ground.space().run("ip", "link", "set", "br0", "mtu", "1300");

    Wanted port = Sample.of(1, "br0").by("vnet1");
    agree(port);
    assertEquals(List.of(List.of()), compare(port));
    assertTrue(ground.space().run("ip", "link", "show", "vnet1").contains("mtu 1400"));
  }

  @Test
  void aPortOfAVlanIsPluggedNowhereAndItIsToldWhy() {
    Wanted port = guest(1).in(new Vlan.Access(100)).by("vnet1");

    Seen seen = done(ground.tried().agree(List.of(port))).getFirst();

    assertEquals(
        "it is not in VLAN 100: the bridges of this kernel do not keep VLANs apart: RTNETLINK"
            + " answers: Operation not supported",
        seen.differences().getFirst().split(";", -1)[0]);
    assertEquals("", ground.bridgeOf("vnet1"));
  }

  @Test
  void abilitiesAreThoseOfTheKernel() {
    assertEquals(
        Set.of(
            Ability.LINUX_BRIDGE,
            Ability.LINUX_FILTER,
            Ability.LINUX_LIMIT_IN,
            Ability.LINUX_LIMIT_OUT),
        done(ground.tried().abilities()));
  }

  @Test
  void bridgesAreMadeAndOnlyOursAreRemoved() {
    LinuxSwitch tried = ground.tried();
    CreateBridge order = new CreateBridge("br7", Bridge.Kind.LINUX, Optional.empty());
    ground.space().run("ip", "link", "add", "ba-unfinished", "type", "bridge");
    done(tried.create(order));
    ground.space().run("ip", "link", "set", "br7", "down");
    done(tried.create(order));
    agree(guest(1).on("br7").by("vnet1"));
    ground.space().run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "up1");
    ground.plug("br7", "up0");

    Bridge made =
        done(tried.bridges()).stream()
            .filter(each -> each.name().equals("br7"))
            .findFirst()
            .orElseThrow();
    assertEquals(
        new Bridge(
            "br7", Bridge.Kind.LINUX, List.of("up0", "vnet1"), List.of("up0"), Optional.of(true)),
        made);
    assertEquals(Reason.IN_USE, refusal(tried.delete("br7")));
    assertEquals(Reason.NOT_ALLOWED, refusal(tried.delete("br0")));
    for (String taken : List.of("br0", "vnet1")) {
      assertEquals(
          Reason.NAME_TAKEN,
          refusal(tried.create(new CreateBridge(taken, Bridge.Kind.LINUX, Optional.empty()))));
    }
    done(tried.detach("vnet1"));
    done(tried.detach("vnet1"));
    done(tried.detach("up0"));
    done(tried.delete("br7"));
    done(tried.delete("br7"));
    assertFalse(ground.foreign().contains("br7"));
  }

  private Sample guest(int number) {
    Tap unused = ground.space().tap("vnet" + number, Sample.card(number));
    return Sample.of(number, "br0");
  }

  private void nft(String command) {
    ground.space().run("nft", command);
  }

  private void agree(Wanted... wanted) {
    for (Seen seen : done(ground.tried().agree(List.of(wanted)))) {
      assertEquals(List.of(), seen.differences());
    }
  }

  private List<List<String>> compare(Wanted... wanted) {
    return done(ground.tried().compare(List.of(wanted))).stream().map(Seen::differences).toList();
  }

  private static Reason refusal(Future<Void> future) {
    return assertThrows(RefusedException.class, () -> done(future)).reason();
  }

  private static <T> T done(Future<T> future) {
    try {
      return future.await(20, SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
