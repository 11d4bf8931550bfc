package io.ballast.storage.layers;

import static io.ballast.storage.trade.Proving.answer;
import static io.ballast.storage.trade.Proving.operation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.testing.FakeVolumes;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TreeTest {
  private static final Instant AT = Instant.parse("2026-12-01T02:20:47Z");
  private static final VolumeId ROOT = new VolumeId("images", "web1.qcow2");
  private static final VolumeId DATA = new VolumeId("images", "data.raw");

  private final FakeVolumes volumes = new FakeVolumes();
  private int seconds;

  @BeforeEach
  void aMachineWithTwoDisks() {
    volumes.pool("images", Bytes.ofMiB(1000), Bytes.ZERO);
    put(ROOT, Optional.empty());
    put(DATA, Optional.empty());
    volumes.machine("web1", false, ROOT, DATA);
  }

  private void put(VolumeId id, Optional<String> backing) {
    volumes.put(
        new Volume(
            id,
            id.name().endsWith(".raw") ? "raw" : "qcow2",
            Bytes.ofMiB(8),
            Bytes.ofMiB(1),
            backing,
            List.of()));
  }

  private Tree tree() {
    return Tree.of(answer(volumes.disks("web1")));
  }

  private void run(VmOrder order) {
    answer(
        volumes.carryOut(operation(), order, AT.plusSeconds(seconds++), (done, total) -> {}).end());
  }

  private void keep(String snapshot) {
    run(new VmOrder.SnapshotVm("web1", snapshot, VmOrder.SnapshotVm.Quiesce.NEVER));
  }

  private void goBack(String snapshot) {
    run(new VmOrder.RevertVm("web1", snapshot));
  }

  private void forget(String snapshot) {
    run(new VmOrder.DeleteVmSnapshot("web1", snapshot));
  }

  private List<String> names() {
    return answer(volumes.stock("images")).volumes().stream()
        .map(volume -> volume.id().name())
        .filter(name -> name.startsWith("web1"))
        .toList();
  }

  private String top() {
    return tree().lineages().getFirst().top().id().name();
  }

  private List<String> snapshots() {
    return tree().snapshots().stream()
        .map(
            it ->
                it.name()
                    + it.parent().map(parent -> "<" + parent).orElse("")
                    + (it.current() ? "*" : ""))
        .toList();
  }

  // ---- names

  @Test
  void aNameTellsWhatALayerIs() {
    Mark mark = new Mark("web1.qcow2", "a_b-1", AT.plusMillis(700), 1);

    assertEquals("web1.qcow2@a_b-1@20261201T022047Z", mark.name());
    assertEquals(Optional.of(mark), Mark.of(mark.name()));
    assertEquals(Optional.of(mark.branched(3)), Mark.of("web1.qcow2@a_b-1@20261201T022047Z@3"));
    assertEquals("web1.qcow2", Mark.stem(mark.branched(3).name()));
    assertEquals(AT, mark.at());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "web1.qcow2",
        "web1@s",
        "web1@s@2026",
        "web1@s@20261301T022047Z",
        "@s@20261201T022047Z",
        "web1@-s@20261201T022047Z",
        "web1@s@20261201T022047Z@",
        "web1@s@20261201T022047Z@1234567",
        "web1@s@20261201T022047Z.bak"
      })
  void aNameThatNoSnapshotGaveIsNone(String name) {
    assertEquals(Optional.empty(), Mark.of(name));
    assertEquals(name, Mark.stem(name));
  }

  // ---- the tree

  @Test
  void aMachineWithoutSnapshotsHasNone() {
    assertEquals(List.of(), tree().snapshots());
    assertEquals(Set.of(ROOT, DATA), tree().volumes());
    assertFalse(tree().stands("s"));
  }

  @Test
  void aSnapshotIsWhatTheNewLayersLieOn() {
    keep("s");

    assertEquals(
        List.of(new VmSnapshot("s", AT, Optional.empty(), true, true, List.of(ROOT, DATA))),
        tree().snapshots());
    assertEquals("web1.qcow2@s@20261201T022047Z", top());
    assertEquals(4, tree().volumes().size());
    assertTrue(tree().stands("s"));
  }

  @Test
  void snapshotsAreATree() {
    keep("a");
    keep("b");
    goBack("a");
    assertEquals(List.of("a*", "b<a"), snapshots());
    keep("c");
    assertEquals(List.of("a", "b<a", "c<a*"), snapshots());
    goBack("b");
    assertEquals(List.of("a", "b<a*", "c<a"), snapshots());
  }

  @Test
  void whatCameFromASnapshotStandsBehindItAlsoWithinOneSecond() {
    keep("b");
    seconds--;
    keep("a");
    assertEquals(List.of("b", "a<b*"), snapshots());
  }

  @Test
  void whoGoesBackLeavesNothingButWhatOtherSnapshotsNeed() {
    keep("a");
    String first = top();
    goBack("a");
    assertEquals(List.of("web1.qcow2", top()), names());
    assertFalse(top().equals(first));
    goBack("a");
    assertEquals(List.of("web1.qcow2", first), names());
  }

  @Test
  void theLastLayerWithASnapshotsNameIsEmptiedAndStays() {
    keep("a");
    keep("b");
    String above = top();
    volumes.put(
        new Volume(
            new VolumeId("images", above),
            "qcow2",
            Bytes.ofMiB(8),
            Bytes.ofMiB(5),
            answer(volumes.find(new VolumeId("images", above))).volume().orElseThrow().backing(),
            List.of()));

    goBack("a");

    Volume left = answer(volumes.find(new VolumeId("images", above))).volume().orElseThrow();
    assertTrue(left.allocated().compareTo(Bytes.ofMiB(1)) < 0, left::toString);
    goBack("b");
    assertEquals(List.of("a", "b<a*"), snapshots());
    assertFalse(names().contains(above), "one layer upon it is enough");
  }

  // ---- deletion

  @Test
  void aSnapshotGoesByTheMergeOfItsLayers() {
    keep("a");
    Tree.Merge merge = tree().merges("a").getFirst();
    assertEquals(ROOT, merge.lower().id());
    assertEquals(Tree.Use.TOP, merge.use());

    forget("a");

    assertEquals(List.of(), snapshots());
    assertEquals(List.of("web1.qcow2"), names());
    assertEquals("web1.qcow2", top());
  }

  @Test
  void aSnapshotInBetweenGoesAndThoseAboveStay() {
    keep("a");
    keep("b");
    assertEquals(Tree.Use.BELOW, tree().merges("a").getFirst().use());

    forget("a");

    assertEquals(List.of("b*"), snapshots());
    assertEquals(List.of(ROOT), List.of(tree().snapshots().getFirst().volumes().getFirst()));
    forget("b");
    assertEquals(List.of("web1.qcow2"), names());
  }

  @Test
  void aSnapshotThatTheMachineWentBackFromIsMergedBesideIt() {
    keep("a");
    keep("b");
    keep("c");
    goBack("a");

    assertEquals(Tree.Use.NONE, tree().merges("b").getFirst().use());
    forget("b");
    assertEquals(List.of("a*", "c<a"), snapshots());
  }

  @Test
  void aSnapshotWithNothingAboveItGoesWithItsEmptyLayers() {
    keep("a");
    keep("b");
    goBack("a");
    assertEquals(List.of(), tree().merges("b"));
    assertEquals(2, tree().idleUpon("b").size());

    forget("b");

    assertEquals(List.of("a*"), snapshots());
  }

  @Test
  void aMergeThatWasCutOffIsSeenToBeDone() {
    keep("a");
    keep("b");
    keep("c");
    goBack("b");
    Tree before = tree();
    VolumeId upper = before.merges("a").getFirst().upper().id();
    String base = ROOT.toString();
    // QEMU set the machine's own layers upon the lowest; another branch still builds upon "upper".
    put(new VolumeId("images", top()), Optional.of(base));
    assertEquals(Tree.Use.NONE, tree().merges("a").getFirst().use());
    put(before.merges("a").getFirst().sign(), Optional.empty());

    Tree.Merge merge = tree().merges("a").getFirst();
    assertEquals(upper, merge.upper().id());
    assertEquals(Tree.Use.DONE, merge.use());
  }

  @Test
  void whatIsBeingDeletedIsNotWhole() {
    keep("a");
    VolumeId sign = tree().merges("a").getFirst().sign();
    put(sign, Optional.empty());

    assertFalse(tree().snapshots().getFirst().whole());
    assertEquals(List.of(sign), tree().signs("a"));
    assertEquals(1, tree().lineages().getFirst().upon("a").size());
  }
}
