package io.ballast.storage.trade;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static io.ballast.storage.trade.Proving.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What every kind of storage does with copies, and with content that it keeps. */
interface CopiesContract extends Proving {
  @Test
  default void aCopyHasWhatItsSourceHasAndStandsAlone() {
    VolumeId base = written(Format.RAW);
    VolumeId copy = fresh();
    List<Bytes> heard = new CopyOnWriteArrayList<>();

    answer(
        volumes()
            .carryOut(
                operation(),
                new CloneVolume(base, Optional.empty(), copy, false, Optional.of(best()), false),
                (done, total) -> heard.add(done))
            .end());

    Volume made = found(copy).orElseThrow();
    assertEquals(best().word(), made.format());
    assertEquals(Bytes.ofMiB(8), made.capacity());
    assertEquals(Optional.empty(), made.backing());
    assertEquals(7, read(copy, Bytes.ofMiB(3)));
    assertEquals(0, read(copy, Bytes.ofMiB(2)));
    assertEquals(List.of(), found(base).orElseThrow().users());
    assertEquals(Bytes.ofMiB(8), heard.getLast());
  }

  @Test
  default void whatStandsAloneIsFlatAlready() {
    VolumeId id = created(Format.RAW, 8);

    answer(done(new FlattenVolume(id)));

    assertEquals("raw", found(id).orElseThrow().format());
  }

  @Test
  default void aCopyOfNothingIsRefused() {
    CloneVolume order =
        new CloneVolume(fresh(), Optional.empty(), fresh(), false, Optional.empty(), false);

    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(order)));
    assertEquals(Optional.empty(), found(order.volume()));
  }

  @Test
  default void aCloneNeverTakesANameFromWhatBearsIt() {
    VolumeId base = created(Format.RAW, 8);
    VolumeId other = created(Format.RAW, 4);

    assertEquals(
        Reason.NAME_TAKEN,
        refusal(
            done(new CloneVolume(base, Optional.empty(), other, false, Optional.empty(), false))));
    assertEquals(Bytes.ofMiB(4), found(other).orElseThrow().capacity());
  }

  @Test
  default void disksAreComparedByWhatAGuestReads() {
    VolumeId raw = written(Format.RAW);
    VolumeId copy = copied(raw, false);

    assertEquals("they hold the same", answer(done(new CompareVolumes(raw, copy))));
    write(copy, Bytes.ofMiB(6));
    assertEquals(Reason.WRONG_STATE, refusal(done(new CompareVolumes(raw, copy))));
  }

  private List<String> snapshots(VolumeId volume) {
    return answer(volumes().snapshots(volume)).stream().map(Volume.Snapshot::name).toList();
  }

  @Test
  default void aContentIsKeptAndComesBack() {
    VolumeId volume = created(best(), 8);
    answer(done(new SnapshotVolume(volume, "empty")));
    write(volume, Bytes.ofMiB(3));
    answer(done(new SnapshotVolume(volume, "1")));
    VolumeId copy = fresh();

    answer(
        done(new CloneVolume(volume, Optional.of("empty"), copy, false, Optional.empty(), false)));
    assertEquals(0, read(copy, Bytes.ofMiB(3)));
    assertEquals(List.of("empty", "1"), snapshots(volume));
    assertEquals(Reason.NAME_TAKEN, refusal(done(new SnapshotVolume(volume, "empty"))));

    answer(done(new RevertVolume(volume, "empty")));
    assertEquals(0, read(volume, Bytes.ofMiB(3)));
    answer(done(new RevertVolume(volume, "1")));
    assertEquals(7, read(volume, Bytes.ofMiB(3)));

    answer(done(new DeleteSnapshot(volume, "1")));
    answer(done(new DeleteSnapshot(volume, "1")));
    assertEquals(List.of("empty"), snapshots(volume));
    assertEquals(7, read(volume, Bytes.ofMiB(3)));
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(done(new RevertVolume(volume, "1"))));
  }

  @Test
  default void aRawDiskHasNoSnapshots() {
    assertEquals(List.of(), snapshots(created(Format.RAW, 8)));
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(volumes().snapshots(fresh())));
  }

  @Test
  default void aDiskIsExportedAndImportedAgain() {
    VolumeId volume = written(best());
    VolumeId back = fresh();
    String file = back.name() + ".vdi";

    answer(done(new ExportVolume(volume, file, ExportVolume.Form.VDI, false)));
    assertEquals(
        Reason.NAME_TAKEN,
        refusal(done(new ExportVolume(volume, file, ExportVolume.Form.RAW, false))));
    answer(done(new ImportVolume(back, file, Format.RAW)));

    assertEquals("raw", found(back).orElseThrow().format());
    assertEquals("they hold the same", answer(done(new CompareVolumes(volume, back))));
    assertEquals(Reason.NAME_TAKEN, refusal(done(new ImportVolume(back, file, best()))));
  }

  @Test
  default void whatIsNotInTheExchangeFolderCantBeImported() {
    VolumeId volume = fresh();

    assertEquals(
        Reason.UNKNOWN_VOLUME, refusal(done(new ImportVolume(volume, "none.qcow2", Format.RAW))));
    assertEquals(Optional.empty(), found(volume));
  }

  @Test
  default void aCopyIsMeasuredBeforeItIsMade() {
    VolumeId volume = written(Format.RAW);

    Reply.VolumeMeasured measured = answer(volumes().measure(volume, Format.QCOW2));

    assertEquals(isThin(), measured.needed().compareTo(Bytes.ofMiB(8)) < 0, measured::toString);
    assertTrue(measured.most().compareTo(Bytes.ofMiB(8)) >= 0, measured::toString);
    assertEquals(Reason.UNKNOWN_VOLUME, refusal(volumes().measure(fresh(), Format.RAW)));
  }
}
