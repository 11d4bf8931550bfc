package io.ballast.net.ovs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Cidr;
import io.ballast.messages.IpAddress;
import io.ballast.messages.Mac;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.messages.VmId;
import io.ballast.net.flow.Flow;
import io.ballast.net.testing.FakeVswitch;
import io.ballast.net.trade.Outside;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever happens to ports and to the switch, in whichever order: in the end all is as it is
 * wanted, nothing of ours is left, and at no time was anything of others touched.
 */
final class AnySequenceTest {
  private static final int CARDS = 3;

  /** Something that happens. */
  sealed interface Happening {
    record Want(int card, int bits) implements Happening {}

    record Forget(int card) implements Happening {}

    record Appear(int card, boolean plugged) implements Happening {}

    record Vanish(int card) implements Happening {}

    record StrangerUnplugs(int card) implements Happening {}

    record FlowLost() implements Happening {}

    record Restart() implements Happening {}

    record FailAfter(int changes) implements Happening {}

    record Refuse() implements Happening {}

    record Agree() implements Happening {}
  }

  @Provide
  Arbitrary<List<Happening>> happenings() {
    Arbitrary<Integer> card = Arbitraries.integers().between(0, CARDS - 1);
    Arbitrary<Happening> want =
        Combinators.combine(card, Arbitraries.integers().between(0, 1023)).as(Happening.Want::new);
    Arbitrary<Happening> appear =
        Combinators.combine(card, Arbitraries.of(true, false)).as(Happening.Appear::new);
    Arbitrary<Happening> agree = Arbitraries.just(new Happening.Agree());
    return Arbitraries.oneOf(
            want,
            want,
            appear,
            appear,
            card.map(Happening.Forget::new),
            card.map(Happening.Vanish::new),
            card.map(Happening.StrangerUnplugs::new),
            Arbitraries.of(
                new Happening.FlowLost(), new Happening.Restart(), new Happening.Refuse()),
            Arbitraries.integers().between(0, 6).map(Happening.FailAfter::new),
            agree,
            agree,
            agree)
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 500)
  void allIsAsWantedInTheEnd(@ForAll("happenings") List<Happening> happenings) {
    World world = new World();
    for (Happening each : happenings) {
      world.happen(each);
      assertEquals(world.before, world.foreign(), each::toString);
    }
    world.vswitch.heal();
    world.agree();
    List<Seen> seen = done(world.tried.agree(world.wanted()));
    seen.forEach(each -> assertEquals(List.of(), each.differences(), each::toString));
    assertEquals(world.before, world.foreign());
    int changes = world.vswitch.changes();
    assertEquals(seen, done(world.tried.compare(world.wanted())));
    assertEquals(seen, done(world.tried.agree(world.wanted())));
    assertEquals(changes, world.vswitch.changes());
    world.assertPresent();
    world.book.clear();
    world.agree();
    assertEquals("", world.vswitch.ours());
    assertEquals(world.before, world.foreign());
  }

  private static <T> T done(Future<T> future) {
    assertTrue(future.succeeded(), () -> "failed: " + future.cause());
    return future.result();
  }

  private static final class World {
    final FakeVswitch vswitch = new FakeVswitch();
    final OvsSwitch tried = new OvsSwitch(vswitch, Path.of("/nowhere"));
    final Map<Integer, Port> book = new TreeMap<>();
    final Set<Integer> there = new TreeSet<>();
    final String before;

    World() {
      vswitch.bridge("br0");
      vswitch.bridge("br1");
      for (String each : List.of("br0", "br1", "eth0", "tap9")) {
        vswitch.link(each);
        vswitch.plug(each.equals("br1") ? "br1" : "br0", each, Map.of("owner", "others"));
      }
      vswitch.limit("tap9");
      vswitch.meter("br0", 1);
      vswitch.flow("br0", new Flow(0, 0, 0, new TreeMap<>(), "NORMAL"));
      vswitch.flow(
          "br0", new Flow(7, 0, 100, new TreeMap<>(Map.of("in_port", "1")), "meter:1,NORMAL"));
      vswitch.flow("br1", new Flow(0xba10L << 48, 0, 5, new TreeMap<>(Map.of("arp", "")), "drop"));
      before = foreign();
    }

    String foreign() {
      return vswitch.foreign(Set.of("vnet0", "vnet1", "vnet2"));
    }

