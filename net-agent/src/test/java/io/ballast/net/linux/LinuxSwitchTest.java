package io.ballast.net.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.messages.IpAddress;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Reason;
import io.ballast.messages.Vlan;
import io.ballast.net.linux.Present.Link;
import io.ballast.net.testing.FakeKernel;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LinuxSwitchTest {
  private static final Optional<RateLimit> SLOW = Optional.of(RateLimit.of(2_000));
  private static final Sample GUARDED = Sample.of(1, "br0").guarded("10.0.0.5/24", "fd00::5/64");

  private final FakeKernel kernel = new FakeKernel();
  private final LinuxSwitch tried = new LinuxSwitch(kernel);

  @BeforeEach
  void aHost() {
    kernel.bridge("br0", false);
    kernel.link("vnet1", Link.TAP);
    kernel.link("vnet2", Link.TAP);
  }

  @Test
  void aPortWhoseCardIsNotThereHasNothingAndDiffersInNothing() {
    assertEquals(
        List.of(new Seen(Sample.card(1), List.of(), Optional.empty())), agree(GUARDED.absent()));
    assertEquals(0, kernel.changes());
  }

  @Test
  void whatIsDroppedIsToldWhereItIsCounted() {
    agree(GUARDED.by("vnet1"), Sample.of(2, "br0").by("vnet2"));
    kernel.count("spoofed_525400000001", 7);

    assertEquals(
        List.of(
            new Seen(Sample.card(1), List.of(), Optional.of(7L)),
            new Seen(Sample.card(2), List.of(), Optional.empty())),
        agree(GUARDED.by("vnet1"), Sample.of(2, "br0").by("vnet2")));
    kernel.spoil();
    assertEquals(Optional.of(7L), agree(GUARDED.by("vnet1")).getFirst().spoofed());
  }

  @Test
  void aLinkOfTwoPortsIsThatOfTheFirst() {
    List<Seen> seen = agree(GUARDED.by("vnet1"), Sample.of(2, "br0").by("vnet1"));

    assertEquals(List.of(), seen.getFirst().differences());
    assertEquals(
        List.of("its link vnet1 is that of another port too"), seen.getLast().differences());
  }

  @Test
  void aLinkThatIsGoneOrHasAnOddNameIsTold() {
    assertEquals(
        List.of("its link vnet9 is gone"), agree(GUARDED.by("vnet9")).getFirst().differences());
    assertEquals(
        List.of("the name of its link, 'vnet1\nx', can't be told to the kernel's tools"),
        agree(GUARDED.by("vnet1\nx")).getFirst().differences());
  }

  @Test
  void oneThatFailsHoldsUpNoOther() {
    kernel.failAfter(1);
    List<Seen> seen =
        agree(Sample.of(1, "br0").by("vnet1"), Sample.of(2, "br0").limited(SLOW, SLOW).by("vnet2"));

    assertEquals(List.of(), seen.getFirst().differences());
    assertEquals(
        "it could not be repaired: the tool was killed", seen.getLast().differences().getLast());
    kernel.recover();
    assertEquals(
        List.of(),
        agree(Sample.of(2, "br0").limited(SLOW, SLOW).by("vnet2")).getFirst().differences());
  }

  @Test
  void rulesThatCouldNotBeMadeAreToldAndThePortIsNotPluggedWithoutThem() {
    kernel.failOnce();

    assertEquals(
        List.of(
            "vnet1 is plugged into no bridge, not into br0",
            "its filter against spoofing is not in force",
            "it could not be repaired: the tool was killed"),
        agree(GUARDED.by("vnet1")).getFirst().differences());
    assertEquals(List.of(), agree(GUARDED.by("vnet1")).getFirst().differences());
  }

  @Test
  void aTableThatCantBeChangedIsMadeAnewAndCountsGoOn() {
    agree(GUARDED.by("vnet1"), Sample.of(2, "br0").guarded("10.0.0.6/24").by("vnet2"));
    kernel.count("spoofed_525400000001", 7);
    kernel.failOnce();

    List<Seen> seen = agree(GUARDED.by("vnet1"));

    assertEquals(List.of(new Seen(Sample.card(1), List.of(), Optional.of(7L))), seen);
    assertEquals(1, kernel.present().table().orElseThrow().chains().size());
  }

  @Test
  void aKernelThatRefusesALookIsARefusal() {
    kernel.refuse("ip: no");

    assertEquals(Reason.TRADE_REFUSED, refusal(tried.agree(List.of())));
    assertEquals(Reason.TRADE_REFUSED, refusal(tried.compare(List.of())));
    assertEquals(Reason.TRADE_REFUSED, refusal(tried.bridges()));
    kernel.recover();
    assertEquals(List.of(), agree());
  }

  @Test
  void withoutToolsNothingBreaks() {
    for (Ability each :
        List.of(
            Ability.LINUX_FILTER,
            Ability.LINUX_VLAN,
            Ability.LINUX_LIMIT_IN,
            Ability.LINUX_LIMIT_OUT)) {
      kernel.lack(each, "no tool");
    }
    Sample all = GUARDED.limited(SLOW, SLOW).known("203.0.113.5", Sample.OUTSIDE);

    assertEquals(Set.of(Ability.LINUX_BRIDGE), tried.abilities().await());
    assertEquals(
        List.of(
            "what goes to the guest is not limited to 2 Mbit/s: no tool",
            "what comes from the guest is not limited to 2 Mbit/s: no tool",
            "nothing keeps it from spoofing: no tool",
            "it has no public address: no tool"),
        agree(all.by("vnet1")).getFirst().differences());

    kernel.lack(Ability.LINUX_BRIDGE, "ip is not installed on this host; install it");
    assertEquals(Set.of(), tried.abilities().await());
    assertEquals(
        List.of("ip is not installed on this host; install it"),
        agree(all.by("vnet1")).getFirst().differences());
    assertEquals(List.of(), agree(all.absent()).getFirst().differences());
    assertEquals(Reason.TRADE_REFUSED, refusal(tried.create(order("br7"))));
  }

  @Test
  void aPublicAddressOfAnotherVlanIsTold() {
    Outside tagged =
        new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.of(200));

    assertEquals(
        List.of(
            "it has no public address: the network outside is in another VLAN, which only a bridge"
                + " of Open vSwitch can bring together"),
        agree(GUARDED.known("203.0.113.5", tagged).by("vnet1")).getFirst().differences());
  }

  @Test
  void bridgesOfOursAreMadeOnceAndRemovedOnlyWhileEmpty() {
    done(tried.create(order("br7")));
    done(tried.create(order("br7")));
    assertEquals(Reason.NAME_TAKEN, refusal(tried.create(order("br0"))));
    assertEquals(Reason.NAME_TAKEN, refusal(tried.create(order("vnet1"))));
    kernel.plug("vnet1", "br7");

    assertEquals(
        List.of(
            new Bridge("br0", Bridge.Kind.LINUX, List.of(), List.of(), Optional.of(false)),
            new Bridge("br7", Bridge.Kind.LINUX, List.of("vnet1"), List.of(), Optional.of(true))),
        tried.bridges().await());
    assertEquals(Reason.IN_USE, refusal(tried.delete("br7")));
    done(tried.detach("vnet1"));
    done(tried.delete("br7"));
    done(tried.delete("br7"));
    done(tried.delete("vnet1"));
    assertEquals(Reason.NOT_ALLOWED, refusal(tried.delete("br0")));
  }

  @Test
  void whatWasCutOffInTheMiddleOfABridgeGoesFirst() {
    kernel.bridge(Mark.UNFINISHED, false);

    done(tried.create(order("br7")));

    assertEquals(
        List.of("br0", "br7"), tried.bridges().await().stream().map(Bridge::name).toList());
  }

  @Test
  void onlyBridgesOfTheKernelAreLeft() {
    kernel.link("bond0", "bond");
    kernel.plug("vnet1", "bond0");
    kernel.plug("vnet2", "br0");

    done(tried.detach("vnet1"));
    done(tried.detach("vnet2"));
    done(tried.detach("vnet9"));

    assertEquals(1, kernel.changes());
  }

  @Test
  void allAddressesAreAnnouncedOnTheBridge() {
    Wanted port = GUARDED.known("203.0.113.5", Sample.OUTSIDE).by("vnet1");

    done(tried.announce(port));
    done(tried.announce(GUARDED.absent()));
    done(tried.announce(GUARDED.in(new Vlan.Access(7)).by("vnet1")));

    assertEquals(List.of("br0", "br0"), kernel.sent());
    assertEquals(
        "ffffffffffff5254000000010806" + "0001080006040001525400000001cb007105000000000000cb007105",
        HexFormat.of().formatHex(Announcement.of(port).getFirst()));
  }

  private static CreateBridge order(String name) {
    return new CreateBridge(name, Bridge.Kind.LINUX, Optional.empty());
  }

  private List<Seen> agree(Wanted... wanted) {
    return tried.agree(List.of(wanted)).await();
  }

  private static void done(Future<Void> future) {
    future.await();
  }

  private static Reason refusal(Future<?> future) {
    return assertThrows(RefusedException.class, future::await).reason();
  }
}
