package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IpAddressTest {
  /** The examples of RFC 5952. */
  @ParameterizedTest
  @CsvSource({
    "10.0.0.5, 10.0.0.5",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0DB8::0001, 2001:db8::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "0:0:0:0:0:0:0:0, ::",
    "fe80:0:0:0:0:0:0:0, fe80::",
    "::1, ::1"
  })
  void anAddressHasOneForm(String written, String form) {
    assertEquals(form, new IpAddress(written).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0",
        "10.0.0.256",
        "10.0.0.05",
        "10.0.0.5/24",
        " 10.0.0.5",
        "host",
        "1",
        "fe80::1%eth0",
        "1::2::3",
        "12345::",
        "10.0.0.5\n",
        "0x7f.1",
        "[::1]"
      })
  void anythingElseIsNone(String text) {
    assertThrows(IllegalArgumentException.class, () -> new IpAddress(text));
  }

  @Property
  void bytesAndTextTellTheSame(@ForAll @Size(16) byte[] bytes) {
    IpAddress address = IpAddress.of(bytes);

    assertEquals(address, new IpAddress(address.value()));
    assertEquals(address, IpAddress.of(address.bytes()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "ff02::1"})
  void aGroupIsNoMachine(String text) {
    assertFalse(new IpAddress(text).isHost());
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.5/24, 10.0.0.0, 10.0.0.255, true",
    "10.0.0.0/24, 10.0.0.0, 10.0.0.255, false",
    "10.0.0.255/24, 10.0.0.0, 10.0.0.255, false",
    "10.0.0.0/31, 10.0.0.0, 10.0.0.1, true",
    "10.0.0.9/32, 10.0.0.9, 10.0.0.9, true",
    "10.77.3.1/9, 10.0.0.0, 10.127.255.255, true",
    "2001:db8::/64, 2001:db8::, 2001:db8::ffff:ffff:ffff:ffff, false",
    "2001:db8::5/64, 2001:db8::, 2001:db8::ffff:ffff:ffff:ffff, true"
  })
  void aNetworkHasItsFirstAndItsLast(String text, String network, String last, boolean host) {
    Cidr cidr = Cidr.of(text);

    assertEquals(network, cidr.network().value());
    assertEquals(last, cidr.last().value());
    assertEquals(host, cidr.isHost());
    assertTrue(cidr.contains(cidr.network()));
    assertFalse(cidr.contains(new IpAddress("192.0.2.1")));
    assertFalse(cidr.contains(new IpAddress("2001:db9::1")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.5", "10.0.0.5/33", "10.0.0.5/-1", "10.0.0.5/024", "2001:db8::/129"})
  void aNetworkNeedsItsLength(String text) {
    assertThrows(IllegalArgumentException.class, () -> Cidr.of(text));
  }
}
