package io.ballast.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LatestTest {
  private static final Instant AT = Instant.parse("2030-01-31T12:00:00Z");
  private static final Latest<String> SEEN = Latest.<String>nothing().seen("pool", AT);

  @Test
  void whatWasMissedLeavesWhatWasSeenWithItsAge() {
    Latest<String> missed = SEEN.missed(new IOException("frozen"));

    assertEquals(new Latest<>(Optional.of("pool"), Optional.of(AT), Optional.of("frozen")), missed);
    assertEquals(
        new Latest<>(Optional.of("none"), Optional.of(AT.plusSeconds(9)), Optional.empty()),
        missed.seen("none", AT.plusSeconds(9)));
  }

  @Test
  void nothingIsNoValueAndNoAge() {
    Latest<String> nothing = Latest.nothing();

    assertEquals(Optional.empty(), nothing.missed(new IOException("x")).at());
    assertEquals(Optional.of("java.io.IOException"), nothing.missed(new IOException()).problem());
  }

  @Test
  void theFirstFailureAndTheRecoveryStandOut() {
    Latest<String> missed = SEEN.missed(new IOException("frozen"));

    assertTrue(missed.failsAfter(SEEN));
    assertFalse(missed.failsAfter(missed));
    assertTrue(SEEN.recoversAfter(missed));
    assertFalse(SEEN.recoversAfter(SEEN));
  }

  @Test
  void aProblemIsShort() {
    assertEquals(
        300, SEEN.missed(new IOException("x".repeat(5000))).problem().orElseThrow().length());
  }
}
