package io.ballast.net;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent;
import io.ballast.agent.Entry;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Journal;
import io.ballast.agent.Order;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.json.Codec;
import io.ballast.bus.json.Kinds;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.LibvirtNetwork;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetBeat.Link;
import io.ballast.messages.NetCommand.InspectNet;
import io.ballast.messages.NetCommand.InspectPort;
import io.ballast.messages.NetCommand.ListPorts;
import io.ballast.messages.NetCommand.PreparePorts;
import io.ballast.messages.NetOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Port;
import io.ballast.messages.PortChange;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.messages.VmId;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeGuests;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeNetworks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.Links.Sight;
import io.ballast.net.trade.Links.Wire;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.work.Ports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class NetAgentTest {
  private static final HostId HOST = new HostId("h1");
  private static final VmId VM = new VmId(new UUID(1, 2));
  private static final Mac CARD = new Mac("52:54:00:12:34:56");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeLinks links = new FakeLinks(Clock.systemUTC());
  private final FakeSwitch bridges = new FakeSwitch(Bridge.Kind.LINUX);
  private final FakeBook<Port> book = new FakeBook<>();
  private final FakeBook<NetOrder.CreateBridge> made = new FakeBook<>();
  private final FakeNetworks networks = new FakeNetworks();
  private final FakeGuests guests = new FakeGuests();
  private final List<NetBeat> beats = new CopyOnWriteArrayList<>();
  private final List<Event.WorkFinished> ends = new CopyOnWriteArrayList<>();

  @BeforeEach
  void listen() {
    links.link("eth0", new Bytes(1_000_000_000), new Bytes(2_000_000_000));
    bridges.bridge("br0", "eth0");
    done(bus.serve(NetBeat.class, beats::add));
    done(bus.serve(Event.WorkFinished.class, ends::add));
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void theFirstBeatTellsBridgesAndLinksAlready() {
    deploy(Duration.ofHours(1));

    await().until(() -> !beats.isEmpty());
    NetBeat beat = beats.getFirst();
    assertEquals(1, beat.pulse().sequence());
    assertEquals(
        List.of(
            new Bridge(
                "br0", Bridge.Kind.LINUX, List.of("eth0"), List.of("eth0"), Optional.of(false))),
        beat.bridges());
    assertEquals(
        List.of(new Link("eth0", true, 1500, Optional.of(1000), Bytes.ZERO, Bytes.ZERO)),
        beat.links());
  }

  @Test
  void laterBeatsTellTheRates() {
    deploy();

    awaitSeen();
    await().until(() -> beats.getLast().links().getFirst().sent().value() > 0);
    Link eth0 = beats.getLast().links().getFirst();
    assertEquals(1e9, (double) eth0.received().value(), 1e7);
    assertEquals(2e9, (double) eth0.sent().value(), 2e7);
  }

  @Test
  void beatsGoOnWithWhatIsKnownWhileTheNetworkCantBeRead() {
    deploy();
    awaitSeen();

    links.refuse("no links here");
    await().until(() -> beats.size() >= 5 && beats.getLast().problem().isPresent());
    NetBeat old = beats.getLast();
    assertEquals("eth0", old.links().getFirst().name());
    assertEquals(Optional.of("no links here"), old.problem());
    await().until(() -> beats.getLast().pulse().sequence() > old.pulse().sequence());
    assertEquals(old.sampledAt(), beats.getLast().sampledAt());

    links.recover();
    links.down("eth0");
    await().until(() -> !beats.getLast().links().getFirst().up());
    assertEquals(Optional.empty(), beats.getLast().problem());
    assertTrue(beats.getLast().sampledAt().orElseThrow().isAfter(old.sampledAt().orElseThrow()));
  }

  @Test
  void aNetworkThatWasNotSeenYetIsNoEmptyOne() {
    links.refuse("no links here");
    deploy(Duration.ofHours(1));

    await().until(() -> !beats.isEmpty());
    assertEquals(Optional.empty(), beats.getFirst().sampledAt());
    assertEquals(Optional.of("no links here"), beats.getFirst().problem());
  }

  @Test
  void inspectTellsTheNextBeat() {
    deploy();
    awaitSeen();

    Reply.NetInspected told =
        done(
            bus.call(
                Request.of(Address.at(Role.NET, HOST), new InspectNet())
                    .within(Duration.ofMinutes(1))));

    assertEquals(HOST, told.beat().pulse().host());
    assertEquals("eth0", told.beat().links().getFirst().name());
  }

  @Test
  void aPortIsPluggedChangedListedAndUnpluggedOverTheBus() {
    links.tap("vnet0", CARD);
    deploy();
    await().until(() -> !beats.isEmpty());

    assertEquals(DONE, ended(new NetOrder.PlugPort(Port.of(CARD, VM, "br0"))));
    PortStatus status = inspected().orElseThrow();
    assertEquals(PortStatus.State.IN_FORCE, status.state());
    assertEquals(Optional.of("vnet0"), status.link());
    await().until(() -> beats.getLast().ports().equals(List.of(status)));

    PortChange clear = PortChange.clearing(Set.of(PortChange.Part.VLAN));
    assertEquals(DONE, ended(new NetOrder.ChangePort(CARD, clear)));
    assertEquals(
        List.of(status),
        asked(new ListPorts(Optional.of(VM), Optional.of("br0"), Optional.empty())).ports());
    assertEquals(
        List.of(),
        asked(new ListPorts(Optional.empty(), Optional.of("br1"), Optional.empty())).ports());
    assertEquals(Optional.of("1 of 1 are as wanted"), report(ended(new NetOrder.RepairPorts())));

    assertEquals(DONE, ended(new NetOrder.UnplugPort(CARD)));
    assertEquals(Optional.of("there was none"), report(ended(new NetOrder.UnplugPort(CARD))));
    assertEquals(Optional.empty(), inspected());
    assertEquals(Set.of("eth0"), bridges.plugged("br0"));
  }

  @Test
  void whatWasPluggedIsToldAtOnceAndNotOnlyWithTheNextBeat() {
    links.tap("vnet0", CARD);
    deploy(Duration.ofHours(1));
    await().until(() -> !beats.isEmpty());
    Port port = Port.of(CARD, VM, "br0");

    assertEquals(DONE, ended(new NetOrder.PlugPort(port)));

    assertEquals(List.of(port), ports(asked(new InspectNet()).beat()));
    await()
        .until(
            () ->
                beats.getLast().ports().stream()
                    .anyMatch(it -> it.state() == PortStatus.State.IN_FORCE));
  }

  @Test
  void whatCantBeMadeSoYetKeepsNobodyWaiting() {
    links.tap("vnet0", CARD);
    deploy();
    awaitSeen();
    bridges.fail(FakeSwitch.Fault.BEFORE);

    Outcome end = ended(new NetOrder.PlugPort(Port.of(CARD, VM, "br0")));

    assertEquals(
        "it is wanted and will be made so as soon as that works: its bridge br0 can't be seen now",
        assertInstanceOf(Outcome.Unknown.class, end).message());
    await().until(() -> inspected().orElseThrow().state() == PortStatus.State.IN_FORCE);
    assertEquals(DONE, ended(new NetOrder.UnplugPort(CARD)));
  }

  @Test
  void aNetworkOfLibvirtStandsForItsBridge() {
    links.tap("vnet0", CARD);
    bridges.bridge("virbr0");
    networks.put(network("default", true));
    networks.put(network("asleep", false));
    deploy();
    await().until(() -> !beats.isEmpty());

    assertEquals(DONE, ended(new NetOrder.PlugPort(Port.of(CARD, VM, "default"))));

    assertEquals(List.of(Port.of(CARD, VM, "virbr0")), book.kept());
    RefusedException refused = refused(new NetOrder.PlugPort(Port.of(CARD, VM, "asleep")));
    assertEquals(Reason.WRONG_STATE, refused.reason());
    assertEquals(
        "libvirt's network asleep is not active; start it with 'ballast net start-network'",
        refused.getMessage());
    assertEquals(
        Reason.UNKNOWN_BRIDGE, refused(new NetOrder.PlugPort(Port.of(CARD, VM, "other"))).reason());
  }

  private static LibvirtNetwork network(String name, boolean active) {
    return new LibvirtNetwork(name, active, true, "nat", Optional.of("virbr0"), 0, false);
  }

  @Test
  void whatAnEarlierLifeKeptIsToldBeforeItWasLookedAt() {
    Port port = Port.of(CARD, VM, "br0");
    done(book.keep(List.of(port)));
    links.refuse("no links here");
    deploy();

    await().until(() -> !beats.isEmpty());
    assertEquals(List.of(port), ports(beats.getFirst()));
    assertEquals(PortStatus.State.UNKNOWN, beats.getFirst().ports().getFirst().state());
  }

  @Test
  void whoCantReadItsBookDoesNotSayThatItKeepsNothing() {
    book.lose();
    deploy();

    assertEquals(Reason.NOT_READY, refused(new InspectNet()).reason());
    vertx.timer(500, TimeUnit.MILLISECONDS).await(); // some beats
    assertEquals(List.of(), beats);
  }

  private static List<Port> ports(NetBeat beat) {
    return beat.ports().stream().map(PortStatus::port).toList();
  }

  @Test
  void portsArePreparedAllOrNone() {
    deploy();
    await().until(() -> !beats.isEmpty());
    Mac other = new Mac("52:54:00:12:34:57");
    OperationId move = new OperationId("move-1");
    List<Port> both = List.of(Port.of(CARD, VM, "br0"), Port.of(other, VM, "br0"));

    RefusedException refused =
        refused(
            new PreparePorts(move, List.of(Port.of(CARD, VM, "br0"), Port.of(other, VM, "br9"))));

    assertEquals(Reason.UNKNOWN_BRIDGE, refused.reason());
    assertEquals(List.of(), book.kept());
    assertEquals(move, asked(new PreparePorts(move, both)).operation());
    assertEquals(move, asked(new PreparePorts(move, both)).operation());
    assertEquals(both, book.kept());
    links.tap("vnet0", CARD);
    await().until(() -> inspected().orElseThrow().state() == PortStatus.State.IN_FORCE);
  }

  @Test
  void aCardOfAnotherMachineIsRefusedThoughThatHasNoPort() {
    VmId other = new VmId(new UUID(3, 4));
    guests.put(CARD, VM, "web1");
    deploy();
    await().until(() -> !beats.isEmpty());
    Port port = Port.of(CARD, VM, "br0");
    assertEquals(
        Optional.of("its card is not there; it is made so as soon as it is"),
        report(ended(new NetOrder.PlugPort(port))));

    guests.put(CARD, other, "web2");

    RefusedException refused = refused(new NetOrder.PlugPort(port));
    assertEquals(Reason.IN_USE, refused.reason());
    assertEquals(
        "card 52:54:00:12:34:56 is that of VM web2 on this host; give one of the two another"
            + " address",
        refused.getMessage());
    assertEquals(
        Reason.IN_USE, refused(new PreparePorts(new OperationId("move"), List.of(port))).reason());

    guests.refuse("virsh was not done after 5 s");
    assertEquals(Reason.TRADE_REFUSED, refused(new NetOrder.PlugPort(port)).reason());
    assertEquals(DONE, ended(new NetOrder.UnplugPort(CARD)));
  }

  @Test
  void whatAnEarlierLifeTookOnWaitsUntilBridgesAreSeen() {
    NetOrder.PlugPort plug = new NetOrder.PlugPort(Port.of(CARD, VM, "br0"));
    bridges.refuse("ip was not done after 5 s");
    deploy(Duration.ofMillis(100), left(plug));
    await().until(() -> beats.size() >= 3);
    assertEquals(List.of(), ends);

    bridges.recover();

    await().until(() -> !ends.isEmpty());
    assertEquals(
        Optional.of("its card is not there; it is made so as soon as it is"),
        report(ends.getFirst().outcome()));
    assertEquals(List.of(plug.port()), book.kept());
  }

  /** The journal of an agent that was killed once it had taken an order on. */
  private static Journal left(NetOrder order) {
    Instant at = Instant.now();
    OperationId id = new OperationId("left");
    Journal journal = new Forgetful(at);
    done(
        journal.write(
            List.of(
                new Entry.Taken(
                    new Order(id, "test", Kinds.of(order), "0a", order.object()),
                    id,
                    at,
                    at.plusSeconds(60),
                    Optional.empty(),
                    true,
                    new String(Codec.encode(order), StandardCharsets.UTF_8)))));
    return journal;
  }

  @Test
  void bridgesAreMadeAndRemovedOverTheBus() {
    deploy();
    await().until(() -> !beats.isEmpty());
    NetOrder create = new NetOrder.CreateBridge("br7", Bridge.Kind.LINUX, Optional.empty());

    assertEquals(DONE, ended(create));
    assertEquals(DONE, ended(create));
    assertEquals(DONE, ended(new NetOrder.DeleteBridge("br7")));
    assertEquals(Optional.of("there was none"), report(ended(new NetOrder.DeleteBridge("br7"))));
    RefusedException refused = refused(new NetOrder.DeleteBridge("br0"));
    assertEquals(Reason.NOT_ALLOWED, refused.reason());
    assertEquals(Set.of("eth0"), bridges.plugged("br0"));
  }

  @Test
  void whatCantBeIsRefusedAndChangesNothing() {
    deploy();
    await().until(() -> !beats.isEmpty());

    RefusedException refused =
        refused(new NetOrder.ChangePort(CARD, PortChange.clearing(Set.of())));

    assertEquals(Reason.UNKNOWN_PORT, refused.reason());
    assertEquals(
        Reason.UNKNOWN_BRIDGE, refused(new NetOrder.PlugPort(Port.of(CARD, VM, "br9"))).reason());
    assertEquals(Reason.UNKNOWN_KIND, refused(new InspectStorage()).reason());
    assertEquals(List.of(), book.kept());
  }

  private Optional<PortStatus> inspected() {
    return asked(new InspectPort(CARD)).port();
  }

  private <R extends Reply> R asked(Command<R> command) {
    return done(
        bus.call(Request.of(Address.at(Role.NET, HOST), command).within(Duration.ofMinutes(1))));
  }

  private RefusedException refused(Command<?> command) {
    CompletionException failure = assertThrows(CompletionException.class, () -> asked(command));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  private Outcome ended(NetOrder order) {
    OperationId id = asked(order).operation();
    await().until(() -> ends.stream().anyMatch(end -> end.operation().equals(id)));
    Event.WorkFinished end =
        ends.stream().filter(it -> it.operation().equals(id)).findFirst().orElseThrow();
    assertEquals(order.object(), end.object());
    return end.outcome();
  }

  private static Optional<String> report(Outcome outcome) {
    return assertInstanceOf(Outcome.Done.class, outcome).report();
  }

  @Test
  void ratesAreGrowthDividedByTime() {
    List<Link> links =
        NetSampler.links(
            sight(0, wire("eth0", 1000, 5000), wire("eth1", 900, 900)),
            sight(2, wire("eth0", 3000, 5500), wire("eth1", 10, 1900), wire("eth2", 50, 50)));

    assertEquals(List.of(link("eth0", 1000, 250), link("eth1", 0, 500), link("eth2", 0, 0)), links);
  }

  @Test
  void withoutTimeThereAreNoRates() {
    Sight now = sight(2, wire("eth0", 3000, 5500));

    assertEquals(List.of(link("eth0", 0, 0)), NetSampler.links(now, now));
  }

  private static Sight sight(long seconds, Wire... wires) {
    return new Sight(Duration.ofSeconds(seconds), List.of(wires), List.of(), Set.of());
  }

  private static Wire wire(String name, long received, long sent) {
    return new Wire(
        name,
        Wire.Kind.OTHER,
        Optional.empty(),
        true,
        1500,
        Optional.empty(),
        new Bytes(received),
        new Bytes(sent),
        Optional.empty());
  }

  private static Link link(String name, long received, long sent) {
    return new Link(name, true, 1500, Optional.empty(), new Bytes(received), new Bytes(sent));
  }

  /** The first beat does not wait for a first look that takes longer than from beat to beat. */
  private void awaitSeen() {
    await().until(() -> !beats.isEmpty() && beats.getLast().sampledAt().isPresent());
  }

  private void deploy() {
    deploy(Duration.ofMillis(100));
  }

  private void deploy(Duration every) {
    deploy(every, new Forgetful(Instant.now()));
  }

  private void deploy(Duration every, Journal journal) {
    done(
        vertx.deployVerticle(
            NetAgent.of(
                Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", every, "1.2.3")),
                bus,
                journal,
                new NetAgent.Machine(
                    new Ports.Machine(links, List.of(bridges), book, made), networks, guests),
                NetPolicy.DEFAULT,
                Clock.systemUTC())));
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
