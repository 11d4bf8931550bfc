package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.order;
import static io.ballast.storage.trade.Proving.refusal;
import static io.ballast.testing.Program.run;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolOrder.StartPool;
import io.ballast.messages.PoolOrder.StopPool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.SnapshotVm.Quiesce;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.trade.VolumesContract;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool that is a volume group on a disk of its own, by a real libvirt, LVM's tools and QEMU's.
 * Needs a kernel with device-mapper and a blank disk, which {@code BALLAST_SCRATCH_DISK} names:
 * {@code ops/soak lvm} runs it in a virtual machine that has both.
 */
@Tag("lvm")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LvmIT implements VolumesContract {
  private static final String GROUP = "ballast-test";

  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path exchange;
  @TempDir static Path folder;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() {
    run("vgcreate", "--physicalextentsize=1m", GROUP, System.getenv("BALLAST_SCRATCH_DISK"));
    lab = Lab.up(1);
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofMinutes(1),
            new LibvirtVolumes.Places(exchange, Path.of("/etc/ceph/ceph.conf")));
    answer(volumes.carryOut(new DefinePool(pool(), new PoolSource.VolumeGroup(GROUP))));
  }

  @AfterEach
  void empty() {
    run("lvremove", "--yes", GROUP);
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    answer(vertx.close());
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "disks";
  }

  @Override
  public List<Format> formats() {
    return List.of(Format.RAW);
  }

  @Override
  public boolean isThin() {
    return false;
  }

  private static Path device(VolumeId volume) {
    return Path.of("/dev", GROUP, volume.name());
  }

  private static String qemuIo(VolumeId volume, String command) {
    return run("qemu-io", "-f", "raw", "-c", command, device(volume).toString());
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    qemuIo(volume, "write -P 7 " + at.value() + " 512");
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    String dump = qemuIo(volume, "read -v " + at.value() + " 16");
    return Integer.parseInt(dump.split(" +", 3)[1], 16);
  }

  private static void assertZero(VolumeId volume, long fromMib, long mib) {
    String answer = qemuIo(volume, "read -P 0 %dM %dM".formatted(fromMib, mib));
    assertFalse(answer.contains("failed"), answer);
  }

  /** All logical volumes and their tags, as LVM tells them. */
  private static String told() {
    return run("lvs", "--noheadings", "--options=lv_name,lv_tags", GROUP).strip();
  }

  /** Has the whole group hold something of somebody else. */
  private void used() {
    VolumeId other = created(Format.RAW, 64);
    qemuIo(other, "write -P 9 0 64M");
    answer(done(new DeleteVolume(other)));
  }

  // ---- what others left

  @Test
  void aNewDiskHoldsNothingOfOthers() {
    used();

    VolumeId volume = created(Format.RAW, 8);

    assertZero(volume, 0, 8);
  }

  @Test
  void aDiskThatGrowsHoldsNothingOfOthers() {
    used();
    VolumeId volume = written(Format.RAW);

    answer(done(new ResizeVolume(volume, Bytes.ofMiB(16), false)));

    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    assertZero(volume, 8, 8);
    assertEquals(volume.name(), told());
  }

  @Test
  void aDiskGrowsInPiecesWhereItHasTo() {
    used();
    VolumeId volume = written(Format.RAW);
    VolumeId between = created(Format.RAW, 8);
    created(Format.RAW, 8);
    answer(done(new DeleteVolume(between)));

    answer(done(new ResizeVolume(volume, Bytes.ofMiB(32), false)));

    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    assertZero(volume, 8, 24);
  }

  @Test
  void anImageIsFollowedByZerosWhereItsDiskIsLarger() throws IOException {
    used();
    VolumeId volume = fresh();
    try (FileChannel image =
        FileChannel.open(
            exchange.resolve(volume.name()),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE)) {
      image.write(ByteBuffer.wrap(new byte[] {7}), (5 << 20) + 99);
    }

    answer(done(new ImportVolume(volume, volume.name(), Format.RAW)));

    assertEquals(Bytes.ofMiB(6), found(volume).orElseThrow().capacity());
    String answer = qemuIo(volume, "read -P 0 0 5M");
    assertFalse(answer.contains("failed"), answer);
    assertEquals(0, read(volume, new Bytes((5 << 20) + 4096)));
  }

  @Test
  void aWipedDiskHoldsZerosAndNoSnapshotKeepsMore() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "kept")));

    assertEquals(Reason.WRONG_STATE, refusal(done(new WipeVolume(volume))));
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    answer(done(new DeleteSnapshot(volume, "kept")));
    answer(done(new WipeVolume(volume)));

    assertZero(volume, 0, 8);
  }

  // ---- sizes

  @Test
  void aSizeIsRoundedUpToWholeExtents() {
    VolumeId volume = fresh();
    answer(
        done(
            new CreateVolume(
                volume,
                Format.RAW,
                new Bytes((3 << 20) + 512),
                Volume.Preallocation.OFF,
                Optional.empty())));

    assertEquals(Bytes.ofMiB(4), found(volume).orElseThrow().capacity());
    answer(done(new ResizeVolume(volume, new Bytes((3 << 20) + 1024), true)));
    assertEquals(Bytes.ofMiB(4), found(volume).orElseThrow().capacity());
  }

  @Test
  void aDiskThatFindsNoRoomLeavesNothing() {
    VolumeId volume = fresh();

    assertEquals(Reason.NO_ROOM, refusal(done(order(volume, Format.RAW, 1 << 20))));

    assertEquals("", told());
  }

  @Test
  void aDiskThatCantGrowIsAsItWas() {
    VolumeId volume = written(Format.RAW);

    assertEquals(
        Reason.NO_ROOM, refusal(done(new ResizeVolume(volume, Bytes.ofMiB(1 << 20), false))));

    assertEquals(Bytes.ofMiB(8), found(volume).orElseThrow().capacity());
    assertEquals(volume.name(), told());
  }

  @Test
  void aDiskWithSnapshotsKeepsItsSize() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "kept")));

    for (long mib : new long[] {4, 16}) {
      assertEquals(
          Reason.WRONG_STATE, refusal(done(new ResizeVolume(volume, Bytes.ofMiB(mib), true))));
    }
    answer(done(new DeleteSnapshot(volume, "kept")));
    answer(done(new ResizeVolume(volume, Bytes.ofMiB(4), true)));
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
  }

  // ---- snapshots

  @Test
  void aSnapshotIsKnownByItsNameAndLiesHidden() {
    VolumeId volume = written(Format.RAW);

    answer(done(new SnapshotVolume(volume, "before-upgrade")));

    assertTrue(told().contains("ballast.snapshot=before-upgrade"), LvmIT::told);
    Volume.Snapshot kept = answer(volumes.snapshots(volume)).getFirst();
    assertEquals("before-upgrade", kept.name());
    assertTrue(
        Duration.between(kept.at(), Instant.now()).abs().compareTo(Duration.ofMinutes(5)) < 0,
        kept::toString);
    assertEquals(
        List.of(volume), answer(volumes.stock(pool())).volumes().stream().map(Volume::id).toList());
    assertEquals(List.of(), found(volume).orElseThrow().users());
    answer(done(new DeleteVolume(volume)));
    assertEquals("", told());
  }

  @Test
  void aSnapshotOfADiskThatIsOpenIsTakenAndTheDiskStays() throws IOException {
    VolumeId volume = written(Format.RAW);
    try (FileChannel open = FileChannel.open(device(volume), StandardOpenOption.READ)) {
      answer(done(new SnapshotVolume(volume, "kept")));

      assertTrue(open.isOpen());
      for (VolumeOrder order :
          List.of(
              new DeleteVolume(volume),
              new WipeVolume(volume),
              new RevertVolume(volume, "kept"),
              new ResizeVolume(volume, Bytes.ofMiB(4), true))) {
        assertEquals(Reason.IN_USE, refusal(done(order)), order::toString);
      }
    }
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
  }

  @Test
  void allDisksOfAMachineAreKeptTogether() throws IOException {
    VolumeId first = written(Format.RAW);
    VolumeId second = written(Format.RAW);
    Lab.Guest guest =
        lab.guest("--disk", "raw:" + device(first), "--disk", "raw:" + device(second));
    Path xml = Files.writeString(exchange.resolve(guest.name() + ".xml"), guest.xml());
    lab.virsh(1, "define", xml.toString());
    assertEquals("the VM was off", done(new VmOrder.SnapshotVm(guest.name(), "a", Quiesce.AUTO)));
    write(first, Bytes.ofMiB(1));
    write(second, Bytes.ofMiB(1));

    done(new VmOrder.RevertVm(guest.name(), "a"));
    for (VolumeId disk : List.of(first, second)) {
      assertEquals(List.of(0, 7), List.of(read(disk, Bytes.ofMiB(1)), read(disk, Bytes.ofMiB(3))));
    }
    assertEquals(1, Moments.all(answer(volumes.disks(guest.name()))).size());
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "a"));
    assertEquals(List.of(), Moments.all(answer(volumes.disks(guest.name()))));
    lab.virsh(1, "undefine", guest.name());
  }

  private String done(VmOrder order) {
    return answer(volumes.carryOut(operation(), order, Instant.now(), (done, total) -> {}).end());
  }

  @Test
  void aRevertThatWasCutOffIsBroughtToItsEnd() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "kept")));
    qemuIo(volume, "write -P 9 0 8M");
    // As if half of it had been written back.
    qemuIo(volume, "write -P 0 0 3M");

    answer(done(new RevertVolume(volume, "kept")));

    assertZero(volume, 0, 3);
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    assertZero(volume, 4, 4);
  }

  @Test
  void aSnapshotThatOverflowedIsNoContent() {
    VolumeId volume = written(Format.RAW);
    run(
        "lvcreate",
        "--yes",
        "--snapshot",
        "--size=1m",
        "--addtag=ballast.snapshot=small",
        "--name=.ballast-small",
        GROUP + "/" + volume.name());
    qemuIo(volume, "write -P 9 0 8M");

    assertEquals(Reason.INVALID_IMAGE, refusal(done(new RevertVolume(volume, "small"))));
    assertEquals(9, read(volume, Bytes.ofMiB(3)));
    answer(done(new DeleteSnapshot(volume, "small")));
  }

  @Test
  void aSnapshotOfSomebodyElseIsAVolumeThatHoldsItsOrigin() {
    VolumeId volume = written(Format.RAW);
    run("lvcreate", "--yes", "--snapshot", "--size=8m", "--name=own", GROUP + "/" + volume.name());

    VolumeId own = new VolumeId(pool(), "own");
    assertEquals(List.of(Optional.of(volume)), chain(own));
    assertEquals(
        List.of(new Volume.User(Volume.User.Kind.VOLUME, own.toString(), false)),
        found(volume).orElseThrow().users());
    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, own))));
    for (VolumeOrder order :
        List.of(
            new ResizeVolume(own, Bytes.ofMiB(16), false),
            new WipeVolume(own),
            new RevertVolume(own, "s"))) {
      assertEquals(Reason.NOT_ALLOWED, refusal(done(order)), order::toString);
    }
    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, own))));
  }

  @Test
  void aSnapshotThatWasCutOffIsTakenAnew() {
    VolumeId volume = written(Format.RAW);
    OperationId operation = operation();
    // What LVM leaves of one that was cut off.
    run(
        "lvcreate",
        "--yes",
        "--size=9m",
        "--addtag=ballast.snapshot=kept",
        "--name=" + Part.snapshot(operation),
        GROUP);

    for (int life = 1; life <= 2; life++) {
      answer(
          volumes
              .carryOut(operation, new SnapshotVolume(volume, "kept"), (done, total) -> {})
              .end());
    }

    assertEquals(
        List.of("kept"),
        answer(volumes.snapshots(volume)).stream().map(Volume.Snapshot::name).toList());
  }

  @Test
  void whatLibvirtDoesNotListIsNotDeleted() {
    VolumeId volume = written(Format.RAW);
    run("lvchange", "--activate=n", GROUP + "/" + volume.name());

    assertEquals(Reason.NOT_ALLOWED, refusal(done(new DeleteVolume(volume))));

    run("lvchange", "--activate=y", GROUP + "/" + volume.name());
    answer(done(new DeleteVolume(volume)));
    assertEquals("", told());
  }

  // ---- between pools

  @Test
  void aDiskIsCopiedToAFolderAndBack() {
    answer(volumes.carryOut(new DefinePool("images", new PoolSource.Folder(folder.toString()))));
    VolumeId volume = written(Format.RAW);
    VolumeId file = new VolumeId("images", fresh().name());
    VolumeId back = fresh();

    answer(
        done(
            new CloneVolume(
                volume, Optional.empty(), file, false, Optional.of(Format.QCOW2), false)));
    answer(done(new CloneVolume(file, Optional.empty(), back, false, Optional.empty(), false)));

    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, back))));
    assertEquals(7, read(back, Bytes.ofMiB(3)));
  }

  // ---- what is cut off on the way

  @Test
  void aCopyThatIsCancelledLeavesNothing() {
    VolumeId base = created(Format.RAW, 512);
    qemuIo(base, "write -P 7 0 512M");
    CountDownLatch begun = new CountDownLatch(1);
    Task task =
        volumes.carryOut(
            operation(),
            new CloneVolume(base, Optional.empty(), fresh(), false, Optional.empty(), false),
            (done, total) -> begun.countDown());
    await().atMost(Duration.ofMinutes(2)).until(() -> begun.getCount() == 0);
    task.cancel();

    assertEquals(Reason.CANCELLED, refusal(task.end()));
    assertEquals(base.name(), told());
  }

  @Test
  void whatAnInterruptedOperationLeftIsClearedAway() {
    OperationId operation = operation();
    run("lvcreate", "--yes", "--size=8m", "--name=" + Part.name(operation), GROUP);
    assertEquals(List.of(), answer(volumes.stock(pool())).volumes());

    answer(volumes.clear(operation, pool()));
    answer(volumes.clear(operation, pool()));

    assertEquals("", told());
  }

  // ---- the group itself

  @Test
  void aGroupIsStoppedAndStartedWithWhatLiesInIt() {
    VolumeId volume = written(Format.RAW);

    answer(volumes.carryOut(new StopPool(pool())));
    assertEquals(Reason.WRONG_STATE, refusal(volumes.stock(pool())));
    answer(volumes.carryOut(new StartPool(pool())));

    assertEquals(7, read(volume, Bytes.ofMiB(3)));
  }
}
