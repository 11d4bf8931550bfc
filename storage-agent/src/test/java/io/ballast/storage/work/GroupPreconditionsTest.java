package io.ballast.storage.work;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.Volume.Preallocation;
import io.ballast.messages.Volume.User;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.trade.Volumes.Found;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The rules for volume groups, where they differ from those for folders. */
final class GroupPreconditionsTest {
  private static final VolumeId WEB1 = new VolumeId("vg", "web1");
  private static final VolumeId BASE = new VolumeId("vg", "base");
  private static final VolumeId FILE = new VolumeId("images", "file");
  private static final VolumeId IMAGE = new VolumeId("ceph", "image");
  private static final VolumeId OTHER = new VolumeId("vg2", "other");
  private static final User RUNNING = new User(User.Kind.VM, "web1", true);
  private static final User SNAPSHOT = new User(User.Kind.VOLUME, "vg/web1-of-lvm", false);

  private final Map<VolumeId, Found> seen = new TreeMap<>();
  private long free = 50;

  @Test
  void aDiskIsRaw() {
    none(WEB1, "logical");
    there(BASE, "logical");
    allows(create(Format.RAW, 8));
    refuses(Reason.NOT_ALLOWED, create(Format.QCOW2, 8));
    allows(new ImportVolume(WEB1, "f", Format.RAW));
    refuses(Reason.NOT_ALLOWED, new ImportVolume(WEB1, "f", Format.QCOW2));
    allows(clone(BASE, WEB1, Optional.empty()));
    refuses(
        Reason.NOT_ALLOWED,
        new CloneVolume(BASE, Optional.empty(), WEB1, false, Optional.of(Format.QCOW2), false));
    refuses(
        Reason.NOT_ALLOWED,
        new CloneVolume(BASE, Optional.empty(), WEB1, false, Optional.empty(), true));
  }

  @Test
  void aDiskStandsAlone() {
    none(WEB1, "logical");
    there(BASE, "logical");
    refuses(
        Reason.NOT_ALLOWED,
        new CloneVolume(BASE, Optional.empty(), WEB1, true, Optional.empty(), false));
    allows(new FlattenVolume(BASE));
  }

  @Test
  void aDiskAndItsSnapshotsTakeAllTheirRoomAtOnce() {
    none(WEB1, "logical");
    there(BASE, "logical");
    free = 8;
    reseen();
    allows(create(Format.RAW, 8));
    refuses(Reason.NO_ROOM, create(Format.RAW, 9));
    refuses(Reason.NO_ROOM, create(Format.RAW, 101));
    allows(clone(BASE, WEB1, Optional.empty()));
    allows(new SnapshotVolume(BASE, "s"));
    allows(new ResizeVolume(BASE, Bytes.ofMiB(16), false));
    refuses(Reason.NO_ROOM, new ResizeVolume(BASE, Bytes.ofMiB(17), false));
    free = 7;
    reseen();
    refuses(Reason.NO_ROOM, create(Format.RAW, 8));
    refuses(Reason.NO_ROOM, clone(BASE, WEB1, Optional.empty()));
    refuses(Reason.NO_ROOM, new SnapshotVolume(BASE, "s"));
    free = 0;
    reseen();
    allows(new ResizeVolume(BASE, Bytes.ofMiB(4), true));
    refuses(Reason.NO_ROOM, new ResizeVolume(BASE, Bytes.ofMiB(9), false));
  }

  @Test
  void aNewNameIsNoneOfThoseOfLvm() {
    for (String name :
        List.of(
            "snapshot1",
            "pvmove0",
            "a_mlog",
            "a_mimage_0",
            "a_tdata",
            "a_rimage_1",
            "a b",
            "x".repeat(61))) {
      VolumeId odd = new VolumeId("vg", name);
      none(odd, "logical");
      refuses(Reason.MALFORMED, new ImportVolume(odd, "f", Format.RAW));
    }
    VolumeId fine = new VolumeId("vg", "my-snapshot_data");
    none(fine, "logical");
    allows(new ImportVolume(fine, "f", Format.RAW));
    there(BASE, "logical");
    refuses(Reason.NAME_TAKEN, new ImportVolume(BASE, "f", Format.RAW));
  }

  @Test
  void whatOthersDoIsRefusedWithWhatToDoInstead() {
    there(WEB1, "logical");
    there(BASE, "logical");
    for (VolumeOrder order :
        List.of(
            new RebaseVolume(WEB1, BASE),
            new CommitVolume(WEB1, BASE),
            new CheckVolume(WEB1, CheckVolume.Repair.NONE),
            new TrashVolume(WEB1, Duration.ofDays(1)),
            new RestoreVolume(WEB1, Optional.empty()),
            new ExportDifference(WEB1, Optional.empty(), "s", "f"),
            new ProtectSnapshot(WEB1, "s"),
            new UnprotectSnapshot(WEB1, "s"))) {
      String words = String.valueOf(refuses(Reason.NOT_ALLOWED, order).getMessage());
      assertTrue(words.contains("; "), words);
    }
  }

