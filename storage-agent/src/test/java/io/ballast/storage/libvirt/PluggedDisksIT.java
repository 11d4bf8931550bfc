package io.ballast.storage.libvirt;

import static io.ballast.storage.libvirt.Writing.assertAllKept;
import static io.ballast.storage.libvirt.Writing.written;
import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.DetachDisk;
import io.ballast.messages.DiskOrder.LimitDisk;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.testing.Lab;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Disks that are plugged into machines, taken off and limited by a real libvirt and QEMU, in a host
 * of a lab.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PluggedDisksIT implements Writing {
  private static final DiskLimits SLOW =
      new DiskLimits(
          Optional.of(Bytes.ofMiB(50)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.of(700L),
          Optional.of(300L));

  private final Vertx vertx = Vertx.vertx();
  @TempDir static Path descriptions;
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
            new LibvirtVolumes.Places(descriptions, Path.of("/none")));
  }

  @AfterAll
  void stop() {
    volumes.close();
    lab.close();
    answer(vertx.close());
  }

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return descriptions;
  }

  private VolumeId created(String name) {
    VolumeId volume = new VolumeId("images", name);
    CreateVolume order =
        new CreateVolume(
            volume, Format.QCOW2, Bytes.ofMiB(8), Volume.Preallocation.OFF, Optional.empty());
    answer(volumes.carryOut(operation(), order, (done, total) -> {}).end());
    return volume;
  }

  private String done(DiskOrder order) {
    return answer(volumes.carryOut(operation(), order, (done, total) -> {}).end());
  }

  private Reason failed(DiskOrder order) {
    return refusal(volumes.carryOut(operation(), order, (done, total) -> {}).end());
  }

  private static AttachDisk attach(Lab.Guest guest, VolumeId volume) {
    return new AttachDisk(
        guest.name(), volume, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private boolean has(Lab.Guest guest, String disk, String... when) {
    String[] command = new String[when.length + 2];
    command[0] = "domblklist";
    command[1] = guest.name();
    System.arraycopy(when, 0, command, 2, when.length);
    return lab.virsh(1, command).contains(disk);
  }

  @Test
  void aDiskComesAndGoesUnderItsGuest() throws IOException {
    VolumeId root = created("web1");
    VolumeId data = created("data1");
    Lab.Guest guest = started("qcow2:" + folder.resolve(root.name()));
    guest.awaitTold("wrote", 3);

    assertEquals("as vdb", done(attach(guest, data)));
    assertTrue(has(guest, "vdb"), "now");
    assertTrue(has(guest, "vdb", "--inactive"), "and later");
    assertEquals("as vdb", done(attach(guest, data)), "already");
    assertEquals(
        Optional.of(data),
        answer(volumes.disks(guest.name())).disks().getLast().volume(),
        "it is known as the disk that it is");

    done(new DetachDisk(guest.name(), "vdb"));
    assertFalse(has(guest, "vdb"));
    assertFalse(has(guest, "vdb", "--inactive"));
    assertTrue(answer(volumes.find(data)).volume().isPresent(), "the volume stays");
    assertEquals(Reason.WRONG_STATE, failed(new DetachDisk(guest.name(), "vdb")));
    guest.awaitTold("wrote", 2);
    cut(guest);

    assertEquals("as vdb", done(attach(guest, data)), "while it is off");
    assertTrue(has(guest, "vdb"));
    done(new DetachDisk(guest.name(), "vdb"));
    assertFalse(has(guest, "vdb"));
    assertAllKept(written(guest), found(guest));
  }

  @Test
  void aDiskIsHeldToLimitsAndFreedOfThem() throws IOException {
    VolumeId root = created("web2");
    Lab.Guest guest = started("qcow2:" + folder.resolve(root.name()));
    guest.awaitTold("wrote", 3);

    done(new LimitDisk(guest.name(), "vda", SLOW));
    assertEquals(
        Optional.of(SLOW), answer(volumes.disks(guest.name())).disks().getFirst().limits());
    String tune = lab.virsh(1, "blkdeviotune", guest.name(), "vda", "--config");
    assertTrue(tune.matches("(?s).*total_bytes_sec: 52428800\\n.*"), tune);
    assertTrue(tune.matches("(?s).*write_iops_sec : 300\\n.*"), tune);

    done(new LimitDisk(guest.name(), "vda", DiskLimits.NONE));
    assertEquals(Optional.empty(), answer(volumes.disks(guest.name())).disks().getFirst().limits());
    guest.awaitTold("wrote", 2);
    cut(guest);
    assertAllKept(written(guest), found(guest));
    assertEquals(Reason.WRONG_STATE, failed(new LimitDisk(guest.name(), "vdz", SLOW)));
  }

  @Test
  void aDiskMovesUnderItsGuest() throws IOException {
    VolumeId root = created("web3");
    VolumeId fast = new VolumeId("images", "web3-fast");
    Lab.Guest guest = started("qcow2:" + folder.resolve(root.name()));
    guest.awaitTold("wrote", 3);
    MoveDisk order = new MoveDisk(guest.name(), "vda", fast, Optional.empty());
    answer(
        volumes
            .carryOut(
                operation(),
                new CreateVolume(
                    fast, Format.QCOW2, Bytes.ofMiB(8), Volume.Preallocation.OFF, Optional.empty()),
                (done, total) -> {})
            .end());

    done(order);

    assertTrue(has(guest, folder.resolve(fast.name()).toString()), "now");
    assertTrue(has(guest, folder.resolve(fast.name()).toString(), "--inactive"), "and later");
    assertFalse(has(guest, folder.resolve(root.name()) + "\n"));
    guest.awaitTold("wrote", 3);
    done(order);
    cut(guest);
    assertAllKept(written(guest), found(guest));
  }
}
