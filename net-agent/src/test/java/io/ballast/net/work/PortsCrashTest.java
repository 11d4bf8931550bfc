package io.ballast.net.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Ability;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.messages.RateLimit;
import io.ballast.messages.VmId;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.Links;
import io.ballast.net.trade.NetPolicy;
import io.ballast.net.trade.Switch;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An agent that is killed before or after each step of an order, and whose next life is asked for
 * the order again, as its journal has it: the end is the same as without.
 */
final class PortsCrashTest {
  private static final VmId VM = new VmId(new UUID(1, 2));
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final Port PORT = Port.of(CARD, VM, "ovs0");

  /** More steps than any order takes. */
  private static final int STEPS = 24;

  private final FakeLinks links = new FakeLinks(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final FakeSwitch ovs = new FakeSwitch(Bridge.Kind.OPEN_VSWITCH);
  private final FakeBook<Port> book = new FakeBook<>();
  private final FakeBook<CreateBridge> bridges = new FakeBook<>();

  /** Lets so many steps happen; of the next one the agent hears nothing, and none comes after. */
  private static final class Killer {
    private int left;
    private final boolean lastIsDone;

    Killer(int steps, boolean lastIsDone) {
      this.left = steps;
      this.lastIsDone = lastIsDone;
    }

    <T> Future<T> step(Supplier<Future<T>> step) {
      left--;
      if (left >= 0) {
        return step.get();
      }
      if (left == -1 && lastIsDone) {
        var unused = step.get();
      }
      return Promise.<T>promise().future();
    }

    boolean killed() {
      return left < 0;
    }
  }

  private record MortalLinks(Links real, Killer killer) implements Links {
    @Override
    public Future<Sight> look() {
      return killer.step(real::look);
    }

    @Override
    public void onChange(Runnable listener) {}

    @Override
    public void close() {}
  }

  private record MortalBook<T>(Book<T> real, Killer killer) implements Book<T> {
    @Override
    public Future<List<T>> open() {
      return real.open();
    }

    @Override
    public Future<Void> keep(List<T> all) {
      return killer.step(() -> real.keep(all));
    }
  }

  private record MortalSwitch(Switch real, Killer killer) implements Switch {
    @Override
    public Bridge.Kind kind() {
      return real.kind();
    }

    @Override
    public Future<Set<Ability>> abilities() {
      return real.abilities();
    }

    @Override
    public Future<List<Bridge>> bridges() {
      return killer.step(real::bridges);
    }

    @Override
    public Future<Void> create(CreateBridge order) {
      return killer.step(() -> real.create(order));
    }

    @Override
    public Future<Void> delete(String bridge) {
      return killer.step(() -> real.delete(bridge));
    }

    @Override
    public Future<List<Seen>> compare(List<Wanted> wanted) {
      return killer.step(() -> real.compare(wanted));
    }

    @Override
    public Future<List<Seen>> agree(List<Wanted> wanted) {
      return killer.step(() -> real.agree(wanted));
    }

    @Override
    public Future<Void> detach(String link) {
      return killer.step(() -> real.detach(link));
    }

    @Override
    public Future<Void> announce(Wanted port) {
      return killer.step(() -> real.announce(port));
    }

    @Override
    public void close() {}
  }

  static Stream<Arguments> kills() {
    return IntStream.range(0, STEPS)
        .boxed()
        .flatMap(step -> Stream.of(Arguments.of(step, true), Arguments.of(step, false)));
  }

  private Ports life(HandLoop loop, Killer killer) {
    Ports ports =
        new Ports(
            loop,
            new Ports.Machine(
                new MortalLinks(links, killer),
                List.of(new MortalSwitch(ovs, killer)),
                new MortalBook<>(book, killer),
                new MortalBook<>(bridges, killer)),
            NetPolicy.DEFAULT);
    ports.open();
    loop.settle();
    return ports;
  }

  /** Carries an order out in one life that is killed, and again in the next. */
  private void survive(Killer killer, Function<Ports, Future<String>> order) {
    HandLoop first = new HandLoop();
    Future<String> begun = order.apply(life(first, killer));
    first.settle();
    first.pass(Ports.EVERY);
    assertTrue(killer.killed() || begun.succeeded());

    HandLoop second = new HandLoop();
    Future<String> again = order.apply(life(second, new Killer(Integer.MAX_VALUE, true)));
    second.settle();
    assertTrue(again.succeeded(), () -> String.valueOf(again.cause()));
    second.pass(Ports.EVERY);
  }

  private void aHost() {
    ovs.bridge("ovs0", "eth0", "foreign");
    links.tap("vnet0", CARD);
    HandLoop loop = new HandLoop();
    life(loop, new Killer(Integer.MAX_VALUE, true)).look();
    loop.settle();
  }

  @ParameterizedTest
  @MethodSource("kills")
  void plugging(int step, boolean lastIsDone) {
    aHost();

    survive(new Killer(step, lastIsDone), ports -> ports.plug(PORT));

    assertEquals(List.of(PORT), book.kept());
    assertEquals(
        Map.of(CARD, new Wanted(PORT, Optional.of("vnet0"), Optional.empty())), ovs.made());
    assertEquals(Set.of("eth0", "foreign", "vnet0"), ovs.plugged("ovs0"));
  }

  @ParameterizedTest
  @MethodSource("kills")
  void changing(int step, boolean lastIsDone) {
    aHost();
    survive(new Killer(STEPS, true), ports -> ports.plug(PORT));
    Port limited =
        new Port(
            CARD,
            VM,
            "ovs0",
            Optional.empty(),
            List.of(),
            Optional.of(RateLimit.of(2_000)),
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    survive(new Killer(step, lastIsDone), ports -> ports.plug(limited));

    assertEquals(List.of(limited), book.kept());
    assertEquals(
        Map.of(CARD, new Wanted(limited, Optional.of("vnet0"), Optional.empty())), ovs.made());
  }

  @ParameterizedTest
  @MethodSource("kills")
  void unplugging(int step, boolean lastIsDone) {
    aHost();
    survive(new Killer(STEPS, true), ports -> ports.plug(PORT));

    survive(new Killer(step, lastIsDone), ports -> ports.unplug(CARD));

    assertEquals(List.of(), book.kept());
    assertEquals(Map.of(), ovs.made());
    assertEquals(Set.of("eth0", "foreign"), ovs.plugged("ovs0"));
  }

  @ParameterizedTest
  @MethodSource("kills")
  void creatingAndDeletingABridge(int step, boolean lastIsDone) {
    aHost();
    CreateBridge order = new CreateBridge("ovs7", Bridge.Kind.OPEN_VSWITCH, Optional.empty());

    survive(new Killer(step, lastIsDone), ports -> ports.create(order).map(""));

    assertEquals(List.of(order), bridges.kept());
    assertEquals(List.of("ovs0", "ovs7"), names());

    survive(
        new Killer(step, lastIsDone),
        ports -> ports.delete("ovs7", Bridge.Kind.OPEN_VSWITCH).map(""));

    assertEquals(List.of(), bridges.kept());
    assertEquals(List.of("ovs0"), names());
  }

  private List<String> names() {
    return ovs.bridges().result().stream().map(Bridge::name).toList();
  }
}
