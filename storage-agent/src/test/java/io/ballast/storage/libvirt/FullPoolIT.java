package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refused;
import static io.ballast.testing.Program.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.trade.Proving;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Lab;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of work that finds a file system full on its way, by a real libvirt and QEMU's
 * tools, in a host of a lab. Needs what {@code ops/install lab} installs: {@code ops/test lab} runs
 * it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FullPoolIT implements Proving, Writing {
  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path folder;
  private SmallDisk smallDisk;
  private SmallDisk exchangeDisk;
  private Path small;
  private Path large;
  private Path exchange;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() throws IOException {
    smallDisk = SmallDisk.of(folder.resolve("small.device"), Bytes.ofMiB(128));
    exchangeDisk = SmallDisk.of(folder.resolve("exchange.device"), Bytes.ofMiB(64));
    small = smallDisk.mount(folder.resolve("small"));
    exchange = exchangeDisk.mount(folder.resolve("exchange"));
    large = folder.resolve("large");
    lab = Lab.up(1);
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(exchange, Path.of("/none")));
    for (Path path : List.of(small, large)) {
      answer(
          volumes.carryOut(
              new DefinePool(
                  path.getFileName().toString(), new PoolSource.Folder(path.toString()))));
    }
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    smallDisk.close();
    exchangeDisk.close();
    answer(vertx.close());
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return folder;
  }

  @Override
  public String pool() {
    return "small";
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    write(volume, "-P 7 " + at.value() + " 512");
  }

  private void write(VolumeId volume, String what) {
    String format = found(volume).orElseThrow().format();
    run("qemu-io", "-f", format, "-c", "write " + what, path(volume).toString());
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    String format = found(volume).orElseThrow().format();
    String what = "read -v " + at.value() + " 16";
    String dump = run("qemu-io", "-f", format, "-c", what, path(volume).toString());
    return Integer.parseInt(dump.split(" +", 3)[1], 16);
  }

  private Path path(VolumeId volume) {
    return folder.resolve(volume.pool()).resolve(volume.name());
  }

  private static VolumeId in(String pool, String name) {
    return new VolumeId(pool, name);
  }

  private Path filler() {
    return small.resolve("filler");
  }

  /** Leaves so much room in the small pool. */
  private void fill(Bytes left) throws IOException {
    Bytes free = new Bytes(Files.getFileStore(small).getUsableSpace());
    run("fallocate", "--length=" + free.minusOrZero(left).value(), filler().toString());
  }

  /** Leaves no room at all in the small pool. */
  private void fill() throws IOException {
    fill(Bytes.ofMiB(1));
    byte[] block = new byte[4096];
    try (OutputStream file =
        Files.newOutputStream(filler(), StandardOpenOption.APPEND, StandardOpenOption.DSYNC)) {
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              file.write(block);
            }
          });
    }
  }

  @AfterEach
  void empty() throws IOException {
    for (Path path : List.of(small, exchange)) {
      for (Path file : files(path)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static List<Path> files(Path path) {
    try (Stream<Path> files = Files.list(path)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** It is refused for want of room, and no file is there more or less. */
  private void assertNoRoom(List<Path> places, Future<?> end, String words) {
    List<List<Path>> before = places.stream().map(FullPoolIT::files).toList();

    RefusedException refused = refused(end);

    assertEquals(Reason.NO_ROOM, refused.reason(), refused::getMessage);
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::getMessage);
    assertEquals(before, places.stream().map(FullPoolIT::files).toList());
  }

  private void assertSame(VolumeId one, VolumeId other) {
    assertEquals("they hold the same", answer(done(new CompareVolumes(one, other))));
  }

  @Test
  void anImportThatRunsOutOfRoomLeavesNothing() throws IOException {
    Path image = exchange.resolve("brought");
    run("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "64M");
    run("qemu-io", "-f", "qcow2", "-c", "write -P 7 0 24M", image.toString());
    fill(Bytes.ofMiB(8));

    for (Format format : Format.values()) {
      VolumeOrder order = new ImportVolume(fresh(), "brought", format);
      assertNoRoom(List.of(small, exchange), done(order), "the disk is full");
    }

    Files.delete(filler());
    VolumeId disk = fresh();
    answer(done(new ImportVolume(disk, "brought", Format.QCOW2)));
    assertEquals(7, read(disk, Bytes.ofMiB(23)));
  }

  @Test
  void anExportThatFindsNoRoomLeavesNothing() {
    VolumeId disk = in("large", "exported");
    answer(done(Proving.order(disk, Format.RAW, 128)));
    write(disk, "-P 7 0 100M");
    assertNoRoom(List.of(exchange), done(export(disk)), "make room there");

    VolumeId packed = in("large", "packed");
    answer(done(new CloneVolume(disk, Optional.empty(), packed, false, Optional.empty(), true)));
    assertNoRoom(List.of(exchange), done(export(packed)), "full");
    assertSame(packed, disk);
  }

  private static VolumeOrder export(VolumeId disk) {
    return new ExportVolume(disk, "exported", ExportVolume.Form.RAW, false);
  }

  @Test
  void aDiskWhoseFlattenRunsOutOfRoomHoldsWhatItHeld() throws IOException {
    VolumeId base = created(Format.RAW, 32);
    write(base, "-P 7 0 24M");
    VolumeId disk = copied(base, true);
    write(disk, Bytes.ofMiB(28));
    VolumeId kept = in("large", "kept");
    answer(done(new CloneVolume(disk, Optional.empty(), kept, false, Optional.empty(), false)));
    fill(Bytes.ofMiB(8));

    assertNoRoom(List.of(small), done(new FlattenVolume(disk)), "the disk is full");

    assertEquals(List.of(Optional.of(base)), chain(disk));
    assertSame(disk, kept);
    Files.delete(filler());
    answer(done(new FlattenVolume(disk)));
    assertEquals(List.of(), chain(disk));
    assertSame(disk, kept);
  }

  @Test
  void aDiskWhoseSnapshotFindsNoRoomHoldsWhatItHeld() throws IOException {
    VolumeId disk = created(Format.QCOW2, 32);
    write(disk, "-P 7 0 24M");
    VolumeId kept = in("large", "kept-too");
    answer(done(new CloneVolume(disk, Optional.empty(), kept, false, Optional.empty(), false)));
    fill();

    assertNoRoom(List.of(small), done(new SnapshotVolume(disk, "a")), "full");

    assertEquals(List.of(), answer(volumes.snapshots(disk)));
    assertSame(disk, kept);
  }

  /** The first of its disks lies where there is room. */
  @Test
  void aMachineOfWhichOneDiskCantBeKeptIsAsItWas() throws IOException {
    VolumeId first = in("large", "web1.qcow2");
    VolumeId second = in("small", "web1-data.qcow2");
    answer(done(Proving.order(first, Format.QCOW2, 8)));
    answer(done(Proving.order(second, Format.QCOW2, 8)));
    Lab.Guest guest = started("qcow2:" + path(first), "--disk", "qcow2:" + path(second));
    guest.awaitTold("wrote", 3);
    cut(guest);
    VmOrder order = new VmOrder.SnapshotVm(guest.name(), "a", VmOrder.SnapshotVm.Quiesce.NEVER);
    fill();

    assertNoRoom(List.of(small, large), keep(order), "full");

    assertEquals(List.of(), Tree.of(answer(volumes.disks(guest.name()))).snapshots());
    Files.delete(filler());
    long written = Writing.written(guest);
    Writing.assertAllKept(written, foundOnBoth(guest).first());
    answer(keep(order));
    assertEquals(1, Tree.of(answer(volumes.disks(guest.name()))).snapshots().size());
    lab.virsh(1, "undefine", guest.name());
  }

  private Future<String> keep(VmOrder order) {
    return volumes.carryOut(operation(), order, Instant.now(), (done, total) -> {}).end();
  }
}
