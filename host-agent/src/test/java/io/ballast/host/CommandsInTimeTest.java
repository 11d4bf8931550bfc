package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.OneHost.Sent;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.Reason;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands whose fate is a matter of when. */
final class CommandsInTimeTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final OneHost host = new OneHost();

  @BeforeEach
  void boot() {
    host.hypervisor.boot(WEB, "web", 1, Bytes.ofMiB(100), 0);
  }

  @Test
  void aCommandWhoseTimeRunsOutWhileItsVmIsInspectedIsNotCarriedOut() {
    Sent suspend = host.send(new Suspend(WEB), SECOND);
    host.time.delay(SECOND);
    host.time.pass(SECOND);

    assertEquals(Reason.DEADLINE_PASSED, suspend.refusal().reason());
    assertEquals(Optional.of(VmState.RUNNING), host.hypervisor.truth(WEB));
  }

  @Test
  void aBeatTellsTheHighestEpochThatWasFollowed() {
    assertEquals(Optional.empty(), host.beat().epoch());

    host.send(new Suspend(WEB), 7);
    host.send(new Suspend(WEB), 6);

    assertEquals(Optional.of(7L), host.beat().epoch());
  }

  @Test
  void aClockThatIsSetDoesNotMakeACommandLate() {
    Sent suspend = host.send(new Suspend(WEB), SECOND);
    host.time.step(Duration.ofHours(1));
    host.time.pass(SECOND);

    assertTrue(suspend.answer().succeeded());
    assertEquals(Optional.of(VmState.PAUSED), host.hypervisor.truth(WEB));
  }
}
