package io.ballast.storage.libvirt;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static io.ballast.testing.Program.run;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.storage.trade.Proving;
import io.ballast.storage.trade.Volumes;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images as they are found in folders, damaged or oddly called, by a real libvirt and QEMU's tools.
 * Needs what {@code ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class OddImagesIT implements Proving {
  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path exchange;
  @TempDir static Path folder;
  private Lab lab;
  private LibvirtVolumes volumes;

  @BeforeAll
  void start() {
    lab = Lab.up(1);
    lab.virsh(1, "pool-create-as", pool(), "dir", "--target", folder.toString());
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

  @Override
  public Volumes volumes() {
    return volumes;
  }

  @Override
  public String pool() {
    return "images";
  }

  private String path(VolumeId volume) {
    return folder.resolve(volume.name()).toString();
  }

  @Override
  public void write(VolumeId volume, Bytes at) {
    run("qemu-io", "-c", "write -P 7 " + at.value() + " 512", path(volume));
  }

  /** Only whether it is 7. */
  @Override
  public int read(VolumeId volume, Bytes at) {
    run("qemu-io", "-c", "read -P 7 " + at.value() + " 512", path(volume));
    return 7; // else the tool has failed
  }

  @Test
  void anImageThatClaimsMoreThanItsPoolHasIsNotTaken() {
    run("qemu-img", "create", "-q", "-f", "qcow2", exchange.resolve("vast").toString(), "1P");
    VolumeId id = fresh();

    assertEquals(Reason.NO_ROOM, refusal(done(new ImportVolume(id, "vast", Format.QCOW2))));

    assertEquals(Optional.empty(), found(id));
    assertEquals(
        List.of(),
        answer(volumes.stock(pool())).volumes().stream().filter(it -> it.id().equals(id)).toList());
  }

  @Test
  void whatOthersCalledOddlyIsLookedAt() throws IOException {
    VolumeId id = created(Format.QCOW2, 8);
    run("qemu-img", "snapshot", "-c", "", folder.resolve(id.name()).toString());
    Files.createFile(folder.resolve(" "));

    assertEquals(
        List.of("1"), answer(volumes.snapshots(id)).stream().map(Volume.Snapshot::name).toList());
    answer(done(new DeleteSnapshot(id, "1")));
    assertEquals(List.of(), answer(volumes.snapshots(id)));
    Files.delete(folder.resolve(" "));
  }

  @Test
  void aDamagedImageIsToldAndRepaired() throws IOException {
    VolumeId id = written(Format.QCOW2);
    // The counts of its clusters: the second one, where its table of tables lies, is used no more.
    try (FileChannel file = FileChannel.open(folder.resolve(id.name()), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(2), (2 << 16) + 2 * 3);
    }

    assertEquals(Reason.INVALID_IMAGE, refusal(done(new CheckVolume(id, CheckVolume.Repair.NONE))));
    String mended = answer(done(new CheckVolume(id, CheckVolume.Repair.ALL)));
    assertTrue(mended.contains("repaired"), mended);
    assertEquals("no errors", answer(done(new CheckVolume(id, CheckVolume.Repair.NONE))));
    read(id, Bytes.ofMiB(3));
  }
}
