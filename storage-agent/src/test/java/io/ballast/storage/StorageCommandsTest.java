package io.ballast.storage;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Agent;
import io.ballast.agent.Book;
import io.ballast.agent.Forgetful;
import io.ballast.agent.Heartbeat;
import io.ballast.agent.Journal;
import io.ballast.bus.Address;
import io.ballast.bus.RefusedException;
import io.ballast.bus.Request;
import io.ballast.bus.Role;
import io.ballast.bus.local.LocalBus;
import io.ballast.messages.Bytes;
import io.ballast.messages.Event;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.Cancel;
import io.ballast.messages.StorageCommand.InspectVolume;
import io.ballast.messages.StorageCommand.ListSnapshots;
import io.ballast.messages.StorageCommand.ListVolumes;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.testing.FakeDevices;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.StoragePolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands to a storage agent, over the bus of one process and a fake storage. */
final class StorageCommandsTest {
  private static final HostId HOST = new HostId("h1");
  private static final VolumeId WEB1 = new VolumeId("images", "web1.qcow2");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final Agent.Terms TERMS =
      Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"));

  private static final StoragePolicy POLICY = StoragePolicy.DEFAULT;

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeVolumes volumes = new FakeVolumes();
  private final Journal journal = new Forgetful(Instant.now());
  private final Map<OperationId, Event.WorkFinished> ends = new ConcurrentHashMap<>();

  private String life = "";

