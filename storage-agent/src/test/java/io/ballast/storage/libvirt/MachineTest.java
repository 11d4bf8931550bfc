package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MachineTest {
  private static final Machine WEB1 =
      Machine.of(
          """
          <domain type='kvm' id='3'>
            <name>web1</name>
            <devices>
              <disk type='file' device='disk'>
                <driver name='qemu' type='qcow2'/>
                <source file='/images/web1@s' index='3'/>
                <backingStore type='file' index='2'>
                  <format type='qcow2'/>
                  <source file='/images/web1'/>
                  <backingStore type='file' index='1'>
                    <format type='raw'/>
                    <source file='/images/base'/>
                    <backingStore/>
                  </backingStore>
                </backingStore>
                <mirror type='file' job='active-commit' ready='yes'>
                  <source file='/images/web1'/>
                </mirror>
                <target dev='vda' bus='virtio'/>
              </disk>
              <disk type='volume' device='disk'>
                <driver name='qemu'/>
                <source pool='images' volume='data'/>
                <target dev='vdb' bus='virtio'/>
                <readonly/>
              </disk>
              <disk type='file' device='cdrom'>
                <target dev='sda' bus='sata'/>
              </disk>
              <disk type='network' device='disk'>
                <driver name='qemu' type='raw'/>
                <source protocol='rbd' name='vms/web1'/>
                <target dev='vdc' bus='virtio'/>
              </disk>
            </devices>
          </domain>
          """,
          true);

  @Test
  void itsDisksAreReadWithAllThatTheyBuildUpon() {
    assertEquals(
        new Machine.Disk(
            "vda", "/images/web1@s", "qcow2", true, List.of("/images/web1", "/images/base"), true),
        WEB1.at("vda").orElseThrow());
    assertEquals(
        new Machine.Disk("vdb", "volume:images/data", "raw", false, List.of(), false),
        WEB1.at("vdb").orElseThrow());
    assertEquals(
        new Machine.Disk("vdc", "rbd:vms/web1", "raw", true, List.of(), false),
        WEB1.at("vdc").orElseThrow());
    assertFalse(WEB1.at("sda").orElseThrow().written());
    assertEquals("", WEB1.at("sda").orElseThrow().source());
    assertEquals(Optional.empty(), WEB1.at("vdd"));
  }

  @Test
  void aDiskLiesOnItsSourceAndNotOnWhatThatBuildsUpon() {
    assertTrue(WEB1.at("vda").orElseThrow().liesOn("images", item("web1@s")));
    assertFalse(WEB1.at("vda").orElseThrow().liesOn("images", item("web1")));
    assertTrue(WEB1.at("vdb").orElseThrow().liesOn("images", item("data")));
    assertFalse(WEB1.at("vdb").orElseThrow().liesOn("other", item("data")));
  }

  private static Shelf.Item item(String name) {
    return new Shelf.Item(name, "/images/" + name, "raw", Bytes.ZERO, Bytes.ZERO, Optional.empty());
  }
}
