package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PortTest {
  private static final Mac CARD = new Mac("52:54:00:12:34:56");
  private static final VmId VM = new VmId(UUID.fromString("00000000-0000-4000-8000-000000000001"));
  private static final PortChange NOTHING = PortChange.clearing(Set.of());

  private static Port port(
      Optional<Vlan> vlan, List<String> addresses, Optional<String> shown, Optional<String> line) {
    return new Port(
        CARD,
        VM,
        "br0",
        vlan,
        addresses.stream().map(Cidr::of).toList(),
        Optional.empty(),
        Optional.of(RateLimit.of(2_000)),
        true,
        shown.map(IpAddress::new),
        Optional.empty(),
        line);
  }

  private static String refused(Runnable making) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, making::run).getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 4095, 5000})
  void aVlanHasATagOfItsOwn(int tag) {
    assertEquals(
        "field 'tag' is %d; a VLAN is 1 to 4094".formatted(tag),
        refused(() -> new Vlan.Access(tag)));
    assertThrows(IllegalArgumentException.class, () -> new Vlan.Trunk(List.of(5, tag)));
  }

  @Test
  void aTrunkIsSortedAndNeverEmpty() {
    assertEquals(List.of(3, 100, 200), new Vlan.Trunk(List.of(200, 3, 100, 200)).tags());
    assertThrows(IllegalArgumentException.class, () -> new Vlan.Trunk(List.of()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"})
  void aCardIsNoGroup(String mac) {
    String why = refused(() -> Port.of(new Mac(mac), VM, "br0"));

    assertTrue(why.startsWith("field 'card' is " + mac), why);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "52:54:00:12:34", "52-54-00-12-34-56", "525400123456", "g2:54:00:12:34:56"})
  void aMacHasItsForm(String text) {
    assertThrows(IllegalArgumentException.class, () -> new Mac(text));
  }

  @Test
  void aMacIsANumberToo() {
    assertEquals(0x525400ABCDEFL, new Mac("52:54:00:AB:CD:EF").bits());
    assertEquals(new Mac("52:54:00:ab:cd:ef"), Mac.of(0x525400ABCDEFL));
    assertEquals("00:00:00:00:00:01", Mac.of(1).value());
  }

  @ParameterizedTest
  @ValueSource(strings = {"abcdefghijklmnop", "", "-br", "br 0", "br/0", "br0;x", "../x", "ä"})
  void aBridgeHasTheNameOfALink(String name) {
    assertThrows(IllegalArgumentException.class, () -> Port.of(CARD, VM, name));
  }

  @ParameterizedTest
  @ValueSource(longs = {-5, 0, 7, 1_000_000_001})
  void aLimitLetsSomethingThrough(long rate) {
    assertThrows(IllegalArgumentException.class, () -> new RateLimit(rate, 1_000));
    assertThrows(IllegalArgumentException.class, () -> new RateLimit(1_000, 0));
  }

  @Test
  void theUsualBurstHoldsALargePacketAndATenthOfASecond() {
    assertEquals(600, RateLimit.of(2_000).kilobits());
    assertEquals(100_000, RateLimit.of(1_000_000).kilobits());
    assertEquals("2 Mbit/s", RateLimit.of(2_000).toString());
    assertEquals("512 kbit/s", RateLimit.of(512).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/24", "10.0.0.255/24", "224.0.0.5/24", "127.0.0.1/8", "::1/128"})
  void anAddressIsOneThatAMachineCanBear(String address) {
    assertThrows(
        IllegalArgumentException.class,
        () -> port(Optional.empty(), List.of(address), Optional.empty(), Optional.empty()));
  }

  @Test
  void aCardHasABoundedNumberOfAddresses() {
    List<String> many = IntStream.rangeClosed(1, 65).mapToObj(i -> "10.0.0." + i + "/24").toList();

    assertEquals(
        "field 'addresses' has 65; a card has at most 64",
        refused(() -> port(Optional.empty(), many, Optional.empty(), Optional.empty())));
  }

  @Test
  void aPublicAddressStandsForAPrivateOneOnALine() {
    Optional<String> shown = Optional.of("203.0.113.5");
    Optional<String> line = Optional.of("telecom");
    Port good = port(Optional.empty(), List.of("2001:db8::5/64", "10.0.0.5/24"), shown, line);

    assertEquals(Optional.of(Cidr.of("10.0.0.5/24")), good.privateAddress());
    List<Runnable> bad =
        List.of(
            () -> port(Optional.empty(), List.of("10.0.0.5/24"), shown, Optional.empty()),
            () -> port(Optional.empty(), List.of(), shown, line),
            () -> port(Optional.empty(), List.of("2001:db8::5/64"), shown, line),
            () -> port(Optional.empty(), List.of("203.0.113.5/24"), shown, line),
            () -> port(Optional.empty(), List.of("10.0.0.5/24"), Optional.of("2001:db8::9"), line),
            () ->
                port(Optional.of(new Vlan.Trunk(List.of(1))), List.of("10.0.0.5/24"), shown, line));
    bad.forEach(making -> assertTrue(refused(making).startsWith("field 'publicAddress' is ")));
  }

  @Test
  void aChangeLeavesAllElseAsItIs() {
    Port port =
        port(
            Optional.of(new Vlan.Access(7)),
            List.of("10.0.0.5/24"),
            Optional.of("203.0.113.5"),
            Optional.of("telecom"));

    assertEquals(port, NOTHING.to(port));
    Port bare =
        PortChange.clearing(
                Set.of(
                    PortChange.Part.VLAN,
                    PortChange.Part.ADDRESSES,
                    PortChange.Part.OUT,
                    PortChange.Part.PUBLIC_ADDRESS,
                    PortChange.Part.LINE))
            .to(port);
    assertEquals(
        new Port(
            CARD,
            VM,
            "br0",
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()),
        bare);
    assertFalse(bare.out().isPresent());
    assertThrows(
        IllegalArgumentException.class,
        () -> PortChange.clearing(Set.of(PortChange.Part.LINE)).to(port));
  }

  @Test
  void nothingIsSetAndClearedAtOnce() {
    assertEquals(
        "field 'mtu' is to be set and to be cleared; leave one out",
        refused(
            () ->
                new PortChange(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(1400),
                    Optional.empty(),
                    Set.of(PortChange.Part.MTU))));
  }

  @Test
  void aListOfPortsMeansThoseThatAreAskedFor() {
    Port tagged =
        port(Optional.of(new Vlan.Access(7)), List.of(), Optional.empty(), Optional.empty());
    Port plain = Port.of(CARD, VM, "br1");

    assertEquals(
        Set.of(tagged),
        Set.of(tagged, plain).stream()
            .filter(
                new NetCommand.ListPorts(Optional.of(VM), Optional.empty(), Optional.of(7))::means)
            .collect(Collectors.toSet()));
    assertEquals(
        Set.of(plain),
        Set.of(tagged, plain).stream()
            .filter(
                new NetCommand.ListPorts(Optional.empty(), Optional.of("br1"), Optional.empty())
                    ::means)
            .collect(Collectors.toSet()));
  }
}
