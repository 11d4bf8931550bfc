package io.ballast.net.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Mac;
import io.ballast.messages.VmId;
import io.ballast.net.trade.Guests.Card;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What virsh of libvirt 9.0 printed. */
final class CardListsTest {
  private static final VmId WEB1 = VmId.of("11111111-1111-4111-8111-111111111111");
  private static final VmId WEB2 = VmId.of("11111111-1111-4112-8111-111111111111");
  private static final Map<VmId, String> NAMES = Map.of(WEB1, "web1", WEB2, "web server 2");
  private static final Mac SHARED = new Mac("52:54:00:00:00:02");

  @Test
  void namesMayHaveSpaces() {
    assertEquals(
        NAMES,
        CardLists.names(
            """
            11111111-1111-4111-8111-111111111111 web1
            11111111-1111-4112-8111-111111111111 web server 2

            """));
  }

  @Test
  void allAreAskedInOneLine() {
    assertEquals(
        "echo ' %1$s '; domiflist %1$s; domiflist --inactive %1$s; ".formatted(WEB1)
            + "echo ' %1$s '; domiflist %1$s; domiflist --inactive %1$s; uri".formatted(WEB2),
        CardLists.question(new TreeSet<>(NAMES.keySet())));
  }

  @Test
  void eachCardIsThatOfTheMachineBeforeIt() {
    String printed =
        " 11111111-1111-4111-8111-111111111111  vnet0   bridge   br0   virtio   52:54:00:00:00:01\n"
            + " -   ethernet   -   rtl8139   52:54:00:00:00:02\n"
            + " 11111111-1111-4112-8111-111111111111  -   network   default   -  "
            + " 52:54:00:00:00:02";

    assertEquals(
        Set.of(new Card(SHARED, WEB1, "web1"), new Card(SHARED, WEB2, "web server 2")),
        CardLists.cards(Set.of(SHARED), NAMES, printed));
  }

  @Test
  void aMachineThatHasNoCardHasNotThatOfTheOneBefore() {
    String printed =
        " 11111111-1111-4111-8111-111111111111  11111111-1111-4112-8111-111111111111 "
            + " -   bridge   11111111-1111-4113-8111-111111111111   -   52:54:00:00:00:02\n"
            + " -   bridge   aaaa:bbbb:cccc:dd   -   52:54:00:00:00:02\nqemu:///system";

    assertEquals(
        Set.of(new Card(SHARED, WEB2, "web server 2")),
        CardLists.cards(Set.of(SHARED), NAMES, printed));
  }
}
