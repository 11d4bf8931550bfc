package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static io.ballast.testing.Program.run;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.trade.CephContract;
import io.ballast.storage.trade.PoolsContract;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Ceph;
import io.ballast.testing.CommandLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pools of a real Ceph, by a real libvirt and the tools of Ceph and QEMU. Needs what {@code
 * ops/install rbd} installs: {@code ops/soak rbd} runs it.
 */
@Tag("rbd")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RbdIT implements CephContract, PoolsContract {
  @TempDir static Path exchange;
  @TempDir static Path folder;
  private CephPools pools;
  private Ceph ceph;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() throws IOException {
    pools = new CephPools(exchange);
    ceph = pools.ceph();
    volumes = pools.volumes();
    pools.lab().virsh(1, "pool-create-as", "images", "dir", "--target", folder.toString());
  }

  @AfterAll
  void stop() {
    pools.close();
  }

  /** Ceph tells of each image that there is, whenever it is asked for one. */
  @AfterEach
  void empty() {
    ceph.empty();
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "ceph-rbd";
  }

  @Override
  public PoolSource source() {
    return pools.another();
  }

  @Override
  public List<Format> formats() {
    return List.of(Format.RAW);
  }

  private Image image(VolumeId volume) {
    return volume.pool().equals("images")
        ? new Image(folder.resolve(volume.name()), found(volume).orElseThrow().format())
        : Image.of(
            new Rbd.Login(ceph.conf(), Ceph.USER, List.of()),
            Rbd.Address.of(rbdPool(volume), volume.name()));
  }

  private static String rbdPool(VolumeId volume) {
    return volume.pool().substring("ceph-".length());
  }

  private static String spec(VolumeId volume) {
    return rbdPool(volume) + "/" + volume.name();
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    Image image = image(volume);
    run("qemu-io", "-f", image.format(), "-c", "write -P 7 " + at.value() + " 512", "" + image);
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    Image image = image(volume);
    String dump =
        run("qemu-io", "-f", image.format(), "-c", "read -v " + at.value() + " 16", "" + image);
    return Integer.parseInt(dump.split(" +", 3)[1], 16);
  }

  private List<String> images() {
    return ceph.rbd("ls", "rbd").lines().toList();
  }

  private String snapshots(VolumeId volume) {
    return ceph.rbd("snap", "ls", "--format", "json", spec(volume));
  }

  private VolumeId linked(VolumeId base, Optional<String> snapshot) {
    VolumeId clone = fresh();
    answer(done(new CloneVolume(base, snapshot, clone, true, Optional.empty(), false)));
    return clone;
  }

  // ---- forms

  @Test
  void anImportedImageIsStoredAsTheBytesOfItsDisk() {
    VolumeId volume = written(Format.RAW);
    VolumeId back = fresh();
    answer(done(new ExportVolume(volume, back.name() + ".x", ExportVolume.Form.QCOW2, true)));

    answer(done(new ImportVolume(back, back.name() + ".x", Format.RAW)));

    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, back))));
    assertEquals(Bytes.ofMiB(8), found(back).orElseThrow().capacity());
    assertEquals(7, read(back, Bytes.ofMiB(3)));
  }

  @Test
  void whatOnlyFilesDoIsRefusedAndSaysWhatToDoInstead() {
    VolumeId volume = written(Format.RAW);
    VolumeId other = created(Format.RAW, 8);

    assertEquals(Reason.NOT_ALLOWED, refusal(done(new RebaseVolume(volume, other))));
    assertEquals(
        Reason.NOT_ALLOWED, refusal(done(new CheckVolume(volume, CheckVolume.Repair.NONE))));
    assertEquals(
        Reason.NOT_ALLOWED,
        refusal(
            done(
                new CreateVolume(
                    fresh(),
                    Format.QCOW2,
                    Bytes.ofMiB(8),
                    Volume.Preallocation.OFF,
                    Optional.empty()))));
    assertEquals(
        Reason.NOT_ALLOWED,
        refusal(
            done(
                new CloneVolume(
                    volume, Optional.empty(), fresh(), false, Optional.of(Format.QCOW2), false))));
  }

  // ---- between pools

  @Test
  void aDiskIsCopiedBetweenPoolsOfAllKinds() {
    VolumeId here = written(Format.RAW);
    VolumeId file = new VolumeId("images", fresh().name());
    VolumeId there = new VolumeId("ceph-other", fresh().name());
    VolumeId back = fresh();
    answer(done(new SnapshotVolume(here, "kept")));
    write(here, Bytes.ofMiB(6));

    answer(
        done(
            new CloneVolume(
                here, Optional.of("kept"), file, false, Optional.of(Format.QCOW2), true)));
    answer(done(new CloneVolume(file, Optional.empty(), there, false, Optional.empty(), false)));
    answer(done(new CloneVolume(there, Optional.empty(), back, false, Optional.empty(), false)));

    assertEquals("qcow2", found(file).orElseThrow().format());
    for (VolumeId copy : List.of(file, there, back)) {
      assertEquals(7, read(copy, Bytes.ofMiB(3)), copy::toString);
      assertEquals(0, read(copy, Bytes.ofMiB(6)), copy::toString);
    }
    assertEquals("they hold the same", answer(done(new CompareVolumes(back, file))));
    assertEquals("they hold the same", answer(done(new CompareVolumes(file, there))));
    assertEquals(Reason.WRONG_STATE, refusal(done(new CompareVolumes(file, here))));
  }

  @Test
  void aCloneInAnotherPoolIsSeenAndHoldsItsSource() {
    VolumeId base = written(Format.RAW);
    VolumeId clone = new VolumeId("ceph-other", fresh().name());
    answer(done(new CloneVolume(base, Optional.empty(), clone, true, Optional.empty(), false)));

    assertEquals(List.of(Optional.of(base)), chain(clone));
    assertEquals(
        List.of(new Volume.User(Volume.User.Kind.VOLUME, clone.toString(), false)),
        found(base).orElseThrow().users());
    assertEquals(Reason.IN_USE, refusal(done(new DeleteVolume(base))));
    assertTrue(found(base).isPresent());
    answer(done(new DeleteVolume(clone)));
    assertEquals("[]", snapshots(base).strip());
    answer(done(new DeleteVolume(base)));
    assertEquals(Optional.empty(), found(base));
  }

  // ---- snapshots

  @Test
  void aVolumeIsDeletedWithItsSnapshots() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "one")));
    answer(done(new SnapshotVolume(volume, "two")));

    answer(done(new DeleteVolume(volume)));

    assertFalse(images().contains(volume.name()));
  }

  @Test
  void aCloneOfASnapshotThatIsNotThereLeavesNothing() {
    VolumeId base = written(Format.RAW);
    VolumeId clone = fresh();

    assertEquals(
        Reason.UNKNOWN_VOLUME,
        refusal(
            done(
                new CloneVolume(base, Optional.of("none"), clone, true, Optional.empty(), false))));

    assertEquals(Optional.empty(), found(clone));
    assertEquals("[]", snapshots(base).strip());
  }

  @Test
  void aLinkedCloneThatFindsItsNameBorneLeavesNothing() {
    VolumeId base = written(Format.RAW);
    VolumeId other = created(Format.RAW, 8);

    assertEquals(
        Reason.NAME_TAKEN,
        refusal(
            done(new CloneVolume(base, Optional.empty(), other, true, Optional.empty(), false))));

    assertEquals("[]", snapshots(base).strip());
    assertEquals(Optional.empty(), found(other).orElseThrow().backing());
  }

  // ---- what is cut off on the way

  @Test
  void aFlattenThatWasEndedIsBroughtToItsEnd() {
    VolumeId base = full();
    VolumeId clone = linked(base, Optional.empty());
    CountDownLatch begun = new CountDownLatch(1);
    Task task =
        volumes.carryOut(operation(), new FlattenVolume(clone), (done, total) -> begun.countDown());
    await().until(() -> begun.getCount() == 0);
    task.cancel();
    assertEquals(Reason.CANCELLED, refusal(task.end()));
    assertEquals(List.of(Optional.of(base)), chain(clone));
    assertEquals(7, read(clone, Bytes.ofMiB(0)));
    assertEquals(Reason.IN_USE, refusal(done(new DeleteVolume(base))));

    answer(done(new FlattenVolume(clone)));

    assertEquals(List.of(), chain(clone));
    assertEquals("[]", snapshots(base).strip());
    answer(done(new DeleteVolume(base)));
    assertEquals(7, read(clone, Bytes.ofMiB(255)));
  }

  /** A disk that takes some time to be copied. */
  private VolumeId full() {
    VolumeId volume = created(Format.RAW, 256);
    Image image = image(volume);
    run("qemu-io", "-f", image.format(), "-c", "write -P 7 0 256M", image.toString());
    return volume;
  }

  @Test
  void whatAFlattenLeftBehindDoesNotHoldItsSource() {
    VolumeId base = written(Format.RAW);
    VolumeId clone = linked(base, Optional.empty());
    // As if the agent had died between the two.
    ceph.rbd("flatten", "--no-progress", spec(clone));
    assertTrue(snapshots(base).contains(".ballast-"), () -> snapshots(base));

    answer(done(new FlattenVolume(clone)));
    answer(done(new DeleteVolume(base)));

    assertEquals(Optional.empty(), found(base));
  }

  @Test
  void aSnapshotThatWasMadeForACloneNeedsNobodyToFreeIt() {
    VolumeId base = written(Format.RAW);
    VolumeId clone = linked(base, Optional.empty());
    Volume.Snapshot made = answer(volumes.snapshots(base)).getFirst();
    assertEquals(Optional.of(true), made.isProtected());
    assertEquals(Reason.IN_USE, refusal(done(new DeleteSnapshot(base, made.name()))));
    // As if the agent had died between the two.
    ceph.rbd("flatten", "--no-progress", spec(clone));

    answer(done(new DeleteSnapshot(base, made.name())));

    assertEquals("[]", snapshots(base).strip());
  }

  @Test
  void aCopyThatIsCancelledLeavesNothing() {
    VolumeId base = full();
    VolumeId copy = fresh();
    CountDownLatch begun = new CountDownLatch(1);
    Task task =
        volumes.carryOut(
            operation(),
            new CloneVolume(base, Optional.empty(), copy, false, Optional.empty(), false),
            (done, total) -> begun.countDown());
    await().until(() -> begun.getCount() == 0);
    task.cancel();

    assertEquals(Reason.CANCELLED, refusal(task.end()));
    assertEquals(Optional.empty(), found(copy));
    assertEquals(List.of(), parts());
  }

  @Test
  void whatAnInterruptedOperationLeftIsClearedAway() {
    OperationId operation = operation();
    ceph.rbd("create", "--size", "8M", "rbd/" + Part.name(operation));
    assertEquals(
        List.of(),
        answer(volumes.stock(pool())).volumes().stream()
            .filter(volume -> volume.id().name().startsWith("."))
            .toList());

    answer(volumes.clear(operation, pool()));
    answer(volumes.clear(operation, pool()));

    assertEquals(List.of(), parts());
  }

  private List<String> parts() {
    return images().stream().filter(Part::is).toList();
  }

  // ---- differences

  @Test
  void aDifferenceIsPutUponADiskThatIsAsItWas() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "monday")));
    write(volume, Bytes.ofMiB(6));
    answer(done(new SnapshotVolume(volume, "tuesday")));
    String name = fresh().name();
    VolumeId copy = created(Format.RAW, 8);

    answer(done(new ExportDifference(volume, Optional.empty(), "monday", name + "1")));
    answer(done(new ExportDifference(volume, Optional.of("monday"), "tuesday", name + "2")));

    for (String number : List.of("1", "2")) {
      ceph.rbd("import-diff", exchange.resolve(name + number).toString(), spec(copy));
    }
    assertEquals(7, read(copy, Bytes.ofMiB(3)));
    assertEquals(7, read(copy, Bytes.ofMiB(6)));
    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, copy))));
  }

  // ---- others in the network

  @Test
  void whoHasAVolumeOpenIsNamedAndHoldsIt() throws IOException {
    VolumeId volume = created(Format.RAW, 8);
    Process client = ceph.holding(spec(volume));
    await().until(() -> found(volume).orElseThrow().active());

    Volume.User user = found(volume).orElseThrow().users().getFirst();

    assertEquals(Volume.User.Kind.CLIENT, user.kind());
    assertTrue(user.name().contains("(client."), user::toString);
    assertEquals(Reason.IN_USE, refusal(done(new DeleteVolume(volume))));
    assertEquals(Reason.IN_USE, refusal(done(new TrashVolume(volume, Duration.ofDays(1)))));
    client.outputWriter().close();
    await().until(() -> !found(volume).orElseThrow().active());
    answer(done(new DeleteVolume(volume)));
  }

  @Test
  void whoHoldsALockIsNamed() {
    VolumeId volume = created(Format.RAW, 8);
    ceph.rbd("lock", "add", spec(volume), "backup");

    Volume.User user = found(volume).orElseThrow().users().getFirst();

    assertEquals(Volume.User.Kind.CLIENT, user.kind());
    assertFalse(user.active());
  }

  // ---- keys

  @Test
  void noKeyStandsOnACommandLine() throws IOException, InterruptedException {
    String key = Files.readString(ceph.keyFile()).strip();
    assertFalse(key.isEmpty());
    CommandLines commands = new CommandLines();
    VolumeId volume = written(Format.RAW);
    VolumeId copy = copied(volume, false);
    answer(done(new FlattenVolume(linked(volume, Optional.empty()))));
    answer(done(new ExportVolume(copy, copy.name(), ExportVolume.Form.QCOW2, false)));
    answer(done(new CompareVolumes(volume, copy)));
    Set<String> lines = commands.seen();

    assertTrue(lines.stream().anyMatch(line -> line.contains("--id=libvirt")), lines::toString);
    assertTrue(lines.stream().anyMatch(line -> line.contains("\"user\":\"libvirt\"")));
    assertEquals(List.of(), lines.stream().filter(line -> line.contains(key)).toList());
  }
}
