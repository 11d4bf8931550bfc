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
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.trade.Volumes.Found;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PreconditionsTest {
  private static final VolumeId WEB1 = new VolumeId("images", "web1");
  private static final VolumeId BASE = new VolumeId("images", "base");
  private static final User OFF = new User(User.Kind.VM, "web1", false);
  private static final User RUNNING = new User(User.Kind.VM, "web1", true);
  private static final User OTHER_RUNNING = new User(User.Kind.VM, "web2", true);
  private static final User OVERLAY = new User(User.Kind.VOLUME, "images/web1", false);
  private static final User OTHER = new User(User.Kind.VOLUME, "images/web2", false);
  private static final Layer ON_BASE = new Layer("/images/base", Optional.of(BASE));
  private static final Layer ELSEWHERE = new Layer("/etc/shadow", Optional.empty());

  private static final CloneVolume LINK =
      new CloneVolume(BASE, Optional.empty(), WEB1, true, Optional.empty(), false);
  private static final CloneVolume COPY =
      new CloneVolume(BASE, Optional.empty(), WEB1, false, Optional.empty(), false);

  private final Map<VolumeId, Found> seen = new TreeMap<>();
  private long free = 50;

  // ---- create

  @Test
  void aThinDiskMayBeLargerThanWhatIsFreeAndNotLargerThanThePool() {
    free = 10;
    none(WEB1);
    allows(create(100, Preallocation.OFF));
    refuses(Reason.NO_ROOM, create(101, Preallocation.OFF));
    free = 0;
    none(WEB1);
    refuses(Reason.NO_ROOM, qcow2(Preallocation.METADATA));
  }

  @Test
  void onlyAFormWithMetadataCanHaveThatMadeAtOnce() {
    none(WEB1);
    allows(qcow2(Preallocation.METADATA));
    refuses(Reason.NOT_ALLOWED, create(50, Preallocation.METADATA));
  }

  @Test
  void aDiskThatTakesItsRoomAtOnceMustFindIt() {
    free = 10;
    none(WEB1);
    allows(create(10, Preallocation.FULL));
    refuses(Reason.NO_ROOM, create(11, Preallocation.FULL));
    refuses(Reason.NO_ROOM, create(11, Preallocation.FALLOC));
  }

  @Test
  void aNameThatIsBorneCantBeGivenAgain() {
    there(WEB1, "qcow2");
    there(BASE, "qcow2");
    refuses(Reason.NAME_TAKEN, create(1, Preallocation.OFF));
    refuses(Reason.NAME_TAKEN, LINK);
    refuses(Reason.NAME_TAKEN, COPY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"web1", "web-1_2+3.qcow2", "0", "A"})
  void aPlainNameCanBeGiven(String name) {
    VolumeId volume = new VolumeId("images", name);
    none(volume);
    there(BASE, "raw");
    allows(create(volume, 1, Preallocation.OFF));
    allows(new CloneVolume(BASE, Optional.empty(), volume, true, Optional.empty(), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-web1", ".web1", "web 1", "web1@snap", "w\u00fcb", "a:b", "a,b", "a;b", "$x"})
  void aNameThatSomeToolMistakesCantBeGiven(String name) {
    VolumeId volume = new VolumeId("images", name);
    none(volume);
    there(BASE, "raw");
    refuses(Reason.MALFORMED, create(volume, 1, Preallocation.OFF));
    refuses(
        Reason.MALFORMED,
        new CloneVolume(BASE, Optional.empty(), volume, false, Optional.empty(), false));
  }

  // ---- clone

  @Test
  void whatARunningGuestWritesToIsNotCopied() {
    none(WEB1);
    there(BASE, "raw", RUNNING);
    refuses(Reason.IN_USE, COPY);
    there(BASE, "raw", OFF, OTHER);
    allows(COPY);
  }

  @Test
  void whatAVmMayWriteToIsNotBuiltUpon() {
    none(WEB1);
    there(BASE, "raw", OFF);
    refuses(Reason.IN_USE, LINK);
    there(BASE, "raw", OTHER);
    allows(LINK);
  }

  @Test
  void aCopyMustFindRoomForWhatItsSourceTakes() {
    there(BASE, "raw");
    free = 3;
    none(WEB1);
    refuses(Reason.NO_ROOM, COPY);
    allows(LINK);
    free = 0;
    none(WEB1);
    refuses(Reason.NO_ROOM, LINK);
  }

  @Test
  void onlySomeFormsCanBeBuiltUponAndAllCanBeCopied() {
    none(WEB1);
    there(BASE, "vmdk");
    refuses(Reason.INVALID_IMAGE, LINK);
    allows(COPY);
  }

  @Test
  void aChainHasSixteenLayersAtMost() {
    none(WEB1);
    there(BASE, "qcow2", Collections.nCopies(14, ON_BASE));
    allows(LINK);
    there(BASE, "qcow2", Collections.nCopies(15, ON_BASE));
    refuses(Reason.WRONG_STATE, LINK);
  }

  // ---- what all have in common

  @Test
  void nothingIsReadThroughAnImageThatPointsOutOfThePools() {
    there(WEB1, "qcow2", List.of(ON_BASE, ELSEWHERE));
    there(BASE, "qcow2");
    for (VolumeOrder order : changes()) {
      refuses(Reason.INVALID_IMAGE, order);
    }
    refuses(Reason.INVALID_IMAGE, new CompareVolumes(BASE, WEB1));
    refuses(Reason.INVALID_IMAGE, new RebaseVolume(BASE, WEB1));
    VolumeId copy = new VolumeId("images", "copy");
    none(copy);
    refuses(
        Reason.INVALID_IMAGE,
        new CloneVolume(WEB1, Optional.empty(), copy, false, Optional.empty(), false));
    allows(new DeleteVolume(WEB1));
  }

  @Test
  void nothingIsDoneWithADiskThatARunningGuestWritesTo() {
    there(WEB1, "qcow2", List.of(ON_BASE), RUNNING, OTHER_RUNNING);
    there(BASE, "qcow2", OVERLAY);
    for (VolumeOrder order : changes()) {
      refuses(Reason.IN_USE, order);
    }
    refuses(Reason.IN_USE, new DeleteVolume(WEB1));
    there(WEB1, "qcow2", List.of(ON_BASE), OFF);
    for (VolumeOrder order : changes()) {
      allows(order);
    }
    refuses(Reason.IN_USE, new DeleteVolume(WEB1));
  }

  @Test
  void aDiskThatOneRunningGuestAloneUsesCanBeFlattenedAndGrown() {
    there(WEB1, "qcow2", List.of(ON_BASE), RUNNING);
    there(BASE, "qcow2", OVERLAY, RUNNING);
    for (VolumeOrder order : changes()) {
      if (order instanceof FlattenVolume || order instanceof ResizeVolume) {
        allows(order);
      } else {
        refuses(Reason.IN_USE, order);
      }
    }
    allows(resize(8, false));
    refuses(Reason.IN_USE, resize(4, true));
    refuses(Reason.NO_ROOM, resize(101, false));
    refuses(Reason.IN_USE, new FlattenVolume(BASE));
    refuses(Reason.IN_USE, new ResizeVolume(BASE, Bytes.ofMiB(16), false));
    there(WEB1, "qcow2", List.of(ELSEWHERE), RUNNING);
    refuses(Reason.INVALID_IMAGE, new FlattenVolume(WEB1));
    free = 0;
    there(WEB1, "qcow2", List.of(ON_BASE), RUNNING);
    refuses(Reason.NO_ROOM, new FlattenVolume(WEB1));
  }

  @Test
  void whatIsNotThereIsNamed() {
    none(WEB1);
    none(BASE);
    for (VolumeOrder order : changes()) {
      refuses(Reason.UNKNOWN_VOLUME, order);
    }
    refuses(Reason.UNKNOWN_VOLUME, COPY);
    allows(new DeleteVolume(WEB1));
  }

  private static List<VolumeOrder> changes() {
    return List.of(
        new FlattenVolume(WEB1),
        new RebaseVolume(WEB1, BASE),
        new CommitVolume(WEB1, BASE),
        new CheckVolume(WEB1, CheckVolume.Repair.NONE),
        new CompareVolumes(WEB1, BASE),
        new SnapshotVolume(WEB1, "s"),
        new RevertVolume(WEB1, "s"),
        new DeleteSnapshot(WEB1, "s"),
        new ExportVolume(WEB1, "f", ExportVolume.Form.RAW, false),
        new ResizeVolume(WEB1, Bytes.ofMiB(16), false));
  }

  @Test
  void onlyQcow2HasLayersOfItsOwn() {
    there(WEB1, "raw", List.of(ON_BASE));
    there(BASE, "raw", OVERLAY);
    refuses(Reason.INVALID_IMAGE, new RebaseVolume(WEB1, BASE));
    refuses(Reason.INVALID_IMAGE, new CommitVolume(WEB1, BASE));
    refuses(Reason.INVALID_IMAGE, new CheckVolume(WEB1, CheckVolume.Repair.ALL));
    refuses(Reason.INVALID_IMAGE, new FlattenVolume(WEB1));
    refuses(Reason.INVALID_IMAGE, new SnapshotVolume(WEB1, "s"));
    refuses(Reason.INVALID_IMAGE, new RevertVolume(WEB1, "s"));
    there(WEB1, "raw");
    allows(new FlattenVolume(WEB1));
  }

  @Test
  void aLayerUponASnapshotOfAVmKeepsNoneOfItsOwn() {
    VolumeId layer = new VolumeId("images", "web1@s@20261201T022047Z");
    there(layer, "qcow2");
    there(BASE, "qcow2");
    refuses(Reason.WRONG_STATE, new SnapshotVolume(layer, "t"));
    refuses(Reason.WRONG_STATE, new WipeVolume(layer));
    refuses(Reason.WRONG_STATE, new FlattenVolume(layer));
    refuses(Reason.WRONG_STATE, new RebaseVolume(layer, BASE));
    refuses(Reason.WRONG_STATE, new CommitVolume(layer, BASE));
  }

  @Test
  void whatAGuestOnlyReadsIsReadByOthersAndNotChanged() {
    User reader = new User(User.Kind.READER, "web2", true);
    there(BASE, "qcow2", reader, OTHER);
    none(WEB1);
    allows(LINK);
    allows(COPY);
    allows(new ExportVolume(BASE, "f", ExportVolume.Form.RAW, false));
    for (VolumeOrder order :
        List.of(
            new DeleteVolume(BASE),
            new WipeVolume(BASE),
            new ResizeVolume(BASE, Bytes.ofMiB(16), false),
            new SnapshotVolume(BASE, "s"),
            new RevertVolume(BASE, "s"),
            new FlattenVolume(BASE))) {
      refuses(Reason.IN_USE, order);
    }
    there(WEB1, "qcow2");
    allows(new CompareVolumes(WEB1, BASE));
    allows(new RebaseVolume(WEB1, BASE));
    assertEquals("VM web2 (running, reads it)", reader.toString());
  }

  @Test
  void noSnapshotIsProtectedInAFolder() {
    there(BASE, "qcow2");
    for (VolumeOrder order :
        List.of(new ProtectSnapshot(BASE, "s"), new UnprotectSnapshot(BASE, "s"))) {
      String words = String.valueOf(refuses(Reason.NOT_ALLOWED, order).getMessage());
      assertTrue(words.contains("; "), words);
    }
  }

  // ---- rebase and commit

  @Test
  void aVolumeIsNotSetUponOneThatBuildsUponIt() {
    there(WEB1, "qcow2");
    there(BASE, "qcow2", List.of(new Layer("/images/web1", Optional.of(WEB1))));
    refuses(Reason.WRONG_STATE, new RebaseVolume(WEB1, BASE));
  }

  @Test
  void aVolumeIsNotSetUponOneThatAVmMayWriteTo() {
    there(WEB1, "qcow2");
    there(BASE, "qcow2", OFF);
    refuses(Reason.IN_USE, new RebaseVolume(WEB1, BASE));
  }

  @Test
  void aVolumeIsWrittenOnlyIntoItsOwnBaseThatNobodyElseUses() {
    there(WEB1, "qcow2", List.of(ON_BASE));
    there(BASE, "raw", OVERLAY);
    allows(new CommitVolume(WEB1, BASE));
    there(BASE, "raw", OVERLAY, OTHER);
    refuses(Reason.IN_USE, new CommitVolume(WEB1, BASE));
    there(WEB1, "qcow2", List.of(new Layer("/images/x", Optional.of(OTHER_ID)), ON_BASE));
    there(BASE, "raw");
    refuses(Reason.WRONG_STATE, new CommitVolume(WEB1, BASE));
  }

  private static final VolumeId OTHER_ID = new VolumeId("images", "x");

  // ---- delete and resize

  @Test
  void whatUsesAVolumeIsNamed() {
    there(WEB1, "qcow2", OFF, OTHER);

    assertEquals(
        "volume images/web1 is used by VM web1 (off), volume images/web2",
        refuses(Reason.IN_USE, new DeleteVolume(WEB1)).getMessage());
  }

  @Test
  void aDiskShrinksOnlyWhereThatIsSaid() {
    for (String format : List.of("raw", "qcow2")) {
      there(WEB1, format);
      allows(resize(16, false));
      allows(resize(8, false));
      refuses(Reason.WRONG_STATE, resize(4, false));
      allows(resize(4, true));
      refuses(Reason.NO_ROOM, resize(101, false));
    }
    there(WEB1, "vmdk");
    refuses(Reason.INVALID_IMAGE, resize(16, false));
  }

  @Test
  void aDiskThatOthersBuildUponKeepsItsSizeAndContent() {
    there(WEB1, "qcow2", OTHER);
    refuses(Reason.IN_USE, resize(16, false));
    refuses(Reason.IN_USE, new RevertVolume(WEB1, "s"));
    allows(new SnapshotVolume(WEB1, "s"));
  }

  private static ResizeVolume resize(long to, boolean shrink) {
    return new ResizeVolume(WEB1, Bytes.ofMiB(to), shrink);
  }

  private static CreateVolume create(long size, Preallocation preallocation) {
    return create(WEB1, size, preallocation);
  }

  private static CreateVolume qcow2(Preallocation preallocation) {
    return new CreateVolume(WEB1, Format.QCOW2, Bytes.ofMiB(50), preallocation, Optional.empty());
  }

  private static CreateVolume create(VolumeId volume, long size, Preallocation preallocation) {
    return new CreateVolume(volume, Format.RAW, Bytes.ofMiB(size), preallocation, Optional.empty());
  }

  private void none(VolumeId volume) {
    seen.put(volume, new Found(pool(), Optional.empty(), List.of()));
  }

  private void there(VolumeId id, String format, User... users) {
    there(id, format, List.of(), users);
  }

  /** A disk of 8 MiB that takes 4. */
  private void there(VolumeId id, String format, List<Layer> chain, User... users) {
    seen.put(
        id,
        new Found(
            pool(),
            Optional.of(
                new Volume(
                    id,
                    format,
                    Bytes.ofMiB(8),
                    Bytes.ofMiB(4),
                    chain.stream().map(Layer::path).findFirst(),
                    new ArrayList<>(List.of(users)))),
            chain));
  }

  private Pool pool() {
    return new Pool(
        "images", "dir", true, Bytes.ofMiB(100), Bytes.ofMiB(100 - free), Bytes.ofMiB(free));
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
