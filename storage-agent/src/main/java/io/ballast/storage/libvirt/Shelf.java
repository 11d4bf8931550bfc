package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Room;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool and what lies in it, by libvirt.
 *
 * @param place where the pool is: the path of a folder, the name of an RBD pool or volume group
 * @param access how its storage is reached where that is a cluster's
 */
record Shelf(Pool pool, String place, Access access, List<Item> items) {
  Shelf {
    items = List.copyOf(items);
  }

  /** A volume, and the pool that it lies in. */
  record Place(Shelf shelf, Item item) {}

  /** What sort of storage a pool is. */
  enum Kind {
    FOLDER,
    RBD,
    GROUP,
    OTHER;

    static Kind of(String type) {
      return switch (type) {
        case "dir", "fs", "netfs" -> FOLDER;
        case "rbd" -> RBD;
        case "logical" -> GROUP;
        default -> OTHER;
      };
    }
  }

  Kind kind() {
    return Kind.of(pool.type());
  }

  /** What is said of a pool that nothing here works on. */
  RefusedException unfit() {
    return new RefusedException(
        Reason.NOT_ALLOWED,
        "pool %s is of the kind '%s', whose volumes can be looked at and not changed"
            .formatted(pool.name(), pool.type()));
  }

  /**
   * How a Ceph is reached.
   *
   * @param user without {@code client.}
   * @param monitors each {@code HOST} or {@code HOST:PORT}; none = those of Ceph's configuration
   */
  record Access(String user, List<String> monitors) {
    /** As libvirt takes it where nothing is told. */
    static final Access USUAL = new Access("admin", List.of());

    Access {
      monitors = List.copyOf(monitors);
    }

    /** Reads libvirt's description of a pool. */
    static Access of(Xml pool) {
      List<String> monitors = new ArrayList<>();
      pool.at("source")
          .ifPresent(source -> source.all("host").forEach(host -> add(host, monitors)));
      return new Access(
          pool.at("source/auth").flatMap(auth -> auth.attribute("username")).orElse(USUAL.user()),
          monitors);
    }

    private static void add(Xml host, List<String> monitors) {
      host.attribute("name")
          .map(name -> name + host.attribute("port").map(port -> ":" + port).orElse(""))
          .ifPresent(monitors::add);
    }
  }

  /** The item of a name. */
  Optional<Item> item(String name) {
    return items.stream().filter(item -> item.name().equals(name)).findFirst();
  }

  /** Where a file of a name lies in a folder, or would. */
  String path(String name) {
    return item(name).map(Item::path).orElseGet(() -> place + "/" + name);
  }

  /** This, with the room that it has, where that is known better. */
  Shelf with(Room room) {
    return new Shelf(
        new Pool(
            pool.name(),
            pool.type(),
            pool.active(),
            room.capacity(),
            room.used(),
            room.available(),
            pool.autostart()),
        place,
        access,
        items);
  }

  /** This, with what its images of Ceph build upon, by their names. */
  Shelf upon(Map<String, Rbd.Address> parents) {
    return new Shelf(
        pool,
        place,
        access,
        items.stream()
            .map(item -> Optional.ofNullable(parents.get(item.name())).map(item::upon).orElse(item))
            .toList());
  }

  /** This, with what its volumes take, by their names, where that is known better. */
  Shelf taking(Map<String, Bytes> taken) {
    return new Shelf(
        pool,
        place,
        access,
        items.stream()
            .map(item -> Optional.ofNullable(taken.get(item.name())).map(item::taking).orElse(item))
            .toList());
  }

  /**
   * A volume by libvirt.
   *
   * @param path by which it is used
   * @param backing path or address of what it builds upon
   * @param backingFormat in which it has that opened, as far as it says so
   */
  record Item(
      String name,
      String path,
      String format,
      Bytes capacity,
      Bytes allocated,
      Optional<String> backing,
      Optional<String> backingFormat) {
    private static final String RBD = "rbd:";

    /** One that does not say in which form it has opened what it builds upon. */
    Item(
        String name,
        String path,
        String format,
        Bytes capacity,
        Bytes allocated,
        Optional<String> backing) {
      this(name, path, format, capacity, allocated, backing, Optional.empty());
    }

    /** Whether it lies in a file, and not in a device. */
    boolean isFile() {
      return path.startsWith("/") && !path.startsWith("/dev/");
    }

    /** As an image of Ceph, by the address by which libvirt's domains use it. */
    Item ofCeph() {
      return new Item(name, RBD + path, format, capacity, allocated, backing, backingFormat);
    }

    /** Building upon a snapshot in Ceph. */
    Item upon(Rbd.Address parent) {
      return new Item(name, path, format, capacity, allocated, Optional.of(RBD + parent));
    }

    /** Taking so much of its pool. */
    Item taking(Bytes taken) {
      return new Item(name, path, format, capacity, taken, backing, backingFormat);
    }

    /** The path or address of the volume that it builds upon, whatever content of that it is. */
    Optional<String> base() {
      return backing.map(
          below -> below.startsWith(RBD) ? below.replaceFirst("@[^@]*$", "") : below);
    }

    /**
     * Reads libvirt's description of a volume. The sizes in it may be what a guest wrote into a
     * header, so none is too large.
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
          volume.text("backingStore/path"),
          volume.at("backingStore/format").flatMap(format -> format.attribute("type")));
    }

    private static Bytes bytes(Xml volume, String element) {
      return Bytes.ofUnsigned(
          Long.parseUnsignedLong(volume.text(element).orElseThrow(() -> missing(element))));
    }

    private static IllegalArgumentException missing(String element) {
      return new IllegalArgumentException("its XML has no <" + element + ">");
    }
  }
}
