package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.refusal;
import static io.ballast.storage.trade.Proving.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
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

  private Volume.Snapshot only(VolumeId volume) {
    List<Volume.Snapshot> there = answer(volumes().snapshots(volume));
    assertEquals(1, there.size(), there::toString);
    return there.getFirst();
  }

  private void assertRefused(Reason reason, String words, VolumeOrder order) {
    RefusedException refused = refused(done(order));
    assertEquals(reason, refused.reason(), refused::toString);
    assertTrue(String.valueOf(refused.getMessage()).contains(words), refused::toString);
  }

  @Test
  default void aProtectedSnapshotStaysUntilItIsFreed() {
    VolumeId volume = created(Format.RAW, 8);
    answer(done(new SnapshotVolume(volume, "kept")));
    assertEquals(Optional.of(false), only(volume).isProtected());
    answer(done(new UnprotectSnapshot(volume, "kept")));

    answer(done(new ProtectSnapshot(volume, "kept")));
    answer(done(new ProtectSnapshot(volume, "kept")));

    assertEquals(Optional.of(true), only(volume).isProtected());
    String words = "'ballast volume unprotect " + volume + " kept' frees it";
    assertRefused(Reason.WRONG_STATE, words, new DeleteSnapshot(volume, "kept"));
    assertRefused(Reason.WRONG_STATE, words, new DeleteVolume(volume));

    answer(done(new UnprotectSnapshot(volume, "kept")));
    assertEquals(Optional.of(false), only(volume).isProtected());
    answer(done(new DeleteSnapshot(volume, "kept")));
    assertEquals(List.of(), answer(volumes().snapshots(volume)));
    answer(done(new DeleteVolume(volume)));
  }

  @Test
  default void aCloneOfASnapshotHasItsContentAndKeepsItFromBeingDeleted() {
    VolumeId base = created(Format.RAW, 8);
    answer(done(new SnapshotVolume(base, "empty")));
    write(base, Bytes.ofMiB(3));
    VolumeId clone = fresh();

    answer(done(new CloneVolume(base, Optional.of("empty"), clone, true, Optional.empty(), false)));

    assertEquals(0, read(clone, Bytes.ofMiB(3)));
    assertTrue(found(clone).orElseThrow().backing().orElseThrow().endsWith("@empty"));
    assertEquals(List.of(Optional.of(base)), chain(clone));
    assertRefused(Reason.IN_USE, clone.name(), new UnprotectSnapshot(base, "empty"));
    assertRefused(Reason.IN_USE, clone.name(), new DeleteSnapshot(base, "empty"));

    // The snapshot was not made for the clone; somebody may count on it.
    answer(done(new FlattenVolume(clone)));
    assertEquals(Optional.of(true), only(base).isProtected());
    assertEquals(Reason.WRONG_STATE, refusal(done(new DeleteVolume(base))));
    assertEquals(Reason.WRONG_STATE, refusal(done(new DeleteSnapshot(base, "empty"))));

    answer(done(new UnprotectSnapshot(base, "empty")));
    answer(done(new DeleteSnapshot(base, "empty")));
    answer(done(new DeleteVolume(base)));
    assertEquals(0, read(clone, Bytes.ofMiB(3)));
  }

  @Test
  default void aCloneInTheTrashHoldsItsSnapshotAndASnapshotStaysProtectedThere() {
    VolumeId base = created(Format.RAW, 8);
    answer(done(new SnapshotVolume(base, "kept")));
    VolumeId clone = fresh();
    answer(done(new CloneVolume(base, Optional.of("kept"), clone, true, Optional.empty(), false)));
    answer(done(trash(clone)));

    assertRefused(Reason.IN_USE, "(in the trash)", new UnprotectSnapshot(base, "kept"));

    answer(done(new RestoreVolume(clone, Optional.empty())));
    answer(done(new DeleteVolume(clone)));
    answer(done(trash(base)));
    answer(done(new RestoreVolume(base, Optional.empty())));
    assertEquals(Optional.of(true), only(base).isProtected());
    answer(done(new UnprotectSnapshot(base, "kept")));
  }

  @Test
  default void onlyWhatIsThereIsProtectedAndFreed() {
    VolumeId volume = created(Format.RAW, 8);
    answer(done(new SnapshotVolume(volume, "kept")));

    for (VolumeOrder order :
        List.of(
            new ProtectSnapshot(volume, "none"),
            new UnprotectSnapshot(volume, "none"),
            new ProtectSnapshot(fresh(), "kept"),
            new UnprotectSnapshot(fresh(), "kept"))) {
      assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(order)), order::toString);
    }
    assertEquals(Optional.of(false), only(volume).isProtected());
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
