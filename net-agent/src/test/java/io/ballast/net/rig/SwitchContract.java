package io.ballast.net.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.RateLimit;
import io.ballast.messages.Vlan;
import io.ballast.net.rig.Frame.End;
import io.ballast.net.trade.Switch.Seen;
import io.ballast.net.trade.Wanted;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DynamicTest;

/**
 * What every kind of switch does with the frames of guests: the same checks for all of them, each
 * with new cards, on a ground that is as before after it.
 */
public final class SwitchContract {
  private static final End NEIGHBOUR = End.of("52:54:00:bb:00:01", "10.20.0.9");
  private static final String FIRST = "10.20.0.5";
  private static final String SECOND = "10.20.0.6";
  private static final Optional<Vlan> RED = Optional.of(new Vlan.Access(100));
  private static final Optional<Vlan> BLUE = Optional.of(new Vlan.Access(200));
  private static final RateLimit SLOW = RateLimit.of(2_000);

  private final Ground ground;
  private final List<Tap> taps = new ArrayList<>();
  private int marks;

  public SwitchContract(Ground ground) {
    this.ground = ground;
  }

  private interface Check {
    void run() throws InterruptedException;
  }

  /** All checks. */
  public Stream<DynamicTest> checks() {
    List<DynamicTest> all = new ArrayList<>();
    all.add(check("right traffic passes", this::rightTrafficPasses));
    all.add(check("each kind of spoof is dropped and counted", this::spoofsAreDropped));
    all.add(check("a guest without addresses is held to its card", this::heldToItsCard));
    all.add(check("malformed packets never reach anybody", this::malformedIsDropped));
    all.add(check("a limit from the guest holds", this::limitFromGuest));
    all.add(check("a limit to the guest holds", this::limitToGuest));
    all.add(check("a change opens no gap", this::changesOpenNoGap));
    all.add(check("what a stranger unplugs is repaired", this::repaired));
    all.add(check("a card comes, moves, leaves and comes back", this::cardsComeAndGo));
    all.add(check("a comparison changes nothing", this::comparisonChangesNothing));
    PublicAddressContract outside = new PublicAddressContract(this);
    all.add(check("a public address works both ways", outside::bothWays));
    if (ground.hasVlans()) {
      all.add(check("VLANs are kept apart", this::vlansAreKeptApart));
      all.add(check("a trunk carries its VLANs and no other", this::trunks));
    }
    return all.stream();
  }