    void happen(Happening each) {
      switch (each) {
        case Happening.Want want -> book.put(want.card(), port(want.card(), want.bits()));
        case Happening.Forget forget -> {
          book.remove(forget.card());
          var unused = tried.detach("vnet" + forget.card());
        }
        case Happening.Appear appear -> {
          if (there.add(appear.card())) {
            vswitch.unplug("vnet" + appear.card());
            vswitch.link("vnet" + appear.card());
            if (appear.plugged()) {
              vswitch.plug("br1", "vnet" + appear.card(), Map.of("vm-id", "x"));
            }
          }
        }
        case Happening.Vanish vanish -> {
          there.remove(vanish.card());
          vswitch.unlink("vnet" + vanish.card());
        }
        case Happening.StrangerUnplugs unplugs -> vswitch.unplug("vnet" + unplugs.card());
        case Happening.FlowLost lost -> vswitch.loseOneFlow();
        case Happening.Restart restart -> vswitch.restart();
        case Happening.FailAfter fail -> vswitch.failAfter(fail.changes());
        case Happening.Refuse refuse -> vswitch.refuse("it does not answer");
        case Happening.Agree agree -> agree();
      }
    }

    void agree() {
      var unused = tried.agree(wanted());
    }

    List<Wanted> wanted() {
      return book.entrySet().stream()
          .map(
              each ->
                  new Wanted(
                      each.getValue(),
                      Optional.of("vnet" + each.getKey())
                          .filter(any -> there.contains(each.getKey())),
                      each.getValue()
                          .publicAddress()
                          .map(
                              any ->
                                  new Outside(
                                      new IpAddress("203.0.113.1"),
                                      new IpAddress("10.0.0.1"),
                                      Optional.of(200)))))
          .toList();
    }

    /** Each bit is one thing that a port can have. */
    private static Port port(int card, int bits) {
      boolean known = (bits & 1) != 0;
      List<Cidr> addresses =
          known || (bits & 2) != 0
              ? List.of(Cidr.of("10.0.0." + (card + 5) + "/24"), Cidr.of("fd00::5/64"))
              : List.of();
      Optional<Vlan> vlan =
          (bits & 4) == 0
              ? Optional.empty()
              : Optional.of(
                  known || (bits & 8) == 0
                      ? new Vlan.Access(100 + card)
                      : new Vlan.Trunk(List.of(100, 200)));
      return new Port(
          new Mac("52:54:00:00:00:0" + card),
          new VmId(new UUID(0, card)),
          (bits & 16) == 0 ? "br0" : "br1",
          vlan,
          addresses,
          limit(bits, 32),
          limit(bits, 64),
          (bits & 128) != 0,
          known ? Optional.of(new IpAddress("203.0.113.5" + card)) : Optional.empty(),
          (bits & 256) == 0 ? Optional.empty() : Optional.of(9000),
          known ? Optional.of("outside") : Optional.empty());
    }

    private static Optional<RateLimit> limit(int bits, int bit) {
      return (bits & bit) == 0
          ? Optional.empty()
          : Optional.of(RateLimit.of((bits & 512) == 0 ? 2_000 : 3_000));
    }

    /** Looked at from the other side: each port is where it is to be, in its VLAN, with flows. */
    void assertPresent() {
      Present present = done(vswitch.look());
      Map<Mac, Wanted> all =
          wanted().stream()
              .filter(each -> each.link().isPresent())
              .collect(Collectors.toMap(each -> each.port().card(), each -> each));
      all.forEach(
          (card, each) -> {
            Present.Bridge bridge = present.bridgeOf(each.link().orElseThrow()).orElseThrow();
            assertEquals(each.port().bridge(), bridge.name());
            Present.Plugged plugged = bridge.plugged(each.link().get()).orElseThrow();
            assertTrue(plugged.tags().meansAs(Present.Tags.of(each.port().vlan())));
            assertEquals(each.port().in().isPresent(), plugged.shaping().isPresent());
            String number = plugged.wire().orElseThrow().number().orElseThrow().toString();
            long drops =
                bridge.flows().stream()
                    .filter(flow -> flow.flow().card().equals(Optional.of(card)))
                    .filter(flow -> flow.flow().drops())
                    .filter(flow -> number.equals(flow.flow().match().get("in_port")))
                    .count();
            assertEquals(each.port().antiSpoof(), drops > 0);
          });
      for (Present.Bridge bridge : present.bridges()) {
        bridge.flows().stream()
            .map(flow -> flow.flow().card().orElseThrow())
            .forEach(card -> assertEquals(bridge.name(), named(all, card)));
      }
    }

    private static String named(Map<Mac, Wanted> all, Mac card) {
      Wanted wanted = all.get(card);
      return wanted == null ? "nowhere" : wanted.port().bridge();
    }
  }
}
