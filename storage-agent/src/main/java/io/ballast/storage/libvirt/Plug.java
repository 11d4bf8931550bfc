package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume.Format;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A disk that is to be plugged into a machine.
 *
 * @param pool in which it lies
 * @param item what it lies on
 * @param type of its source, in libvirt's words
 * @param source the attributes of that, by their names
 * @param format in which QEMU opens it
 * @param wanted where it is to be plugged in; absent = where there is room
 * @param written whether the guest may write to it
 */
record Plug(
    String pool,
    Shelf.Item item,
    String type,
    Map<String, String> source,
    String format,
    Optional<String> wanted,
    boolean written) {
  private static final String USUAL = "vd";

  Plug {
    source = Map.copyOf(source);
  }

  /** The one of an order, by the volume that it names. */
  static Plug of(AttachDisk order, Shelf shelf, Shelf.Item item) {
    String format = order.format().map(Format::word).orElse(item.format());
    String pool = shelf.pool().name();
    return switch (shelf.kind()) {
      case FOLDER -> of(order, pool, item, "file", Map.of("file", item.path()), format);
      case GROUP -> of(order, pool, item, "block", Map.of("dev", item.path()), "raw");
      // Libvirt knows how such a pool is reached, and with which secret.
      case RBD ->
          of(order, pool, item, "volume", Map.of("pool", pool, "volume", item.name()), "raw");
      case OTHER -> throw shelf.unfit();
    };
  }

  private static Plug of(
      AttachDisk order,
      String pool,
      Shelf.Item item,
      String type,
      Map<String, String> source,
      String format) {
    return new Plug(pool, item, type, source, format, order.target(), order.writes());
  }

  /**
   * Where it is plugged in already, by a description of a machine, whichever way that names it.
   *
   * @throws RefusedException as {@code WRONG_STATE} where it is so in another way
   */
  Optional<String> in(Xml description) {
    return Machine.of(Definition.text(description), true).disks().stream()
        .filter(disk -> disk.liesOn(pool, item))
        .findFirst()
        .map(this::same);
  }

  private String same(Machine.Disk there) {
    boolean same =
        there.written() == written
            && there.format().equals(format)
            && wanted.filter(place -> !place.equals(there.target())).isEmpty();
    if (!same) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "it is plugged in there already, as %s, in the form %s, %s"
              .formatted(
                  there.target(),
                  there.format(),
                  there.written() ? "and the guest may write to it" : "and is only read"));
    }
    return there.target();
  }

  /**
   * Where it is to be plugged in.
   *
   * @throws RefusedException as {@code WRONG_STATE} where another disk is there, or no place is
   *     free
   */
  String place(List<Xml> descriptions) {
    Set<String> taken = targets(descriptions);
    if (wanted.isPresent()) {
      if (taken.contains(wanted.get())) {
        throw new RefusedException(
            Reason.WRONG_STATE,
            "another disk is plugged in as %s; choose another place, or none"
                .formatted(wanted.get()));
      }
      return wanted.get();
    }
    for (char letter = 'a'; letter <= 'z'; letter++) {
      if (!taken.contains(USUAL + letter)) {
        return USUAL + letter;
      }
    }
    throw new RefusedException(
        Reason.WRONG_STATE, "the VM has %d disks already; name a place".formatted(taken.size()));
  }

  /** The places of all disks, by some descriptions of a machine. */
  static Set<String> targets(List<Xml> descriptions) {
    return disks(descriptions).stream()
        .flatMap(disk -> target(disk).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The description of the disk at a place, alone. */
  static Optional<String> at(String target, Xml description) {
    return disks(List.of(description)).stream()
        .filter(disk -> target(disk).equals(Optional.of(target)))
        .map(Definition::text)
        .findFirst();
  }

  private static List<Xml> disks(List<Xml> descriptions) {
    return descriptions.stream()
        .flatMap(domain -> domain.at("devices").stream())
        .flatMap(devices -> devices.all("disk").stream())
        .toList();
  }

  private static Optional<String> target(Xml disk) {
    return disk.at("target").flatMap(target -> target.attribute("dev"));
  }

  /** Its description for libvirt, at a place. */
  String xml(String place) {
    Xml disk = Xml.of("<disk device='disk'><driver name='qemu'/><source/><target/></disk>");
    disk.element().setAttribute("type", type);
    element(disk, "driver").setAttribute("type", format);
    source.forEach(element(disk, "source")::setAttribute);
    Element target = element(disk, "target");
    target.setAttribute("dev", place);
    target.setAttribute("bus", bus(place));
    if (!written) {
      Document document = disk.element().getOwnerDocument();
      disk.element().appendChild(document.createElement("readonly"));
    }
    return Definition.text(disk);
  }

  private static String bus(String place) {
    return place.startsWith("sd")
        ? "scsi"
        : place.startsWith("hd") ? "ide" : place.startsWith("xvd") ? "xen" : "virtio";
  }

  private static Element element(Xml disk, String name) {
    return disk.at(name).orElseThrow().element();
  }
}
