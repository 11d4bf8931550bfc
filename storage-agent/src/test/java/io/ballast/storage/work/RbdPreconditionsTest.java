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
import io.ballast.messages.Volume.Layer;
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
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.storage.trade.Volumes.Found;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The rules for pools of Ceph, where they differ from those for folders. */
final class RbdPreconditionsTest {
  private static final VolumeId WEB1 = new VolumeId("ceph", "web1");
  private static final VolumeId BASE = new VolumeId("ceph", "base");
  private static final VolumeId FILE = new VolumeId("images", "file");
  private static final User OFF = new User(User.Kind.VM, "web1", false);
  private static final User RUNNING = new User(User.Kind.VM, "web1", true);
  private static final User CLONE = new User(User.Kind.VOLUME, "ceph/web2", false);
  private static final User CLIENT = new User(User.Kind.CLIENT, "10.0.0.7:0/1 (client.4)", true);
  private static final Layer ON_BASE = new Layer("rbd:rbd/base@s", Optional.of(BASE));
  private static final Layer ELSEWHERE = new Layer("rbd:templates/debian@s", Optional.empty());

  private final Map<VolumeId, Found> seen = new TreeMap<>();
  private long free = 50;

  @Test
  void aDiskIsRaw() {
    none(WEB1);
    there(BASE, List.of());
    allows(create(Format.RAW, Preallocation.OFF));
    refuses(Reason.NOT_ALLOWED, create(Format.QCOW2, Preallocation.OFF));
    refuses(Reason.NOT_ALLOWED, create(Format.RAW, Preallocation.FULL));
    refuses(Reason.NOT_ALLOWED, create(Format.RAW, Preallocation.FALLOC));
    allows(new ImportVolume(WEB1, "f", Format.RAW));
    refuses(Reason.NOT_ALLOWED, new ImportVolume(WEB1, "f", Format.QCOW2));
    allows(clone(BASE, Optional.empty(), false, Optional.of(Format.RAW)));
    refuses(Reason.NOT_ALLOWED, clone(BASE, Optional.empty(), false, Optional.of(Format.QCOW2)));
    refuses(
        Reason.NOT_ALLOWED,
        new CloneVolume(BASE, Optional.empty(), WEB1, false, Optional.empty(), true));
  }

  @Test
  void aNewNameAndRoomAreNeededAsEverywhere() {
    there(WEB1, List.of());
    there(BASE, List.of());
    refuses(Reason.NAME_TAKEN, create(Format.RAW, Preallocation.OFF));
    refuses(Reason.NAME_TAKEN, clone(BASE, Optional.empty(), true, Optional.empty()));
    free = 0;
    none(WEB1);
    refuses(Reason.NO_ROOM, create(Format.RAW, Preallocation.OFF));
    refuses(Reason.NO_ROOM, clone(BASE, Optional.empty(), true, Optional.empty()));
    VolumeId odd = new VolumeId("ceph", "web1@snap");
    none(odd);
    refuses(Reason.MALFORMED, new ImportVolume(odd, "f", Format.RAW));
  }

  @Test
  void whatOnlyFilesDoIsRefusedWithWhatToDoInstead() {
    there(WEB1, List.of(ON_BASE));
    there(BASE, List.of());
    for (VolumeOrder order :
        List.of(
            new RebaseVolume(WEB1, BASE),
            new CommitVolume(WEB1, BASE),
            new CheckVolume(WEB1, CheckVolume.Repair.NONE))) {
      String words = String.valueOf(refuses(Reason.NOT_ALLOWED, order).getMessage());
      assertTrue(words.contains("; "), words);
    }
  }

  @Test
  void whatASnapshotHasKeptMayBeCopiedWhileAGuestRuns() {
    none(WEB1);
    for (User user : List.of(RUNNING, CLIENT)) {
      there(BASE, List.of(), user);
      for (boolean linked : new boolean[] {true, false}) {
        refuses(Reason.IN_USE, clone(BASE, Optional.empty(), linked, Optional.empty()));
        allows(clone(BASE, Optional.of("s"), linked, Optional.empty()));
      }
    }
    there(BASE, List.of(), OFF, CLONE);
    allows(clone(BASE, Optional.empty(), true, Optional.empty()));
  }

  @Test
  void layersAndSnapshotsChangeWhileAGuestRuns() {
    there(WEB1, List.of(ON_BASE), RUNNING, CLIENT);
    allows(new FlattenVolume(WEB1));
    allows(new SnapshotVolume(WEB1, "s"));
    allows(new DeleteSnapshot(WEB1, "s"));
    allows(new ProtectSnapshot(WEB1, "s"));
    allows(new UnprotectSnapshot(WEB1, "s"));
    refuses(Reason.MALFORMED, new SnapshotVolume(WEB1, "s@t"));
    refuses(Reason.MALFORMED, new SnapshotVolume(WEB1, ".ballast-s"));
  }

