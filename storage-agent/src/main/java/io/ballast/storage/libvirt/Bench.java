package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.storage.trade.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An order and all that it is carried out with.
 *
 * @param shelves the pools of all volumes that it names, by name
 */
record Bench(
    OperationId operation, VolumeOrder order, Task.Progress progress, Map<String, Shelf> shelves) {
  Bench {
    shelves = Map.copyOf(shelves);
  }

  /** The pool of the volume that is worked on, or made. */
  Shelf shelf() {
    return shelf(order.volume());
  }

  /** The pool of a volume that the order names. */
  Shelf shelf(VolumeId volume) {
    Shelf shelf = shelves.get(volume.pool());
    if (shelf == null) {
      throw new IllegalStateException("the pool of " + volume + " was not looked at");
    }
    return shelf;
  }

  /**
   * A volume that has to be there.
   *
   * @throws RefusedException as {@code UNKNOWN_VOLUME}
   */
  Shelf.Item item(VolumeId volume) {
    return shelf(volume)
        .item(volume.name())
        .orElseThrow(
            () -> new RefusedException(Reason.UNKNOWN_VOLUME, "there is no volume " + volume));
  }

  /** This, with more pools, as far as they are not there yet. */
  Bench with(List<Shelf> more) {
    Map<String, Shelf> all = new HashMap<>(shelves);
    more.forEach(shelf -> all.putIfAbsent(shelf.pool().name(), shelf));
    return new Bench(operation, order, progress, all);
  }

  /** Whether all files are here that a tool would open. */
  boolean isWhole() {
    List<Shelf.Item> opened = opened();
    return opened.stream()
        .flatMap(item -> item.backing().stream())
        .filter(below -> below.startsWith("/"))
        .allMatch(below -> opened.stream().anyMatch(item -> item.path().equals(below)));
  }

  /**
   * Checks that no guest has written the header of what a tool would open: a disk that is raw to
   * its VM may look like an image that builds upon the disk of somebody else.
   *
   * @throws RefusedException as {@code INVALID_IMAGE}
   */
  void checkHeaders(List<Tenant> tenants) {
    for (Shelf.Item item : opened()) {
      shelves.keySet().forEach(pool -> checkHeader(pool, item, tenants));
    }
  }

  /** Checks one of them, as {@link #checkHeaders} does. */
  static void checkHeader(String pool, Shelf.Item item, List<Tenant> tenants) {
    for (Tenant tenant : tenants) {
      if (!item.format().equals("raw") && tenant.ownsBytes(pool, item)) {
        throw new RefusedException(
            Reason.INVALID_IMAGE,
            "%s is raw to VM %s, whose guest has written a header of the form %s to it; nothing is read"
                    .formatted(item.path(), tenant.name(), item.format())
                + " through it");
      }
    }
  }

  /** All volumes that there are of those that the order names, and what they build upon. */
  List<Shelf.Item> opened() {
    Map<String, Shelf.Item> byPath = new LinkedHashMap<>();
    shelves.values().forEach(shelf -> shelf.items().forEach(item -> byPath.put(item.path(), item)));
    Map<String, Shelf.Item> opened = new LinkedHashMap<>();
    List<VolumeId> named = new ArrayList<>(order.reads());
    named.add(order.volume());
    for (VolumeId volume : named) {
      Optional<Shelf.Item> item = shelf(volume).item(volume.name());
      while (item.isPresent() && !opened.containsKey(item.get().path())) {
        opened.put(item.get().path(), item.get());
        item = item.get().backing().map(byPath::get);
      }
    }
    return List.copyOf(opened.values());
  }
}
