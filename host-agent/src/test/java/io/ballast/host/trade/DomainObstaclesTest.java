package io.ballast.host.trade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ballast.messages.Obstacle;
import io.ballast.messages.Obstacle.Kind;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class DomainObstaclesTest {
  @Test
  void whatSharedStorageHoldsIsInNobodysWay() {
    assertEquals(
        List.of(),
        obstacles(
            """
            <disk type='file'><source file='/shared/a'/><driver cache='none'/></disk>
            <disk type='file' device='cdrom'/>
            <disk type='volume'><source pool='fast' volume='a'/></disk>
            <disk type='network'><source protocol='rbd' name='rbd/a'/></disk>
            <disk type='file'><source file='/unknown/a'/></disk>
            <disk><source file='/local/a'/><readonly/><driver cache='unsafe'/></disk>
            <hostdev mode='subsystem' type='usb'/>
            <interface type='bridge'><source bridge='br0'/></interface>
            <tpm><backend type='emulator'/></tpm>
            """));
  }

  @Test
  void devicesOfTheHostAreInTheWay() {
    assertEquals(
        List.of(Kind.DEVICE, Kind.DEVICE, Kind.DEVICE, Kind.DEVICE),
        kinds(
            """
            <hostdev mode='subsystem' type='pci'/>
            <interface type='hostdev'/>
            <filesystem type='mount'/>
            <tpm><backend type='passthrough'/></tpm>
            """));
  }

  @Test
  void halfOfATeamIsNot() {
    assertEquals(
        List.of(),
        obstacles(
            "<interface type='hostdev'><teaming type='transient' persistent='a'/></interface>"));
  }

  @Test
  void aDiskOfTheHostsOwnIsSaidWithItsWayOut() {
    assertEquals(
        List.of(
            new Obstacle(
                Kind.DISK,
                "its disk vda is /local/a, which lies on the ext4 of its host alone: have it"
                    + " copied, for which both hosts need the storage role, or share its storage",
                Optional.of("vda"))),
        obstacles("<disk><source file='/local/a'/><target dev='vda'/></disk>"));
  }

  @Test
  void aMediumOfTheHostsOwnIsToBeEjected() {
    assertEquals(
        List.of(
            new Obstacle(
                Kind.DRIVE,
                "the medium of its drive sda is /local/a.iso, which lies on the ext4 of its host"
                    + " alone: eject it, or have it there")),
        obstacles("<disk device='cdrom'><source file='/local/a.iso'/><target dev='sda'/></disk>"));
  }

  @Test
  void aDiskThatIsNeverFlushedIsInTheWay() {
    assertEquals(
        List.of(Kind.CACHE, Kind.DISK),
        kinds(
            """
            <disk><source file='/shared/a'/><driver cache='unsafe'/></disk>
            <disk><source file='/local/a'/><driver cache='writeback'/></disk>
            """));
  }

  private static List<Kind> kinds(String devices) {
    return obstacles(devices).stream().map(Obstacle::kind).toList();
  }

  private static List<Obstacle> obstacles(String devices) {
    return new DomainObstacles(DomainObstaclesTest::fileSystem)
        .of("<domain><devices>" + devices + "</devices></domain>");
  }

  private static Optional<String> fileSystem(String path) {
    if (path.startsWith("/shared/")) {
      return Optional.of("fuse.glusterfs");
    }
    return path.startsWith("/local/") ? Optional.of("ext4") : Optional.empty();
  }
}
