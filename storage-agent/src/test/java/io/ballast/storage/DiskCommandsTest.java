package io.ballast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.InspectStorage;
import io.ballast.messages.StorageCommand.InspectVolume;
import io.ballast.messages.StorageCommand.ListVolumes;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done about disks that a move copies, over the bus of one process and a fake storage. */
final class DiskCommandsTest {
  private static final VmId VM = new VmId(UUID.fromString("00000000-0000-0000-0000-00000000000a"));
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("move-1");
  private static final OperationId OTHER = new OperationId("move-2");
  private static final VolumeId ROOT = new VolumeId("images", "web1.qcow2");
  private static final VolumeId DATA = new VolumeId("images", "web1-data.raw");
  private static final Outcome DONE = new Outcome.Done(Optional.empty());
  private static final Reply.Accepted ACCEPTED = new Reply.Accepted(MOVE);

  private final Logbook logbook = new Logbook();
  private final Commanded agent = new Commanded(logbook);

  @AfterEach
  void close() {
    agent.close();
  }

  /** A book in memory that may refuse. */
  private static final class Logbook implements Book<Berth> {
    private final Book<Berth> book = Book.inMemory();
    private volatile boolean lost;
    private volatile boolean full;

    @Override
    public Future<List<Berth>> open() {
      return lost ? refused("the disk is gone") : book.open();
    }

    @Override
    public Future<Void> keep(List<Berth> all) {
      return full ? refused("the disk is full") : book.keep(all);
    }

    private static <T> Future<T> refused(String why) {
      return Future.failedFuture(new RefusedException(Reason.NO_JOURNAL, why));
    }
  }