  @Test
  void aSnapshotIsTakenAndDeletedWhileAGuestRuns() {
    there(WEB1, "logical", RUNNING);
    none(OTHER, "logical");
    VolumeId copy = new VolumeId("vg", "copy");
    none(copy, "logical");
    allows(new SnapshotVolume(WEB1, "s"));
    allows(new DeleteSnapshot(WEB1, "s"));
    allows(clone(WEB1, copy, Optional.of("s")));
    refuses(Reason.IN_USE, clone(WEB1, copy, Optional.empty()));
    refuses(Reason.MALFORMED, new SnapshotVolume(WEB1, "s t"));
  }

  @Test
  void whatAGuestReadsDoesNotChangeUnderIt() {
    there(BASE, "logical");
    there(WEB1, "logical", RUNNING);
    for (VolumeOrder order :
        List.of(
            new RevertVolume(WEB1, "s"),
            new ResizeVolume(WEB1, Bytes.ofMiB(16), false),
            new ResizeVolume(WEB1, Bytes.ofMiB(4), true),
            new WipeVolume(WEB1),
            new ExportVolume(WEB1, "f", ExportVolume.Form.RAW, false),
            new CompareVolumes(WEB1, BASE),
            new CompareVolumes(BASE, WEB1),
            new DeleteVolume(WEB1))) {
      refuses(Reason.IN_USE, order);
    }
  }

  @Test
  void whatASnapshotOfSomebodyElseNeedsStays() {
    there(WEB1, "logical", SNAPSHOT);
    for (VolumeOrder order :
        List.of(
            new RevertVolume(WEB1, "s"),
            new ResizeVolume(WEB1, Bytes.ofMiB(16), false),
            new WipeVolume(WEB1),
            new DeleteVolume(WEB1))) {
      refuses(Reason.IN_USE, order);
    }
  }

  @Test
  void whatASnapshotKeptIsCopiedWhereItCanBeRead() {
    there(BASE, "logical");
    there(FILE, "dir");
    there(IMAGE, "rbd");
    none(WEB1, "logical");
    none(OTHER, "logical");
    VolumeId file = new VolumeId("images", "copy");
    none(file, "dir");
    VolumeId image = new VolumeId("ceph", "copy");
    none(image, "rbd");
    Optional<String> kept = Optional.of("s");
    for (VolumeId target : List.of(WEB1, OTHER, file, image)) {
      allows(clone(BASE, target, Optional.empty()));
    }
    allows(clone(BASE, WEB1, kept));
    for (VolumeId target : List.of(OTHER, file, image)) {
      refuses(Reason.NOT_ALLOWED, clone(BASE, target, kept));
    }
    allows(clone(IMAGE, WEB1, kept));
    refuses(Reason.NOT_ALLOWED, clone(FILE, WEB1, kept));
    allows(clone(FILE, WEB1, Optional.empty()));
  }

  @Test
  void whatIsNotThereIsNamed() {
    none(WEB1, "logical");
    for (VolumeOrder order :
        List.of(
            new FlattenVolume(WEB1),
            new SnapshotVolume(WEB1, "s"),
            new DeleteSnapshot(WEB1, "s"),
            new RevertVolume(WEB1, "s"),
            new WipeVolume(WEB1),
            new ResizeVolume(WEB1, Bytes.ofMiB(16), false))) {
      refuses(Reason.UNKNOWN_VOLUME, order);
    }
    allows(new DeleteVolume(WEB1));
  }

  private static CreateVolume create(Format format, long mib) {
    return new CreateVolume(WEB1, format, Bytes.ofMiB(mib), Preallocation.OFF, Optional.empty());
  }

  private static CloneVolume clone(VolumeId source, VolumeId target, Optional<String> snapshot) {
    return new CloneVolume(source, snapshot, target, false, Optional.empty(), false);
  }

  private void none(VolumeId volume, String type) {
    seen.put(volume, new Found(pool(volume.pool(), type), Optional.empty(), List.of()));
  }

  /** A disk of 8 MiB. */
  private void there(VolumeId id, String type, User... users) {
    String format = type.equals("dir") ? "qcow2" : "raw";
    Volume volume =
        new Volume(id, format, Bytes.ofMiB(8), Bytes.ofMiB(8), Optional.empty(), List.of(users));
    seen.put(id, new Found(pool(id.pool(), type), Optional.of(volume), List.of()));
  }

  private Pool pool(String name, String type) {
    return new Pool(name, type, true, Bytes.ofMiB(100), Bytes.ofMiB(100 - free), Bytes.ofMiB(free));
  }

  private void reseen() {
    seen.replaceAll(
        (id, found) ->
            new Found(pool(id.pool(), found.pool().type()), found.volume(), found.chain()));
  }

  private void allows(VolumeOrder order) {
    assertDoesNotThrow(() -> Preconditions.of(order, seen), order::toString);
  }

  private RefusedException refuses(Reason reason, VolumeOrder order) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> Preconditions.of(order, seen), order::toString);
    assertEquals(reason, refused.reason(), () -> order + ": " + refused.getMessage());
    return refused;
  }
}
