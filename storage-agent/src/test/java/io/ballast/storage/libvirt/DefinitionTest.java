package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DefinitionTest {
  private static final String XML =
      """
      <domain type="kvm"><name>web1</name><metadata><x:a xmlns:x="urn:x">&lt;&amp;</x:a></metadata>
        <devices>
          <graphics passwd="secret" type="vnc"/>
          <disk device="disk" type="file">
            <driver discard="unmap" name="qemu" type="raw"/>
            <source file="/images/web1"/>
            <backingStore type="file"><format type="raw"/><source file="/base"/></backingStore>
            <target bus="virtio" dev="vda"/>
          </disk>
          <disk device="disk" type="file">
            <source file="/images/data"/>
            <target bus="virtio" dev="vdb"/>
          </disk>
        </devices>
      </domain>\
      """;

  @Test
  void onlyWhatADiskLiesOnIsChanged() {
    assertEquals(
        XML.replace("type=\"raw\"/>\n      <source", "type=\"qcow2\"/>\n      <source")
            .replace(
                "<driver discard=\"unmap\" name=\"qemu\" type=\"raw\"/>",
                "<driver discard=\"unmap\" name=\"qemu\" type=\"qcow2\"/>")
            .replace("/images/web1", "/images/web1@s")
            .replace(
                "<backingStore type=\"file\"><format type=\"raw\"/><source file=\"/base\"/>"
                    + "</backingStore>",
                ""),
        Definition.upon(XML, Map.of("vda", new Definition.Source("/images/web1@s", "qcow2"))));
    assertEquals(
        XML.replace(
            "<disk device=\"disk\" type=\"file\">\n      <source file=\"/images/data\"/>",
            "<disk device=\"disk\" type=\"file\"><driver name=\"qemu\" type=\"qcow2\"/>"
                + "\n      <source file=\"/images/data@s\"/>"),
        Definition.upon(XML, Map.of("vdb", new Definition.Source("/images/data@s", "qcow2"))));
  }

  @Test
  void aDiskThatWasNamedByItsPoolIsNamedByItsFile() {
    assertEquals(
        "<domain><devices><disk type=\"file\"><driver type=\"qcow2\"/>"
            + "<source file=\"/images/a@s\"/><target dev=\"vda\"/></disk></devices></domain>",
        Definition.upon(
            "<domain><devices><disk type='volume'><driver type='raw'/>"
                + "<source pool='images' volume='a'/><target dev='vda'/></disk></devices></domain>",
            Map.of("vda", new Definition.Source("/images/a@s", "qcow2"))));
  }

  @Test
  void aDiskThatIsNotThereIsNotMadeUp() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Definition.upon(XML, Map.of("vdc", new Definition.Source("/x", "raw"))));
  }

  @Test
  void aSnapshotNamesEachDisk() {
    Machine machine = Machine.of(XML, true);

    assertEquals(
        "<domainsnapshot><disks>"
            + "<disk name=\"vda\" snapshot=\"external\" type=\"file\">"
            + "<driver type=\"qcow2\"/><source file=\"/images/a'&lt;&amp;@s\"/></disk>"
            + "<disk name=\"vdb\" snapshot=\"no\"/>"
            + "</disks></domainsnapshot>",
        Definition.snapshot(machine, Map.of("vda", "/images/a'<&@s")));
    assertEquals(
        List.of("vda", "vdb"), machine.disks().stream().map(Machine.Disk::target).toList());
  }
}
