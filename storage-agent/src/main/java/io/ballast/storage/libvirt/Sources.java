package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.storage.tool.ImageHeader;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.tool.Rbd;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Volumes of all kinds of pools as QEMU's tool opens them.
 *
 * @param ceph the configuration of Ceph's clients
 */
record Sources(Disk disk, Path ceph) {
  /** A volume that has to be there. */
  Image image(Bench bench, VolumeId volume) {
    return image(bench.shelf(volume), bench.item(volume));
  }

  Image image(Shelf shelf, Shelf.Item item) {
    return switch (shelf.kind()) {
      case FOLDER -> new Image(Path.of(item.path()), item.format());
      case RBD -> Image.of(login(shelf), address(shelf, item.name()));
      case GROUP -> new Image(Path.of(item.path()), "raw");
      case OTHER -> throw shelf.unfit();
    };
  }

  /** The content that a snapshot of an RBD image has kept, or the present one. */
  Image image(Shelf shelf, Shelf.Item item, Optional<String> snapshot) {
    Rbd.Address address = address(shelf, item.name());
    return Image.of(login(shelf), snapshot.map(address::at).orElse(address));
  }

  Rbd.Login login(Shelf shelf) {
    return new Rbd.Login(ceph, shelf.access().user(), shelf.access().monitors());
  }

  static Rbd.Address address(Shelf shelf, String name) {
    return Rbd.Address.of(shelf.place(), name);
  }

  /**
   * Looks at all files that a tool would open: they are what libvirt takes them for, files of the
   * pool itself, and name no file that libvirt does not tell of.
   */
  Future<Boolean> sound(Bench bench) {
    return disk.call("the look at the images", () -> soundNow(bench));
  }

  private static boolean soundNow(Bench bench) throws IOException {
    if (bench.order() instanceof DeleteVolume order) {
      bench
          .shelf()
          .item(order.volume().name())
          .filter(Shelf.Item::isFile)
          .ifPresent(item -> Exchange.plain(Path.of(item.path())));
      return true;
    }
    checkHeaders(bench.opened());
    return true;
  }

  /**
   * Looks at files that a tool would open; blocks.
   *
   * @throws RefusedException as {@code INVALID_IMAGE} where one names a file that libvirt does not
   *     tell of
   */
  static void checkHeaders(List<Shelf.Item> items) throws IOException {
    for (Shelf.Item item : items) {
      if (!item.isFile()) {
        continue;
      }
      ImageHeader header = ImageHeader.of(Exchange.plain(Path.of(item.path())));
      if (header.pointsTo() == ImageHeader.Outside.DATA_FILE) {
        throw new RefusedException(
            Reason.INVALID_IMAGE,
            item.path() + " names an external data file, and nothing is read through it");
      }
    }
  }
}
