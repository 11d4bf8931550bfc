package io.ballast.net.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Cidr;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.flow.Flow;
import io.ballast.net.ovs.OvsSwitch;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeVswitch;
import io.ballast.net.trade.NetPolicy;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Two hosts between which guests move, whatever else happens to their ports, agents and switches:
 * in the end each port is in force where its guest runs and nowhere else, and at no time was
 * anything of others touched.
 */
final class MovingPropertyTest {
  private static final int CARDS = 3;
  private static final Set<String> TAPS = Set.of("vnet0", "vnet1", "vnet2");

  /** Something that happens to a card's guest, its port, or a host. */
  sealed interface Happening {
    record Starts(int card, int host) implements Happening {}

    record Stops(int card) implements Happening {}

    record Plug(int card, int bits) implements Happening {}

    record Unplug(int card) implements Happening {}

    record Move(int card, boolean arrives) implements Happening {}

    record AgentDies(int host) implements Happening {}

    record SwitchRestarts(int host) implements Happening {}

    record FlowLost(int host) implements Happening {}

    record BreaksAfter(int host, int changes) implements Happening {}
  }

  @Provide
  Arbitrary<List<Happening>> happenings() {
    Arbitrary<Integer> card = Arbitraries.integers().between(0, CARDS - 1);
    Arbitrary<Integer> host = Arbitraries.integers().between(0, 1);
    Arbitrary<Happening> starts = Combinators.combine(card, host).as(Happening.Starts::new);
    Arbitrary<Happening> plug =
        Combinators.combine(card, Arbitraries.integers().between(0, 15)).as(Happening.Plug::new);
    Arbitrary<Happening> move =
        Combinators.combine(card, Arbitraries.of(true, true, false)).as(Happening.Move::new);
    return Arbitraries.oneOf(
            starts,
            starts,
            plug,
            plug,
            move,
            move,
            move,
            card.map(Happening.Stops::new),
            card.map(Happening.Unplug::new),
            host.map(Happening.AgentDies::new),
            host.map(Happening.SwitchRestarts::new),
            host.map(Happening.FlowLost::new),
            Combinators.combine(host, Arbitraries.integers().between(0, 5))
                .as(Happening.BreaksAfter::new))
        .list()
        .ofMaxSize(30);
  }

  @Property(tries = 300)
  void eachPortIsWhereItsGuestRuns(@ForAll("happenings") List<Happening> happenings) {
    Fleet fleet = new Fleet();
    for (Happening each : happenings) {
      fleet.happen(each);
      fleet.hosts.forEach(host -> assertEquals(host.before, host.foreign(), each::toString));
    }
    fleet.hosts.forEach(Host::heal);
    fleet.follow();
    for (int card = 0; card < CARDS; card++) {
      fleet.assertPort(card);
    }
    for (int card = 0; card < CARDS; card++) {
      fleet.unplug(card);
    }
    for (Host host : fleet.hosts) {
      assertEquals("", host.vswitch.ours());
      assertEquals(host.before, host.foreign());
    }
  }

  /** Where guests run, and what is wanted for their cards. */
  private static final class Fleet {
    final List<Host> hosts = List.of(new Host(), new Host());
    final Map<Integer, Integer> homes = new TreeMap<>();
    final Map<Integer, Port> wanted = new TreeMap<>();

    void happen(Happening happening) {
      switch (happening) {
        case Happening.Starts starts -> {
          if (homes.putIfAbsent(starts.card(), place(starts.card(), starts.host())) == null) {
            hosts.get(home(starts.card())).appear(starts.card());
          }
        }
        case Happening.Stops stops -> {
          if (homes.containsKey(stops.card())) {
            hosts.get(home(stops.card())).vanish(stops.card());
            places.put(stops.card(), home(stops.card()));
            homes.remove(stops.card());
          }
        }
        case Happening.Plug plug -> {
          Port port = port(plug.card(), plug.bits());
          int at = place(plug.card(), 0);
          places.put(plug.card(), at);
          wanted.put(plug.card(), port);
          hosts.get(at).run(ports -> ports.plug(port));
        }
        case Happening.Unplug unplug -> unplug(unplug.card());
        case Happening.Move move -> {
          if (homes.containsKey(move.card())) {
            move(move.card(), home(move.card()), move.arrives());
          }
        }
        case Happening.AgentDies dies -> hosts.get(dies.host()).live();
        case Happening.SwitchRestarts restarts -> hosts.get(restarts.host()).vswitch.restart();
        case Happening.FlowLost lost -> hosts.get(lost.host()).vswitch.loseOneFlow();
        case Happening.BreaksAfter breaks ->
            hosts.get(breaks.host()).vswitch.failAfter(breaks.changes());
      }
    }

    /** Where a guest was last, or is to be first. */
    private final Map<Integer, Integer> places = new TreeMap<>();

    private int place(int card, int otherwise) {
      return homes.getOrDefault(card, places.getOrDefault(card, otherwise));
    }

    private int home(int card) {
      return Optional.ofNullable(homes.get(card)).orElseThrow();
    }

