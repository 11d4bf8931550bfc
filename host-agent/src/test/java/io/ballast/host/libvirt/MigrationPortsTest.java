package io.ballast.host.libvirt;

import static io.ballast.host.libvirt.LibvirtHosts.answer;
import static io.ballast.host.libvirt.LibvirtHosts.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.PeerAddress;
import io.ballast.host.trade.PortRange;
import io.ballast.messages.Reason;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MigrationPortsTest {
  private final Vertx vertx = Vertx.vertx();
  private final MigrationPorts ports = new MigrationPorts(vertx, PortRange.MIGRATION);

  @AfterEach
  void close() {
    ports.close();
    answer(vertx.close());
  }

  @Test
  void aPortThatIsOpenIsReached() {
    int port = answer(ports.listen()).orElseThrow();

    assertTrue(49_152 <= port && port <= 49_215, () -> "" + port);
    answer(ports.reach(PeerAddress.of("qemu+tcp://127.0.0.1/system"), port));
  }

  @Test
  void aPortIsReachedByAnAddressOfEitherKind() {
    int port = answer(ports.listen()).orElseThrow();

    answer(ports.reach(PeerAddress.of("qemu+tcp://[::1]/system"), port));
  }

  @Test
  void twoThatAreAskedForAtOnceAreBothReached() {
    PeerAddress here = PeerAddress.of("qemu+tcp://127.0.0.1/system");
    int one = answer(ports.listen()).orElseThrow();
    int other = answer(ports.listen()).orElseThrow();

    answer(ports.reach(here, one));
    answer(ports.reach(here, other));
  }

  @Test
  void whereAllAreInUseNothingIsTried() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      PortRange one = new PortRange(taken.getLocalPort(), taken.getLocalPort());
      MigrationPorts none = new MigrationPorts(vertx, one);

      assertEquals(Optional.empty(), answer(none.listen()));
      none.close();
    }
  }

  @Test
  void aPortThatIsClosedIsNotReached() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }

    RefusedException refused =
        refusal(ports.reach(PeerAddress.of("qemu+tcp://127.0.0.1/system"), closed));

    assertEquals(Reason.NOT_READY, refused.reason());
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.startsWith("port " + closed + " of 127.0.0.1, where memory"), message);
    assertTrue(message.endsWith("firewalls between the two hosts"), message);
  }
}
