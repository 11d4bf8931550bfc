package io.ballast.storage.work;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.storage.layers.Moment;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MomentPreconditionsTest {
  private static final Instant AT = Instant.parse("2026-12-01T02:20:47Z");
  private static final VolumeId ROOT = new VolumeId("vms", "web1");
  private static final VolumeId DATA = new VolumeId("vms", "data");
  private static final VolumeId FILE = new VolumeId("images", "file");

  private final FakeVolumes volumes = new FakeVolumes();

  @BeforeEach
  void aMachineWithTwoDisksInCeph() {
    volumes.pool("vms", "rbd", Bytes.ofMiB(1000));
    volumes.pool("images", Bytes.ofMiB(1000), Bytes.ZERO);
    for (VolumeId disk : List.of(ROOT, DATA, FILE)) {
      volumes.put(
          new Volume(disk, "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty(), List.of()));
    }
    volumes.machine("web1", false, ROOT, DATA);
  }

  private static VmOrder keep(String name) {
    return new VmOrder.SnapshotVm("web1", name, VmOrder.SnapshotVm.Quiesce.AUTO);
  }

  private static VmOrder back(String name) {
    return new VmOrder.RevertVm("web1", name);
  }

  private static VmOrder forget(String name) {
    return new VmOrder.DeleteVmSnapshot("web1", name);
  }

  private void done(VmOrder order) {
    answer(volumes.carryOut(operation(), order, AT, (done, total) -> {}).end());
  }

  private void check(VmOrder order, boolean again) {
    VmDisks machine = answer(volumes.disks("web1"));
    Map<VolumeId, Volumes.Found> seen = new TreeMap<>();
    Moments.of(machine).disks().forEach(disk -> seen.put(disk, answer(volumes.find(disk))));
    MomentPreconditions.of(order, machine, seen, again);
  }

  private void allows(VmOrder order) {
    assertDoesNotThrow(() -> check(order, false), order::toString);
  }

  private String refuses(Reason reason, VmOrder order) {
    RefusedException refused =
        assertThrows(RefusedException.class, () -> check(order, false), order::toString);
    assertEquals(reason, refused.reason(), refused::getMessage);
    return String.valueOf(refused.getMessage());
  }

  @Test
  void aMachineIsKeptOnAndOffAndGoesBackWhenItIsOff() {
    allows(keep("a"));
    volumes.machine("web1", true, ROOT, DATA);
    allows(keep("a"));
    done(keep("a"));

    refuses(Reason.WRONG_STATE, back("a"));
    allows(forget("a"));
    volumes.machine("web1", false, ROOT, DATA);
    allows(back("a"));
  }

  @Test
  void aDiskThatLiesInAFolderIsNamed() {
    volumes.machine("web1", false, ROOT, FILE);
    String words = refuses(Reason.NOT_ALLOWED, keep("a"));
    assertTrue(words.startsWith("disk vdb of VM web1 lies on /srv/images/file, and other"), words);
  }

  @Test
  void twoDisksThatLieOnOneVolumeAreNotKept() {
    volumes.machine("web1", false, ROOT, ROOT);
    refuses(Reason.IN_USE, keep("a"));
  }

  @Test
  void aNameIsGivenOnce() {
    done(keep("a"));
    refuses(Reason.NAME_TAKEN, keep("a"));
    assertDoesNotThrow(() -> check(keep("a"), true), "it may have been cut off");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "-a", "a:b", ".a", "\u00fc"})
  void aNameThatSomeToolMistakesIsRefused(String name) {
    refuses(Reason.MALFORMED, keep(name));
  }

  @Test
  void whatIsNotThereOrNotWholeCanNotBeGoneBackTo() {
    refuses(Reason.UNKNOWN_VOLUME, back("a"));
    done(keep("a"));
    answer(
        volumes
            .carryOut(
                operation(),
                new DeleteSnapshot(DATA, new Moment("a", AT).name()),
                (done, total) -> {})
            .end());

    String words = refuses(Reason.WRONG_STATE, back("a"));
    assertTrue(words.contains("keeps only [vms/web1] of the 2 disks"), words);
    allows(forget("a"));
  }

  @Test
  void aDiskThatAnotherRunningMachineUsesIsNotKeptWithOthersNorGoneBack() {
    volumes.machine("web2", true, DATA);
    refuses(Reason.IN_USE, keep("a"));
    volumes.machine("web1", true, ROOT, DATA);
    refuses(Reason.IN_USE, keep("a"));
    volumes.machine("web1", true, DATA);
    allows(keep("a"));
    volumes.machine("web1", false, ROOT, DATA);
    volumes.machine("web2", false);
    done(keep("a"));
    volumes.machine("web2", true, DATA);
    refuses(Reason.IN_USE, back("a"));
  }

  @Test
  void whatOneDiskMustKeepAllKeep() {
    done(keep("a"));
    String kept = new Moment("a", AT).name();
    answer(
        volumes.carryOut(operation(), new ProtectSnapshot(DATA, kept), (done, total) -> {}).end());

    String words = refuses(Reason.WRONG_STATE, forget("a"));
    assertTrue(words.contains("'ballast volume unprotect vms/data " + kept + "'"), words);
    allows(back("a"));
  }

  @Test
  void whatIsGoneCanBeForgotten() {
    allows(forget("none"));
  }
}
