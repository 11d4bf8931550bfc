package io.ballast.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolSourceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "images",
        "/",
        "/srv/",
        "//srv",
        "/srv/../etc",
        "/srv/./images",
        "/srv/im\nages",
        "/srv/\u202eimages"
      })
  void aPathIsAbsoluteAndOfOneForm(String path) {
    assertThrows(IllegalArgumentException.class, () -> new PoolSource.Folder(path));
    assertThrows(IllegalArgumentException.class, () -> new PoolSource.FileSystem("/dev/vdb", path));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PoolSource.Network(PoolSource.Network.Protocol.NFS, "nas1", "/images", path));
  }

  @Test
  void aPathHasAnEnd() {
    String longest = "/" + "x".repeat(999);

    assertEquals(longest, new PoolSource.Folder(longest).path());
    assertThrows(IllegalArgumentException.class, () -> new PoolSource.Folder(longest + "x"));
  }

  @Test
  void aDeviceLiesAmongDevices() {
    assertThrows(
        IllegalArgumentException.class, () -> new PoolSource.FileSystem("/etc/shadow", "/srv"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-o", "nas1 -o exec", "nas1,nas2", "nas1:x", "[fd00::5", "nas\n1"})
  void aServerIsANameOrAnAddress(String server) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new PoolSource.Network(PoolSource.Network.Protocol.NFS, server, "/images", "/srv"));
    assertThrows(IllegalArgumentException.class, () -> rbd(List.of(server)));
  }

  @Test
  void aClusterHasAMonitorAndNotTooMany() {
    assertEquals(
        "rbd kvm at 10.0.0.5:3300, [fd00::5]",
        rbd(List.of("10.0.0.5:3300", "[fd00::5]")).toString());
    assertThrows(IllegalArgumentException.class, () -> rbd(List.of()));
    assertThrows(IllegalArgumentException.class, () -> rbd(Collections.nCopies(17, "mon")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-vg", "vg/lv", "vg 1", ".", "..", "vg\u00fc"})
  void aVolumeGroupHasAnOrdinaryName(String name) {
    assertThrows(IllegalArgumentException.class, () -> new PoolSource.VolumeGroup(name));
  }

  private static PoolSource rbd(List<String> monitors) {
    return new PoolSource.Rbd(monitors, "kvm", "libvirt", Optional.empty());
  }
}
