package io.ballast.scheduler.core.move;

import static io.ballast.scheduler.core.BeatMaker.vmId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.HostId;
import io.ballast.messages.OperationId;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FreightTest {
  private static final HostId H1 = new HostId("h1");
  private static final HostId H2 = new HostId("h2");
  private static final OperationId MOVE = new OperationId("move");
  private static final VolumeId WEB = new VolumeId("images", "web");

  private static VmDisk disk(String format, Bytes size, Optional<String> backing) {
    Volume volume = new Volume(WEB, format, size, Bytes.ofMiB(100), backing, List.of());
    return new VmDisk("vda", "/images/web", Optional.of(volume), false);
  }

  private static Blank blank(VmDisk disk) {
    return Freight.of(List.of(disk)).preparation(MOVE, vmId(1), H1, H2).disks().getFirst();
  }

  @Test
  void whatOthersReachStays() {
    VmDisk shared = new VmDisk("vdb", "nbd:10.0.0.9/data", Optional.empty(), true);
    VmDisk own = disk("qcow2", Bytes.ofMiB(256), Optional.empty());

    assertTrue(Freight.of(List.of(shared)).isEmpty());
    Freight freight = Freight.of(List.of(shared, own));
    assertEquals(List.of("vda"), freight.places());
    assertEquals(Optional.empty(), freight.objection(H1));
    assertEquals(
        new Berth(MOVE, vmId(1), H1, H2, List.of(WEB), Bytes.ZERO),
        freight.berth(MOVE, vmId(1), H1, H2));
  }

  @Test
  void aDiskThatWasExchangedForAnotherIsNotTheSame() {
    VmDisk own = disk("qcow2", Bytes.ofMiB(256), Optional.empty());
    VmDisk grown = disk("qcow2", Bytes.ofMiB(512), Optional.empty());
    VmDisk elsewhere = new VmDisk("vda", "/images/db", own.volume(), false);
    Freight freight = Freight.of(List.of(own));

    assertEquals(List.of("/images/web"), freight.files());
    assertTrue(freight.isSame(Freight.of(List.of(grown))));
    assertFalse(freight.isSame(Freight.of(List.of(elsewhere))));
    assertFalse(freight.isSame(Freight.of(List.of())));
  }

  @Test
  void whatIsMadeIsLikeWhatIsCopied() {
    assertEquals(
        new Blank(WEB, Volume.Format.QCOW2, Bytes.ofMiB(256), Bytes.ofMiB(100), "/images/web"),
        blank(disk("qcow2", Bytes.ofMiB(256), Optional.empty())));
  }

  @Test
  void whatACopyWouldLoseIsAnObjection() {
    VmDisk layer = disk("qcow2", Bytes.ofMiB(256), Optional.of("/images/base"));
    VmDisk keeper = disk("qcow2", Bytes.ofMiB(256), Optional.empty()).with(List.of("a", "b"));

    assertEquals(
        Optional.of(
            "disk vda, images/web, builds upon /images/base, which is not all of files in pools;"
                + " 'ballast volume flatten images/web' makes it one that stands alone"),
        Freight.of(List.of(layer)).objection(H1));
    assertEquals(
        Optional.of(
            "disk vda, images/web, keeps the snapshots a, b, which are not copied;"
                + " 'ballast volume delete-snapshot images/web@a' deletes one"),
        Freight.of(List.of(keeper)).objection(H1));
  }

  @Test
  void ofALayerOnlyThatIsCopiedWhichLiesInIt() {
    VolumeId base = new VolumeId("images", "base");
    VolumeId below = new VolumeId("old", "root");
    VmDisk layer =
        disk("qcow2", Bytes.ofMiB(256), Optional.of("/images/base"))
            .upon(
                List.of(
                    new Volume.Layer("/images/base", Optional.of(base)),
                    new Volume.Layer("/old/root", Optional.of(below))));

    Freight freight = Freight.of(List.of(layer));

    assertEquals(Optional.empty(), freight.objection(H1));
    assertTrue(freight.isIncremental());
    assertEquals(List.of(base, below), freight.layers());
    assertEquals(List.of(base, below), freight.berth(MOVE, vmId(1), H1, H2).layers());
    assertEquals(Optional.of(base), blank(layer).base());
    assertFalse(
        Freight.of(List.of(disk("qcow2", Bytes.ofMiB(256), Optional.empty()))).isIncremental());
    VmDisk loose = layer.upon(List.of(new Volume.Layer("/tmp/x", Optional.empty())));
    assertTrue(Freight.of(List.of(loose)).objection(H1).isPresent());
  }

  @Test
  void whatIsCopiedWholeNeedsNothingBelowAndRoomForAll() {
    VmDisk layer =
        disk("qcow2", Bytes.ofMiB(256), Optional.of("/images/base"))
            .upon(
                List.of(
                    new Volume.Layer("/images/base", Optional.of(new VolumeId("images", "base")))));

    Freight whole = Freight.of(List.of(layer)).copiedWhole();

    assertFalse(whole.isIncremental());
    assertEquals(List.of(), whole.preparation(MOVE, vmId(1), H1, H2).layers());
    assertEquals(
        List.of(
            new Blank(WEB, Volume.Format.QCOW2, Bytes.ofMiB(256), Bytes.ofMiB(256), "/images/web")),
        whole.preparation(MOVE, vmId(1), H1, H2).disks());
    assertEquals(1, whole.berth(MOVE, vmId(1), H1, H2).layers().size(), "the source keeps them");
    assertTrue(whole.isSame(Freight.of(List.of(layer))));
  }

  @Test
  void theTargetHasToHoldTheSameBelow() {
    Volume.Content own = content("/images/base", "a");

    assertEquals(Optional.empty(), Freight.objection(List.of(own), List.of(own)));
    assertTrue(objection(own, content("/images/base", "b")).contains("holds something else"));
    assertTrue(objection(own, content("/srv/base", "a")).contains("/srv/base at the target"));
    assertTrue(Freight.objection(List.of(own), List.of()).orElseThrow().contains("does not tell"));
  }

  private static String objection(Volume.Content own, Volume.Content other) {
    return Freight.objection(List.of(own), List.of(other)).orElseThrow();
  }

  private static Volume.Content content(String path, String sha256) {
    return new Volume.Content(new VolumeId("images", "base"), path, "qcow2", sha256);
  }

  @Test
  void aDiskThatEndsWithinASectorGetsAWholeOne() {
    assertEquals(new Bytes(1024), blank(disk("raw", new Bytes(1000), Optional.empty())).size());
  }

  @Test
  void whatLiesInNoPoolOrIsOfAnotherFormIsNotCopied() {
    VmDisk loose = new VmDisk("vdc", "/tmp/x", Optional.empty(), false);

    assertTrue(
        Freight.of(List.of(loose))
            .objection(H1)
            .orElseThrow()
            .startsWith("disk vdc lies on /tmp/x, which is no file in a pool of h1"));
    assertEquals(
        Optional.of("disk vda is of the form vmdk, and only raw and qcow2 disks are copied"),
        Freight.of(List.of(disk("vmdk", Bytes.ofMiB(1), Optional.empty()))).objection(H1));
  }
}
