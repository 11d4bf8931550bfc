package io.ballast.storage.libvirt;

import static io.ballast.storage.libvirt.Writing.assertAllKept;
import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.testing.Program.run;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.PoolOrder.DefinePool;
import io.ballast.messages.PoolSource;
import io.ballast.messages.PoolSource.Network.Protocol;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.storage.trade.FilesContract;
import io.ballast.storage.trade.PoolsContract;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Gluster;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pool that is a volume of a real GlusterFS, by a real libvirt and QEMU's tools. Needs what
 * {@code ops/install gluster} installs: {@code ops/soak gluster} runs it.
 */
@Tag("gluster")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GlusterIT implements FilesContract, PoolsContract, Writing {
  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path exchange;
  private Gluster gluster;
  private Lab lab;
  private LibvirtVolumes volumes;
  private String told = "";

  @BeforeAll
  void start() {
    // Mounted first, so that the lab's host has it too.
    gluster = Gluster.up();
    lab = Lab.up(1);
    volumes =
        new LibvirtVolumes(
            vertx,
            lab.uri(1),
            Duration.ofSeconds(20),
            new LibvirtVolumes.Places(exchange, Path.of("/etc/ceph/ceph.conf")));
    told = answer(volumes.carryOut(new DefinePool(pool(), source(Gluster.VOLUME, Gluster.MOUNT))));
  }

  private static PoolSource source(String export, Path path) {
    return new PoolSource.Network(Protocol.GLUSTER, Gluster.ADDRESS, export, path.toString());
  }

  /** A folder of the volume, which libvirt mounts for the lab's host, and this for its agent. */
  @Override
  public PoolSource source() {
    String name = UUID.randomUUID().toString();
    return source(Gluster.VOLUME + "/" + name, gluster.mounted(name));
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    gluster.close();
    answer(vertx.close());
  }

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "images";
  }

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return exchange;
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    qemuIo(volume, "write -P 7 " + at.value() + " 512");
  }

  @Override
  public int read(VolumeId volume, Bytes at) {
    return Integer.parseInt(
        qemuIo(volume, "read -v " + at.value() + " 512")
            .lines()
            .findFirst()
            .orElseThrow()
            .replaceFirst("^[0-9a-f]+:\\s+", "")
            .substring(0, 2),
        16);
  }

  private String qemuIo(VolumeId volume, String command) {
    return run(
        "qemu-io",
        "-f",
        found(volume).orElseThrow().format(),
        "-c",
        command,
        Gluster.MOUNT.resolve(volume.name()).toString());
  }

  /** By QEMU itself, which is what counts. */
  @Test
  void itIsToldWhetherAGuestReadsWhatItHasOverwritten() {
    VolumeId disk = created(Format.RAW, 8);
    qemuIo(disk, "write -P 7 0 64k");
    qemuIo(disk, "write -z 0 64k");

    assertEquals(read(disk, Bytes.ZERO) != 0, told.contains("qcow2 only"), told);
  }

  @Test
  void aDiskIsGrownAndFlattenedUnderItsGuestWhichGoesBack() throws IOException {
    VolumeId disk = copied(created(Format.RAW, 8), true);
    Lab.Guest guest = started("qcow2:" + Gluster.MOUNT.resolve(disk.name()));
    guest.awaitTold("wrote", 3);

    answer(done(new ResizeVolume(disk, Bytes.ofMiB(16), false)));
    await().atMost(LONG).until(() -> guest.told("disk").contains(Bytes.ofMiB(16).value()));
    answer(done(new FlattenVolume(disk)));
    assertEquals(List.of(), chain(disk));

    guest.awaitTold("wrote", 2);
    long before = Writing.written(guest);
    done(new VmOrder.SnapshotVm(guest.name(), "a", VmOrder.SnapshotVm.Quiesce.NEVER));
    long after = Writing.written(guest);
    guest.awaitTold("wrote", 3);
    done(new VmOrder.SnapshotVm(guest.name(), "b", VmOrder.SnapshotVm.Quiesce.NEVER));
    guest.awaitTold("wrote", 3);
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "b"));
    guest.awaitTold("wrote", 2);
    cut(guest);
    assertAllKept(Writing.written(guest), found(guest));

    done(new VmOrder.RevertVm(guest.name(), "a"));
    long kept = found(guest);
    assertTrue(before <= kept && kept <= after + 1, before + " " + kept + " " + after);
    long written = Writing.written(guest);
    done(new VmOrder.DeleteVmSnapshot(guest.name(), "a"));
    assertAllKept(Math.max(kept, written), found(guest));
  }

  private void done(VmOrder order) {
    answer(volumes.carryOut(operation(), order, Instant.now(), (done, total) -> {}).end());
  }

  @Test
  void thePoolIsOfTheNetwork() {
    assertEquals("netfs", answer(volumes.stock(pool())).pool().type());
  }
}