  private void put(VolumeId id) {
    agent.volumes.put(
        new Volume(id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
  }

  private static HoldDisks hold(OperationId move, VolumeId... volumes) {
    return new HoldDisks(berth(move, Bytes.ZERO, volumes));
  }

  private static Berth berth(OperationId move, Bytes needed, VolumeId... volumes) {
    return new Berth(move, VM, H1, H2, List.of(volumes), needed);
  }

  private static Blank blank(VolumeId id, Format format) {
    return new Blank(
        id, format, Bytes.ofMiB(8), Bytes.ofMiB(1), "/srv/" + id.pool() + "/" + id.name());
  }

  private static PrepareDisks prepare() {
    return prepare(blank(ROOT, Format.QCOW2), blank(DATA, Format.RAW));
  }

  private static PrepareDisks prepare(Blank... blanks) {
    return prepare(MOVE, blanks);
  }

  private static PrepareDisks prepare(OperationId move, Blank... blanks) {
    return new PrepareDisks(move, VM, H1, H2, List.of(blanks), List.of());
  }

  private List<VolumeId> there() {
    return agent.ask(new ListVolumes("images")).volumes().stream().map(Volume::id).toList();
  }

  private List<Berth> kept() {
    return agent.ask(new InspectStorage()).beat().berths();
  }

  private void refused(Reason reason, String word, StorageCommand<?> command) {
    RefusedException refused = agent.refusal(command);
    assertEquals(reason, refused.reason(), refused::toString);
    assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::toString);
  }

  @Test
  void whatIsHeldIsLeftAloneUntilItIsSettled() {
    put(ROOT);
    agent.volumes.machine("web1", true, ROOT);

    assertEquals(ACCEPTED, agent.ask(hold(MOVE, ROOT)));
    assertEquals(ACCEPTED, agent.ask(hold(MOVE, ROOT)), "the same once more");

    VolumeId copy = new VolumeId("images", "copy");
    refused(Reason.BUSY, "move-1", new ResizeVolume(ROOT, Bytes.ofMiB(16), false));
    refused(Reason.BUSY, "move-1", new SnapshotVm("web1", "before", SnapshotVm.Quiesce.NEVER));
    refused(Reason.BUSY, "move-1", new StopPool("images"));
    agent.volumes.machine("web1", false, ROOT);
    refused(
        Reason.BUSY,
        "move-1",
        new CloneVolume(ROOT, Optional.empty(), copy, false, Optional.empty(), false));
    refused(Reason.BUSY, "move-1", hold(OTHER, ROOT));
    refused(Reason.DUPLICATE_ID, "images/web1.qcow2", hold(MOVE, DATA));

    assertEquals(ACCEPTED, agent.ask(new SettleDisks(MOVE, true)));
    assertEquals(DONE, agent.end(new ResizeVolume(ROOT, Bytes.ofMiB(16), false)));
    assertEquals(List.of(ROOT), there());
    assertEquals(List.of(), kept());
  }

  @Test
  void onlyWhatIsThereAndAtRestIsHeld() {
    put(ROOT);
    refused(Reason.UNKNOWN_VOLUME, "web1-data.raw", hold(MOVE, ROOT, DATA));
    refused(Reason.MALFORMED, "twice", hold(MOVE, ROOT, ROOT));
    assertEquals(List.of(), kept());

    agent.volumes.slow();
    OperationId growing = agent.ask(new ResizeVolume(ROOT, Bytes.ofMiB(16), false)).operation();
    refused(Reason.BUSY, growing.value(), hold(MOVE, ROOT));
    agent.volumes.recover();
    await().ignoreExceptions().until(() -> agent.ask(hold(MOVE, ROOT)).equals(ACCEPTED));
  }

  @Test
  void whatMovedAwayIsDeletedUnlessSomethingUsesIt() {
    put(ROOT);
    put(DATA);
    agent.volumes.machine("web1", false, ROOT);
    agent.ask(hold(MOVE, ROOT, DATA));

    refused(Reason.IN_USE, "VM web1 (off)", new SettleDisks(MOVE, false));
    assertEquals(List.of(DATA, ROOT), there(), "all or none");
    assertEquals(1, kept().size());

    agent.volumes.machine("web1", false);
    assertEquals(ACCEPTED, agent.ask(new SettleDisks(MOVE, false)));
    assertEquals(ACCEPTED, agent.ask(new SettleDisks(MOVE, false)), "nothing is kept any more");
    assertEquals(List.of(), there());
    assertEquals(List.of(), kept());
  }

  @Test
  void emptyDisksAreMadeAndKept() {
    assertEquals(ACCEPTED, agent.ask(prepare()));
    assertEquals(ACCEPTED, agent.ask(prepare()), "the same once more");

    assertEquals(List.of(DATA, ROOT), there());
    Volume root = agent.ask(new InspectVolume(ROOT)).volume().orElseThrow();
    assertEquals("qcow2", root.format());
    assertEquals(Bytes.ofMiB(8), root.capacity());
    assertEquals("raw", agent.ask(new InspectVolume(DATA)).volume().orElseThrow().format());
    assertEquals(List.of(berth(MOVE, Bytes.ofMiB(2), ROOT, DATA)), kept());
    refused(Reason.BUSY, "move-1", new DeleteVolume(ROOT));
    refused(Reason.DUPLICATE_ID, "move-1", prepare(blank(ROOT, Format.QCOW2)));

    agent.volumes.machine("web1", true, ROOT, DATA);
    assertEquals(ACCEPTED, agent.ask(prepare()), "also when they are used by now");
    assertEquals(ACCEPTED, agent.ask(new SettleDisks(MOVE, true)));
    assertEquals(List.of(DATA, ROOT), there());
  }

  @Test
  void whatWasMadeInVainIsDeleted() {
    agent.ask(prepare());

    agent.ask(new SettleDisks(MOVE, false));

    assertEquals(List.of(), there());
    assertEquals(DONE, agent.end(create(ROOT)));
  }

  private static CreateVolume create(VolumeId id) {
    return new CreateVolume(
        id, Format.QCOW2, Bytes.ofMiB(2), Volume.Preallocation.OFF, Optional.empty());
  }

  @Test
  void aNameThatIsBorneIsRefusedAndWhatBearsItStays() {
    put(DATA);

    refused(Reason.NAME_TAKEN, "if both hosts share pool images", prepare());

    assertEquals(List.of(DATA), there());
    assertEquals(List.of(), kept());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    agent.volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(99));
    refused(Reason.NO_ROOM, "2 MiB by these disks", prepare());

    agent.volumes.pool("images", Bytes.ofMiB(4), Bytes.ZERO);
    refused(Reason.NO_ROOM, "does not fit", prepare());
    assertEquals(List.of(), kept());
  }

  @Test
  void roomThatOtherMovesMayTakeUpIsNoRoom() {
    agent.volumes.pool("images", Bytes.ofMiB(100), Bytes.ofMiB(91));
    agent.ask(prepare());
    Blank more = blank(new VolumeId("images", "more"), Format.RAW);

    refused(
        Reason.NO_ROOM,
        "2 MiB by those of other moves",
        prepare(OTHER, more, blank(new VolumeId("images", "most"), Format.RAW)));
    agent.ask(new SettleDisks(MOVE, false));
    assertEquals(OTHER, agent.ask(prepare(OTHER, more)).operation());
  }

  @Test
  void whatIsKeptIsToldAsItIsNow() {
    put(ROOT);
    agent.ask(hold(MOVE, ROOT));

    Reply.BerthInspected told = agent.ask(new InspectBerth(MOVE));
    assertEquals(Optional.of(berth(MOVE, Bytes.ZERO, ROOT)), told.berth());
    assertEquals(List.of(ROOT), told.volumes().stream().map(Volume::id).toList());
    assertEquals(
        new Reply.BerthInspected(Optional.empty(), List.of()), agent.ask(new InspectBerth(OTHER)));
  }

