package io.ballast.net.work;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Mac;
import io.ballast.messages.NetBeat.Bridge;
import io.ballast.messages.NetOrder.CreateBridge;
import io.ballast.messages.NetOrder.DeleteBridge;
import io.ballast.messages.Port;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.net.testing.FakeBook;
import io.ballast.net.testing.FakeLinks;
import io.ballast.net.testing.FakeSwitch;
import io.ballast.net.trade.NetPolicy;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an agent says of bridges that it could not see yet: nothing that counts for good. */
final class UnseenTest {
  private static final Mac CARD = new Mac("52:54:00:00:00:01");
  private static final Port PORT = Port.of(CARD, new VmId(new UUID(1, 2)), "br7");
  private static final CreateBridge CREATE =
      new CreateBridge("br8", Bridge.Kind.LINUX, Optional.empty());

  private final HandLoop loop = new HandLoop();
  private final FakeLinks links = new FakeLinks(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
  private final FakeSwitch linux = new FakeSwitch(Bridge.Kind.LINUX);

  private Ports life() {
    Ports ports =
        new Ports(
            loop,
            new Ports.Machine(links, List.of(linux), new FakeBook<>(), new FakeBook<>()),
            NetPolicy.DEFAULT);
    ports.open();
    loop.settle();
    return ports;
  }

  private Preconditions now(Ports ports) {
    Future<Preconditions> now = ports.preconditions();
    loop.settle();
    assertTrue(now.succeeded(), () -> String.valueOf(now.cause()));
    return now.result();
  }

  private static void assertNotNow(String words, Runnable check) {
    RefusedException refused = assertThrows(RefusedException.class, check::run);
    assertEquals(Reason.TRADE_REFUSED, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).startsWith(words), refused::toString);
  }

  @Test
  void aBridgeThatIsNotSeenMayBeThere() {
    linux.bridge("br7");
    linux.refuse("ip was not done after 5 s");
    Ports ports = life();

    Preconditions blind = now(ports);
    assertNotNow("whether this host has a bridge br7 can't be seen now", () -> blind.plug(PORT));
    assertNotNow("whether this host has a bridge br7", () -> blind.delete(new DeleteBridge("br7")));

    linux.recover();
    loop.pass(Ports.EVERY);
    Preconditions seeing = now(ports);
    assertDoesNotThrow(() -> seeing.plug(PORT));
    assertThrows(RefusedException.class, () -> seeing.delete(new DeleteBridge("br7")));
  }

  @Test
  void linksThatCantBeReadHoldNothingUp() {
    linux.bridge("br7");
    Ports ports = life();
    links.hang();
    Future<Preconditions> blind = ports.preconditions();

    loop.pass(Duration.ofSeconds(10));
    RefusedException refused = assertInstanceOf(RefusedException.class, blind.cause());
    assertEquals(Reason.TRADE_REFUSED, refused.reason());

    links.recover();
    assertDoesNotThrow(() -> now(ports).plug(PORT));
  }

  @Test
  void whatCouldNotBeTriedMayBePossible() {
    linux.refuse("unshare was not done after 20 s");
    Ports ports = life();
    linux.recover();
    linux.bridge("br7");

    Preconditions unsure = now(ports);
    assertNotNow("what this host can do with bridges", () -> unsure.plug(PORT));
    assertNotNow("what this host can do with bridges", () -> unsure.create(CREATE));

    loop.pass(Ports.EVERY);
    assertDoesNotThrow(() -> now(ports).plug(PORT));
    assertDoesNotThrow(() -> now(ports).create(CREATE));
  }
}