    private void move(int card, int from, boolean arrives) {
      Host source = hosts.get(from);
      Host target = hosts.get(1 - from);
      List<Port> ports = Optional.ofNullable(wanted.get(card)).stream().toList();
      target.run(each -> each.prepare(ports));
      target.arrive(card);
      target.wait(1);
      if (arrives) {
        source.vanish(card);
        target.appear(card);
        homes.put(card, 1 - from);
      } else {
        target.vanish(card);
      }
      (arrives ? source : target).run(each -> each.unplug(mac(card)));
    }

    private void unplug(int card) {
      hosts.forEach(
          host -> {
            host.heal();
            host.run(ports -> ports.unplug(mac(card)));
          });
      wanted.remove(card);
    }

    /** As whoever watches over the fleet does. */
    void follow() {
      for (int card = 0; card < CARDS; card++) {
        Mac mac = mac(card);
        Port port = wanted.get(card);
        for (int at = 0; at < hosts.size(); at++) {
          Host host = hosts.get(at);
          if (port != null && at == place(card, 0)) {
            host.run(ports -> ports.plug(port));
          } else {
            host.run(ports -> ports.unplug(mac));
          }
        }
      }
    }

    void assertPort(int card) {
      for (int at = 0; at < hosts.size(); at++) {
        Host host = hosts.get(at);
        boolean home = wanted.containsKey(card) && at == place(card, 0);
        assertEquals(
            Optional.ofNullable(wanted.get(card)).filter(any -> home),
            host.book.kept().stream().filter(port -> port.card().equals(mac(card))).findFirst());
        if (home) {
          PortStatus status = host.status(mac(card));
          assertEquals(
              homes.containsKey(card) ? PortStatus.State.IN_FORCE : PortStatus.State.WAITING,
              status.state(),
              status::toString);
        }
      }
    }
  }

  private static Mac mac(int card) {
    return new Mac("52:54:00:00:00:0" + card);
  }

  private static Port port(int card, int bits) {
    return new Port(
        mac(card),
        new VmId(new UUID(0, card)),
        (bits & 1) == 0 ? "br0" : "br1",
        (bits & 2) == 0 ? Optional.empty() : Optional.of(new Vlan.Access(100 + card)),
        List.of(Cidr.of("10.0.0." + (card + 5) + "/24")),
        Optional.of(RateLimit.of(2_000)).filter(limit -> (bits & 4) != 0),
        Optional.of(RateLimit.of(3_000)).filter(limit -> (bits & 4) != 0),
        (bits & 8) != 0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** What is asked of the ports of a host. */
  private interface Errand {
    Future<?> of(Ports ports);
  }

  /** A host with things of others on its switch. */
  private static final class Host {
    final FakeLinks links = new FakeLinks(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    final FakeVswitch vswitch = new FakeVswitch();
    final FakeBook<Port> book = new FakeBook<>();
    final Set<Integer> there = new TreeSet<>();
    final String before;
    HandLoop loop = new HandLoop();
    Ports ports;

    Host() {
      for (String name : List.of("br0", "br1")) {
        vswitch.bridge(name);
        vswitch.link(name);
        vswitch.plug(name, name, Map.of());
      }
      links.link("eth0", new Mac("00:11:22:33:44:55"));
      vswitch.link("eth0");
      vswitch.plug("br0", "eth0", Map.of("owner", "others"));
      vswitch.meter("br0", 1);
      vswitch.flow("br0", new Flow(7, 0, 0, new TreeMap<>(), "NORMAL"));
      before = foreign();
      ports = life();
    }

    String foreign() {
      return vswitch.foreign(TAPS);
    }

    /** The agent's next life; nothing of the one before goes on. */
    private Ports life() {
      loop = new HandLoop();
      Ports made =
          new Ports(
              loop,
              new Ports.Machine(
                  links,
                  List.of(new OvsSwitch(vswitch, Path.of("/nowhere"))),
                  book,
                  new FakeBook<>()),
              NetPolicy.DEFAULT);
      made.open();
      loop.settle();
      return made;
    }

    void live() {
      ports = life();
    }

    void run(Errand errand) {
      var unused = errand.of(ports);
      loop.settle();
    }

    void wait(int rounds) {
      loop.pass(Ports.EVERY.multipliedBy(rounds));
    }

    void heal() {
      vswitch.heal();
      wait(2);
    }

    void arrive(int card) {
      there.add(card);
      vswitch.link("vnet" + card);
      vswitch.plug("br0", "vnet" + card, Map.of());
      links.arriving("vnet" + card, mac(card));
      loop.settle();
    }

    void appear(int card) {
      if (there.add(card)) {
        vswitch.link("vnet" + card);
        vswitch.plug("br0", "vnet" + card, Map.of());
      }
      links.tap("vnet" + card, mac(card));
      loop.settle();
    }

    void vanish(int card) {
      there.remove(card);
      vswitch.unplug("vnet" + card);
      vswitch.unlink("vnet" + card);
      links.remove("vnet" + card);
      loop.settle();
    }

    PortStatus status(Mac card) {
      Future<Scene> scene = ports.look();
      loop.settle();
      assertTrue(scene.succeeded(), () -> String.valueOf(scene.cause()));
      return scene.result().ports().stream()
          .filter(it -> it.port().card().equals(card))
          .findFirst()
          .orElseThrow();
    }
  }
}