  private DynamicTest check(String name, Check check) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          String before = ground.foreign();
          try {
            check.run();
          } finally {
            answer(ground.tried().agree(List.of()));
            taps.forEach(Tap::close);
            taps.forEach(tap -> ground.unplug(tap.name()));
            taps.clear();
          }
          assertEquals("", ground.ours());
          Awaitility.await().untilAsserted(() -> assertEquals(before, ground.foreign()));
        });
  }

  private void rightTrafficPasses() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24", "fd00:20::5/64");
    agree(card);
    Guarded.right(card.end(FIRST), NEIGHBOUR)
        .forEach((what, frame) -> passes(what, card.tap(), neighbour, frame));
    passes("an answer", neighbour, card.tap(), Frame.udp(NEIGHBOUR, card.end(FIRST), "back"));
    assertEquals(Optional.of(0L), compare(card).spoofed());
  }

  private void spoofsAreDropped() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24", "fd00:20::5/64");
    agree(card);
    Map<String, Frame> wrong = Guarded.wrong(card.end(FIRST), NEIGHBOUR);
    wrong.forEach(
        (what, frame) -> dropped(what, card.tap(), neighbour, frame, card.end(FIRST), NEIGHBOUR));
    counted(card, wrong.size());
  }

  private void heldToItsCard() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded();
    agree(card);
    End guest = card.end(FIRST);
    passes("any address", card.tap(), neighbour, Frame.udp(guest.at("192.0.2.77"), NEIGHBOUR, ""));
    passes("any ARP", card.tap(), neighbour, Frame.asking(guest.at("192.0.2.77"), NEIGHBOUR.ip()));
    Map<String, Frame> wrong = Guarded.wrongOfAnyAddress(guest, NEIGHBOUR);
    wrong.forEach((what, frame) -> dropped(what, card.tap(), neighbour, frame, guest, NEIGHBOUR));
    counted(card, wrong.size());
  }

  private void malformedIsDropped() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24", "fd00:20::5/64");
    agree(card);
    Guarded.malformed(card.end(FIRST), NEIGHBOUR)
        .forEach(
            (what, frame) ->
                dropped(what, card.tap(), neighbour, frame, card.end(FIRST), NEIGHBOUR));
  }

  private void limitFromGuest() throws InterruptedException {
    Tap neighbour = neighbour();
    Card card = guest(1).limited(Optional.empty(), Optional.of(SLOW));
    agree(card);
    Frame load = Frame.udp(card.end(FIRST), NEIGHBOUR, "x".repeat(1_400));
    limited(card.tap(), neighbour, load);
  }

  private void limitToGuest() throws InterruptedException {
    Tap neighbour = neighbour();
    Card card = guest(1).limited(Optional.of(SLOW), Optional.empty());
    agree(card);
    Frame load = Frame.udp(NEIGHBOUR, card.end(FIRST), "x".repeat(1_400));
    limited(neighbour, card.tap(), load);
  }

  private static void limited(Tap from, Tap to, Frame load) throws InterruptedException {
    try (Stress stress = new Stress(from, load)) {
      TimeUnit.SECONDS.sleep(1); // so that no burst is left
      Rate rate = new Rate(to);
      TimeUnit.SECONDS.sleep(5);
      double megabits = rate.megabits();
      assertTrue(megabits > 1.8 && megabits < 2.1, () -> "2 Mbit/s were " + megabits);
      assertTrue(stress.sent() * load.length() * 8 > 5_000_000L * 6, () -> "sent too few");
    }
  }

  private void changesOpenNoGap() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24");
    Card more = guarded(card, FIRST + "/24", "10.20.0.55/24");
    agree(card);
    Frame wrong = Frame.udp(card.end("10.20.0.66"), NEIGHBOUR, "wrong");
    try (Stress spoof = new Stress(card.tap(), wrong)) {
      for (int i = 0; i < 4; i++) {
        agree(i % 2 == 0 ? more : card);
      }
      assertTrue(spoof.sent() > 0);
    }
    Frame last = Frame.udp(card.end(FIRST), NEIGHBOUR, mark());
    card.tap().send(last);
    assertFalse(neighbour.until("the last", last::is).stream().anyMatch(wrong::is));
  }

  private static Card guarded(Card card, String... addresses) {
    return card.guarded(addresses);
  }

  private void repaired() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24");
    agree(card);
    answer(ground.tried().detach(card.tap().name()));
    assertEquals("", ground.bridgeOf(card.tap().name()));
    assertFalse(compare(card).differences().isEmpty());
    agree(card);
    passes("right", card.tap(), neighbour, Frame.udp(card.end(FIRST), NEIGHBOUR, "again"));
    answer(ground.tried().detach("nosuchlink"));
  }

  private void cardsComeAndGo() {
    Tap neighbour = neighbour();
    Card card = guest(1).guarded(FIRST + "/24");
    Card gone = card.on(ground.otherBridge());
    agree(gone);
    assertEquals(ground.otherBridge(), ground.bridgeOf(card.tap().name()));
    agree(card);
    assertEquals(ground.bridge(), ground.bridgeOf(card.tap().name()));
    passes("moved", card.tap(), neighbour, Frame.udp(card.end(FIRST), NEIGHBOUR, "moved"));
    card.tap().close();
    assertEquals(List.of(), agree(List.of(card.absent())).getFirst().differences());
    assertEquals("", ground.ours());
    Card back = card.by(tap("vnet7", 1));
    agree(back);
    passes("back", back.tap(), neighbour, Frame.udp(card.end(FIRST), NEIGHBOUR, "back"));
    dropped(
        "wrong",
        back.tap(),
        neighbour,
        Frame.udp(card.end(SECOND), NEIGHBOUR, "wrong"),
        card.end(FIRST),
        NEIGHBOUR);
  }

  private void comparisonChangesNothing() {
    Card card = guest(1).guarded(FIRST + "/24").limited(Optional.of(SLOW), Optional.of(SLOW));
    assertFalse(compare(card).differences().isEmpty());
    assertEquals("", ground.ours());
    assertEquals("", ground.bridgeOf(card.tap().name()));
    agree(card);
    assertEquals(List.of(), compare(card).differences());
    String ours = ground.ours();
    agree(card);
    assertEquals(ours, ground.ours());
  }

  private void vlansAreKeptApart() {
    Tap neighbour = neighbour();
    Card red = guest(1).in(RED);
    Card blue = guest(2).in(BLUE);
    Card none = guest(3);
    agree(red, blue, none);
    End guest = red.end(FIRST);
    Frame all = Frame.asking(guest, NEIGHBOUR.ip());
    red.tap().send(all);
    Frame heard = neighbour.until("a request", all::is).getLast();
    assertEquals(Optional.of(100), heard.vlan());
    Frame plain = Frame.asking(none.end(SECOND), NEIGHBOUR.ip());
    none.tap().send(plain);
    assertEquals(Optional.empty(), neighbour.until("a request", plain::is).getLast().vlan());
    Frame toBlue = Frame.asking(NEIGHBOUR, blue.end(SECOND).ip());
    neighbour.send(toBlue.tagged(200));
    List<Frame> ofBlue = blue.tap().until("a request", toBlue::is);
    assertEquals(Optional.empty(), ofBlue.getLast().vlan());
    assertEquals(1, ofBlue.size(), ofBlue::toString);
    neighbour.send(all.from(NEIGHBOUR.mac()));
    assertEquals(1, none.tap().until("the plain", all.from(NEIGHBOUR.mac())::is).size());
    none.tap().send(plain.tagged(100));
    none.tap().send(plain.tagged(200));
    dropped("a tag", none.tap(), neighbour, plain.tagged(100), none.end(SECOND), NEIGHBOUR);
  }

  private void trunks() {
    Tap neighbour = neighbour();
    Card trunk = guest(1).in(Optional.of(new Vlan.Trunk(List.of(100, 300))));
    agree(trunk);
    End guest = trunk.end(FIRST);
    Frame frame = Frame.udp(guest, NEIGHBOUR, "trunk");
    trunk.tap().send(frame.tagged(200));
    trunk.tap().send(frame);
    trunk.tap().send(frame.tagged(300));
    List<Frame> heard = neighbour.until("the tagged", frame::is);
    assertEquals(Optional.of(300), heard.getLast().vlan());
    assertEquals(1, heard.size(), heard::toString);
    Frame back = Frame.udp(NEIGHBOUR, guest, "back");
    neighbour.send(back.tagged(200));
    neighbour.send(back);
    neighbour.send(back.tagged(300));
    List<Frame> told = trunk.tap().until("the tagged", back::is);
    assertEquals(Optional.of(300), told.getLast().vlan());
    assertEquals(1, told.size(), told::toString);
  }

  Ground ground() {
    return ground;
  }

  Tap neighbour() {
    Tap tap = ground.space().tap("up0", NEIGHBOUR.mac());
    taps.add(tap);
    ground.plug(ground.bridge(), tap.name());
    return tap;
  }

  Card guest(int number) {
    return Card.of(number, tap("vnet" + number, number), ground.bridge());
  }

  private Tap tap(String name, int number) {
    Tap tap = ground.space().tap(name, Card.mac(number));
    taps.add(tap);
    return tap;
  }

  /** Agrees on these alone, after which nothing differs. */
  void agree(Card... cards) {
    agree(Stream.of(cards).map(Card::wanted).toList())
        .forEach(seen -> assertEquals(List.of(), seen.differences()));
  }

  private List<Seen> agree(List<Wanted> wanted) {
    return answer(ground.tried().agree(wanted));
  }

  private Seen compare(Card card) {
    return answer(ground.tried().compare(List.of(card.wanted()))).getFirst();
  }

  private void counted(Card card, int packets) {
    Awaitility.await()
        .untilAsserted(() -> assertEquals(Optional.of((long) packets), compare(card).spoofed()));
  }

  /** A frame arrives as it was sent. */
  static void passes(String what, Tap from, Tap to, Frame frame) {
    from.send(frame);
    to.until(what + ": " + frame, frame::is);
  }

  /** A frame does not arrive, though one that was sent after it does. */
  private void dropped(String what, Tap from, Tap to, Frame frame, End guest, End neighbour) {
    Frame after = Frame.udp(guest, neighbour, mark());
    from.send(frame);
    from.send(after);
    List<Frame> heard = to.until("what came after " + what, after::is);
    assertEquals(1, heard.size(), () -> what + " arrived: " + heard);
  }

  private String mark() {
    return "mark " + marks++ + ".";
  }

  static <T> T answer(Future<T> future) {
    try {
      return future.await(20, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
