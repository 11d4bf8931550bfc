package io.ballast.storage.libvirt;

import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.Volumes.Found;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A pool, and who on this host uses what lies in it.
 *
 * @param shelves this pool, and all others here that may build upon it
 * @param all what lies in them, by path
 */
record Seen(Shelf shelf, List<Tenant> tenants, List<Shelf> shelves, Map<String, Owned> all) {
  /** So many layers may lie below a disk that are followed. */
  private static final int DEEPEST = 256;

  private static final Set<String> FOLDERS = Set.of("dir", "fs", "netfs");

  /** An item, and the pool that it lies in. */
  record Owned(String pool, Shelf.Item item) {}

  /** Looks at a pool, and at all others that may build upon it; blocks. */
  static Seen of(Pools connection, String pool) {
    Shelf shelf = connection.shelf(pool);
    List<Shelf> shelves = new ArrayList<>(List.of(shelf));
    for (String other : connection.names()) {
      if (!other.equals(pool)
          && connection
              .pool(other)
              .filter(it -> it.active() && alike(it.type(), shelf))
              .isPresent()) {
        shelves.add(connection.shelf(other));
      }
    }
    return of(connection.tenants(), shelves);
  }

  /** A pool, the first, and all others that may build upon it. */
  private static Seen of(List<Tenant> tenants, List<Shelf> shelves) {
    return new Seen(
        shelves.getFirst(),
        tenants,
        List.copyOf(shelves),
        shelves.stream()
            .flatMap(shelf -> owned(shelf).stream())
            .collect(Collectors.toMap(one -> one.item().path(), Function.identity(), (a, b) -> a)));
  }

  /** This, with pools that are better known; in the same order. */
  Seen with(List<Shelf> known) {
    return of(tenants, known);
  }

  /** Looks at all active pools whose volumes keep snapshots themselves; blocks. */
  static List<Shelf> keepers(Pools connection) {
    return active(connection, Set.of("rbd", "logical"));
  }

  private static List<Shelf> active(Pools connection, Set<String> types) {
    List<Shelf> shelves = new ArrayList<>();
    for (String name : connection.names()) {
      if (connection
          .pool(name)
          .filter(it -> it.active() && types.contains(it.type()))
          .isPresent()) {
        shelves.add(connection.shelf(name));
      }
    }
    return shelves;
  }

  /** Looks at all active pools that are folders; blocks. */
  static List<Seen> folders(Pools connection) {
    List<Shelf> shelves = active(connection, FOLDERS);
    List<Tenant> tenants = connection.tenants();
    Map<String, Owned> all =
        shelves.stream()
            .flatMap(shelf -> owned(shelf).stream())
            .collect(Collectors.toMap(one -> one.item().path(), Function.identity(), (a, b) -> a));
    return shelves.stream().map(shelf -> new Seen(shelf, tenants, shelves, all)).toList();
  }

  private static List<Owned> owned(Shelf shelf) {
    return shelf.items().stream().map(item -> new Owned(shelf.pool().name(), item)).toList();
  }

  /** Whether a volume of one kind of pool may build upon one of the other. */
  private static boolean alike(String type, Shelf shelf) {
    return type.equals("rbd") == shelf.pool().type().equals("rbd");
  }

  /** All volumes of the pool that are whole. */
  List<Volume> volumes() {
    return shelf.items().stream()
        .filter(item -> !Part.is(item.name()))
        .flatMap(item -> Stream.ofNullable(named(item)))
        .toList();
  }

  /** An item as a volume; none where its name can't be one. */
  private @Nullable Volume named(Shelf.Item item) {
    try {
      return volume(item);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** An item of the pool as a volume, with its users. */
  Volume volume(Shelf.Item item) {
    return new Volume(
        new VolumeId(shelf.pool().name(), item.name()),
        item.format(),
        item.capacity(),
        item.allocated(),
        item.backing(),
        users(item));
  }

  private List<Volume.User> users(Shelf.Item item) {
    return Stream.concat(
            tenants.stream().flatMap(tenant -> tenant.user(shelf.pool().name(), item).stream()),
            all.values().stream()
                .filter(other -> other.item().base().equals(Optional.of(item.path())))
                .map(
                    other ->
                        new Volume.User(
                            Volume.User.Kind.VOLUME,
                            other.pool() + "/" + other.item().name(),
                            false)))
        .sorted(Comparator.comparing(Volume.User::toString))
        .toList();
  }

  /**
   * What an item builds upon, nearest first, as far as it lies in pools. What looks like another
   * form than that in which it is used is no volume then: a guest may have written its header.
   */
  List<Volume.Layer> chain(Shelf.Item item) {
    Map<String, Volume.Layer> chain = new LinkedHashMap<>();
    Optional<Shelf.Item> above = Optional.of(item);
    while (chain.size() < DEEPEST) {
      Optional<String> below = above.flatMap(Shelf.Item::backing);
      Optional<Owned> known = above.flatMap(Shelf.Item::base).map(all::get);
      if (below.isEmpty() || chain.containsKey(below.get())) {
        break;
      }
      Optional<String> form = above.flatMap(Shelf.Item::backingFormat);
      Optional<Owned> usable =
          known.filter(owned -> form.isEmpty() || form.get().equals(owned.item().format()));
      chain.put(below.get(), new Volume.Layer(below.get(), usable.flatMap(Seen::id)));
      above = known.map(Owned::item);
    }
    return List.copyOf(chain.values());
  }

  /**
   * What is found of a name.
   *
   * @param clients that use it from elsewhere
   */
  Found found(String name, List<Volume.User> clients) {
    Optional<Shelf.Item> item = shelf.item(name);
    return new Found(
        shelf.pool(),
        item.map(it -> volume(it).with(clients)),
        item.map(this::chain).orElse(List.of()),
        shelf.kind() == Shelf.Kind.FOLDER ? Optional.of(shelf.path(name)) : Optional.empty());
  }

  private static Optional<VolumeId> id(Owned owned) {
    try {
      return Optional.of(new VolumeId(owned.pool(), owned.item().name()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
