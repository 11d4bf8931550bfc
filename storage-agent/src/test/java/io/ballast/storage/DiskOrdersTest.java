package io.ballast.storage;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.agent.Book;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.DetachDisk;
import io.ballast.messages.DiskOrder.LimitDisk;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageCommand;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.storage.trade.VmDisks;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disks that are plugged in, taken off, and limited. */
final class DiskOrdersTest {
  private static final VolumeId ROOT = new VolumeId("images", "web1");
  private static final VolumeId DATA = new VolumeId("images", "data");
  private static final VolumeId BASE = new VolumeId("images", "base");
  private static final OperationId MOVE = new OperationId("move-1");
  private static final DiskLimits LIMITS =
      new DiskLimits(
          Optional.of(Bytes.ofMiB(50)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  private final Commanded agent = new Commanded(Book.inMemory());

  @BeforeEach
  void aMachine() {
    put(ROOT, Optional.empty());
    put(DATA, Optional.empty());
    agent.volumes.machine("web1", true, ROOT);
  }

  @AfterEach
  void close() {
    agent.close();
  }

  private void put(VolumeId id, Optional<VolumeId> below) {
    agent.volumes.put(
        new Volume(
            id, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), below.map(VolumeId::toString), List.of()));
  }

  private static AttachDisk attach(VolumeId volume) {
    return new AttachDisk("web1", volume, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private List<VmDisks.Disk> disks() {
    return agent.volumes.disks("web1").await().disks();
  }

  private void refused(Reason reason, String word, DiskOrder order) {
    RefusedException refused = agent.refusal(order);
    assertEquals(reason, refused.reason(), refused::toString);
    assertTrue(refused.toString().contains(word), refused::toString);
  }

  @Test
  void aDiskComesAndIsLimitedAndGoes() {
    assertEquals(
        new Outcome.Done(Optional.empty(), Optional.of("as vdb")), agent.end(attach(DATA)));
    agent.end(new LimitDisk("web1", "vdb", LIMITS));
    assertEquals(
        new VmDisks.Disk("vdb", "/srv/images/data", Optional.of(DATA), Optional.of(LIMITS)),
        disks().getLast());

    agent.end(new DetachDisk("web1", "vdb"));
    assertEquals(1, disks().size());
    assertEquals(Reason.WRONG_STATE, agent.failure(new DetachDisk("web1", "vdb")));
  }

  @Test
  void whatOthersUseIsNotPluggedIn() {
    agent.volumes.machine("db", false, DATA);
    refused(Reason.IN_USE, "is used by VM db (off)", attach(DATA));
    refused(Reason.UNKNOWN_VOLUME, "no volume 'none'", attach(new VolumeId("images", "none")));

    put(BASE, Optional.empty());
    put(new VolumeId("images", "clone"), Optional.of(BASE));
    refused(Reason.IN_USE, "or say that it is only read", attach(BASE));
    agent.end(
        new AttachDisk(
            "web1", BASE, Optional.of("vdx"), Optional.of(Format.RAW), Optional.of(true)));
    assertEquals(2, disks().size());
  }

  @Test
  void aDiskMovesToAnotherVolume() {
    VolumeId fast = new VolumeId("fast", "web1");
    agent.volumes.pool("fast", Bytes.ofMiB(100), Bytes.ZERO);

    agent.end(new MoveDisk("web1", "vda", fast, Optional.empty()));
    assertEquals(Optional.of(fast), disks().getFirst().volume());
    assertEquals(Optional.empty(), agent.volumes.find(ROOT).await().volume());

    agent.volumes.machine("web1", false, fast);
    assertEquals(
        new Outcome.Done(Optional.empty(), Optional.of("fast/web1 is kept")),
        agent.end(new MoveDisk("web1", "vda", ROOT, Optional.of(true))));
    assertEquals(Optional.of(ROOT), disks().getFirst().volume());
    refused(
        Reason.NAME_TAKEN,
        "fast/web1 is there already",
        new MoveDisk("web1", "vda", fast, Optional.empty()));
    refused(
        Reason.WRONG_STATE, "has no disk vdq", new MoveDisk("web1", "vdq", DATA, Optional.empty()));
  }

  @Test
  void aMoveThatIsCancelledLeavesNothing() {
    VolumeId fast = new VolumeId("images", "fast");
    agent.volumes.slow();
    OperationId move = agent.ask(new MoveDisk("web1", "vda", fast, Optional.empty())).operation();
    agent.ask(new StorageCommand.Cancel(move));
    await().until(() -> agent.ends().containsKey(move));
    agent.volumes.recover();

    assertEquals(Optional.of(ROOT), disks().getFirst().volume());
    assertEquals(Optional.empty(), agent.volumes.find(fast).await().volume());
  }

  @Test
  void whatSnapshotsKeepIsNotLost() {
    agent.volumes.machine("web1", false, ROOT);
    agent.end(new VmOrder.SnapshotVm("web1", "before", VmOrder.SnapshotVm.Quiesce.NEVER));

    refused(
        Reason.WRONG_STATE,
        "has snapshots, which a move would lose",
        new MoveDisk("web1", "vda", new VolumeId("images", "new"), Optional.empty()));
  }

  @Test
  void whatAGuestMayHaveWrittenIsNotBelieved() {
    put(BASE, Optional.empty());
    put(DATA, Optional.of(BASE));
    refused(Reason.INVALID_IMAGE, "say --format qcow2 if it does", attach(DATA));
    agent.end(
        new AttachDisk(
            "web1", DATA, Optional.empty(), Optional.of(Format.QCOW2), Optional.empty()));
    assertEquals(2, disks().size());

    VolumeId odd = new VolumeId("images", "odd");
    agent.volumes.put(
        new Volume(odd, "vmdk", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
    refused(Reason.INVALID_IMAGE, "looks like the form vmdk", attach(odd));
  }

  @Test
  void whatIsOfAnotherFormIsNotUsedAsThat() {
    agent.volumes.put(
        new Volume(DATA, "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));

    refused(
        Reason.INVALID_IMAGE,
        "of the form raw and not qcow2",
        new AttachDisk(
            "web1", DATA, Optional.empty(), Optional.of(Format.QCOW2), Optional.empty()));
  }

  @Test
  void whileAMoveKeepsADiskNoneIsChanged() {
    VmId vm = new VmId(new UUID(0, 10));
    agent.ask(
        new HoldDisks(
            new Berth(MOVE, vm, new HostId("h1"), new HostId("h2"), List.of(ROOT), Bytes.ZERO)));

    refused(Reason.BUSY, "operation move-1 has volume images/web1", attach(DATA));
    refused(Reason.BUSY, "operation move-1", new DetachDisk("web1", "vda"));
    agent.ask(new SettleDisks(MOVE, true));
    agent.end(attach(DATA));
  }

  @Test
  void whileAnOrderWorksOnADiskItsMachineKeepsIt() {
    agent.volumes.slow();
    OperationId work = agent.ask(new FlattenVolume(ROOT)).operation();

    refused(Reason.BUSY, work.value(), new DetachDisk("web1", "vda"));
    agent.volumes.recover();
  }
}