  @Test
  void whatAGuestReadsDoesNotChangeUnderIt() {
    there(BASE, List.of());
    for (User user : List.of(RUNNING, CLIENT)) {
      there(WEB1, List.of(), user);
      for (VolumeOrder order :
          List.of(
              new RevertVolume(WEB1, "s"),
              new ResizeVolume(WEB1, Bytes.ofMiB(16), false),
              new ExportVolume(WEB1, "f", ExportVolume.Form.RAW, false),
              new CompareVolumes(WEB1, BASE),
              new CompareVolumes(BASE, WEB1),
              new DeleteVolume(WEB1))) {
        refuses(Reason.IN_USE, order);
      }
    }
  }

  @Test
  void whatOthersBuildUponMayChangeForTheyBuildUponASnapshot() {
    there(WEB1, List.of(), CLONE);
    allows(new ResizeVolume(WEB1, Bytes.ofMiB(16), false));
    allows(new ResizeVolume(WEB1, Bytes.ofMiB(4), true));
    refuses(Reason.WRONG_STATE, new ResizeVolume(WEB1, Bytes.ofMiB(4), false));
    refuses(Reason.NO_ROOM, new ResizeVolume(WEB1, Bytes.ofMiB(101), false));
    allows(new RevertVolume(WEB1, "s"));
    refuses(Reason.IN_USE, new DeleteVolume(WEB1));
  }

  @Test
  void whatADiskBuildsUponMayLieInAnyPoolOfTheCluster() {
    there(BASE, List.of(ELSEWHERE));
    none(WEB1);
    allows(clone(BASE, Optional.empty(), false, Optional.empty()));
    allows(new ExportVolume(BASE, "f", ExportVolume.Form.RAW, false));
  }

  @Test
  void aChainHasSixteenLayersAtMost() {
    none(WEB1);
    there(BASE, Collections.nCopies(14, ON_BASE));
    allows(clone(BASE, Optional.empty(), true, Optional.empty()));
    there(BASE, Collections.nCopies(15, ON_BASE));
    refuses(Reason.WRONG_STATE, clone(BASE, Optional.empty(), true, Optional.empty()));
  }

  @Test
  void nothingIsLinkedFromOneKindOfPoolToAnother() {
    none(WEB1);
    file();
    allows(clone(FILE, Optional.empty(), false, Optional.empty()));
    refuses(Reason.NOT_ALLOWED, clone(FILE, Optional.empty(), true, Optional.empty()));

    VolumeId copy = new VolumeId("images", "copy");
    seen.put(copy, new Found(pool("images", "dir"), Optional.empty(), List.of()));
    there(BASE, List.of());
    for (Optional<String> snapshot : List.of(Optional.<String>empty(), Optional.of("s"))) {
      refuses(
          Reason.NOT_ALLOWED, new CloneVolume(BASE, snapshot, copy, true, Optional.empty(), false));
      allows(new CloneVolume(BASE, snapshot, copy, false, Optional.empty(), false));
    }
    refuses(Reason.NOT_ALLOWED, new RebaseVolume(FILE, BASE));
    refuses(
        Reason.NOT_ALLOWED,
        new CloneVolume(FILE, Optional.of("s"), copy, true, Optional.empty(), false));
  }

  @Test
  void whatIsNotThereIsNamed() {
    none(WEB1);
    for (VolumeOrder order :
        List.of(
            new FlattenVolume(WEB1),
            new SnapshotVolume(WEB1, "s"),
            new DeleteSnapshot(WEB1, "s"),
            new ProtectSnapshot(WEB1, "s"),
            new UnprotectSnapshot(WEB1, "s"),
            new RevertVolume(WEB1, "s"),
            new ResizeVolume(WEB1, Bytes.ofMiB(16), false))) {
      refuses(Reason.UNKNOWN_VOLUME, order);
    }
    allows(new DeleteVolume(WEB1));
  }

  private static CreateVolume create(Format format, Preallocation preallocation) {
    return new CreateVolume(WEB1, format, Bytes.ofMiB(8), preallocation, Optional.empty());
  }

  private static CloneVolume clone(
      VolumeId source, Optional<String> snapshot, boolean linked, Optional<Format> format) {
    return new CloneVolume(source, snapshot, WEB1, linked, format, false);
  }

  private void none(VolumeId volume) {
    seen.put(volume, new Found(pool("ceph", "rbd"), Optional.empty(), List.of()));
  }

  private void file() {
    Volume volume =
        new Volume(
            FILE, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(4), Optional.empty(), List.<User>of());
    seen.put(FILE, new Found(pool("images", "dir"), Optional.of(volume), List.of()));
  }

  /** A disk of 8 MiB that takes 4. */
  private void there(VolumeId id, List<Layer> chain, User... users) {
    Volume volume =
        new Volume(
            id,
            "raw",
            Bytes.ofMiB(8),
            Bytes.ofMiB(4),
            chain.stream().map(Layer::path).findFirst(),
            List.of(users));
    seen.put(id, new Found(pool("ceph", "rbd"), Optional.of(volume), chain));
  }

  private Pool pool(String name, String type) {
    return new Pool(name, type, true, Bytes.ofMiB(100), Bytes.ofMiB(100 - free), Bytes.ofMiB(free));
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
