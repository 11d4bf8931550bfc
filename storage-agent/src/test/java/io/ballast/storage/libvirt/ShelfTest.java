package io.ballast.storage.libvirt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.messages.Bytes;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.libvirt.Shelf.Access;
import io.ballast.storage.libvirt.Shelf.Item;
import io.ballast.storage.tool.Rbd;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools of Ceph by libvirt's descriptions, and what builds upon what in them. */
final class ShelfTest {
  @Test
  void aPoolSaysWhereItsClusterIsAndWhoAsks() {
    assertEquals(
        new Access("libvirt", List.of("10.0.0.1:6789", "ceph-b", "[fd00::1]:3300")),
        Access.of(
            Xml.of(
                """
                <pool type='rbd'>
                  <source>
                    <host name='10.0.0.1' port='6789'/>
                    <host name='ceph-b'/>
                    <host name='[fd00::1]' port='3300'/>
                    <name>rbd</name>
                    <auth type='ceph' username='libvirt'><secret uuid='x'/></auth>
                  </source>
                </pool>
                """)));
    assertEquals(
        new Access("admin", List.of()),
        Access.of(Xml.of("<pool type='rbd'><source><name>rbd</name></source></pool>")));
    assertEquals(Access.USUAL, Access.of(Xml.of("<pool type='dir'/>")));
  }

  @Test
  void anImageOfCephIsNamedAsDomainsNameIt() {
    Item item = item("web1");

    assertEquals("rbd:rbd/web1", item.path());
    assertFalse(item.isFile());
    assertEquals(
        Optional.of("rbd:templates/debian"),
        item.upon(new Rbd.Address("templates", "debian", Optional.of("s"))).base());
    Item file =
        new Item(
            "a", "/images/a@b", "qcow2", Bytes.ZERO, Bytes.ZERO, Optional.of("/images/base@1"));
    assertEquals(Optional.of("/images/base@1"), file.base());
  }

  @Test
  void theLayersOfCephAreSeenAcrossPools() {
    Shelf templates = shelf("templates", "templates", "debian");
    Shelf rbd =
        shelf("ceph", "rbd", "web1", "web2")
            .upon(
                Map.of(
                    "web1", Rbd.Address.of("templates", "debian").at("s"),
                    "web2", Rbd.Address.of("elsewhere", "x").at("y")));
    Tenant tenant = new Tenant("web1", true, Set.of("rbd:rbd/web1"));
    Seen seen =
        new Seen(rbd, List.of(tenant), List.of(rbd, templates), Map.of())
            .with(List.of(rbd, templates));

    assertEquals(
        List.of(
            new Volume.Layer(
                "rbd:templates/debian@s", Optional.of(new VolumeId("templates", "debian")))),
        seen.chain(rbd.item("web1").orElseThrow()));
    assertEquals(
        List.of(new Volume.Layer("rbd:elsewhere/x@y", Optional.empty())),
        seen.chain(rbd.item("web2").orElseThrow()));
    assertEquals(
        List.of(new Volume.User(Volume.User.Kind.VM, "web1", true)),
        seen.volume(rbd.item("web1").orElseThrow()).users());
    Seen below = seen.with(List.of(templates, rbd));
    assertEquals(
        List.of(new Volume.User(Volume.User.Kind.VOLUME, "ceph/web1", false)),
        below.volume(templates.item("debian").orElseThrow()).users());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "2251799813685249, 2251799813685249",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, 9223372036854775807",
    "18446744073709551615, 9223372036854775807",
  })
  void noSizeThatAGuestWroteIntoAHeaderIsTooLargeToBeRead(String told, long read) {
    assertEquals(new Bytes(read), Item.of(volume(told, "")).capacity());
  }

  @Test
  void theSumOfSizesThatNoDiskHasIsTheMostThatIsCounted() {
    Bytes odd = Item.of(volume("18446744073709551615", "")).capacity();

    assertEquals(odd, Stream.generate(() -> odd).limit(5_000).reduce(Bytes.ZERO, Bytes::plus));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "8 MiB", "8388608.0", "18446744073709551616"})
  void whatIsNoSizeIsNotRead(String told) {
    assertThrows(IllegalArgumentException.class, () -> Item.of(volume(told, "")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u0001", "\uFFFE", "\uFFFF", "\uD800", "\u001F"})
  void whatNoXmlMayHaveInAPathThatAGuestWroteIsReplaced(String odd) {
    Item layer = Item.of(volume("1", "/images/a" + odd + "\uD83D\uDCBE"));

    assertEquals(Optional.of("/images/a\uFFFD\uD83D\uDCBE"), layer.backing());
  }

  private static String volume(String capacity, String backing) {
    return """
    <volume type='file'>
      <name>web1</name>
      <capacity unit='bytes'>%s</capacity>
      <allocation unit='bytes'>200704</allocation>
      <target><path>/images/web1</path><format type='qcow2'/></target>
      <backingStore><path>%s</path></backingStore>
    </volume>
    """
        .formatted(capacity, backing);
  }

  private static Item item(String name) {
    return item("rbd", name);
  }

  private static Item item(String pool, String name) {
    return new Item(name, pool + "/" + name, "raw", Bytes.ofMiB(8), Bytes.ZERO, Optional.empty())
        .ofCeph();
  }

  private static Shelf shelf(String name, String place, String... images) {
    return new Shelf(
        new Pool(name, "rbd", true, Bytes.ofMiB(9), Bytes.ZERO, Bytes.ofMiB(9)),
        place,
        Access.USUAL,
        List.of(images).stream().map(image -> item(place, image)).toList());
  }
}
