package io.ballast.net.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.IpAddress;
import io.ballast.messages.Vlan;
import io.ballast.net.rig.Frame.Arp;
import io.ballast.net.rig.Frame.End;
import io.ballast.net.trade.Outside;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** What a public address does with frames, from outside to the guest and back. */
final class PublicAddressContract {
  private static final End ROUTER = End.of("52:54:00:bb:00:01", "203.0.113.1");
  private static final End CLIENT = ROUTER.at("198.51.100.7");
  private static final String PRIVATE = "10.20.0.5";
  private static final String PUBLIC = "203.0.113.5";
  private static final String ROUTER_WITHIN = "10.20.0.1";

  private final SwitchContract contract;

  PublicAddressContract(SwitchContract contract) {
    this.contract = contract;
  }

  /** The guest is in one VLAN, the network outside in another; in none where there are none. */
  void bothWays() {
    boolean vlans = contract.ground().hasVlans();
    Optional<Integer> outside = vlans ? Optional.of(200) : Optional.empty();
    Optional<Vlan> within = vlans ? Optional.of(new Vlan.Access(100)) : Optional.empty();
    UnaryOperator<Frame> tagged = frame -> vlans ? frame.tagged(200) : frame;
    Tap router = contract.neighbour();
    Card card =
        contract
            .guest(1)
            .in(within)
            .guarded(PRIVATE + "/24")
            .known(PUBLIC, new Outside(ROUTER.ip(), new IpAddress(ROUTER_WITHIN), outside));
    Card friend = contract.guest(2).in(within);
    contract.agree(card, friend);
    End guest = card.end(PRIVATE);
    End known = card.end(PUBLIC);

    router.send(tagged.apply(Frame.asking(ROUTER, known.ip())));
    Frame asked = Frame.asking(ROUTER.at(ROUTER_WITHIN), guest.ip());
    assertEquals(Optional.empty(), card.tap().until("who has it", saying(asked)).getLast().vlan());

    card.tap().send(Frame.answering(guest, ROUTER.at(ROUTER_WITHIN)));
    Frame answered = Frame.answering(known, ROUTER);
    assertEquals(outside, router.until("the guest has", answered::is).getLast().vlan());

    card.tap().send(Frame.asking(guest, new IpAddress(ROUTER_WITHIN)));
    Frame asking = Frame.asking(known, ROUTER.ip());
    assertEquals(outside, router.until("who is the router", asking::is).getLast().vlan());

    router.send(tagged.apply(Frame.answering(ROUTER, known)));
    Frame told = Frame.answering(ROUTER.at(ROUTER_WITHIN), guest);
    card.tap().until("the router has", told::is);

    End stranger = ROUTER.at("203.0.113.77");
    router.send(tagged.apply(Frame.asking(stranger, known.ip())));
    card.tap().until("a stranger asks", saying(Frame.asking(stranger, guest.ip())));
    card.tap().send(Frame.answering(guest, stranger));
    router.until("the guest answers a stranger", Frame.answering(known, stranger)::is);

    in(router, card.tap(), tagged.apply(Frame.ping(CLIENT, known, "in ping")), "in ping", guest);
    in(router, card.tap(), tagged.apply(Frame.tcp(CLIENT, known, "in tcp")), "in tcp", guest);
    in(router, card.tap(), tagged.apply(Frame.udp(CLIENT, known, "in udp")), "in udp", guest);
    out(card.tap(), router, Frame.ping(guest, CLIENT, "out ping"), "out ping", outside);
    out(card.tap(), router, Frame.tcp(guest, CLIENT, "out tcp"), "out tcp", outside);
    out(card.tap(), router, Frame.udp(guest, CLIENT, "out udp"), "out udp", outside);

    End other = friend.end("10.20.0.6");
    SwitchContract.passes("within", card.tap(), friend.tap(), Frame.asking(guest, other.ip()));
    SwitchContract.passes("within", friend.tap(), card.tap(), Frame.answering(other, guest));
    SwitchContract.passes("within", card.tap(), friend.tap(), Frame.udp(guest, other, "within"));
    SwitchContract.passes("within", friend.tap(), card.tap(), Frame.udp(other, guest, "within"));

    card.tap().send(Frame.rarp(guest.mac()));
    Frame moved = Frame.rarp(guest.mac());
    router.until("it moved", frame -> frame.is(moved) && frame.vlan().equals(outside));
    friend.tap().until("it moved", moved::is);

    SwitchContract.answer(contract.ground().tried().announce(card.wanted()));
    router.until(
        "an announcement",
        frame ->
            frame.vlan().equals(outside)
                && frame.arp().map(Arp::sender).equals(Optional.of(known))
                && frame.source().equals(card.port().card()));
  }

  /** The same in ARP, to whichever card the frame is. */
  private static Predicate<Frame> saying(Frame frame) {
    return heard -> heard.arp().equals(frame.arp());
  }

  private static void in(Tap router, Tap card, Frame frame, String text, End guest) {
    router.send(frame);
    Frame heard = card.until(text, each -> each.says(text)).getLast();
    assertEquals(guest.ip(), heard.ip().orElseThrow().destination());
    assertEquals(CLIENT.ip(), heard.ip().orElseThrow().source());
    assertEquals(guest.mac(), heard.destination());
    assertEquals(Optional.empty(), heard.vlan());
    assertTrue(heard.checks(), heard::toString);
  }

  private static void out(Tap card, Tap router, Frame frame, String text, Optional<Integer> vlan) {
    card.send(frame);
    Frame heard = router.until(text, each -> each.says(text)).getLast();
    assertEquals(new IpAddress(PUBLIC), heard.ip().orElseThrow().source());
    assertEquals(CLIENT.ip(), heard.ip().orElseThrow().destination());
    assertEquals(vlan, heard.vlan());
    assertTrue(heard.checks(), heard::toString);
  }
}