  @Test
  void aDiskOfSeveralMachinesIsNotHeld() {
    put(ROOT);
    agent.volumes.machine("web1", true, ROOT);
    agent.volumes.machine("web2", false, ROOT);

    refused(Reason.IN_USE, "VM web1 (running), VM web2 (off)", hold(MOVE, ROOT));
  }

  @Test
  void whatACopyWouldLoseIsNotHeld() {
    put(ROOT);
    agent.end(new SnapshotVolume(ROOT, "before"));
    agent.volumes.put(
        new Volume(
            DATA,
            "qcow2",
            Bytes.ofMiB(8),
            Bytes.ofMiB(1),
            Optional.of("/srv/images/web1.qcow2"),
            List.of()));

    refused(Reason.WRONG_STATE, "keeps the snapshots before", hold(MOVE, ROOT));
    refused(Reason.WRONG_STATE, "is not all of volumes that the move keeps", hold(MOVE, DATA));
    assertEquals(List.of(), kept());
    assertEquals(List.of(DATA, ROOT), there());
  }

  @Test
  void onlyAFolderAtTheSamePathIsCopiedInto() {
    agent.volumes.place("images", "/data/images");
    refused(Reason.NOT_ALLOWED, "/data/images/web1.qcow2", prepare());
    refused(Reason.NOT_ALLOWED, "/srv/images/web1.qcow2", prepare());

    agent.volumes.pool("vms", "rbd", Bytes.ofMiB(100));
    VolumeId ceph = new VolumeId("vms", "web1");
    refused(Reason.NOT_ALLOWED, "'rbd'", prepare(blank(ceph, Format.RAW)));
    VolumeId unknown = new VolumeId("attic", "web1");
    refused(Reason.UNKNOWN_POOL, "attic", prepare(blank(unknown, Format.RAW)));
    agent.volumes.inactivePool("attic");
    refused(Reason.WRONG_STATE, "attic", prepare(blank(unknown, Format.RAW)));
    assertEquals(List.of(), kept());
  }

  @Test
  void aFailureInTheMiddleLeavesNothing() {
    fillButFor(300);

    refused(Reason.NO_ROOM, "full", prepare(withoutNeed(ROOT), withoutNeed(DATA)));

    assertEquals(List.of(), there());
    assertEquals(List.of(), kept());
    assertEquals(Bytes.ofKiB(300), available());
    assertEquals(DONE, agent.end(create(ROOT)));
  }

  private void fillButFor(long kibibytes) {
    Bytes size = Bytes.ofMiB(3);
    agent.volumes.pool("images", size, size.minusOrZero(Bytes.ofKiB(kibibytes)));
  }

  private Bytes available() {
    Pool pool = agent.ask(new ListVolumes("images")).pool();
    return pool.available();
  }

  private static Blank withoutNeed(VolumeId id) {
    return new Blank(
        id, Format.RAW, Bytes.ofMiB(2), Bytes.ZERO, "/srv/" + id.pool() + "/" + id.name());
  }

  @Test
  void whatIsKeptIsKeptByTheNextLifeOfTheAgent() {
    put(ROOT);
    agent.ask(hold(MOVE, ROOT));

    agent.restart();

    assertEquals(List.of(berth(MOVE, Bytes.ZERO, ROOT)), kept());
    refused(Reason.BUSY, "move-1", new ResizeVolume(ROOT, Bytes.ofMiB(16), false));
    agent.ask(new SettleDisks(MOVE, true));
    agent.restart();
    assertEquals(DONE, agent.end(new ResizeVolume(ROOT, Bytes.ofMiB(16), false)));
  }

  @Test
  void whatWasCutOffInTheMiddleIsMadeByTheNextLifeOrSettled() {
    cutOff();
    agent.ask(pair());
    assertEquals(List.of(DATA, ROOT), there());

    agent.ask(new SettleDisks(MOVE, false));
    cutOff();
    agent.ask(new SettleDisks(MOVE, false));
    assertEquals(List.of(), there());
    assertEquals(List.of(), kept());
  }

  private static PrepareDisks pair() {
    return prepare(blank(ROOT, Format.QCOW2), withoutNeed(DATA));
  }

  /** The first disk is there, of the second only its name in the book. */
  private void cutOff() {
    agent.volumes.slow();
    var unused = agent.send(pair());
    await().until(() -> !agent.volumes.parts().isEmpty());
    agent.restart();
    agent.volumes.put(
        new Volume(ROOT, "qcow2", Bytes.ofMiB(8), Bytes.ofKiB(192), Optional.empty(), List.of()));
    assertEquals(List.of(ROOT), there());
    assertEquals(List.of(berth(MOVE, Bytes.ofMiB(1), ROOT, DATA)), kept());
  }

