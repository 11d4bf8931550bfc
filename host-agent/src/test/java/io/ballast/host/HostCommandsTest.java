package io.ballast.host;

import static io.ballast.host.SmallFleet.H1;
import static io.ballast.host.SmallFleet.H2;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Request;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.HostCommand.Define;
import io.ballast.messages.HostCommand.Destroy;
import io.ballast.messages.HostCommand.InspectVm;
import io.ballast.messages.HostCommand.Reboot;
import io.ballast.messages.HostCommand.Resume;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.HostCommand.Start;
import io.ballast.messages.HostCommand.Suspend;
import io.ballast.messages.HostCommand.Undefine;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.VmId;
import io.ballast.messages.VmState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HostCommandsTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final VmId NOBODY = VmId.of("99999999-9999-9999-9999-999999999999");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());

  private final SmallFleet fleet = new SmallFleet().up();

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aVmGoesThroughItsLife() {
    String xml = FakeHypervisor.xml(WEB, "web", 1, Bytes.ofMiB(100), 0);

    assertEquals(DONE, fleet.outcome(new Define(xml)));
    assertState(VmState.SHUT_OFF);
    assertEquals(DONE, fleet.outcome(new Start(WEB)));
    assertState(VmState.RUNNING);
    assertEquals(DONE, fleet.outcome(new Reboot(WEB)));
    assertEquals(DONE, fleet.outcome(new Suspend(WEB)));
    assertState(VmState.PAUSED);
    assertEquals(DONE, fleet.outcome(new Resume(WEB)));
    assertState(VmState.RUNNING);
    assertEquals(DONE, fleet.outcome(new ShutDown(WEB, Duration.ofSeconds(20))));
    assertState(VmState.SHUT_OFF);
    assertEquals(DONE, fleet.outcome(new Start(WEB)));
    assertEquals(DONE, fleet.outcome(new Destroy(WEB)));
    assertState(VmState.SHUT_OFF);
    assertEquals(DONE, fleet.outcome(new Undefine(WEB)));
    assertEquals(Optional.empty(), fleet.first.truth(WEB));
  }

  @Test
  void aVmIsInspectedInTheHypervisorItself() {
    boot();

    Reply.VmInspected found = fleet.ask(H1, new InspectVm(WEB));

    assertEquals("web", found.vm().orElseThrow().name());
    assertTrue(found.xml().orElseThrow().contains(WEB.toString()));
    assertEquals(
        new Reply.VmInspected(Optional.empty(), Optional.empty()),
        fleet.ask(H1, new InspectVm(NOBODY)));
  }

  @Test
  void whatIsUnknownIsRefused() {
    for (Command<?> command :
        List.of(
            new Start(NOBODY),
            new ShutDown(NOBODY, Duration.ofSeconds(1)),
            new Destroy(NOBODY),
            new Reboot(NOBODY),
            new Suspend(NOBODY),
            new Resume(NOBODY),
            SmallFleet.migrate(NOBODY, H2, fleet.second.peerUri()))) {
      assertEquals(
          new Reply.Refused(Reason.UNKNOWN_VM, "there is no virtual machine " + NOBODY + " here"),
          fleet.refusal(command));
    }
  }

  @Test
  void undefiningWhatIsGoneSucceeds() {
    assertEquals(DONE, fleet.outcome(new Undefine(NOBODY)));
  }

  @Test
  void whatARunningVmCantDoIsRefused() {
    boot();

    assertRefused(Reason.WRONG_STATE, "web is running; shut it down first", new Start(WEB));
    assertRefused(Reason.WRONG_STATE, "web is running; shut it down first", new Undefine(WEB));
    assertRefused(
        Reason.WRONG_STATE, "web is running; only a paused one can be resumed", new Resume(WEB));
  }

  @Test
  void whatAPausedVmCantDoIsRefused() {
    boot();
    fleet.outcome(new Suspend(WEB));

    for (Command<?> command :
        List.of(
            new ShutDown(WEB, Duration.ofSeconds(1)),
            new Reboot(WEB),
            new Suspend(WEB),
            SmallFleet.migrate(WEB, H2, fleet.second.peerUri()))) {
      assertRefused(Reason.WRONG_STATE, "web is paused; resume it first", command);
    }
  }

  @Test
  void whatAVmThatIsOffCantDoIsRefused() {
    boot();
    fleet.outcome(new Destroy(WEB));

    for (Command<?> command :
        List.of(
            new ShutDown(WEB, Duration.ofSeconds(1)),
            new Reboot(WEB),
            new Suspend(WEB),
            SmallFleet.migrate(WEB, H2, fleet.second.peerUri()))) {
      assertRefused(Reason.WRONG_STATE, "web is shut off; start it first", command);
    }
    assertRefused(
        Reason.WRONG_STATE, "web is shut off; there is nothing to cut off", new Destroy(WEB));
  }

  @Test
  void aVmThatIsLargerThanWhatIsLeftIsNotStarted() {
    fleet.outcome(new Define(FakeHypervisor.xml(WEB, "web", 1, Bytes.ofMiB(951), 0)));

    assertRefused(
        Reason.NO_ROOM,
        "web needs 951 MiB of memory and only 950 MiB is available here; start it on another host",
        new Start(WEB));
    assertState(VmState.SHUT_OFF);
  }

  @Test
  void aBadDescriptionIsRefused() {
    assertEquals(Reason.INVALID_DOMAIN, fleet.refusal(new Define("<domain/>")).reason());
    assertEquals(Reason.INVALID_DOMAIN, fleet.refusal(new Define("no xml")).reason());
  }

  @Test
  void whatTheHypervisorRefusesFailsInItsWords() {
    boot();
    fleet.first.refuseNext(Reason.HYPERVISOR_REFUSED, "internal error: no such device");

    assertEquals(
        new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "internal error: no such device"),
        fleet.outcome(new Suspend(WEB)));
    assertState(VmState.RUNNING);
  }

  @Test
  void whatTheHypervisorDidNotFinishIsLookedAt() {
    boot();
    fleet.first.refuseNext(Reason.MAY_YET_HAPPEN, "no answer within 9 s");

    assertEquals(
        new Outcome.Failed(
            Reason.INTERRUPTED,
            "it was interrupted and did not happen: the VM is running; send it again"),
        fleet.outcome(new Suspend(WEB)));
  }

  @ParameterizedTest
  @EnumSource(
      value = Reason.class,
      names = {"HYPERVISOR_STUCK", "HYPERVISOR_UNREACHABLE"})
  void whatTheHypervisorWasNotAskedForHasFailed(Reason reason) {
    boot();
    fleet.first.refuseNext(reason, "the suspension was not tried");

    assertEquals(
        new Outcome.Failed(reason, "the suspension was not tried"),
        fleet.outcome(new Suspend(WEB)));
  }

  @Test
  void aHungHypervisorRefusesChangesAndQueries() {
    boot();
    fleet.first.hang();

    assertEquals(Reason.HYPERVISOR_STUCK, fleet.refusal(new Suspend(WEB)).reason());
    assertEquals(Reason.HYPERVISOR_STUCK, fleet.refusal(new InspectVm(WEB)).reason());

    fleet.first.recover();
    assertEquals(DONE, fleet.outcome(new Suspend(WEB)), "nothing is left of the refused command");
  }

  @Test
  void aGuestThatIgnoresItsShutdownIsLeftAsItIs() {
    boot();
    fleet.first.deafen(WEB);

    Outcome outcome = fleet.outcome(new ShutDown(WEB, Duration.ofSeconds(1)));

    assertEquals(
        new Outcome.Failed(
            Reason.DEADLINE_PASSED,
            "the guest did not shut down within 1 s and was left as it is;"
                + " destroy cuts its power"),
        outcome);
    assertState(VmState.RUNNING);
  }

  @Test
  void oneVmHasOneOperationAtATime() {
    boot();
    fleet.first.deafen(WEB);
    OperationId first = fleet.ask(H1, new ShutDown(WEB, Duration.ofMinutes(5))).operation();

    assertRefused(
        Reason.BUSY,
        "operation %s (shut down) works on %s; wait for it to end".formatted(first, WEB),
        new Destroy(WEB));
    await().until(() -> fleet.lastBeat(H1).operations().equals(List.of(first)));

    fleet.first.crash(WEB);
    fleet.outcome(first);
    assertEquals(DONE, fleet.outcome(new Start(WEB)));
    await().until(() -> fleet.lastBeat(H1).operations().isEmpty());
  }

  @Test
  void aRepeatedCommandIsAcceptedAgainAndDoneOnce() {
    boot();
    OperationId id = new OperationId("once");
    Request<Reply.Accepted> suspend = SmallFleet.request(new Suspend(WEB)).withId(id);

    assertEquals(new Reply.Accepted(id), SmallFleet.await(fleet.bus.call(suspend)));
    assertEquals(new Reply.Accepted(id), SmallFleet.await(fleet.bus.call(suspend)));
    assertEquals(DONE, fleet.outcome(id));
    fleet.outcome(new Resume(WEB));
    assertEquals(new Reply.Accepted(id), SmallFleet.await(fleet.bus.call(suspend)));
    fleet.outcome(new Reboot(WEB));

    assertState(VmState.RUNNING);
    assertEquals(List.of(DONE), fleet.outcomes(id));
  }

  @Test
  void aRefusalIsRememberedSoThatACommandThatComesAgainIsNotCarriedOut() {
    Request<Reply.Accepted> suspend =
        SmallFleet.request(new Suspend(WEB)).withId(new OperationId("again"));
    Reply.Refused refused = fleet.refusal(suspend);
    assertEquals(Reason.UNKNOWN_VM, refused.reason());
    boot();

    assertEquals(refused, fleet.refusal(suspend));

    assertState(VmState.RUNNING);
  }

  @Test
  void aSchedulerThatNoLongerLeadsIsRefused() {
    boot();
    OperationId led =
        SmallFleet.await(fleet.bus.call(SmallFleet.request(new Suspend(WEB)).withEpoch(7)))
            .operation();
    fleet.outcome(led);

    Reply.Refused refused = fleet.refusal(SmallFleet.request(new Resume(WEB)).withEpoch(6));

    assertEquals(
        new Reply.Refused(
            Reason.STALE_EPOCH,
            "epoch 6 is over, the scheduler of epoch 7 leads; leave it to that one, or command"
                + " without an epoch"),
        refused);
    assertEquals(DONE, fleet.outcome(new Resume(WEB)), "a person needs no epoch");
  }

  @Test
  void aDescriptionThatReachesIntoTheHostIsRefused() {
    String xml = FakeHypervisor.xml(WEB, "web", 1, Bytes.ofMiB(100), 0);

    assertRefused(
        Reason.NOT_ALLOWED,
        "<disk> reads /etc/shadow, which lies in none of the folders /var/lib/libvirt/images,"
            + " /var/lib/libvirt/boot; move it there, or add its folder to agent.domains.folders",
        new Define(
            xml.replace(
                "</domain>",
                "<devices><disk><source file='/etc/shadow'/></disk></devices></domain>")));
    assertEquals(Optional.empty(), fleet.first.truth(WEB));
  }

  private void boot() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(100), 0);
  }

  private void assertState(VmState state) {
    assertEquals(Optional.of(state), fleet.first.truth(WEB));
  }

  private void assertRefused(Reason reason, String message, Command<?> command) {
    assertEquals(new Reply.Refused(reason, message), fleet.refusal(command));
  }
}
