package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Mark;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes.Found;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What must hold before volumes are kept for a move; what does not is refused. */
public final class BerthPreconditions {
  /** One part in so many of a pool stays free. */
  private static final long RESERVE = 20;

  private BerthPreconditions() {}

  /**
   * What it needs that volumes are kept as they are.
   *
   * @param seen all of them, as the storage has them now
   * @throws RefusedException as {@code UNKNOWN_VOLUME}, {@code WRONG_STATE}, {@code IN_USE}, or as
   *     {@code MALFORMED}
   */
  public static void hold(Berth berth, Map<VolumeId, Found> seen) {
    eachOnce(berth.volumes());
    Stream.of(berth.volumes(), berth.layers())
        .flatMap(List::stream)
        .forEach(BerthPreconditions::unmarked);
    for (VolumeId id : berth.volumes()) {
      Volume volume = Preconditions.known(Preconditions.of(seen, id), id);
      volume.backing().ifPresent(below -> upon(berth, volume, below, seen));
      usedByOne(volume);
      volume.users().stream()
          .filter(user -> user.kind() != Volume.User.Kind.VM)
          .findFirst()
          .ifPresent(
              user -> {
                throw refused(
                    Reason.IN_USE,
                    "volume %s is used by %s, too, which needs it where it is".formatted(id, user));
              });
    }
  }

