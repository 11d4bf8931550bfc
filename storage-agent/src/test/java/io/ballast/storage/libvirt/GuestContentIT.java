package io.ballast.storage.libvirt;

import static io.ballast.storage.libvirt.Writing.assertAllKept;
import static io.ballast.storage.libvirt.Writing.written;
import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.trade.Volumes.Found;
import io.ballast.storage.work.Preconditions;
import io.ballast.testing.Lab;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a guest wrote, through all that is done with disks in a folder while it is off, by a real
 * libvirt and QEMU. Needs what {@code ops/install lab} installs: {@code ops/test lab} runs it.
 */
@Tag("lab")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GuestContentIT implements Writing {
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

  @Override
  public Lab lab() {
    return lab;
  }

  @Override
  public Path descriptions() {
    return exchange;
  }

  /** Each guest proves two disks, so that few have to start. */
  @Test
  void allBlocksGoThroughCopiesFormsLayersAndSnapshots() throws IOException {
    VolumeId qcow2 = created("written.qcow2", Format.QCOW2, Optional.of(Bytes.ofKiB(4)));
    VolumeId raw = created("written.raw", Format.RAW, Optional.empty());
    Lab.Guest author = guest(qcow2, raw);
    long first = writing(author);
    lab.virsh(1, "undefine", author.name());

    VolumeId small = new VolumeId("images", "small.qcow2");
    done(new CloneVolume(qcow2, Optional.empty(), small, false, Optional.of(Format.QCOW2), true));
    done(new CheckVolume(small, CheckVolume.Repair.NONE));
    VolumeId brought =
        through(
            ExportVolume.Form.VDI,
            through(ExportVolume.Form.VMDK, qcow2, Format.QCOW2),
            Format.RAW);
    done(new CompareVolumes(small, brought));
    VolumeId linked = linked(qcow2, "linked.qcow2");
    VolumeId layer = linked(raw, "layer.qcow2");
    assertBoth(first, foundOnBoth(guest(small, brought)));

    Lab.Guest second = guest(linked, layer);
    long more = writing(second);
    assertAllKept(first, second.told("kept").getLast());
    lab.virsh(1, "undefine", second.name());
    assertEquals(
        Reason.WRONG_STATE,
        refusal(carriedOut(new CompareVolumes(linked, qcow2))),
        "more is on it");
    VolumeId base = new VolumeId("images", "base.raw");
    done(new CloneVolume(qcow2, Optional.empty(), base, false, Optional.of(Format.RAW), false));
    done(new RebaseVolume(linked, base));
    done(new DeleteVolume(qcow2));
    done(new CommitVolume(layer, raw));
    done(new DeleteVolume(layer));
    VolumeId moved = through(ExportVolume.Form.VHDX, raw, Format.QCOW2);
    done(new CompareVolumes(moved, raw));
    done(new SnapshotVolume(linked, "s"));

    Lab.Guest third = guest(linked, moved);
    long most = writing(third);
    long kept = third.told("kept").getLast();
    assertBoth(more, new Both(kept, third.told("mirrored").getLast()));
    done(new RevertVolume(linked, "s"));
    done(new DeleteSnapshot(linked, "s"));
    done(new FlattenVolume(linked));
    done(new DeleteVolume(base));
    done(new ResizeVolume(linked, Bytes.ofMiB(16), false));
    done(new CheckVolume(linked, CheckVolume.Repair.NONE));

    Both last = foundOnBoth(third);
    assertEquals(kept, last.first());
    assertAllKept(most, last.second());
    assertTrue(third.told("disk").contains(Bytes.ofMiB(16).value()));
  }

  private static void assertBoth(long written, Both held) {
    assertAllKept(written, held.first());
    assertAllKept(written, held.second());
  }

  private VolumeId created(String name, Format format, Optional<Bytes> clusters) {
    VolumeId volume = new VolumeId("images", name);
    done(new CreateVolume(volume, format, Bytes.ofMiB(8), Volume.Preallocation.OFF, clusters));
    return volume;
  }

  private VolumeId linked(VolumeId source, String name) {
    VolumeId clone = new VolumeId("images", name);
    done(new CloneVolume(source, Optional.empty(), clone, true, Optional.empty(), false));
    return clone;
  }

  /** What was exported in a form and imported again. */
  private VolumeId through(ExportVolume.Form form, VolumeId volume, Format format) {
    VolumeId back = new VolumeId("images", "brought." + form);
    done(new ExportVolume(volume, back.name(), form, false));
    done(new ImportVolume(back, back.name(), format));
    return back;
  }

  private Lab.Guest guest(VolumeId first, VolumeId second) throws IOException {
    return defined(option(first), "--disk", option(second));
  }

  private String option(VolumeId disk) {
    Volume volume = answer(volumes.find(disk)).volume().orElseThrow();
    return volume.format() + ":" + folder.resolve(disk.name());
  }

  /** Has a guest write some blocks and cuts it off; how many it has written in all. */
  private long writing(Lab.Guest guest) {
    lab.virsh(1, "start", guest.name());
    guest.awaitTold("wrote", 5);
    cut(guest);
    return written(guest);
  }

  private void done(VolumeOrder order) {
    answer(carriedOut(order));
  }

  private Future<String> carriedOut(VolumeOrder order) {
    Map<VolumeId, Found> seen = new TreeMap<>();
    seen.put(order.volume(), answer(volumes.find(order.volume())));
    order.reads().forEach(read -> seen.put(read, answer(volumes.find(read))));
    Preconditions.of(order, seen);
    return volumes.carryOut(operation(), order, (done, total) -> {}).end();
  }
}
