package io.ballast.scheduler.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.messages.Bytes;
import io.ballast.messages.Means;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

final class PolicyTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void aLowMarkAtItsTriggerIsRefused() {
    refused(
        "policy: 'low' is 0.8; it must be at least 0 and below the trigger 0.8",
        () -> new Policy.Threshold(0.8, SECOND, 0.8));
  }

  @Test
  void aTriggerOfMoreThanAllMemoryIsRefused() {
    Policy.Threshold fine = new Policy.Threshold(0.8, SECOND, 0.5);
    refused(
        "policy: 'memory.trigger' is 80.0; it must be at most 1",
        () -> new Policy.Thresholds(fine, new Policy.Threshold(80, SECOND, 50), fine));
  }

  @Test
  void aTriggerThatIsNoNumberIsRefused() {
    refused(
        "policy: 'trigger' is NaN; it must be above 0",
        () -> new Policy.Threshold(Double.NaN, SECOND, 0));
  }

  @Test
  void capsOfZeroAreRefused() {
    refused("policy: 'perHost' is 0; it must be at least 1", () -> new Policy.Caps(0, 1, 1));
  }

  @Test
  void aNegativeCoolDownIsRefused() {
    refused(
        "policy: 'coolDown' is PT-1S; it must be at least 0",
        () -> new Policy.Pace(SECOND.negated(), SECOND, SECOND, SECOND, SECOND));
  }

  @Test
  void aLeastGainOfNothingIsRefused() {
    refused(
        "policy: 'minGain' is 0.0; it must be above 0",
        () -> new Policy.Worth(0.05, 0, 4, Bytes.ZERO, false));
  }

  @Test
  void looksThatOvertakeTheirAnswersAreRefused() {
    refused(
        "policy: 'lookAgain' is PT1S; it must be at least as long as answer, PT2S",
        () ->
            new Policy.Transfer(
                Optional.empty(),
                SECOND,
                SECOND,
                Duration.ofSeconds(2),
                SECOND,
                SECOND,
                Means.NONE));
  }

  private static void refused(String message, Executable policy) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, policy).getMessage());
  }
}