  @Test
  void whatIsAnotherDiskThanTheOneThatWasToBeMadeIsNotTakenForIt() {
    cutOff();
    agent.volumes.put(
        new Volume(DATA, "raw", Bytes.ofMiB(9), Bytes.ZERO, Optional.empty(), List.of()));

    refused(Reason.NAME_TAKEN, "web1-data.raw", pair());

    assertEquals(List.of(DATA, ROOT), there());
    assertEquals(1, kept().size());
  }

  @Test
  void aFailureOfTheNextLifeLeavesNothingEither() {
    cutOff();
    fillButFor(170);

    refused(Reason.NO_ROOM, "full", pair());

    assertEquals(List.of(), there());
    assertEquals(List.of(), kept());
  }

  @Test
  void whatFailedInTheMiddleAndIsUsedIsKeptOn() {
    cutOff();
    agent.volumes.machine("web1", true, ROOT);
    fillButFor(170);

    refused(Reason.NO_ROOM, "full", pair());

    assertEquals(List.of(ROOT), there());
    assertEquals(List.of(berth(MOVE, Bytes.ofMiB(1), ROOT)), kept());
  }

  @Test
  void deedsGoOneAfterTheOther() {
    agent.volumes.slow();
    Future<Reply.Accepted> made = agent.send(prepare());
    await().until(() -> !agent.volumes.parts().isEmpty());
    Future<Reply.Accepted> settled = agent.send(new SettleDisks(MOVE, false));
    Future<Reply.Accepted> again = agent.send(prepare());
    agent.volumes.recover();

    assertEquals(List.of(ACCEPTED, ACCEPTED, ACCEPTED), all(List.of(made, settled, again)));
    assertEquals(List.of(DATA, ROOT), there());
  }

  private static List<Reply.Accepted> all(List<Future<Reply.Accepted>> futures) {
    await().until(() -> futures.stream().allMatch(Future::isComplete));
    return futures.stream().map(Future::result).toList();
  }

  @Test
  void aBeatTellsAtOnceWhatIsKept() {
    put(ROOT);
    agent.ask(hold(MOVE, ROOT));
    Berth berth = berth(MOVE, Bytes.ZERO, ROOT);
    await().until(() -> agent.beats.getLast().berths().equals(List.of(berth)));

    agent.ask(new SettleDisks(MOVE, true));
    await().until(() -> agent.beats.getLast().berths().isEmpty());
  }

  @Test
  void whatCantBeWrittenDownIsNotKept() {
    put(ROOT);
    logbook.full = true;

    refused(Reason.NO_JOURNAL, "full", hold(MOVE, ROOT));
    refused(Reason.NO_JOURNAL, "full", prepare(blank(DATA, Format.RAW)));

    assertEquals(List.of(ROOT), there());
    assertEquals(List.of(), kept());
    assertEquals(DONE, agent.end(new ResizeVolume(ROOT, Bytes.ofMiB(16), false)));
    logbook.full = false;
    agent.ask(hold(MOVE, ROOT));
    logbook.full = true;
    refused(Reason.NO_JOURNAL, "full", new SettleDisks(MOVE, true));
    refused(Reason.BUSY, "move-1", new ResizeVolume(ROOT, Bytes.ofMiB(32), false));
  }

  @Test
  void nothingIsChangedUntilItIsKnownWhatIsKept() {
    put(ROOT);
    agent.volumes.machine("web1", false, ROOT);
    logbook.lost = true;
    agent.restart();

    refused(Reason.NO_JOURNAL, "gone", new ResizeVolume(ROOT, Bytes.ofMiB(16), false));
    refused(Reason.NO_JOURNAL, "gone", new SnapshotVm("web1", "before", SnapshotVm.Quiesce.NEVER));
    refused(Reason.NO_JOURNAL, "gone", new StopPool("images"));
    refused(Reason.NO_JOURNAL, "gone", hold(MOVE, ROOT));
    refused(Reason.NO_JOURNAL, "gone", new SettleDisks(MOVE, true));
    refused(Reason.NOT_READY, "log", new InspectStorage());
    assertEquals(List.of(ROOT), there(), "questions are answered");
  }

  @Test
  void forSoManyMovesVolumesAreKeptAndNoMore() {
    put(ROOT);
    var unused = logbook.keep(IntStream.range(0, 256).mapToObj(i -> berth("m" + i)).toList());
    agent.restart();

    refused(Reason.BUSY, "256 moves", hold(MOVE, ROOT));
    agent.ask(new SettleDisks(new OperationId("m7"), false));
    assertEquals(ACCEPTED, agent.ask(hold(MOVE, ROOT)));
  }

  private static Berth berth(String move) {
    return berth(new OperationId(move), Bytes.ZERO, new VolumeId("images", move));
  }
}
