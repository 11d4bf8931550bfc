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
import io.ballast.storage.layers.Tree;
import io.ballast.storage.testing.FakeVolumes;
import io.ballast.storage.trade.VmDisks;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VmPreconditionsTest {
  private static final Instant AT = Instant.parse("2026-12-01T02:20:47Z");
  private static final VolumeId ROOT = new VolumeId("images", "web1");

  private final FakeVolumes volumes = new FakeVolumes();

  @BeforeEach
  void aMachineThatIsOff() {
    volumes.pool("images", Bytes.ofMiB(1000), Bytes.ZERO);
    put("web1", "qcow2", Optional.empty());
    volumes.machine("web1", false, ROOT);
  }

  private void put(String name, String format, Optional<String> backing, Volume.User... users) {
    volumes.put(
        new Volume(
            new VolumeId("images", name),
            format,
            Bytes.ofMiB(8),
            Bytes.ofMiB(1),
            backing,
            List.of(users)));
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

  private void allows(VmOrder order) {
    assertDoesNotThrow(() -> VmPreconditions.of(order, machine(), false), order::toString);
  }

  private String refuses(Reason reason, VmOrder order) {
    return refuses(reason, order, machine());
  }

  private static String refuses(Reason reason, VmOrder order, VmDisks machine) {
    RefusedException refused =
        assertThrows(
            RefusedException.class,
            () -> VmPreconditions.of(order, machine, false),
            order::toString);
    assertEquals(reason, refused.reason(), refused::getMessage);
    return String.valueOf(refused.getMessage());
  }

  private VmDisks machine() {
    return answer(volumes.disks("web1"));
  }

  private void turn(boolean on) {
    volumes.machine("web1", on, Tree.of(machine()).lineages().getFirst().top().id());
  }

  @Test
  void aMachineIsKeptOnAndOff() {
    allows(keep("s"));
    turn(true);
    allows(keep("s"));
  }

  @Test
  void aMachineWithoutDisksIsNotKept() {
    volumes.machine("web1", false);
    refuses(Reason.WRONG_STATE, keep("s"));
    refuses(Reason.WRONG_STATE, back("s"));
  }

  @Test
  void aDiskThatIsNoFileIsNamed() {
    VmDisks machine =
        new VmDisks(
            "web1",
            false,
            List.of(
                new VmDisks.Disk("vda", "/images/web1", Optional.of(ROOT)),
                new VmDisks.Disk("vdb", "rbd:vms/data", Optional.empty())),
            machine().pools(),
            machine().volumes());
    String words = refuses(Reason.NOT_ALLOWED, keep("s"), machine);
    assertTrue(words.startsWith("disk vdb of VM web1 lies on rbd:vms/data, which"), words);
  }

  @Test
  void twoDisksThatLieOnOneFileAreNotKept() {
    volumes.machine("web1", false, ROOT, ROOT);
    refuses(Reason.IN_USE, keep("s"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "-a", "a@b", ".a", "\u00fc"})
  void aNameThatSomeToolMistakesIsRefused(String name) {
    refuses(Reason.MALFORMED, keep(name));
  }

  @Test
  void aNameIsGivenOnce() {
    done(keep("s"));
    refuses(Reason.NAME_TAKEN, keep("s"));
    allows(keep("t"));
  }

  @Test
  void layersThatNothingUsesAreNoHindranceToWhatIsBegunAgain() {
    put("web1@s@20261201T022047Z", "qcow2", Optional.of("images/web1"));
    refuses(Reason.NAME_TAKEN, keep("s"));
    assertDoesNotThrow(() -> VmPreconditions.of(keep("s"), machine(), true));
  }

  @Test
  void aDiskHasSixteenLayersAtMost() {
    for (int i = 0; i < 15; i++) {
      allows(keep("s" + i));
      done(keep("s" + i));
    }
    refuses(Reason.WRONG_STATE, keep("s15"));
  }

  @Test
  void whatOthersUseIsNotKept() {
    put("web1", "qcow2", Optional.empty(), new Volume.User(Volume.User.Kind.VM, "web2", true));
    refuses(Reason.IN_USE, keep("s"));
    put("web1", "qcow2", Optional.empty());
    put("web2", "qcow2", Optional.of("images/web1"));
    refuses(Reason.IN_USE, keep("s"));
  }

  @Test
  void whatBuildsUponStrangeFilesOrIsOfAStrangeFormIsNotKept() {
    put("web1", "qcow2", Optional.of("/etc/shadow"));
    refuses(Reason.INVALID_IMAGE, keep("s"));
    put("web1", "vmdk", Optional.empty());
    refuses(Reason.INVALID_IMAGE, keep("s"));
  }

  @Test
  void aNameThatWouldGetTooLongIsRefused() {
    String name = "w".repeat(200);
    put(name, "raw", Optional.empty());
    volumes.machine("web1", false, new VolumeId("images", name));
    refuses(Reason.MALFORMED, keep("s".repeat(40)));
    allows(keep("s"));
  }

  @Test
  void aFullPoolIsNamed() {
    volumes.pool("images", Bytes.ofMiB(10), Bytes.ofMiB(10));
    assertEquals("pool images is full; make room there first", refuses(Reason.NO_ROOM, keep("s")));
  }

  @Test
  void aMachineGoesBackOnlyWhileItIsOff() {
    done(keep("s"));
    allows(back("s"));
    refuses(Reason.UNKNOWN_VOLUME, back("t"));
    turn(true);
    refuses(Reason.WRONG_STATE, back("s"));
    allows(forget("s"));
  }

  @Test
  void whatDoesNotKeepAllDisksIsNotGoneBackTo() {
    done(keep("s"));
    put("more", "raw", Optional.empty());
    VolumeId top = Tree.of(machine()).lineages().getFirst().top().id();
    volumes.machine("web1", false, top, new VolumeId("images", "more"));
    refuses(Reason.WRONG_STATE, back("s"));
    allows(forget("s"));
  }

  @Test
  void aDeletionThatWasBegunHasToBeEnded() {
    done(keep("s"));
    put("web1@s@20261201T022047Z@0", "raw", Optional.empty());
    assertTrue(refuses(Reason.WRONG_STATE, back("s")).contains("delete it again"));
    allows(forget("s"));
  }

  @Test
  void aSnapshotThatTwoBranchesNeedStays() {
    done(keep("a"));
    done(keep("b"));
    done(back("a"));
    done(keep("c"));
    refuses(Reason.IN_USE, forget("a"));
    allows(forget("b"));
    allows(forget("c"));
    allows(forget("none"));
  }

  @Test
  void aSnapshotThatAStrangerBuildsUponStays() {
    done(keep("a"));
    put("clone", "qcow2", Optional.of("images/web1"));
    refuses(Reason.IN_USE, forget("a"));
  }
}
