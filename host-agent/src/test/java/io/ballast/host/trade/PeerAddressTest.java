package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PeerAddressTest {
  @ParameterizedTest
  @CsvSource({
    "qemu+tcp://10.0.0.2/system, qemu+tcp, 10.0.0.2, tcp://10.0.0.2",
    "qemu://node-1.rack_2.example/system, qemu, node-1.rack_2.example, tcp://node-1.rack_2.example",
    "qemu+tls://H2.Example:16515/system, qemu+tls, h2.example, tcp://h2.example",
    "qemu+tcp://[FD00::1]/system, qemu+tcp, [fd00::1], tcp://[fd00::1]",
    "qemu+tcp://[::ffff:10.0.0.1]:5/system, qemu+tcp, [::ffff:10.0.0.1], tcp://[::ffff:10.0.0.1]",
    "qemu://3com.example/system, qemu, 3com.example, tcp://3com.example",
  })
  void anAddressIsASchemeAHostAndPerhapsAPort(
      String uri, String scheme, String host, String dataUri) {
    PeerAddress address = PeerAddress.of(uri);

    assertEquals(scheme, address.scheme());
    assertEquals(host, address.host());
    assertEquals(dataUri, address.dataUri());
    assertEquals(address, PeerAddress.of(address.uri()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/system",
        "qemu:///system",
        "qemu://h2",
        "qemu://h2/",
        "qemu://h2/session",
        "qemu://h2/system/",
        "qemu://h2//system",
        "qemu://h2/System",
        "qemu://h2/system?command=/tmp/x",
        "qemu+ext://h2/system?command=/tmp/x",
        "qemu+ssh://h2/system?command=/tmp/x&netcat=/tmp/y",
        "qemu+unix:///system?socket=/tmp/x",
        "qemu+unix://h2/system?socket=/tmp/x",
        "qemu://h2/system#x",
        "qemu://h2/system%3Fcommand=x",
        "qemu://h2%2Fsystem?command=x/system",
        "qemu://root@h2/system",
        "qemu://root:secret@h2/system",
        "qemu://@h2/system",
        "QEMU+TCP://h2/system",
        "Qemu://h2/system",
        "+qemu://h2/system",
        "qemu+tcp:h2/system",
        "qemu+tcp:/h2/system",
        "qemu+tcp:///h2/system",
        "qemu+tcp://h2:/system",
        "qemu+tcp://h2:0/system",
        "qemu+tcp://h2:65536/system",
        "qemu+tcp://h2:999999/system",
        "qemu+tcp://h2:1:2/system",
        "qemu+tcp://h2:-1/system",
        "qemu+tcp://0x7f.1/system",
        "qemu+tcp://0x7f000001/system",
        "qemu+tcp://127.1/system",
        "qemu+tcp://2130706433/system",
        "qemu+tcp://017700000001/system",
        "qemu+tcp://010.0.0.1/system",
        "qemu+tcp://10.0.0.01/system",
        "qemu+tcp://10.0.0.256/system",
        "qemu+tcp://10.0.0.1.2/system",
        "qemu+tcp://10.0.0.0xA/system",
        "qemu+tcp://10.0.0/system",
        "qemu+tcp://10.0.0.1./system",
        "qemu+tcp://localhost./system",
        "qemu+tcp://.h2/system",
        "qemu+tcp://h2..example/system",
        "qemu+tcp://-oProxyCommand=x/system",
        "qemu+tcp://h2-/system",
        "qemu+tcp://h2.-x/system",
        "qemu+tcp://fd00::1/system",
        "qemu+tcp://[fd00::1/system",
        "qemu+tcp://fd00::1]/system",
        "qemu+tcp://[fd00::1%25eth0]/system",
        "qemu+tcp://[fe80::1%eth0]/system",
        "qemu+tcp://[10.0.0.1]/system",
        "qemu+tcp://[]/system",
        "qemu+tcp://[:]/system",
        "qemu+tcp://[1::2::3]/system",
        "qemu+tcp://[h2]/system",
        "qemu+tcp://h 2/system",
        " qemu+tcp://h2/system",
        "qemu+tcp://h2/system ",
        "qemu+tcp://h2/system\n",
        "qemu+tcp://h2\n/system",
        "qemu+tcp://h2\u0000/system",
        "qemu+tcp://h2\r\nx/system",
        "qemu+tcp://h2,h3/system",
        "qemu+tcp://h2;x/system",
        "qemu+tcp://$(x)/system",
        "qemu+tcp://h2\\x/system",
        "qemu+tcp://h\u00e9/system",
        "qemu+tcp://\u0661\u0660.0.0.1/system",
        "qemu+tcp://h2\u3002example/system",
      })
  void nothingElseIsOne(String uri) {
    RefusedException refused = assertThrows(RefusedException.class, () -> PeerAddress.of(uri));

    assertEquals(Reason.NOT_ALLOWED, refused.reason());
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.matches("[ -~]+"), message);
    assertTrue(message.contains(" is no address of a peer: "), message);
  }

  @Test
  void whatIsTooLongIsNone() {
    assertRefusedShort("qemu+tcp://" + "a".repeat(64) + "/system");
    assertRefusedShort("qemu+tcp://" + "a.".repeat(130) + "a/system");
    assertRefusedShort("qemu+tcp://" + "1".repeat(1_000_000) + "/system");
    assertRefusedShort("q".repeat(22) + "://h2/system");
  }

  private static void assertRefusedShort(String uri) {
    RefusedException refused = assertThrows(RefusedException.class, () -> PeerAddress.of(uri));
    assertTrue(String.valueOf(refused.getMessage()).length() < 300, refused::toString);
  }

  @Test
  void aNameIsNoLiteral() {
    assertEquals(Optional.empty(), PeerAddress.of("qemu://h2/system").literal());
    assertEquals(
        "10.0.0.200",
        PeerAddress.of("qemu://10.0.0.200/system").literal().orElseThrow().getHostAddress());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu+tcp://10.0.0.2/system",
        "qemu://172.31.255.255/system",
        "qemu+tls://192.168.1.1/system",
        "qemu+tcp://127.0.0.1/system",
        "qemu+tcp://[::1]/system",
        "qemu+tcp://[fd12::1]/system",
        "qemu+tcp://[::ffff:10.0.0.1]/system",
      })
  void privateNetworksMayBeReached(String uri) {
    PeerAddress peer = PeerAddress.of(uri);

    PeerRules.DEFAULT.check(peer, List.of(peer.literal().orElseThrow()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "qemu+tcp://8.8.8.8/system",
        "qemu+tcp://172.32.0.1/system",
        "qemu+tcp://11.0.0.1/system",
        "qemu+tcp://169.254.169.254/system",
        "qemu+tcp://0.0.0.0/system",
        "qemu+tcp://[::]/system",
        "qemu+tcp://[2001:db8::1]/system",
        "qemu+tcp://[fe80::1]/system",
        "qemu+tcp://[::ffff:8.8.8.8]/system",
        "qemu+tcp://[64:ff9b::a00:1]/system",
        "qemu+ssh://10.0.0.2/system",
        "qemu+unix://10.0.0.2/system",
        "qemu+ext://10.0.0.2/system",
        "xen://10.0.0.2/system",
      })
  void otherNetworksAndSchemesMayNot(String uri) {
    PeerAddress peer = PeerAddress.of(uri);

    assertNotAllowed(PeerRules.DEFAULT, peer, List.of(peer.literal().orElseThrow()));
  }

  @Test
  void everyAddressOfANameMustLieInside() {
    PeerAddress peer = PeerAddress.of("qemu+tcp://h2/system");
    List<InetAddress> addresses = new ArrayList<>(List.of(address("10.0.0.1")));
    PeerRules.DEFAULT.check(peer, addresses);

    addresses.add(address("8.8.8.8"));

    assertNotAllowed(PeerRules.DEFAULT, peer, addresses);
    assertNotAllowed(PeerRules.DEFAULT, peer, List.of());
  }

  @Test
  void networksAreThoseThatAreSaid() {
    PeerRules one = new PeerRules(List.of("qemu"), List.of(Network.of("10.1.2.128/25")), Map.of());
    PeerAddress peer = PeerAddress.of("qemu://h2/system");

    one.check(peer, List.of(address("10.1.2.128"), address("10.1.2.255")));
    assertNotAllowed(one, peer, List.of(address("10.1.2.127")));
    assertNotAllowed(one, peer, List.of(address("10.1.3.128")));
    assertNotAllowed(one, peer, List.of(address("::1")));
    assertTrue(Network.of("::/0").contains(address("::1")));
    assertFalse(Network.of("::/0").contains(address("10.0.0.1")));
    assertEquals("10.1.2.128/25", Network.of("10.1.2.128/25").toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.0",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "h2/8",
        "::1/129",
        "10.0.0.0/8/8",
        "",
        "/8",
        "localhost/8"
      })
  void aNetworkIsAnAddressAndANumberOfBits(String text) {
    assertThrows(IllegalArgumentException.class, () -> Network.of(text));
  }

  private static void assertNotAllowed(
      PeerRules rules, PeerAddress peer, List<InetAddress> addresses) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> rules.check(peer, addresses));
    assertEquals(Reason.NOT_ALLOWED, refused.reason());
  }

  private static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
