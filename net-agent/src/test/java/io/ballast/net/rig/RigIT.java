package io.ballast.net.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.net.rig.Frame.End;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rig itself, on a bridge of the kernel that lets everything pass. Needs root. */
@Tag("switch")
final class RigIT {
  @Test
  void whatATapSendsTheOtherHears() {
    try (NetNamespace space = NetNamespace.open()) {
      space.run("ip", "link", "add", "br0", "type", "bridge");
      space.run("ip", "link", "set", "br0", "up");
      End guest = new End(Card.mac(1), End.of("52:54:00:aa:00:01", "10.20.0.5").ip());
      End other = End.of("52:54:00:bb:00:01", "10.20.0.9");
      try (Tap here = space.tap("vnet1", guest.mac());
          Tap there = space.tap("up0", other.mac())) {
        space.run("ip", "link", "set", "vnet1", "master", "br0");
        space.run("ip", "link", "set", "up0", "master", "br0");
        assertTrue(Files.exists(space.sys().resolve("class/net/vnet1")));
        Map<String, Frame> right = Guarded.right(guest, other);
        right.forEach(
            (what, frame) -> {
              here.send(frame);
              Frame heard = there.until(what, frame::is).getLast();
              assertEquals(frame.ip(), heard.ip());
              assertTrue(heard.ip().isEmpty() || heard.checks(), heard::toString);
            });
      }
    }
  }
}
