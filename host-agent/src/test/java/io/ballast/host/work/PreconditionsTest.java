package io.ballast.host.work;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.host.trade.Domain;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PreconditionsTest {
  private static final Room ROOM = new Room(gib(6), gib(48));

  @ParameterizedTest
  @CsvSource({"16, true", "48, true", "6, false", "1, false"})
  void aGuestFitsIntoWhatItIsBackedBy(int memory, boolean hugePages) {
    assertDoesNotThrow(() -> Preconditions.fits(guest(memory, hugePages), ROOM));
  }

  @Test
  void aGuestWithoutHugePagesCantHaveThem() {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> Preconditions.fits(guest(8, false), ROOM));

    assertEquals(Reason.NO_ROOM, refused.reason());
    assertEquals(
        "web needs 8 GiB of memory and only 6 GiB is available here; start it on another host",
        refused.getMessage());
  }

  @Test
  void aGuestWithHugePagesCantDoWithoutThem() {
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> Preconditions.fits(guest(1, true), new Room(gib(500), Bytes.ZERO)));

    assertEquals(Reason.NO_ROOM, refused.reason());
    assertEquals(
        "web needs 1 GiB of huge pages and only 0 B is available here; start it on another host",
        refused.getMessage());
  }

  private static Bytes gib(int gib) {
    return Bytes.ofMiB(gib * 1024L);
  }

  private static Domain guest(int memory, boolean hugePages) {
    return new Domain(
        VmId.of("11111111-1111-1111-1111-111111111111"),
        "web",
        VmState.SHUT_OFF,
        1,
        Duration.ZERO,
        gib(memory),
        Bytes.ZERO,
        true,
        Domain.Counters.ZERO,
        hugePages);
  }
}
