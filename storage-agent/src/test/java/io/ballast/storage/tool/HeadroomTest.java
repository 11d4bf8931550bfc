package io.ballast.storage.tool;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeadroomTest {
  @TempDir private Path folder;

  private static void check(long leftMib, long moreMib) {
    Headroom.check(
        Path.of("/exchange"), Bytes.ofMiB(200), Bytes.ofMiB(leftMib), Bytes.ofMiB(moreMib));
  }

  @Test
  void theLastTwentiethStaysFree() {
    assertDoesNotThrow(() -> check(50, 40));
    RefusedException refused = assertThrows(RefusedException.class, () -> check(50, 41));

    assertEquals(Reason.NO_ROOM, refused.reason());
    assertEquals(
        "/exchange has 50 MiB left, of which the last 10 MiB stay free, and 41 MiB is needed; make"
            + " room there",
        refused.getMessage());
  }

  @Test
  void whatIsNearlyFullTakesNothing() {
    assertThrows(RefusedException.class, () -> check(9, 1));
  }

  @Test
  void aFileSystemIsAskedItself() {
    assertThrows(
        RefusedException.class, () -> Headroom.OF_DISK.check(folder, new Bytes(Long.MAX_VALUE)));
  }
}
