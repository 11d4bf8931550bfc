package io.ballast.storage.trade;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.PoolSource;
import io.ballast.messages.PoolSource.Network.Protocol;
import io.ballast.messages.Reason;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolPolicyTest {
  private static final PoolPolicy POLICY =
      new PoolPolicy(List.of("/srv/vms"), List.of("/dev/vdb", "nas1:/images", "vg1", "rbd:kvm"));

  static Stream<PoolSource> allowed() {
    return Stream.of(
        new PoolSource.Folder("/srv/vms"),
        new PoolSource.Folder("/srv/vms/fast/a"),
        new PoolSource.FileSystem("/dev/vdb", "/srv/vms/b"),
        new PoolSource.Network(Protocol.GLUSTER, "nas1", "/images", "/srv/vms/c"),
        new PoolSource.VolumeGroup("vg1"),
        rbd("kvm"));
  }

  static Stream<PoolSource> forbidden() {
    return Stream.of(
        new PoolSource.Folder("/srv"),
        new PoolSource.Folder("/srv/vms2"),
        new PoolSource.Folder("/etc"),
        new PoolSource.FileSystem("/dev/vda", "/srv/vms/b"),
        new PoolSource.FileSystem("/dev/vdb", "/etc"),
        new PoolSource.Network(Protocol.NFS, "nas1", "/secret", "/srv/vms/c"),
        new PoolSource.Network(Protocol.NFS, "nas2", "/images", "/srv/vms/c"),
        new PoolSource.Network(Protocol.NFS, "nas1", "/images", "/usr/bin"),
        new PoolSource.VolumeGroup("root"),
        new PoolSource.VolumeGroup("rbd"),
        rbd("backup"));
  }

  private static PoolSource rbd(String pool) {
    return new PoolSource.Rbd(List.of("mon1"), pool, "libvirt", Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("allowed")
  void whatTheHostNamesMayBeAPool(PoolSource source) {
    assertDoesNotThrow(() -> POLICY.check(source));
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void allElseIsRefusedAndSaysWhereItCouldBeAllowed(PoolSource source) {
    RefusedException refused = assertThrows(RefusedException.class, () -> POLICY.check(source));

    assertEquals(Reason.NOT_ALLOWED, refused.reason());
    assertTrue(String.valueOf(refused.getMessage()).contains("agent.pools."), refused.getMessage());
  }

  @Test
  void unlessSaidOtherwiseThereAreOnlyFoldersOfImages() {
    PoolPolicy.DEFAULT.check(new PoolSource.Folder("/var/lib/libvirt/images"));

    assertThrows(RefusedException.class, () -> PoolPolicy.DEFAULT.check(rbd("kvm")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "srv", "/", "/srv/"})
  void aFolderThatWouldAllowAnythingElseIsNoFolder(String folder) {
    assertThrows(IllegalArgumentException.class, () -> new PoolPolicy(List.of(folder), List.of()));
  }
}
