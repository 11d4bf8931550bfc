package io.ballast.net.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.Port;
import io.ballast.messages.PortStatus;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.NetPolicy;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bridges that were made here, over the lives of an agent and of a host. */
final class BridgesTest {
  private static final VmId VM = new VmId(new UUID(1, 2));
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final Port PORT = Port.of(CARD, VM, "br7");
  private static final CreateBridge ORDER =
      new CreateBridge("br7", Bridge.Kind.LINUX, Optional.empty());

  private final HandLoop loop = new HandLoop();
  private final FakeLinks links = new FakeLinks(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final FakeSwitch ovs = new FakeSwitch(Bridge.Kind.OPEN_VSWITCH);
  private final FakeSwitch linux = new FakeSwitch(Bridge.Kind.LINUX);
  private final FakeBook<Port> book = new FakeBook<>();
  private final FakeBook<CreateBridge> bridges = new FakeBook<>();
  private Ports ports = life();

  private Ports life() {
    Ports made =
        new Ports(
            loop, new Ports.Machine(links, List.of(ovs, linux), book, bridges), NetPolicy.DEFAULT);
    made.open();
    loop.settle();
    return made;
  }

  @BeforeEach
  void aHostWithABridgeOfOurs() {
    links.tap("vnet0", CARD);
    done(ports.create(ORDER));
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

  private boolean isThere() {
    return done(ports.look()).bridge("br7").isPresent();
  }

  @Test
  void itIsMadeAgainAndItsPortsWithIt() {
    done(ports.plug(PORT));
    done(linux.delete("br7"));
    linux.lose();

    ports = life();
    loop.pass(Ports.EVERY);

    assertEquals(Set.of("vnet0"), linux.plugged("br7"));
    assertEquals(PortStatus.State.IN_FORCE, done(ports.compare()).ports().getFirst().state());
  }

  @Test
  void oneThatWasDeletedStaysAway() {
    assertEquals(List.of(ORDER), bridges.kept());
    done(ports.delete("br7", Bridge.Kind.LINUX));

    ports = life();
    loop.pass(Ports.EVERY);

    assertEquals(List.of(), bridges.kept());
    assertTrue(!isThere());
  }

  @Test
  void oneThatCantBeMadeAgainIsTriedAgainLaterAndCanBeForgotten() {
    done(linux.delete("br7"));
    linux.fail(FakeSwitch.Fault.BEFORE);
    var unused = ports.look();
    loop.pass(Ports.EVERY.multipliedBy(3));
    assertEquals(List.of(), done(linux.bridges()));

    loop.pass(Bridges.PAUSE);
    assertTrue(isThere());

    done(linux.delete("br7"));
    done(ports.forget("br7"));
    assertTrue(!isThere());
  }

  @Test
  void oneOnWhichAPortIsWantedIsNotDeleted() {
    done(ports.plug(PORT));

    assertEquals(Reason.IN_USE, refused(ports.delete("br7", Bridge.Kind.LINUX)).reason());
    assertEquals(List.of(ORDER), bridges.kept());
  }

  @Test
  void noneIsMadeAgainWhileBridgesCantBeSeen() {
    done(linux.delete("br7"));
    ovs.refuse("it does not answer");
    assertTrue(!isThere());

    ovs.recover();
    assertTrue(isThere());
  }
}
