package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.storage.trade.Task;
import java.util.ArrayList;
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
