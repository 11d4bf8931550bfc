package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A fake: the trash of all pools. */
final class FakeTrash {
  private final Map<String, Binned> trash = new TreeMap<>();
  private int discards;

  /** A volume in the trash, with its snapshots. */
  record Binned(String id, Volume volume, Map<String, FakeSnapshots.Kept> kept, Duration keep) {
    /** The volume as it comes back. */
    Volume as(VolumeId name) {
      return new Volume(
          name,
          volume.format(),
          volume.capacity(),
          volume.allocated(),
          volume.backing(),
          volume.users());
    }
  }

  void put(Volume volume, Map<String, FakeSnapshots.Kept> kept, Duration keep) {
    String id = "1a%04x".formatted(discards++);
    trash.put(id, new Binned(id, volume, kept, keep));
  }

  /** What has an id, or else was called so; at least one. */
  List<Binned> found(VolumeId volume, Optional<String> id) {
    List<Binned> found =
        trash.values().stream()
            .filter(it -> id.map(it.id()::equals).orElseGet(() -> it.volume().id().equals(volume)))
            .toList();
    if (found.isEmpty()) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no such volume in the trash");
    }
    return found;
  }

  /** The only one that is meant. */
  Binned one(VolumeId volume, Optional<String> id) {
    List<Binned> found = found(volume, id);
    if (found.size() > 1) {
      throw new RefusedException(Reason.WRONG_STATE, "several were called so; name an id");
    }
    return found.getFirst();
  }

  void remove(Binned binned) {
    trash.remove(binned.id());
  }

  /** The volumes there that build upon what lies at a path. */
  Stream<Volume> upon(String path) {
    return trash.values().stream()
        .map(Binned::volume)
        .filter(volume -> volume.backing().equals(Optional.of(path)));
  }

  List<Volume.Trashed> of(String pool) {
    return trash.values().stream()
        .filter(it -> it.volume().id().pool().equals(pool))
        .map(
            it ->
                new Volume.Trashed(
                    it.id(), it.volume().id().name(), Instant.EPOCH, Instant.EPOCH.plus(it.keep())))
        .sorted(Comparator.comparing(Volume.Trashed::name))
        .toList();
  }
}
