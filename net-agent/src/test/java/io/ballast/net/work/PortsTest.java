package io.ballast.net.work;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Line;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.PortStatus.State;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Outside;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class PortsTest {
  private static final VmId VM = new VmId(new UUID(1, 2));
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final Port PORT = Port.of(CARD, VM, "ovs0");
  private static final Outside OUTSIDE =
      new Outside(new IpAddress("203.0.113.1"), new IpAddress("10.0.0.1"), Optional.empty());

  private final HandLoop loop = new HandLoop();
  private final FakeLinks links = new FakeLinks(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final FakeSwitch ovs = new FakeSwitch(Bridge.Kind.OPEN_VSWITCH);
  private final FakeSwitch linux = new FakeSwitch(Bridge.Kind.LINUX);
  private final FakeBook<Port> book = new FakeBook<>();
  private final FakeBook<CreateBridge> bridges = new FakeBook<>();
  private Ports ports = life(NetPolicy.DEFAULT);

  private Ports life(NetPolicy policy) {
    return life(policy, book);
  }

  private Ports life(NetPolicy policy, Book<Port> kept) {
    Ports made =
        new Ports(loop, new Ports.Machine(links, List.of(ovs, linux), kept, bridges), policy);
    made.open();
    loop.settle();
    return made;
  }

  @BeforeEach
  void aHost() {
    links.link("eth0", new Mac("00:11:22:33:44:55"));
    ovs.bridge("ovs0", "eth0");
    linux.bridge("br0");
  }

  private <T> T done(Future<T> future) {
    loop.settle();
    assertTrue(future.succeeded(), () -> String.valueOf(future.cause()));
    return future.result();
  }

  private RefusedException refused(Future<?> future) {
    loop.settle();
    assertTrue(future.failed(), "it is " + future);
    return assertInstanceOf(RefusedException.class, future.cause());
  }

  private PortStatus status() {
    List<PortStatus> all = done(ports.compare()).ports();
    assertEquals(1, all.size());
    return all.getFirst();
  }

  @Test
  void aPortIsMadeAtOnceWhereItsCardIs() {
    links.tap("vnet0", CARD);

    assertEquals("", done(ports.plug(PORT)));

    assertEquals(State.IN_FORCE, status().state());
    assertEquals(Optional.of("vnet0"), status().link());
    assertEquals(Set.of("eth0", "vnet0"), ovs.plugged("ovs0"));
    assertEquals(List.of(PORT), book.kept());
  }

  @Test
  void aPortWaitsForItsCardAndIsMadeWhenThatAppears() {
    assertEquals("its card is not there; it is made so as soon as it is", done(ports.plug(PORT)));
    assertEquals(State.WAITING, status().state());
    assertEquals(Map.of(), ovs.made());

    links.tap("vnet0", CARD);
    loop.settle();

    assertEquals(Set.of(CARD), ovs.made().keySet());
    links.remove("vnet0");
    loop.settle();
    assertEquals(Map.of(), ovs.made());
    links.tap("vnet7", CARD);
    loop.settle();
    assertEquals(Optional.of("vnet7"), requireNonNull(ovs.made().get(CARD)).link());
  }

  @Test
  void whatGetsLostIsRepairedInTheNextRound() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));
    ovs.lose();
    assertEquals(List.of("it is not made"), status().differences());
    assertEquals(State.DIFFERS, status().state());

    loop.pass(Ports.EVERY);

    assertEquals(State.IN_FORCE, status().state());
  }

  @Test
  void theNextLifeMakesWhatAnEarlierOneWanted() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));
    ovs.lose();

    ports = life(NetPolicy.DEFAULT);
    loop.pass(Ports.EVERY);

    assertEquals(Set.of(CARD), ovs.made().keySet());
  }

  @Test
  void whatAnEarlierLifeMadeAndNobodyWantsIsRemovedInTheFirstRound() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));
    done(book.keep(List.of()));

    ports = life(NetPolicy.DEFAULT);
    done(ports.look());

    assertEquals(Map.of(), ovs.made());
  }

  @Test
  void unpluggingTakesTheCardOffAndCanBeRepeated() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));

    assertEquals("", done(ports.unplug(CARD)));
    assertEquals(Set.of("eth0"), ovs.plugged("ovs0"));
    assertEquals(Map.of(), ovs.made());
    assertEquals(List.of(), book.kept());
    assertEquals("there was none", done(ports.unplug(CARD)));
  }

  @Test
  void aCardWithoutAPortIsLeftAloneByUnplug() {
    links.tap("vnet0", CARD);
    ovs.bridge("ovs0", "eth0", "vnet0");

    done(ports.unplug(CARD));

    assertEquals(Set.of("eth0", "vnet0"), ovs.plugged("ovs0"));
  }

  @Test
  void aSwitchThatBreaksInTheMiddleLeavesThePortWantedAndItIsRepaired() {
    links.tap("vnet0", CARD);
    for (FakeSwitch.Fault fault : List.of(FakeSwitch.Fault.BEFORE, FakeSwitch.Fault.AFTER)) {
      ovs.fail(fault);

      RefusedException why = refused(ports.plug(PORT));

      assertEquals(Reason.MAY_YET_HAPPEN, why.reason());
      assertEquals(
          "it is wanted and will be made so as soon as that works: its bridge ovs0 can't be seen"
              + " now",
          why.getMessage());
      loop.pass(Ports.EVERY);
      assertEquals(State.IN_FORCE, status().state());
      done(ports.unplug(CARD));
    }
  }

  @Test
  void aBookThatTakesNothingChangesNothing() {
    links.tap("vnet0", CARD);
    book.full(true);

    assertEquals(Reason.NO_JOURNAL, refused(ports.plug(PORT)).reason());
    assertEquals(Map.of(), ovs.made());
    assertEquals(List.of(), done(ports.compare()).ports());

    book.full(false);
    done(ports.plug(PORT));
    book.full(true);
    assertEquals(Reason.NO_JOURNAL, refused(ports.unplug(CARD)).reason());
    done(ports.look());
    assertEquals(Set.of(CARD), ovs.made().keySet());
  }

  @Test
  void aBookThatCantBeReadRemovesNothing() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));

    ports =
        life(
            NetPolicy.DEFAULT,
            new Book<Port>() {
              @Override
              public Future<List<Port>> open() {
                return Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, "torn"));
              }

              @Override
              public Future<Void> keep(List<Port> all) {
                return Future.succeededFuture();
              }
            });

    assertEquals("torn", refused(ports.look()).getMessage());
    assertEquals("torn", refused(ports.plug(PORT)).getMessage());
    loop.pass(Ports.EVERY);
    assertEquals(Set.of(CARD), ovs.made().keySet());
  }

  @Test
  void oneKindThatDoesNotAnswerCostsOnlyItsOwnPorts() {
    Mac other = new Mac("52:54:00:00:00:02");
    links.tap("vnet0", CARD);
    links.tap("vnet1", other);
    done(ports.plug(PORT));
    done(ports.plug(Port.of(other, VM, "br0")));
    ovs.refuse("ovs-vsctl did not answer");
    linux.lose();

    Scene scene = done(ports.look());

    assertEquals(List.of(State.UNKNOWN, State.IN_FORCE), states(scene));
    assertEquals(
        Optional.of("some bridges are told as last seen: ovs-vsctl did not answer"),
        scene.problem());
    assertEquals(List.of("br0", "ovs0"), scene.bridges().stream().map(Bridge::name).toList());
    ovs.recover();
    assertEquals(List.of(State.IN_FORCE, State.IN_FORCE), states(done(ports.look())));
  }

  private static List<State> states(Scene scene) {
    return scene.ports().stream().map(PortStatus::state).toList();
  }

  @Test
  void aBridgeThatIsGoneIsSaid() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));
    done(ovs.delete("ovs0"));

    assertEquals(List.of("this host has no bridge ovs0"), status().differences());
    assertEquals(State.DIFFERS, status().state());
  }

  @Test
  void uplinksAreToldWithTheirBridge() {
    Bridge bridge = done(ports.look()).bridge("ovs0").orElseThrow();

    assertEquals(List.of("eth0"), bridge.uplinks());
  }

  @Test
  void aDeclaredUplinkIsNeverTakenOffItsBridge() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));

    ports = life(new NetPolicy(Set.of("vnet0"), List.of()));
    done(ports.unplug(CARD));

    assertEquals(Set.of("eth0", "vnet0"), ovs.plugged("ovs0"));
  }

  @Test
  void neighboursAreToldOnceWhenACardHasCome() {
    done(ports.plug(PORT));
    assertEquals(List.of(), ovs.announced());
    links.tap("vnet0", CARD);
    loop.settle();
    loop.pass(Ports.EVERY.multipliedBy(3));

    assertEquals(1, ovs.announced().size());
    links.remove("vnet0");
    links.tap("vnet1", CARD);
    loop.settle();
    assertEquals(2, ovs.announced().size());
  }

  @Test
  void aGuestThatIsStillToArriveIsNotAnnounced() {
    done(ports.plug(PORT));
    links.arriving("vnet0", CARD);
    loop.settle();
    assertEquals(State.IN_FORCE, status().state());
    assertEquals(List.of(), ovs.announced());

    links.tap("vnet0", CARD);
    loop.settle();
    assertEquals(1, ovs.announced().size());
  }

  @Test
  void whatIsInForceWhenALifeBeginsIsNotAnnounced() {
    links.tap("vnet0", CARD);
    done(ports.plug(PORT));
    int before = ovs.announced().size();

    ports = life(NetPolicy.DEFAULT);
    loop.pass(Ports.EVERY.multipliedBy(2));

    assertEquals(before, ovs.announced().size());
  }

  @Test
  void ofSeveralLinksWithOneCardTheEarlierStaysAndThatIsSaid() {
    links.tap("vnet3", CARD);
    done(ports.plug(PORT));
    links.tap("vnet10", CARD);
    loop.settle();

    assertEquals(Optional.of("vnet3"), status().link());
    assertEquals(
        List.of(
            "several links have this card, and two VMs must not have one address: vnet10, vnet3"),
        status().differences());
    links.remove("vnet10");
    loop.settle();
    assertEquals(State.IN_FORCE, status().state());
  }

  @Test
  void aLinkThatIsAnUplinkIsNoPort() {
    ports = life(new NetPolicy(Set.of("tun7"), List.of()));
    done(ports.plug(PORT));
    links.tap("tun7", CARD);
    loop.settle();

    assertEquals(Map.of(), ovs.made());
    assertEquals(
        List.of("tun7 is an uplink of this host, and no port is made of it"),
        status().differences());
  }

  @Test
  void ofTwoCardsWithOneAddressTheSecondIsRefusedThoughBothWereAllowed() {
    Mac other = new Mac("52:54:00:00:00:02");
    Port first = addressed(CARD);
    Port second = addressed(other);
    Preconditions now = done(ports.preconditions());
    now.plug(first);
    now.plug(second);

    done(ports.plug(first));
    assertEquals(Reason.IN_USE, refused(ports.plug(second)).reason());
    assertEquals(List.of(first), book.kept());
  }

  private static Port addressed(Mac card) {
    return new Port(
        card,
        VM,
        "ovs0",
        Optional.empty(),
        List.of(Cidr.of("10.0.0.5/24")),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void aDeadSwitchKeepsNoCardOfAnotherKindFromBeingUnplugged() {
    links.tap("vnet0", CARD);
    done(ports.plug(Port.of(CARD, VM, "br0")));
    ovs.refuse("ovs-vsctl did not answer");

    assertEquals("", done(ports.unplug(CARD)));
    assertEquals(Set.of(), linux.plugged("br0"));
  }

  @Test
  void aPublicAddressGoesToTheSwitchWithItsNetworkOutside() {
    NetPolicy policy =
        new NetPolicy(
            Set.of(),
            List.of(
                new NetPolicy.Reach(
                    new Line("telecom", "ovs0", List.of(), List.of()), Optional.of(OUTSIDE))));
    Port shown =
        new Port(
            CARD,
            VM,
            "ovs0",
            Optional.empty(),
            List.of(Cidr.of("10.0.0.5/24")),
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.of(new IpAddress("203.0.113.5")),
            Optional.empty(),
            Optional.of("telecom"));
    links.tap("vnet0", CARD);
    ports = life(policy);
    done(ports.plug(shown));
    assertEquals(Optional.of(OUTSIDE), requireNonNull(ovs.made().get(CARD)).outside());

    ports = life(NetPolicy.DEFAULT);
    done(ports.look());

    assertEquals(
        List.of(
            "line telecom has no gateway in this host's configuration, so 203.0.113.5 can't be"
                + " reached"),
        status().differences());
    assertEquals(Optional.empty(), requireNonNull(ovs.made().get(CARD)).port().publicAddress());
    assertTrue(requireNonNull(ovs.made().get(CARD)).port().antiSpoof());
  }

  @Test
  void whatAHostCanDoIsWhatItsSwitchesCan() {
    linux.lacks(Ability.LINUX_VLAN);
    ports = life(NetPolicy.DEFAULT);

    assertTrue(ports.abilities().contains(Ability.OPEN_VSWITCH_METER));
    assertTrue(ports.abilities().contains(Ability.LINUX_FILTER));
    assertFalse(ports.abilities().contains(Ability.LINUX_VLAN));
  }

  @Test
  void roundsThatAreAskedForWhileOneWaitsAreOne() {
    Future<Scene> first = ports.look();
    Future<Scene> second = ports.look();

    assertEquals(first, second);
    done(first);
    assertFalse(first.equals(ports.look()));
  }

  @Test
  void noMorePortsAreKeptThanABeatCanTell() {
    List<Port> most =
        LongStream.range(0, NetBeat.MOST_PORTS)
            .mapToObj(number -> Port.of(Mac.of(0x520000000000L + number), VM, "ovs0"))
            .toList();
    done(ports.prepare(most));

    assertEquals(Reason.NO_ROOM, refused(ports.plug(PORT)).reason());
    assertEquals(NetBeat.MOST_PORTS, book.kept().size());
  }

  @Test
  void aLineThatIsFullRefuses() {
    ovs.hang();
    Future<?> last = Future.succeededFuture();
    for (int i = 0; i < 300 && !last.failed(); i++) {
      last = ports.compare();
    }

    assertEquals(Reason.BUSY, refused(last).reason());
    assertEquals(Duration.ZERO, loop.now());
  }
}
