package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlugTest {
  private static final Xml NOW =
      Xml.of(
          "<domain><devices><disk type='file'><source file='/images/a'/><target dev='vda'/></disk>"
              + "<disk type='file' device='cdrom'><target dev='sda'/></disk></devices></domain>");
  private static final Xml LATER =
      Xml.of(
          "<domain><devices><disk type='file'><source file='/images/a'/><target"
              + " dev='vda'/></disk><disk type='file'><driver type='qcow2'/><source"
              + " file='/images/b'/><target dev='vdb'/></disk></devices></domain>");

  private static Shelf.Item item() {
    return new Shelf.Item(
        "<a>", "rbd:vms/a", "raw", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty());
  }

  private static Plug plug(String file, Optional<String> wanted) {
    Shelf.Item item =
        new Shelf.Item("x", file, "qcow2", Bytes.ofMiB(8), Bytes.ofMiB(1), Optional.empty());
    return new Plug("images", item, "file", Map.of("file", file), "qcow2", wanted, true);
  }

  @Test
  void thePlaceIsFreeNowAndLater() {
    Plug plug = plug("/images/c", Optional.empty());

    assertEquals("vdb", plug.place(List.of(NOW)));
    assertEquals("vdc", plug.place(List.of(NOW, LATER)));
    assertEquals(
        "vdx", plug("/images/c", Optional.of("vdx")).place(List.of(NOW, LATER)), "as wanted");
    assertThrows(
        RefusedException.class,
        () -> plug("/images/c", Optional.of("sda")).place(List.of(NOW, LATER)));
  }

  @Test
  void whatIsPluggedInAlreadyIsKnownByWhatItLiesOn() {
    assertEquals(Optional.of("vdb"), plug("/images/b", Optional.empty()).in(LATER));
    assertEquals(Optional.empty(), plug("/images/b", Optional.empty()).in(NOW));
    assertEquals(
        Optional.of("vdc"),
        plug("/images/c", Optional.empty())
            .in(
                Xml.of(
                    "<domain><devices><disk type='volume'><driver type='qcow2'/>"
                        + "<source pool='images' volume='x'/><target dev='vdc'/></disk>"
                        + "</devices></domain>")));
    assertThrows(RefusedException.class, () -> plug("/images/b", Optional.of("vdc")).in(LATER));
    assertThrows(
        RefusedException.class, () -> plug("/images/a", Optional.empty()).in(NOW), "it is raw");
  }

  @Test
  void itIsDescribedForLibvirt() {
    Plug ceph =
        new Plug(
            "vms",
            item(),
            "volume",
            Map.of("pool", "vms", "volume", "<a>"),
            "raw",
            Optional.empty(),
            false);

    Xml disk = Xml.of(ceph.xml("sdb"));

    assertEquals(Optional.of("volume"), disk.attribute("type"));
    assertEquals(Optional.of("<a>"), disk.at("source").orElseThrow().attribute("volume"));
    assertEquals(Optional.of("raw"), disk.at("driver").orElseThrow().attribute("type"));
    assertEquals(Optional.of("scsi"), disk.at("target").orElseThrow().attribute("bus"));
    assertTrue(disk.at("readonly").isPresent());
  }

  @Test
  void aDiskIsTakenOutOfADescription() {
    Xml disk = Xml.of(Plug.at("vdb", LATER).orElseThrow());

    assertEquals(Optional.of("/images/b"), disk.at("source").orElseThrow().attribute("file"));
    assertEquals(Optional.empty(), Plug.at("vdb", NOW));
  }
}
