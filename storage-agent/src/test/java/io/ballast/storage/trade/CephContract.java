package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What pools of Ceph do besides. */
public interface CephContract extends LayersContract {
  private static TrashVolume trash(VolumeId volume) {
    return new TrashVolume(volume, Duration.ofDays(7));
  }

  private List<Volume.Trashed> trashed(VolumeId volume) {
    return answer(volumes().trash(pool())).stream()
        .filter(it -> it.name().equals(volume.name()))
        .toList();
  }

  @Test
  default void aVolumeInTheTrashIsGoneAndComesBackWithItsSnapshots() {
    VolumeId volume = written(Format.RAW);
    answer(done(new SnapshotVolume(volume, "kept")));

    answer(done(trash(volume)));
    answer(done(trash(volume)));

    assertEquals(Optional.empty(), found(volume));
    Volume.Trashed there = trashed(volume).getFirst();
    assertEquals(Duration.ofDays(7), Duration.between(there.at(), there.until()));

    answer(done(new RestoreVolume(volume, Optional.empty())));

    assertEquals(List.of(), trashed(volume));
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    assertEquals(
        List.of("kept"),
        answer(volumes().snapshots(volume)).stream().map(Volume.Snapshot::name).toList());
  }

  @Test
  default void whatComesBackTakesNoName() {
    VolumeId volume = written(Format.RAW);
    answer(done(trash(volume)));
    answer(done(Proving.order(volume, Format.RAW, 4)));

    assertEquals(Reason.NAME_TAKEN, refusal(done(new RestoreVolume(volume, Optional.empty()))));
    VolumeId other = fresh();
    answer(done(new RestoreVolume(other, Optional.of(trashed(volume).getFirst().id()))));

    assertEquals(Bytes.ofMiB(4), found(volume).orElseThrow().capacity());
    assertEquals(7, read(other, Bytes.ofMiB(3)));
  }

  @Test
  default void ofSeveralOfOneNameOneIsNamedByItsId() {
    VolumeId volume = created(Format.RAW, 4);
    answer(done(trash(volume)));
    answer(done(Proving.order(volume, Format.RAW, 8)));
    answer(done(trash(volume)));

    assertEquals(Reason.WRONG_STATE, refusal(done(new RestoreVolume(volume, Optional.empty()))));
    answer(done(new RestoreVolume(volume, Optional.of(trashed(volume).getFirst().id()))));
    answer(done(new RestoreVolume(fresh(), Optional.of(trashed(volume).getFirst().id()))));

    assertEquals(List.of(), trashed(volume));
  }

  @Test
  default void whatIsNotInTheTrashIsRefused() {
    VolumeId volume = fresh();

    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(trash(volume))));
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(new RestoreVolume(volume, Optional.empty()))));
    assertEquals(
        Reason.UNKNOWN_VOLUME, refusal(done(new RestoreVolume(volume, Optional.of("none")))));
  }

  @Test
  default void aDifferenceIsWrittenUnderANameThatNothingBears() {
    VolumeId volume = created(Format.RAW, 8);
    answer(done(new SnapshotVolume(volume, "monday")));
    write(volume, Bytes.ofMiB(3));
    answer(done(new SnapshotVolume(volume, "tuesday")));
    Optional<String> monday = Optional.of("monday");
    String file = volume.name() + ".diff";

    answer(done(new ExportDifference(volume, monday, "tuesday", file)));

    assertEquals(
        Reason.NAME_TAKEN,
        refusal(done(new ExportDifference(volume, Optional.empty(), "monday", file))));
    assertEquals(
        Reason.UNKNOWN_VOLUME,
        refusal(done(new ExportDifference(volume, monday, "none", volume.name()))));
    assertEquals(
        Reason.UNKNOWN_VOLUME,
        refusal(done(new ExportDifference(volume, Optional.of("none"), "monday", volume.name()))));
  }
}
