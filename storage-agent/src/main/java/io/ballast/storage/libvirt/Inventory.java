package io.ballast.storage.libvirt;

import io.ballast.agent.Latest;
import io.ballast.bus.RefusedException;
import io.ballast.messages.StorageBeat.Pool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools of a libvirt as a beat tells them: those that libvirt lists, with the room that was
 * measured.
 *
 * <p>A pool that can't be read is left out, and the log says so once; where no other is left, the
 * reading fails.
 */
final class Inventory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Inventory.class);

  private final Rooms rooms;
  private volatile Map<String, String> leftOut = Map.of();

  Inventory(Rooms rooms) {
    this.rooms = rooms;
  }

  /**
   * All pools, sorted by name. It blocks until libvirt has answered, and waits for no measurement.
   *
   * @throws RefusedException as {@code TRADE_REFUSED}
   */
  List<Pool> read(Pools connection) {
    List<Shelf> pools = new ArrayList<>();
    Map<String, RefusedException> odd = new TreeMap<>();
    for (String name : connection.names()) {
      try {
        connection.bare(name).ifPresent(pools::add);
      } catch (RefusedException e) {
        if (connection.lost().isPresent()) {
          throw e;
        }
        odd.put(name, e);
      }
    }
    leaveOut(odd);
    if (pools.isEmpty() && !odd.isEmpty()) {
      throw odd.values().iterator().next();
    }
    pools.sort(Comparator.comparing(shelf -> shelf.pool().name()));
    return rooms.told(pools, odd.keySet());
  }

  private void leaveOut(Map<String, RefusedException> odd) {
    odd.forEach(
        (name, why) -> {
          if (!leftOut.containsKey(name)) {
            LOG.warn("A pool is left out: {}", why.getMessage());
          }
        });
    leftOut =
        odd.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> Latest.words(entry.getValue())));
  }

  /** Why pools were left out of the last reading, by their names. */
  Map<String, String> unread() {
    return leftOut;
  }

  /** Why pools can't be measured at present, by their names. */
  Map<String, String> unmeasured() {
    return rooms.unmeasured();
  }

  /** Forgets what was measured of a pool, which may be active again before the next reading. */
  void forget(String pool) {
    rooms.forget(pool);
  }

  /** Has nothing measured any more. */
  @Override
  public void close() {
    rooms.close();
  }
}
