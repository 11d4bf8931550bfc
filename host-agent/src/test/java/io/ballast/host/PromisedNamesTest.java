package io.ballast.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.host.OneHost.Sent;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostCommand;
import io.ballast.messages.HostCommand.Define;
import io.ballast.messages.HostCommand.Prepare;
import io.ballast.messages.HostCommand.Release;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is promised to a VM on its way is not given to one that is defined meanwhile. */
final class PromisedNamesTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final VmId OTHER = VmId.of("22222222-2222-2222-2222-222222222222");
  private static final OperationId MOVE = new OperationId("move");
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final OneHost host = new OneHost();

  @BeforeEach
  void aVmIsOnItsWay() {
    assertTrue(
        sent(new Prepare(
                MOVE,
                OneHost.H2,
                "lab",
                WEB,
                "web",
                Bytes.ofMiB(100),
                false,
                1,
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Duration.ofMinutes(1)))
            .answer()
            .succeeded());
  }

  @Test
  void noOtherIsDefinedUnderItsName() {
    assertRefused(define(OTHER, "web"));
    assertEquals(Optional.empty(), host.hypervisor.truth(OTHER));
  }

  @Test
  void noneIsDefinedUnderItsId() {
    assertRefused(define(WEB, "mail"));
  }

  @Test
  void allOthersAreDefined() {
    assertTrue(sent(define(OTHER, "mail")).answer().succeeded());
  }

  @Test
  void whatIsReleasedMayBeDefined() {
    assertTrue(sent(new Release(MOVE)).answer().succeeded());

    assertTrue(sent(define(OTHER, "web")).answer().succeeded());
    assertTrue(host.hypervisor.truth(OTHER).isPresent());
  }

  private static Define define(VmId vm, String name) {
    return new Define(FakeHypervisor.xml(vm, name, 1, Bytes.ofMiB(100), 0));
  }

  private void assertRefused(Define define) {
    assertEquals(
        new Reply.Refused(
            Reason.BUSY, "web is on its way here for operation move; wait for that to end"),
        sent(define).refusal());
  }

  private Sent sent(HostCommand<?> command) {
    Sent sent = host.send(command);
    host.time.pass(SECOND);
    return sent;
  }
}
