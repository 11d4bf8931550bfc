package io.ballast.host;

import static io.ballast.host.SmallFleet.H1;
import static io.ballast.host.SmallFleet.H2;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.Request;
import io.ballast.host.testing.FakeHypervisor;
import io.ballast.host.testing.FakeMigration.Ending;
import io.ballast.messages.Bytes;
import io.ballast.messages.Command;
import io.ballast.messages.Event;
import io.ballast.messages.HostCommand.Cancel;
import io.ballast.messages.HostCommand.Migrate;
import io.ballast.messages.HostCommand.ShutDown;
import io.ballast.messages.HostCommand.Steer;
import io.ballast.messages.HostId;
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

/** What an agent does about migrations away from its host. */
final class MigrateCommandsTest {
  private static final VmId WEB = VmId.of("11111111-1111-1111-1111-111111111111");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());

  private final SmallFleet fleet = new SmallFleet().up();

  @AfterEach
  void close() {
    fleet.close();
  }

  @Test
  void aMigrationMovesTheVmWithProgressAndMeasures() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(200), 0);

    OperationId id = fleet.ask(H1, slowly(20, fleet.second)).operation();
    Outcome.Done done = (Outcome.Done) fleet.outcome(id);

    assertEquals(Bytes.ofMiB(200), done.migration().orElseThrow().transferred());
    assertEquals(Optional.empty(), fleet.first.truth(WEB));
    assertEquals(Optional.of(VmState.RUNNING), fleet.second.truth(WEB));
    assertTrue(
        fleet.events.stream()
            .anyMatch(
                event ->
                    event instanceof Event.OperationProgressed progress
                        && progress.operation().equals(id)
                        && progress.vm().equals(WEB)));
    assertEquals(
        1, fleet.registry.get("ballast.agent.migration.time").tag("host", "h1").timer().count());
  }

  @Test
  void whatDoesNotRunGoesWithWhatDefinesItAndTakesNoRoom() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(4000), 0);
    Migrate resting = SmallFleet.migrate(WEB, H2, fleet.second.peerUri()).ofResting();
    assertRefused(Reason.WRONG_STATE, "web is running; shut it down first", resting);
    fleet.first.destroy(WEB).await();

    assertRefused(
        Reason.WRONG_STATE,
        "web is shut off; start it first",
        SmallFleet.migrate(WEB, H2, fleet.second.peerUri()));
    assertTrue(fleet.outcome(resting) instanceof Outcome.Done);

    assertEquals(Optional.empty(), fleet.first.truth(WEB));
    assertEquals(Optional.of(VmState.SHUT_OFF), fleet.second.truth(WEB));
  }

  @Test
  void aMigrationThatReportsAnErrorIsLookedUpOnBothHosts() {
    boot();
    fleet.first.nextMigration(Ending.ARRIVES_WITH_ERROR);
    assertEquals(DONE, fleet.outcome(SmallFleet.migrate(WEB, H2, fleet.second.peerUri())));

    fleet.second.lose(WEB);
    boot();
    fleet.first.nextMigration(Ending.DOUBLES);
    Outcome held = fleet.outcome(SmallFleet.migrate(WEB, H2, fleet.second.peerUri()));
    assertEquals(new Outcome.Failed(Reason.HYPERVISOR_REFUSED, "client socket is closed"), held);
    assertEquals(Optional.empty(), fleet.second.truth(WEB));
  }

  @Test
  void aMigrationToWhereTheVmIsAlreadyIsRefused() {
    boot();

    assertRefused(
        Reason.WRONG_STATE,
        "the virtual machine is already on h1; name another host",
        SmallFleet.migrate(WEB, H1, fleet.first.peerUri()));
    assertRefused(
        Reason.WRONG_STATE,
        "the virtual machine is already on h1; name another host",
        SmallFleet.migrate(WEB, H2, fleet.first.peerUri()));
  }

  @Test
  void aTargetLetsInNoMoreThanFits() {
    VmId other = VmId.of("22222222-2222-2222-2222-222222222222");
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(500), 0);
    fleet.first.boot(other, "db", 1, Bytes.ofMiB(500), 0);
    OperationId id = fleet.ask(H1, SmallFleet.migrate(WEB, H2, fleet.second.peerUri())).operation();

    Reply.Refused refused = fleet.refusal(SmallFleet.migrate(other, H2, fleet.second.peerUri()));

    assertEquals(Reason.NO_ROOM, refused.reason(), refused::message);
    assertEquals(Optional.of(VmState.RUNNING), fleet.first.truth(other));
    assertTrue(fleet.outcome(id) instanceof Outcome.Done);
  }

  @Test
  void aVmGoesNowhereWhereItsDiskIsAnotherFile() {
    boot();
    fleet.first.share("vda", "/nfs/web", "4711");
    fleet.second.share("vda", "/nfs/web", "4712");

    assertRefused(
        Reason.NOT_MIGRATABLE,
        "its disk vda is /nfs/web on the nfs4 of its host, and here another file has that path;"
            + " mount the same here",
        SmallFleet.migrate(WEB, H2, fleet.second.peerUri()));
  }

  @Test
  void aTargetWhoseAgentIsAwayGetsNothing() {
    boot();
    HostId h3 = new HostId("h3");

    Reply.Refused refused =
        fleet.refusal(
            new Migrate(
                WEB,
                h3,
                Optional.empty(),
                Optional.empty(),
                Duration.ofMillis(300),
                Duration.ofSeconds(60),
                Optional.empty()));

    assertEquals(Reason.NOT_READY, refused.reason());
    assertTrue(refused.message().startsWith("the agent of h3 gave no promise"), refused::message);
  }

  @Test
  void anAddressThatIsNotTheTargetsIsRefused() {
    boot();

    assertRefused(
        Reason.NOT_ALLOWED,
        "the command says that h2 is reached at qemu://h2/system, and it is at %s; leave the"
                .formatted(fleet.second.peerUri())
            + " address out",
        SmallFleet.migrate(WEB, H2, "qemu://h2/system"));
  }

  @Test
  void aCancelledMigrationEndsAsCancelled() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(900), 0);
    OperationId id = fleet.ask(H1, slowly(10, fleet.second)).operation();
    Request<Reply.Accepted> cancel = SmallFleet.request(cancel(id));

    assertEquals(new Reply.Accepted(id), SmallFleet.await(fleet.bus.call(cancel)));

    assertEquals(
        new Outcome.Failed(Reason.CANCELLED, "the migration was cancelled"), fleet.outcome(id));
    assertEquals(List.of(1), List.of(fleet.outcomes(id).size()));
    assertState(VmState.RUNNING);
    assertEquals(
        new Reply.Accepted(id),
        SmallFleet.await(fleet.bus.call(cancel)),
        "the same cancel is accepted again");
    assertEquals(Reason.UNKNOWN_OPERATION, fleet.refusal(cancel(id)).reason());
  }

  @Test
  void onlyAMigrationCanBeCancelled() {
    boot();
    fleet.first.deafen(WEB);
    OperationId id = fleet.ask(H1, new ShutDown(WEB, Duration.ofMinutes(5))).operation();

    assertEquals(Reason.WRONG_STATE, fleet.refusal(cancel(id)).reason());
    assertEquals(Reason.UNKNOWN_OPERATION, fleet.refusal(cancel(new OperationId("none"))).reason());
  }

  @Test
  void anAgentThatStopsLeavesItsMigrationToTheNextLife() {
    fleet.close();
    try (SmallFleet other = new SmallFleet()) {
      other.first.boot(WEB, "web", 1, Bytes.ofMiB(900), 0);
      other.deploy(H2, other.second, other.second.meter());
      String life = other.deploy(H1, other.first, other.first.meter());
      OperationId id = other.ask(H1, slowly(60, other.second)).operation();

      SmallFleet.await(other.vertx.undeploy(life));
      assertEquals(List.of(), other.outcomes(id));
      other.deploy(H1, other.first, other.first.meter());

      await()
          .until(
              () ->
                  other.beats.stream()
                      .anyMatch(
                          beat ->
                              beat.pulse().host().equals(H1)
                                  && beat.operations().equals(List.of(id))));
      assertEquals(DONE, other.outcome(id));
      assertEquals(Optional.of(VmState.RUNNING), other.second.truth(WEB));
    }
  }

  /** At the speed it began with it takes a minute and a half. */
  @Test
  void aMigrationUnderWayIsSteered() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(900), 0);
    OperationId id = fleet.ask(H1, slowly(10, fleet.second)).operation();
    Steer faster =
        new Steer(id, Optional.of(Duration.ofSeconds(2)), Optional.of(Bytes.ofMiB(500)), false);

    await().until(() -> fleet.events.stream().anyMatch(event -> tells(event, id)));
    assertEquals(new Reply.Accepted(id), fleet.ask(H1, faster));

    Outcome.Done done = (Outcome.Done) fleet.outcome(id);
    assertTrue(done.migration().orElseThrow().total().compareTo(Duration.ofMinutes(1)) < 0);
    assertEquals(
        new Reply.Refused(
            Reason.UNKNOWN_OPERATION,
            "no migration %s is under way here; 'ballast watch' shows the open ones".formatted(id)),
        fleet.refusal(faster));
  }

  @Test
  void aMigrationWithoutLeaveIsNotSwitchedToPostCopy() {
    fleet.first.boot(WEB, "web", 1, Bytes.ofMiB(900), 0);
    OperationId id = fleet.ask(H1, slowly(10, fleet.second)).operation();

    await().until(() -> fleet.events.stream().anyMatch(event -> tells(event, id)));
    Reply.Refused refused = fleet.refusal(new Steer(id, Optional.empty(), Optional.empty(), true));

    assertEquals(Reason.WRONG_STATE, refused.reason(), refused::message);
    assertState(VmState.RUNNING);
  }

  private static boolean tells(Event event, OperationId id) {
    return event instanceof Event.OperationProgressed told
        && told.operation().equals(id)
        && told.progress().convergence().isPresent();
  }

  private static Cancel cancel(OperationId operation) {
    return new Cancel(operation, Optional.empty());
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

  /** A migration that leaves time to do something while it goes on. */
  private static Migrate slowly(long mebibytesPerSecond, FakeHypervisor to) {
    return new Migrate(
        WEB,
        H2,
        Optional.of(to.peerUri()),
        Optional.of(Bytes.ofMiB(mebibytesPerSecond)),
        Duration.ofMillis(300),
        Duration.ofMinutes(5),
        Optional.empty());
  }
}