  /**
   * That a volume keeps no snapshots, which a copy of what its guest sees would lose.
   *
   * @throws RefusedException as {@code WRONG_STATE}
   */
  public static void withoutSnapshots(VolumeId volume, List<String> snapshots) {
    if (!snapshots.isEmpty()) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s keeps the snapshots %s, which are not copied; delete them with 'ballast volume delete-snapshot' first"
              .formatted(volume, String.join(", ", snapshots)));
    }
  }

  /** A layer that a snapshot of the whole machine has made stays with its others. */
  private static void unmarked(VolumeId id) {
    Mark.of(id.name())
        .ifPresent(
            mark -> {
              throw refused(
                  Reason.WRONG_STATE,
                  "%s is a layer of the snapshot %s of its VM, and snapshots are not copied; 'ballast vm delete-snapshot' deletes it"
                      .formatted(id, mark.snapshot()));
            });
  }

  /** All layers are kept as they are, which the target has as well. */
  private static void upon(Berth berth, Volume volume, String below, Map<VolumeId, Found> seen) {
    List<Volume.Layer> chain = Preconditions.of(seen, volume.id()).chain();
    if (chain.isEmpty()
        || !chain.stream()
            .allMatch(layer -> layer.volume().filter(berth.layers()::contains).isPresent())) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s builds upon %s, which is not all of volumes that the move keeps; 'ballast volume flatten %s' makes it one that stands alone"
              .formatted(volume.id(), below, volume.id()));
    }
  }

  /**
   * That all is there which disks are to build upon.
   *
   * @param seen all of it, as the storage has it now
   * @throws RefusedException as {@code UNKNOWN_VOLUME}
   */
  public static void layered(Map<VolumeId, Found> seen) {
    seen.forEach(
        (id, found) -> {
          if (found.volume().isEmpty()) {
            throw refused(
                Reason.UNKNOWN_VOLUME,
                "there is no volume %s here, upon which a disk builds that is to come; copy its file here as it is and run 'ballast pool refresh %s', or make the disk one that stands alone with 'ballast volume flatten'"
                    .formatted(id, id.pool()));
          }
        });
  }

  private static void usedByOne(Volume volume) {
    if (volume.users().stream().filter(user -> user.kind() == Volume.User.Kind.VM).count() > 1) {
      throw refused(
          Reason.IN_USE,
          "volume %s is a disk of several VMs, and only that of one is copied: %s"
              .formatted(volume.id(), volume.usersText()));
    }
  }

  private static void eachOnce(List<VolumeId> volumes) {
    Set<VolumeId> before = new HashSet<>();
    for (VolumeId volume : volumes) {
      if (!before.add(volume)) {
        throw refused(
            Reason.MALFORMED, "volume %s is named twice; name each once".formatted(volume));
      }
    }
  }

  /**
   * What empty disks need that are to be made.
   *
   * @param seen the volumes of all of them, as the storage has them now
   * @param again whether they are kept already, so that those that are there were made for the move
   * @param promised room that disks of other moves may yet take up, by pool
   * @return those that are still to be made
   * @throws RefusedException as {@code NOT_ALLOWED}, {@code NAME_TAKEN}, {@code NO_ROOM}, or as
   *     {@code MALFORMED}
   */
  public static List<Blank> prepare(
      List<Blank> blanks, Map<VolumeId, Found> seen, boolean again, Map<String, Bytes> promised) {
    eachOnce(blanks.stream().map(Blank::volume).toList());
    blanks.stream().map(Blank::volume).forEach(BerthPreconditions::unmarked);
    List<Blank> missing =
        blanks.stream()
            .filter(blank -> !(again && made(blank, Preconditions.of(seen, blank.volume()))))
            .toList();
    Map<String, Pool> pools = new TreeMap<>();
    Map<String, Bytes> needed = new TreeMap<>();
    for (Blank blank : missing) {
      Found found = Preconditions.of(seen, blank.volume());
      makeable(blank, found);
      pools.put(found.pool().name(), found.pool());
      needed.merge(found.pool().name(), blank.needed(), Bytes::plus);
    }
    pools.forEach(
        (name, pool) ->
            room(
                pool,
                needed.getOrDefault(name, Bytes.ZERO),
                promised.getOrDefault(name, Bytes.ZERO)));
    return missing;
  }

  /** Guests of that pool go on writing meanwhile, and the one that comes does, too. */
  private static void room(Pool pool, Bytes needed, Bytes promised) {
    Bytes reserve = new Bytes(pool.capacity().value() / RESERVE);
    Bytes all = needed.plus(promised).plus(reserve);
    if (pool.available().compareTo(all) < 0) {
      throw refused(
          Reason.NO_ROOM,
          "pool %s has %s left, and %s is needed: %s by these disks, %s by those of other moves, and %s as a reserve; make room there"
              .formatted(pool.name(), pool.available(), all, needed, promised, reserve));
    }
  }

  private static boolean made(Blank blank, Found found) {
    return found
        .volume()
        .filter(volume -> volume.format().equals(blank.format().word()))
        .filter(volume -> volume.capacity().equals(blank.size()))
        .filter(volume -> volume.backing().isPresent() == blank.base().isPresent())
        .isPresent();
  }

  private static void makeable(Blank blank, Found found) {
    VolumeId id = blank.volume();
    if (!VmDisks.isFolder(found.pool())) {
      throw refused(
          Reason.NOT_ALLOWED,
          "pool %s of this host is of the kind '%s', and disks are copied into folders only; have"
                  .formatted(id.pool(), found.pool().type())
              + " a pool of that name there that is one");
    }
    Preconditions.newName(id.name());
    if (found.volume().isPresent()) {
      throw refused(
          Reason.NAME_TAKEN,
          "volume %s is there already; if both hosts share pool %s, the move needs no copy; else"
                  .formatted(id, id.pool())
              + " look whose it is, and delete it or clone it under another name first");
    }
    found
        .path()
        .filter(path -> !path.equals(blank.path()))
        .ifPresent(
            path -> {
              throw refused(
                  Reason.NOT_ALLOWED,
                  "disk %s lies at %s where the VM comes from, and would be at %s in pool %s of this"
                          .formatted(id, blank.path(), path, id.pool())
                      + " host; give the pools one path");
            });
    Preconditions.fits(found.pool(), blank.size());
  }

  /**
   * What it needs that a volume is removed which a move leaves behind.
   *
   * @throws RefusedException as {@code IN_USE}
   */
  public static void remove(Volume volume) {
    if (!volume.users().isEmpty()) {
      throw refused(
          Reason.IN_USE,
          "volume %s is used by %s, so it stays; look where the VM of the move is by now, and settle it once nothing uses it here"
              .formatted(volume.id(), volume.usersText()));
    }
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