  @BeforeEach
  void deploy() {
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(30));
    done(bus.serve(Event.WorkFinished.class, end -> ends.put(end.operation(), end)));
    begin();
  }

  private void begin() {
    life =
        done(
            vertx.deployVerticle(
                StorageAgent.of(
                    TERMS,
                    bus,
                    journal,
                    new StorageAgent.Machine(volumes, new FakeDevices(), Book.inMemory()),
                    POLICY,
                    Clock.systemUTC())));
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void aDiskIsMadeLookedAtResizedAndDeleted() {
    assertEquals(DONE, end(create(WEB1)));
    assertEquals(
        List.of(WEB1), ask(new ListVolumes("images")).volumes().stream().map(Volume::id).toList());
    assertEquals(DONE, end(new ResizeVolume(WEB1, Bytes.ofMiB(16), false)));
    assertEquals(
        Optional.of(Bytes.ofMiB(16)), ask(new InspectVolume(WEB1)).volume().map(Volume::capacity));
    assertEquals(DONE, end(new DeleteVolume(WEB1)));
    assertEquals(Optional.empty(), ask(new InspectVolume(WEB1)).volume());
    assertEquals(DONE, end(new DeleteVolume(WEB1)), "what is gone can be deleted");
  }

  @Test
  void theEndSaysWhereAndOfWhat() {
    OperationId operation = ask(create(WEB1)).operation();

    Event.WorkFinished end = end(operation);

    assertEquals(HOST, end.host());
    assertEquals("images/web1.qcow2", end.object());
  }

  @Test
  void whatIsThereIsNotMadeAgain() {
    end(create(WEB1));

    assertEquals(Reason.NAME_TAKEN, refusal(create(WEB1)).reason());
  }

  @Test
  void aVolumeThatAnotherBuildsUponIsNotTouched() {
    put("base", Optional.empty());
    put("overlay", Optional.of("images/base"));
    VolumeId base = new VolumeId("images", "base");

    RefusedException deletion = refusal(new DeleteVolume(base));

    assertEquals(Reason.IN_USE, deletion.reason());
    assertEquals("volume images/base is used by volume images/overlay", deletion.getMessage());
    assertEquals(Reason.IN_USE, refusal(new ResizeVolume(base, Bytes.ofMiB(64), false)).reason());
    assertEquals(
        List.of(new Volume.Layer("images/base", Optional.of(base))),
        ask(new InspectVolume(new VolumeId("images", "overlay"))).chain());
  }

  @Test
  void workThatIsSlowKeepsItsVolumeBusyAndCanBeCancelled() {
    volumes.slow();
    OperationId operation = ask(create(WEB1)).operation();

    assertEquals(Reason.BUSY, refusal(create(WEB1)).reason());
    assertEquals(Reason.BUSY, refusal(new DeleteVolume(WEB1)).reason());
    ask(new Cancel(operation));

    assertEquals(
        Reason.CANCELLED,
        assertInstanceOf(Outcome.Failed.class, end(operation).outcome()).reason());
    volumes.recover();
    assertEquals(Optional.empty(), ask(new InspectVolume(WEB1)).volume());
  }

  @Test
  void whatWasInterruptedIsDoneByTheNextLifeOfTheAgent() {
    end(create(new VolumeId("images", "old")));
    volumes.slow();
    OperationId made = ask(create(WEB1)).operation();
    OperationId copied =
        ask(new CloneVolume(
                new VolumeId("images", "old"),
                Optional.empty(),
                new VolumeId("images", "copy"),
                false,
                Optional.empty(),
                false))
            .operation();

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    begin();

    assertEquals(DONE, end(made).outcome());
    assertEquals(DONE, end(copied).outcome());
    assertEquals(3, ask(new ListVolumes("images")).volumes().size());
  }

  @Test
  void whatWasInterruptedWaitsForWhatElseIsDoneAgain() {
    VolumeId source = new VolumeId("images", "old");
    end(create(source));
    volumes.slow();
    OperationId copied =
        ask(new CloneVolume(source, Optional.empty(), WEB1, false, Optional.empty(), false))
            .operation();
    OperationId exported =
        ask(new ExportVolume(source, "old.qcow2", ExportVolume.Form.QCOW2, false)).operation();

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    volumes.hang(); // until both are taken up
    begin();
    volumes.recover();

    assertEquals(DONE, end(exported).outcome());
    assertEquals(DONE, end(copied).outcome());
  }

  @Test
  void whatIsDoneAgainCanBeCancelledToo() {
    volumes.slow();
    OperationId made = ask(create(WEB1)).operation();
    done(vertx.undeploy(life));
    volumes.loseWork();
    begin();

    ask(new Cancel(made));

    assertEquals(
        Reason.CANCELLED, assertInstanceOf(Outcome.Failed.class, end(made).outcome()).reason());
    volumes.recover();
    assertEquals(Optional.empty(), ask(new InspectVolume(WEB1)).volume());
  }

  @Test
  void whatWasInterruptedIsClearedAwayAlsoWhereItCantBeDoneAnyMore() {
    end(create(WEB1));
    volumes.slow();
    OperationId exported =
        ask(new ExportVolume(WEB1, "web1.vmdk", ExportVolume.Form.VMDK, false)).operation();

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    assertEquals(Set.of(exported), volumes.parts());
    volumes.machine("web", true, WEB1);
    begin();

    assertEquals(
        Reason.IN_USE, assertInstanceOf(Outcome.Failed.class, end(exported).outcome()).reason());
    assertEquals(Set.of(), volumes.parts());
  }

  @Test
  void whatCouldThrowAwayWhatWasWrittenSinceIsNotDoneAgain() {
    for (VolumeOrder order :
        List.of(new WipeVolume(WEB1), new RevertVolume(WEB1, "s"), new DeleteVolume(WEB1))) {
      volumes.put(
          new Volume(WEB1, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(3), Optional.empty(), List.of()));
      volumes.slow();
      OperationId operation = ask(order).operation();
      done(vertx.undeploy(life));
      volumes.loseWork();
      volumes.recover();
      begin();

      Outcome.Unknown end = assertInstanceOf(Outcome.Unknown.class, end(operation).outcome());

      assertTrue(end.message().contains("ask for it again"), end::message);
      assertEquals(Bytes.ofMiB(3), ask(new InspectVolume(WEB1)).volume().orElseThrow().allocated());
    }
  }

  @Test
  void aSnapshotIsProtectedAndFreedByTheNextLifeOfTheAgent() {
    VolumeId disk = new VolumeId("ceph", "web1");
    volumes.pool("ceph", "rbd", Bytes.ofMiB(64));
    volumes.put(
        new Volume(disk, "raw", Bytes.ofMiB(8), Bytes.ofMiB(3), Optional.empty(), List.of()));
    end(new SnapshotVolume(disk, "s"));
    for (VolumeOrder order :
        List.of(new ProtectSnapshot(disk, "s"), new UnprotectSnapshot(disk, "s"))) {
      volumes.slow();
      OperationId operation = ask(order).operation();
      done(vertx.undeploy(life));
      volumes.loseWork();
      volumes.recover();
      begin();

      assertEquals(DONE, end(operation).outcome());
      assertEquals(
          Optional.of(order instanceof ProtectSnapshot),
          ask(new ListSnapshots(disk)).snapshots().getFirst().isProtected());
    }
  }

  @Test
  void whatIsThereIsNotTakenForWhatWasCutOff() {
    volumes.slow();
    OperationId made = ask(create(WEB1)).operation();
    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    put("web1.qcow2", Optional.empty());
    begin();

    assertInstanceOf(Outcome.Unknown.class, end(made).outcome());
  }

  @Test
  void theSourceOfACopyStaysAsItIsUntilTheCopyHasEnded() {
    VolumeId source = new VolumeId("images", "old");
    end(create(source));
    volumes.slow();
    OperationId copied =
        ask(new CloneVolume(source, Optional.empty(), WEB1, false, Optional.empty(), false))
            .operation();

    assertEquals(Reason.BUSY, refusal(new DeleteVolume(source)).reason());
    assertEquals(Reason.BUSY, refusal(new ResizeVolume(source, Bytes.ofMiB(64), false)).reason());
    ask(new Cancel(copied));
    end(copied);
    volumes.recover();
    assertEquals(DONE, end(new DeleteVolume(source)));
  }

  @Test
  void whatIsBeingChangedIsNotCopied() {
    VolumeId source = new VolumeId("images", "old");
    end(create(source));
    volumes.slow();
    ask(new ResizeVolume(source, Bytes.ofMiB(64), false));

    assertEquals(
        Reason.BUSY,
        refusal(new CloneVolume(source, Optional.empty(), WEB1, true, Optional.empty(), false))
            .reason());
    volumes.recover();
  }

  @Test
  void aPoolThatFillsUpOnTheWayIsTheEndOfTheWork() {
    volumes.slow();
    OperationId operation =
        ask(new CreateVolume(
                WEB1,
                Volume.Format.RAW,
                Bytes.ofMiB(60),
                Volume.Preallocation.FULL,
                Optional.empty()))
            .operation();
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(95));
    volumes.recover();

    assertEquals(
        Reason.NO_ROOM, assertInstanceOf(Outcome.Failed.class, end(operation).outcome()).reason());
    assertEquals(Optional.empty(), ask(new InspectVolume(WEB1)).volume());
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertEquals(Reason.UNKNOWN_POOL, refusal(new ListVolumes("none")).reason());
    assertEquals(Reason.UNKNOWN_POOL, refusal(create(new VolumeId("none", "web1"))).reason());
    RefusedException volume = refusal(new ResizeVolume(WEB1, Bytes.ofMiB(16), false));
    assertEquals(Reason.UNKNOWN_VOLUME, volume.reason());
    assertTrue(String.valueOf(volume.getMessage()).contains("web1.qcow2"), volume::toString);
    assertEquals(Reason.UNKNOWN_OPERATION, refusal(new Cancel(new OperationId("none"))).reason());
    volumes.inactivePool("archive");
    assertEquals(Reason.WRONG_STATE, refusal(create(new VolumeId("archive", "web1"))).reason());
  }

  private static CreateVolume create(VolumeId volume) {
    return new CreateVolume(
        volume, Volume.Format.QCOW2, Bytes.ofMiB(8), Volume.Preallocation.OFF, Optional.empty());
  }

  private void put(String name, Optional<String> backing) {
    volumes.put(
        new Volume(
            new VolumeId("images", name),
            "qcow2",
            Bytes.ofMiB(8),
            Bytes.ofMiB(1),
            backing,
            List.of()));
  }

  private <R extends Reply> R ask(StorageCommand<R> command) {
    return done(
        bus.call(
            Request.of(Address.at(Role.STORAGE, HOST), command).within(Duration.ofMinutes(1))));
  }

  private Outcome end(StorageCommand<Reply.Accepted> command) {
    return end(ask(command).operation()).outcome();
  }

  private Event.WorkFinished end(OperationId operation) {
    await().until(() -> ends.containsKey(operation));
    return requireNonNull(ends.get(operation));
  }

  private RefusedException refusal(StorageCommand<?> command) {
    CompletionException failure = assertThrows(CompletionException.class, () -> ask(command));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  private static <T> T done(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, SECONDS).join();
  }
}
