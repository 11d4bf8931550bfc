package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ballast.messages.PoolSource;
import io.ballast.messages.PoolSource.Network.Protocol;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PoolXmlTest {
  private static final UUID SECRET = UUID.fromString("0b7a1c0e-6d2f-4a5e-9a53-2f0c3a1d9e10");

  static Stream<PoolSource> sources() {
    return Stream.of(
        new PoolSource.Folder("/srv/<images> & 'more\""),
        new PoolSource.FileSystem("/dev/vdb", "/srv/disk"),
        new PoolSource.Network(Protocol.GLUSTER, "nas1", "/images/a", "/srv/gluster"),
        new PoolSource.Network(Protocol.NFS, "[fd00::5]", "/images", "/srv/nfs"),
        new PoolSource.VolumeGroup("vg1"),
        new PoolSource.Rbd(
            List.of("10.0.0.5:6789", "[fd00::5]:3300"), "kvm", "libvirt", Optional.of(SECRET)));
  }

  @ParameterizedTest
  @MethodSource("sources")
  void whatADescriptionIsMadeOfIsReadFromIt(PoolSource source) {
    Xml xml = Xml.of(PoolXml.of("a<b", Optional.of(SECRET.toString()), source));

    assertEquals(Optional.of(source), PoolXml.source(xml));
    assertEquals(Optional.of("a<b"), xml.text("name"));
    assertEquals(Optional.of(SECRET.toString()), xml.text("uuid"));
  }

  @Test
  void aMonitorWithoutAPortHasTheUsualOne() {
    PoolSource source =
        new PoolSource.Rbd(List.of("mon1", "[fd00::5]"), "kvm", "admin", Optional.empty());
    PoolSource kept =
        new PoolSource.Rbd(
            List.of("mon1:3300", "[fd00::5]:3300"), "kvm", "admin", Optional.empty());

    assertEquals(
        Optional.of(kept), PoolXml.source(Xml.of(PoolXml.of("kvm", Optional.empty(), source))));
    assertEquals(kept, PoolXml.asKept(source));
    assertEquals(kept, PoolXml.asKept(kept));
  }

  @Test
  void aNewPoolGetsItsUuidFromLibvirt() {
    String xml = PoolXml.of("images", Optional.empty(), new PoolSource.Folder("/srv"));

    assertFalse(xml.contains("uuid"), xml);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<pool/>",
        "<pool type='iscsi'><source><name>x</name></source></pool>",
        "<pool type='dir'/>",
        "<pool type='dir'><target><path>../x</path></target></pool>",
        "<pool type='fs'><target><path>/srv</path></target></pool>",
        "<pool type='netfs'><source><format type='cifs'/></source></pool>",
        "<pool type='rbd'><source><name>kvm</name></source></pool>"
      })
  void whatIsOfNoKnownKindIsMadeOfNothingThatIsKnown(String xml) {
    assertEquals(Optional.empty(), PoolXml.source(Xml.of(xml)));
  }
}
