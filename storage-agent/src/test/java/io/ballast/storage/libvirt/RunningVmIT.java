package io.ballast.storage.libvirt;

import static io.ballast.storage.libvirt.Writing.assertAllKept;
import static io.ballast.storage.libvirt.Writing.written;
import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.trade.Task;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.work.Preconditions;
import io.ballast.testing.Lab;
import io.ballast.testing.Program;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Work on the disks of running machines, by a real libvirt and QEMU, in a host of a lab. Needs what
 * {@code ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RunningVmIT implements Writing {
  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path exchange;
  @TempDir static Path folder;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() {
    lab = Lab.up(1);
    lab.virsh(1, "pool-create-as", "images", "dir", "--target", folder.toString());
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(exchange, Path.of("/none")));
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    answer(vertx.close());
  }

  @Test
  void aDiskIsGrownAndFlattenedUnderItsGuest() throws IOException {
    VolumeId base = created("base", Format.RAW);
    VolumeId disk = new VolumeId("images", "web1.qcow2");
    done(new CloneVolume(base, Optional.empty(), disk, true, Optional.empty(), false));
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()));
    guest.awaitTold("wrote", 5);

    done(new ResizeVolume(disk, Bytes.ofMiB(16), false));
    await().atMost(LONG).until(() -> guest.told("disk").contains(Bytes.ofMiB(16).value()));
    assertEquals(Bytes.ofMiB(16), volume(disk).capacity());
    assertTrue(volume(disk).active());

    assertEquals(List.of(base), chain(disk));
    done(new FlattenVolume(disk));
    assertEquals(List.of(), chain(disk));
    guest.awaitTold("wrote", 2);
    cut(guest);

    assertAllKept(written(guest), found(guest));
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "gone"})
  void aFlattenIsCutOffWithItsGuest(String then) throws IOException {
    VolumeId disk = thick("web10-" + then);
    VolumeId base = chain(disk).getFirst();
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()));
    guest.awaitTold("wrote", 3);
    // As slow as can be, so that it is caught; who asks for what is under way follows it.
    lab.virsh(1, "blockpull", guest.name(), "vda", "--bandwidth", "1");
    CountDownLatch underWay = new CountDownLatch(1);
    Task task =
        volumes.carryOut(
            operation(), new FlattenVolume(disk), (done, total) -> underWay.countDown());
    await().until(() -> underWay.getCount() == 0);
    guest.awaitTold("wrote", 2);

    cut(guest);
    if (then.equals("gone")) {
      lab.virsh(1, "undefine", guest.name());
    }

    assertEquals(Reason.INTERRUPTED, refusal(task.end()));
    assertEquals(List.of(base), chain(disk));
    assertFarIsKept(disk);
    if (then.equals("gone")) {
      done(new FlattenVolume(disk));
      lab.virsh(1, "define", exchange.resolve(guest.name() + ".xml").toString());
    } else {
      lab.virsh(1, "start", guest.name());
      guest.awaitTold("wrote", 2);
      done(new FlattenVolume(disk));
      guest.awaitTold("wrote", 2);
      cut(guest);
    }
    assertEquals(List.of(), chain(disk));
    assertAllKept(written(guest), found(guest));
    assertFarIsKept(disk);
  }

  @Test
  void aGuestIsNotStartedWhileAToolWorksOnItsDisk() throws Exception {
    VolumeId disk = thick("web11", 8);
    Lab.Guest guest = defined("qcow2:" + folder.resolve(disk.name()));
    CompletableFuture<ProcessHandle> tool = new CompletableFuture<>();
    Task task =
        volumes.carryOut(
            operation(),
            new FlattenVolume(disk),
            (done, total) -> {
              if (done.compareTo(Bytes.ZERO) > 0 && !tool.isDone()) {
                stop(tool);
              }
            });
    ProcessHandle stopped = tool.get(1, TimeUnit.MINUTES);

    String said =
        String.valueOf(
            assertThrows(IllegalStateException.class, () -> lab.virsh(1, "start", guest.name()))
                .getMessage());

    Program.run("kill", "-CONT", String.valueOf(stopped.pid()));
    answer(task.end());
    assertTrue(said.contains("lock"), said);
    assertEquals(List.of(), chain(disk));
    assertEquals(0, found(guest));
    assertFarIsKept(disk);
  }

  /** Stops qemu-img in the middle of its work. */
  private static void stop(CompletableFuture<ProcessHandle> tool) {
    try {
      ProcessHandle found =
          ProcessHandle.current()
              .descendants()
              .filter(it -> it.info().command().orElse("").endsWith("/qemu-img"))
              .findFirst()
              .orElseThrow();
      Program.run("kill", "-STOP", String.valueOf(found.pid()));
      tool.complete(found);
    } catch (RuntimeException e) {
      tool.completeExceptionally(e);
    }
  }

  private VolumeId thick(String name) {
    return thick(name, 1);
  }

  /** A disk whose base holds so many times 64 MiB of something where no guest comes to. */
  private VolumeId thick(String name, int times) {
    VolumeId base = new VolumeId("images", name + ".base");
    Bytes size = Bytes.ofMiB(8 + 64L * times);
    done(new CreateVolume(base, Format.RAW, size, Volume.Preallocation.OFF, Optional.empty()));
    String file = folder.resolve(base.name()).toString();
    for (int i = 0; i < times; i++) {
      String write = "write -P 7 %dM 64M".formatted(8 + 64 * i);
      Program.run("qemu-io", "-f", "raw", "-c", write, file);
    }
    VolumeId disk = new VolumeId("images", name + ".qcow2");
    done(new CloneVolume(base, Optional.empty(), disk, true, Optional.empty(), false));
    return disk;
  }

  private void assertFarIsKept(VolumeId disk) {
    String file = folder.resolve(disk.name()).toString();
    String said = Program.run("qemu-io", "-r", "-f", "qcow2", "-c", "read -P 7 8M 64M", file);
    assertFalse(said.contains("failed"), said);
  }

  @Test
  void aTemplateIsClonedBesideTheGuestsThatReadIt() throws IOException {
    VolumeId base = created("template", Format.RAW);
    VolumeId disk = new VolumeId("images", "web5.qcow2");
    CloneVolume linked =
        new CloneVolume(base, Optional.empty(), disk, true, Optional.empty(), false);
    done(linked);
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()));
    guest.awaitTold("wrote", 2);
    assertTrue(
        volume(base).users().contains(new Volume.User(Volume.User.Kind.READER, guest.name(), true)),
        volume(base)::usersText);
    Map<VolumeId, Volumes.Found> seen = new TreeMap<>();
    for (boolean how : List.of(true, false)) {
      VolumeId copy = new VolumeId("images", "web6-" + how);
      CloneVolume order =
          new CloneVolume(base, Optional.empty(), copy, how, Optional.empty(), false);
      seen.put(base, answer(volumes.find(base)));
      seen.put(copy, answer(volumes.find(copy)));

      Preconditions.of(order, seen);
      done(order);
      done(new CompareVolumes(copy, base));
    }
    guest.awaitTold("wrote", 2);
    cut(guest);
    assertAllKept(written(guest), found(guest));
  }

  @Test
  void nothingIsReadOrWrittenThroughAHeaderThatAGuestWrote() throws IOException {
    VolumeId disk = created("web7.raw", Format.RAW);
    Path file = folder.resolve(disk.name());
    Path target = Files.writeString(exchange.resolve("of-the-host"), "of the host");
    Lab.Guest guest = defined("raw:" + file);
    Path forged = exchange.resolve("forged");
    Program.run(
        "qemu-img",
        "create",
        "-q",
        "-f",
        "qcow2",
        "-o",
        "data_file=" + target + ",data_file_raw=on",
        forged.toString(),
        "8M");
    Files.write(file, Files.readAllBytes(forged));

    assertEquals(
        Reason.INVALID_IMAGE,
        refusal(
            volumes
                .carryOut(
                    operation(),
                    new VmOrder.SnapshotVm(guest.name(), "a", VmOrder.SnapshotVm.Quiesce.NEVER),
                    Instant.now(),
                    (done, total) -> {})
                .end()));
    assertEquals(Reason.INVALID_IMAGE, refusal(volumes.snapshots(disk)));
    assertEquals(List.of(), snapshots(guest));
  }

  @Test
  void aMachineThatIsSavedWithItsMemoryIsNotOff() throws IOException {
    VolumeId disk = created("web8.qcow2", Format.QCOW2);
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()));
    guest.awaitTold("wrote", 2);
    done(new VmOrder.SnapshotVm(guest.name(), "a", VmOrder.SnapshotVm.Quiesce.NEVER));
    lab.virsh(1, "managedsave", guest.name());

    assertTrue(answer(volumes.disks(guest.name())).active());
    VmDisks byId = answer(volumes.disks(guest.id().toString()));
    assertEquals(guest.name(), byId.vm());
    assertEquals(answer(volumes.disks(guest.name())).disks(), byId.disks());
    VmDisks amongAll = answer(volumes.machines()).get(guest.id());
    assertNotNull(amongAll);
    assertEquals(byId.told(), amongAll.told());
    assertTrue(volume(top(guest)).active());
    assertEquals(
        Reason.WRONG_STATE,
        refusal(
            volumes
                .carryOut(
                    operation(),
                    new VmOrder.DeleteVmSnapshot(guest.name(), "a"),
                    Instant.now(),
                    (done, total) -> {})
                .end()));

    lab.virsh(1, "start", guest.name());
    guest.awaitTold("wrote", 2);
    cut(guest);
    assertAllKept(written(guest), found(guest));
  }

  @Test
  void aMachineGoesBackToWhatItsDiskHeldWhenItWasKeptRunning() throws IOException {
    VolumeId disk = created("web2.qcow2", Format.QCOW2);
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()));
    guest.awaitTold("wrote", 3);
    long before = written(guest);
    String report =
        done(new VmOrder.SnapshotVm(guest.name(), "a", VmOrder.SnapshotVm.Quiesce.AUTO));
    long after = written(guest);
    assertTrue(report.startsWith("crash-consistent"), report);
    guest.awaitTold("wrote", 5);
    done(new VmOrder.SnapshotVm(guest.name(), "b", VmOrder.SnapshotVm.Quiesce.NEVER));
    guest.awaitTold("wrote", 3);
    cut(guest);
    assertEquals(List.of("a", "b"), snapshots(guest));
    assertEquals("", lab.virsh(1, "snapshot-list", "--name", guest.name()).strip());

    done(new VmOrder.RevertVm(guest.name(), "a"));
    long kept = found(guest);
    assertTrue(before <= kept && kept <= after + 1, before + " " + kept + " " + after);

    done(new VmOrder.RevertVm(guest.name(), "b"));
    assertTrue(found(guest) > after + 1, "b holds more than a");
    assertEquals(List.of("a", "b"), snapshots(guest));
  }

  /** The guest writes each block to its first disk, then to the second one. */
  @Test
  void allDisksAreKeptAtOneMoment() throws IOException {
    VolumeId first = created("web9.qcow2", Format.QCOW2);
    VolumeId second = created("web9.raw", Format.RAW);
    Lab.Guest guest =
        started(
            "qcow2:" + folder.resolve(first.name()),
            "--disk",
            "raw:" + folder.resolve(second.name()));
    for (String name : List.of("a", "b")) {
      guest.awaitTold("wrote", 3);
      done(new VmOrder.SnapshotVm(guest.name(), name, VmOrder.SnapshotVm.Quiesce.NEVER));
    }
    guest.awaitTold("wrote", 3);
    cut(guest);

    for (String name : List.of("a", "b", "a")) {
      done(new VmOrder.RevertVm(guest.name(), name));
      assertOneMoment(guest);
    }
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "b"));
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "a"));
    assertEquals(List.of(), snapshots(guest));
    assertOneMoment(guest);
  }

  private void assertOneMoment(Lab.Guest guest) {
    Both held = foundOnBoth(guest);
    long behind = held.first() - held.second();
    assertTrue(behind == 0 || behind == 1, "the second disk is " + behind + " blocks behind");
  }

  @Test
  void aGuestWhoseAgentAnswersIsKeptAtRest() throws IOException {
    VolumeId disk = created("web4.qcow2", Format.QCOW2);
    Lab.Guest guest = started("qcow2:" + folder.resolve(disk.name()), "--agent");
    guest.awaitTold("wrote", 3);
    awaitAgent(guest);

    String report =
        done(new VmOrder.SnapshotVm(guest.name(), "rest", VmOrder.SnapshotVm.Quiesce.REQUIRED));

    assertEquals("its file systems were frozen for the moment", report);
    guest.awaitTold("wrote", 3);
    long frozen = guest.told("frozen").getLast();
    assertEquals(List.of(frozen), guest.told("thawed"));
    cut(guest);
    done(new VmOrder.RevertVm(guest.name(), "rest"));
    assertEquals(frozen, found(guest));
  }

  @Test
  void snapshotsAreDeletedUnderTheirGuestAndBesideIt() throws IOException {
    VolumeId disk = created("web3.raw", Format.RAW);
    Lab.Guest guest = started("raw:" + folder.resolve(disk.name()));
    for (String name : List.of("a", "b", "c")) {
      guest.awaitTold("wrote", 2);
      done(new VmOrder.SnapshotVm(guest.name(), name, VmOrder.SnapshotVm.Quiesce.NEVER));
    }
    guest.awaitTold("wrote", 2);
    assertEquals(3, chain(top(guest)).size());

    done(new VmOrder.DeleteVmSnapshot(guest.name(), "b"));
    assertEquals(List.of("a", "c"), snapshots(guest));
    assertEquals(2, chain(top(guest)).size());
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "c"));
    assertEquals(List.of("a"), snapshots(guest));
    guest.awaitTold("wrote", 2);
    cut(guest);
    assertAllKept(written(guest), found(guest));

    done(new VmOrder.SnapshotVm(guest.name(), "d", VmOrder.SnapshotVm.Quiesce.REQUIRED));
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "a"));
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "d"));

    assertEquals(List.of(), snapshots(guest));
    assertEquals(disk, top(guest));
    assertEquals(
        List.of("web3.raw"),
        answer(volumes.stock("images")).volumes().stream()
            .map(volume -> volume.id().name())
            .filter(name -> name.startsWith("web3"))
            .toList());
    assertAllKept(written(guest), found(guest));
  }

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return exchange;
  }

  private String done(VmOrder order) {
    return answer(volumes.carryOut(operation(), order, Instant.now(), (done, total) -> {}).end());
  }

  private List<String> snapshots(Lab.Guest guest) {
    return Tree.of(answer(volumes.disks(guest.name()))).snapshots().stream()
        .map(VmSnapshot::name)
        .toList();
  }

  private VolumeId top(Lab.Guest guest) {
    return answer(volumes.disks(guest.name())).disks().getFirst().volume().orElseThrow();
  }

  private VolumeId created(String name, Format format) {
    VolumeId volume = new VolumeId("images", name);
    done(
        new CreateVolume(
            volume, format, Bytes.ofMiB(8), Volume.Preallocation.OFF, Optional.empty()));
    return volume;
  }

  private void done(VolumeOrder order) {
    answer(volumes.carryOut(operation(), order, (done, total) -> {}).end());
  }

  private Volume volume(VolumeId volume) {
    return answer(volumes.find(volume)).volume().orElseThrow();
  }

  private List<VolumeId> chain(VolumeId volume) {
    return answer(volumes.find(volume)).chain().stream()
        .flatMap(layer -> layer.volume().stream())
        .toList();
  }
}
