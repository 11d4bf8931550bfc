package io.ballast.storage.libvirt;

import io.ballast.messages.Bytes;
import io.ballast.messages.StorageBeat.Pool;
import java.util.List;
import java.util.Optional;

/**
 * A pool and what lies in it, by libvirt.
 *
 * @param place where the pool is: the path of a folder, the name of an RBD pool or volume group
 */
record Shelf(Pool pool, String place, List<Item> items) {
  Shelf {
    items = List.copyOf(items);
  }

  /** The item of a name. */
  Optional<Item> item(String name) {
    return items.stream().filter(item -> item.name().equals(name)).findFirst();
  }

  /**
   * A volume by libvirt.
   *
   * @param path by which it is used
   * @param backing path or address of what it builds upon
   */
  record Item(
      String name,
      String path,
      String format,
      Bytes capacity,
      Bytes allocated,
      Optional<String> backing) {
    /**
     * Reads libvirt's description of a volume.
     *
     * @throws IllegalArgumentException if it is none
     */
    static Item of(String xml) {
      Xml volume = Xml.of(xml);
      return new Item(
          volume.text("name").orElseThrow(() -> missing("name")),
          volume.text("target/path").or(() -> volume.text("key")).orElse(""),
          volume.at("target/format").flatMap(format -> format.attribute("type")).orElse("raw"),
          bytes(volume, "capacity"),
          bytes(volume, "allocation"),
          volume.text("backingStore/path"));
    }

    private static Bytes bytes(Xml volume, String element) {
      return new Bytes(Long.parseLong(volume.text(element).orElseThrow(() -> missing(element))));
    }

    private static IllegalArgumentException missing(String element) {
      return new IllegalArgumentException("its XML has no <" + element + ">");
    }
  }
}
