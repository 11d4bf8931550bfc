package io.ballast.scheduler.core.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.HostId;
import io.ballast.messages.Move;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.scheduler.core.effect.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SetbacksTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");

  @Test
  void aTargetIsLeftOutAfterTwoFailures() {
    Setbacks setbacks = Setbacks.NONE.after(failed(Reason.INTERNAL, H2), Optional.empty());
    assertEquals(Optional.empty(), setbacks.between(H1, H2, NOW));

    setbacks = setbacks.after(failed(Reason.INTERNAL, H2), Optional.empty());
    assertTrue(setbacks.between(H1, H2, NOW).isPresent());
  }

  /** It would write as fast between any two hosts. */
  @Test
  void aGuestThatWritesTooFastIsNoFaultOfItsHosts() {
    Setbacks setbacks = Setbacks.NONE;
    for (int failure = 0; failure < 5; failure++) {
      setbacks = setbacks.after(failed(Reason.NOT_CONVERGING, H2), Optional.empty());
    }
    assertEquals(Optional.empty(), setbacks.between(H1, H2, NOW));

    setbacks = setbacks.after(failed(Reason.NOT_CONVERGING, new HostId("h3")), Optional.empty());
    assertTrue(setbacks.of(WEB, NOW).isPresent());
  }

  private static Step.Ended failed(Reason reason, HostId to) {
    return new Step.Ended(
        new Move(
            new OperationId("op"),
            WEB,
            "web",
            H1,
            to,
            Move.Priority.BALANCE,
            Move.State.FAILED,
            NOW.minus(Duration.ofSeconds(1)),
            Optional.empty(),
            Optional.empty(),
            "it failed"),
        Optional.of(reason),
        true);
  }
}
