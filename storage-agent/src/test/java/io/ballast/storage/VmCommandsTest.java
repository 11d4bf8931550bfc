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
import io.ballast.messages.StorageCommand.ListVmSnapshots;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
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

/** Commands on all disks of a machine, over the bus of one process and a fake storage. */
final class VmCommandsTest {
  private static final HostId HOST = new HostId("h1");
  private static final VolumeId WEB1 = new VolumeId("images", "web1.qcow2");
  private static final VolumeId ROOT = new VolumeId("vms", "web2");
  private static final VolumeId DATA = new VolumeId("vms", "data");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final Agent.Terms TERMS =
      Agent.Terms.of(new Heartbeat.Beater(HOST, "lab", Duration.ofMillis(100), "1.2.3"));

  private final Vertx vertx = Vertx.vertx();
  private final LocalBus bus = new LocalBus(vertx);
  private final FakeVolumes volumes = new FakeVolumes();
  private final Journal journal = new Forgetful(Instant.now());
  private final Map<OperationId, Event.WorkFinished> ends = new ConcurrentHashMap<>();

  private String life = "";

  @BeforeEach
  void deploy() {
    volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(30));
    put(WEB1, Optional.empty());
    volumes.machine("web1", false, WEB1);
    done(bus.serve(Event.WorkFinished.class, end -> ends.put(end.operation(), end)));
    begin();
  }

  private void put(VolumeId id, Optional<String> backing) {
    volumes.put(new Volume(id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), backing, List.of()));
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
                    StoragePolicy.DEFAULT,
                    Clock.systemUTC())));
  }

  @AfterEach
  void close() {
    done(vertx.close());
  }

  @Test
  void aSnapshotIsKeptListedGoneBackToAndForgotten() {
    OperationId kept = ask(keep("a")).operation();
    assertEquals(
        new Outcome.Done(Optional.empty(), Optional.of("the VM was off")), end(kept).outcome());
    assertEquals("VM web1", end(kept).object());
    assertEquals(DONE, end(new RevertVm("web1", "a")));

    List<VmSnapshot> snapshots = ask(new ListVmSnapshots("web1")).snapshots();
    assertEquals(List.of("a"), snapshots.stream().map(VmSnapshot::name).toList());
    assertEquals(List.of(WEB1), snapshots.getFirst().volumes());
    assertTrue(snapshots.getFirst().current() && snapshots.getFirst().whole());

    assertEquals(DONE, end(new DeleteVmSnapshot("web1", "a")));
    assertEquals(List.of(), ask(new ListVmSnapshots("web1")).snapshots());
    assertEquals(DONE, end(new DeleteVmSnapshot("web1", "a")), "what is gone can be deleted");
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertEquals(Reason.UNKNOWN_VM, refusal(new ListVmSnapshots("none")).reason());
    assertEquals(
        Reason.UNKNOWN_VM, refusal(new SnapshotVm("none", "a", SnapshotVm.Quiesce.AUTO)).reason());
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(new RevertVm("web1", "a")).reason());
  }

  @Test
  void aMachineHasItsVolumesToItselfMeanwhile() {
    VolumeId copy = new VolumeId("images", "copy");
    CloneVolume cloning =
        new CloneVolume(WEB1, Optional.empty(), copy, false, Optional.empty(), false);
    volumes.slow();
    OperationId keeping = ask(keep("a")).operation();

    assertEquals(Reason.BUSY, refusal(keep("b")).reason());
    assertEquals(Reason.BUSY, refusal(new ResizeVolume(WEB1, Bytes.ofMiB(9), false)).reason());
    assertEquals(Reason.BUSY, refusal(cloning).reason());
    volumes.recover();
    end(keeping);
    assertEquals(DONE, end(cloning));
  }

  @Test
  void aVolumeThatIsWorkedOnOrReadKeepsItsMachineWaiting() {
    volumes.slow();
    OperationId growing = ask(new ResizeVolume(WEB1, Bytes.ofMiB(9), false)).operation();
    assertEquals(Reason.BUSY, refusal(keep("a")).reason());
    volumes.recover();
    end(growing);
    volumes.slow();
    VolumeId copy = new VolumeId("images", "copy");
    OperationId copying =
        ask(new CloneVolume(WEB1, Optional.empty(), copy, false, Optional.empty(), false))
            .operation();
    assertEquals(Reason.BUSY, refusal(keep("a")).reason());
    volumes.recover();
    end(copying);
    end(keep("a"));
  }

  @Test
  void whatWasCutOffIsDoneByTheNextLifeOfTheAgent() {
    volumes.slow();
    OperationId keeping = ask(keep("a")).operation();

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    begin();

    assertInstanceOf(Outcome.Done.class, end(keeping).outcome());
    assertEquals(1, ask(new ListVmSnapshots("web1")).snapshots().size());
  }

  @Test
  void whatWasDoneBeforeTheAgentCouldSayItIsNotDoneAgain() {
    volumes.slow();
    OperationId keeping = ask(keep("a")).operation();
    done(vertx.undeploy(life));
    volumes.recover();
    VolumeId layer = there().getLast();
    begin();

    assertInstanceOf(Outcome.Done.class, end(keeping).outcome());
    assertEquals(List.of(WEB1, layer), there());
  }

  @Test
  void aReturnToASnapshotThatWasCutOffIsNotDoneAgain() {
    end(keep("a"));
    VolumeId layer = there().getLast();
    volumes.slow();
    OperationId reverting = ask(new RevertVm("web1", "a")).operation();

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    begin();

    Outcome.Unknown end = assertInstanceOf(Outcome.Unknown.class, end(reverting).outcome());
    assertTrue(end.message().contains("'ballast vm snapshots'"), end::message);
    assertEquals(List.of(WEB1, layer), there());
  }

  private List<VolumeId> there() {
    return done(volumes.stock("images")).volumes().stream().map(Volume::id).toList();
  }

  private void cephMachine() {
    volumes.pool("vms", "rbd", Bytes.ofMiB(100));
    for (VolumeId disk : List.of(ROOT, DATA)) {
      volumes.put(
          new Volume(disk, "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
    }
    volumes.machine("web2", false, ROOT, DATA);
  }

  @Test
  void disksThatKeepSnapshotsThemselvesAreKeptTogether() {
    cephMachine();
    assertEquals(
        new Outcome.Done(Optional.empty(), Optional.of("the VM was off")),
        end(new SnapshotVm("web2", "a", SnapshotVm.Quiesce.AUTO)));

    List<VmSnapshot> snapshots = ask(new ListVmSnapshots("web2")).snapshots();
    assertEquals(List.of("a"), snapshots.stream().map(VmSnapshot::name).toList());
    assertEquals(List.of(ROOT, DATA), snapshots.getFirst().volumes());
    assertEquals(DONE, end(new RevertVm("web2", "a")));
    assertEquals(DONE, end(new DeleteVmSnapshot("web2", "a")));
    assertEquals(List.of(), ask(new ListVmSnapshots("web2")).snapshots());
    assertEquals(DONE, end(new DeleteVmSnapshot("web2", "a")), "what is gone can be deleted");
  }

  @Test
  void aMachineThatRestsWhenTheAgentIsCutOffIsWokenByItsNextLife() {
    cephMachine();
    volumes.slow();
    OperationId keeping = ask(new SnapshotVm("web2", "a", SnapshotVm.Quiesce.AUTO)).operation();
    volumes.rest(keeping);
    assertEquals(Reason.BUSY, refusal(new ResizeVolume(DATA, Bytes.ofMiB(9), false)).reason());

    done(vertx.undeploy(life));
    volumes.loseWork();
    volumes.recover();
    begin();

    assertInstanceOf(Outcome.Done.class, end(keeping).outcome());
    assertEquals(Set.of(), volumes.resting());
    assertEquals(1, ask(new ListVmSnapshots("web2")).snapshots().size());
  }

  @Test
  void whatAllDisksKeepIsNotTakenForOneMomentWhenTheAgentWasCutOff() {
    cephMachine();
    volumes.slow();
    OperationId keeping = ask(new SnapshotVm("web2", "a", SnapshotVm.Quiesce.AUTO)).operation();
    done(vertx.undeploy(life));
    volumes.recover();
    begin();

    Outcome.Unknown end = assertInstanceOf(Outcome.Unknown.class, end(keeping).outcome());
    assertTrue(end.message().contains("kept it at one moment"), end::message);
    assertEquals(1, ask(new ListVmSnapshots("web2")).snapshots().size());
  }

  @Test
  void layersOfSnapshotsAreLeftToTheirMachine() {
    end(keep("a"));
    VolumeId layer = there().getLast();

    RefusedException refused = refusal(new FlattenVolume(layer));

    assertEquals(Reason.WRONG_STATE, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("'a'"), refused::toString);
  }

  private static SnapshotVm keep(String name) {
    return new SnapshotVm("web1", name, SnapshotVm.Quiesce.AUTO);
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
