package io.ballast.storage.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MomentsTest {
  private static final Instant AT = Instant.parse("2026-12-01T02:20:47.9Z");
  private static final VolumeId ROOT = new VolumeId("vms", "web1");
  private static final VolumeId DATA = new VolumeId("vms", "data");

  private static VmDisks machine(Map<VolumeId, List<Volume.Snapshot>> kept) {
    return new VmDisks(
        "web1",
        false,
        List.of(
            new VmDisks.Disk("vda", "rbd:vms/web1", Optional.of(ROOT)),
            new VmDisks.Disk("vdb", "rbd:vms/data", Optional.of(DATA))),
        List.of(),
        List.of(),
        kept);
  }

  private static List<Volume.Snapshot> kept(String... names) {
    return Stream.of(names).map(name -> snapshot(name)).toList();
  }

  private static Volume.Snapshot snapshot(String name) {
    return new Volume.Snapshot(name, AT, Bytes.ZERO);
  }

  @Test
  void aMomentIsReadFromTheNameThatItGives() {
    String name = new Moment("before-upgrade", AT).name();
    assertEquals("before-upgrade:20261201T022047Z", name);
    assertEquals(Optional.of(new Moment("before-upgrade", AT)), Moment.of(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        "a:b",
        ":20261201T022047Z",
        "a:20261301T022047Z",
        "a:20261201T022047Z:",
        "-a:20261201T022047Z",
        "a b:20261201T022047Z"
      })
  void otherNamesTellOfNoMoment(String name) {
    assertEquals(Optional.empty(), Moment.of(name));
  }

  @Test
  void whatAllDisksKeepIsWholeAndListedInTheOrderOfTime() {
    String first = "z:20261201T022047Z";
    String second = "a:20261201T022048Z";
    Moments moments =
        Moments.of(machine(Map.of(ROOT, kept(second, "alone", first), DATA, kept(first, second))));

    assertEquals(List.of("z", "a"), moments.snapshots().stream().map(VmSnapshot::name).toList());
    VmSnapshot one = moments.snapshot("z").orElseThrow();
    assertTrue(one.whole());
    assertEquals(List.of(ROOT, DATA), one.volumes());
    assertEquals(Instant.parse("2026-12-01T02:20:47Z"), one.at());
    assertEquals(Optional.empty(), moments.snapshot("alone"));
  }

  @Test
  void whatADiskDoesNotKeepIsNotWhole() {
    Moments moments =
        Moments.of(machine(Map.of(ROOT, kept("a:20261201T022047Z"), DATA, kept("a"))));

    VmSnapshot one = moments.snapshot("a").orElseThrow();
    assertFalse(one.whole());
    assertEquals(List.of(ROOT), one.volumes());
  }

  @Test
  void theSameNameAtTwoMomentsIsOneSnapshotEach() {
    Moments moments =
        Moments.of(
            machine(
                Map.of(
                    ROOT,
                    kept("a:20261201T022047Z", "a:20261201T022049Z"),
                    DATA,
                    kept("a:20261201T022049Z"))));

    assertEquals(2, moments.named("a").size());
    assertTrue(moments.snapshot("a").orElseThrow().whole(), "the whole one is meant");
  }

  @Test
  void aMachineWithADiskThatKeepsNothingHasNoWholeOne() {
    Moments moments = Moments.of(machine(Map.of(ROOT, kept("a:20261201T022047Z"))));

    assertEquals(List.of(ROOT), moments.disks());
    assertFalse(moments.snapshot("a").orElseThrow().whole());
  }
}
