package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.Volume.Preallocation;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.WipeVolume;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What storage does besides whose volumes are files: in qcow2, and with room taken at once. */
public interface FilesContract extends LayersContract {
  @Test
  default void whatOnlyPoolsOfCephDoIsRefused() {
    VolumeId volume = created(Format.QCOW2, 8);

    assertEquals(Reason.NOT_ALLOWED, refusal(volumes().trash(pool())));
    assertEquals(Reason.NOT_ALLOWED, refusal(done(new TrashVolume(volume, Duration.ofDays(1)))));
    assertEquals(Reason.NOT_ALLOWED, refusal(done(new RestoreVolume(fresh(), Optional.empty()))));
    assertEquals(
        Reason.NOT_ALLOWED,
        refusal(done(new ExportDifference(volume, Optional.empty(), "s", "f"))));
    assertEquals(8, found(volume).orElseThrow().capacity().toMiB());
  }

  @Test
  default void aPreallocatedDiskTakesItsRoomAtOnce() {
    VolumeId id = fresh();
    Bytes before = answer(volumes().stock(pool())).pool().available();

    answer(
        done(
            new CreateVolume(
                id, Format.RAW, Bytes.ofMiB(8), Preallocation.FALLOC, Optional.empty())));

    assertTrue(found(id).orElseThrow().allocated().compareTo(Bytes.ofMiB(8)) >= 0);
    Bytes after = answer(volumes().stock(pool())).pool().available();
    assertTrue(before.minusOrZero(after).compareTo(Bytes.ofMiB(7)) >= 0, before + " -> " + after);
  }

  @Test
  default void aDiskThatFindsNoRoomLeavesNothing() {
    VolumeId id = fresh();
    Volumes.Stock before = answer(volumes().stock(pool()));
    Bytes tooMuch = Bytes.ofMiB((long) before.pool().available().toMiB() + 512);

    Reason refused =
        refusal(
            done(
                new CreateVolume(id, Format.RAW, tooMuch, Preallocation.FALLOC, Optional.empty())));

    assertEquals(Reason.NO_ROOM, refused);
    assertEquals(before.volumes(), answer(volumes().stock(pool())).volumes());
  }

  @Test
  default void aVolumeIsCommittedIntoWhatItBuildsUpon() {
    VolumeId base = created(Format.RAW, 8);
    VolumeId overlay = copied(base, true);
    write(overlay, Bytes.ofMiB(3));

    answer(done(new CommitVolume(overlay, base)));

    assertEquals(7, read(base, Bytes.ofMiB(3)));
    assertEquals(7, read(overlay, Bytes.ofMiB(3)));
    assertEquals(List.of(Optional.of(base)), chain(overlay));
  }

  @Test
  default void aVolumeIsSetUponAnotherBase() {
    VolumeId base = written(Format.RAW);
    VolumeId overlay = copied(base, true);
    VolumeId other = created(Format.QCOW2, 8);

    answer(done(new RebaseVolume(overlay, other)));

    assertEquals(List.of(Optional.of(other)), chain(overlay));
    assertEquals(7, read(overlay, Bytes.ofMiB(3)));
  }

  @Test
  default void whatSnapshotsBuildUponStaysBelowThem() {
    VolumeId base = written(Format.RAW);
    VolumeId overlay = copied(base, true);
    VolumeId other = created(Format.QCOW2, 8);
    answer(done(new SnapshotVolume(overlay, "s")));

    for (VolumeOrder order :
        List.of(
            new FlattenVolume(overlay),
            new RebaseVolume(overlay, other),
            new CommitVolume(overlay, base))) {
      assertEquals(Reason.WRONG_STATE, refusal(done(order)), order.toString());
      assertEquals(List.of(Optional.of(base)), chain(overlay));
    }
    answer(done(new RevertVolume(overlay, "s")));
    assertEquals(7, read(overlay, Bytes.ofMiB(3)));
    answer(done(new DeleteSnapshot(overlay, "s")));
    answer(done(new FlattenVolume(overlay)));
    assertEquals(7, read(overlay, Bytes.ofMiB(3)));
  }

  @Test
  default void aSoundImageHasNoErrors() {
    assertEquals(
        "no errors", answer(done(new CheckVolume(written(Format.QCOW2), CheckVolume.Repair.NONE))));
  }

  @Test
  default void aDiskIsWipedAndIsAsItWasWhenItWasNew() {
    for (Format format : Format.values()) {
      VolumeId id = created(format, 8);
      Volume fresh = found(id).orElseThrow();
      write(id, Bytes.ofMiB(3));

      answer(done(new WipeVolume(id)));

      assertEquals(0, read(id, Bytes.ofMiB(3)));
      Volume wiped = found(id).orElseThrow();
      assertEquals(fresh.format(), wiped.format());
      assertEquals(fresh.capacity(), wiped.capacity());
    }
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(new WipeVolume(fresh()))));
  }
}
