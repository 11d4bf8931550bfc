package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.messages.Bytes;
import io.ballast.messages.Volume;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TenantTest {
  private static final String WEB1 =
      """
      <domain type='kvm' id='3'>
        <name>web1</name>
        <devices>
          <disk type='file' device='disk'>
            <source file='/images/web1.qcow2' index='1'/>
            <backingStore type='file' index='3'>
              <format type='qcow2'/>
              <source file='/images/debian.qcow2'/>
              <backingStore/>
            </backingStore>
            <mirror type='file' job='copy'><source file='/images/copy.qcow2'/></mirror>
            <target dev='vda'/>
          </disk>
          <disk type='block' device='disk'><source dev='/dev/vg/data'/></disk>
          <disk type='block' device='disk'><source dev='/dev/mapper/my--vg-web--1-data'/></disk>
          <disk type='block' device='disk'><source dev='/dev/mapper/my--vg-web--1'/></disk>
          <disk type='block' device='disk'><source dev='/dev/disk/by-id/dm-name-vg-web2'/></disk>
          <disk type='volume' device='disk'><source pool='fast' volume='log'/></disk>
          <disk type='network' device='disk'>
            <source protocol='rbd' name='kvm/db1'><host name='mon1'/></source>
          </disk>
          <disk type='file' device='cdrom'><target dev='sda'/></disk>
        </devices>
      </domain>
      """;

  @Test
  void aVmUsesAllThatItsDisksLieOn() {
    Tenant web1 = Tenant.of(WEB1, true);

    assertEquals(
        Set.of(
            "/images/web1.qcow2",
            "/images/copy.qcow2",
            "/dev/vg/data",
            "/dev/mapper/my--vg-web--1-data",
            "/dev/my-vg/web-1",
            "/dev/vg/web2",
            "volume:fast/log",
            "rbd:kvm/db1"),
        web1.written());
    assertEquals(Set.of("/images/debian.qcow2"), web1.read());
  }

  @Test
  void aVolumeIsUsedByItsPathOrItsName() {
    Tenant web1 = Tenant.of(WEB1, false);

    assertTrue(web1.uses("images", item("any", "/images/debian.qcow2")));
    assertTrue(web1.uses("fast", item("log", "/fast/log")));
    assertFalse(web1.uses("slow", item("log", "/slow/log")));
    assertEquals(
        Optional.of("VM web1 (off, reads it)"),
        web1.user("images", item("any", "/images/debian.qcow2")).map(Volume.User::toString));
    assertEquals(
        Optional.of("VM web1 (off)"),
        web1.user("fast", item("log", "/fast/log")).map(Volume.User::toString));
  }

  @Test
  void theBytesOfARawDiskAreItsGuests() {
    Tenant web1 =
        Tenant.of(
            """
            <domain type='kvm'>
              <name>web1</name>
              <devices>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='raw'/><source file='/images/raw'/>
                </disk>
                <disk type='file' device='disk'><source file='/images/unsaid'/></disk>
                <disk type='volume' device='disk'>
                  <driver name='qemu'/><source pool='fast' volume='log'/>
                </disk>
                <disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2'/><source file='/images/layer'/>
                  <backingStore type='file'>
                    <format type='raw'/><source file='/images/base'/>
                  </backingStore>
                </disk>
              </devices>
            </domain>
            """,
            true);

    assertTrue(web1.ownsBytes("images", item("raw", "/images/raw")));
    assertTrue(web1.ownsBytes("images", item("unsaid", "/images/unsaid")));
    assertTrue(web1.ownsBytes("fast", item("log", "/fast/log")));
    assertFalse(web1.ownsBytes("slow", item("log", "/slow/log")));
    assertFalse(web1.ownsBytes("images", item("layer", "/images/layer")));
    assertTrue(web1.ownsBytes("images", item("base", "/images/base")), "it was its own once");
  }

  @Test
  void aVmWithoutDisksUsesNothing() {
    assertEquals(Set.of(), Tenant.of("<domain><name>x</name><devices/></domain>", true).written());
    assertEquals(Set.of(), Tenant.of("<domain><uuid>u</uuid></domain>", true).written());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<name>web1</name><uuid>u</uuid> | web1",
        "<name></name><uuid>u</uuid>     | u",
        "<name> </name><uuid>u</uuid>    | u",
        "<name>&#9;&#x2003;</name><uuid>u</uuid> | u",
        "<uuid>u</uuid>                  | u",
        "<name> </name>                  | ?",
      })
  void aVmWhoseNameNobodySeesIsCalledByItsUuid(String names, String called) {
    String domain =
        """
        <domain>%s<devices><disk type='file' device='disk'>
          <source file='/images/web1'/><target dev='vda'/>
        </disk></devices></domain>
        """
            .formatted(names);

    assertEquals(
        Optional.of(called),
        Tenant.of(domain, true)
            .user("images", item("web1", "/images/web1"))
            .map(Volume.User::name));
    assertEquals(called, Machine.of(domain, true).name());
  }

  @Test
  void whatIsNoXmlIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Tenant.of("<domain>", true));
    assertThrows(
        IllegalArgumentException.class,
        () -> Tenant.of("<!DOCTYPE a [<!ENTITY b 'c'>]><domain>&b;</domain>", true));
  }

  private static Shelf.Item item(String name, String path) {
    return new Shelf.Item(name, path, "qcow2", Bytes.ofMiB(1), Bytes.ZERO, Optional.empty());
  }

  @Test
  void aVolumeIsReadFromItsDescription() {
    assertEquals(
        new Shelf.Item(
            "web1.qcow2",
            "/images/web1.qcow2",
            "qcow2",
            new Bytes(2147483648L),
            new Bytes(200704),
            Optional.of("/images/debian.qcow2"),
            Optional.of("qcow2")),
        Shelf.Item.of(
            """
            <volume type='file'>
              <name>web1.qcow2</name>
              <key>/images/web1.qcow2</key>
              <capacity unit='bytes'>2147483648</capacity>
              <allocation unit='bytes'>200704</allocation>
              <target><path>/images/web1.qcow2</path><format type='qcow2'/></target>
              <backingStore>
                <path>/images/debian.qcow2</path><format type='qcow2'/>
              </backingStore>
            </volume>
            """));
    assertThrows(
        IllegalArgumentException.class, () -> Shelf.Item.of("<volume><name>x</name></volume>"));
  }
}
