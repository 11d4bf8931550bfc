package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A fake: what volumes build upon, which is a volume by its id or a snapshot by its path. */
final class FakeLayers {
  private final Map<VolumeId, Volume> volumes;
  private final FakeSnapshots snapshots;
  private final Set<VolumeId> torn = new HashSet<>();

  FakeLayers(Map<VolumeId, Volume> volumes, FakeSnapshots snapshots) {
    this.volumes = volumes;
    this.snapshots = snapshots;
  }

  /** What lies at a path, as it is now or as it was kept. */
  Optional<Volume> at(String path) {
    return volumes.values().stream()
        .filter(volume -> volume.id().toString().equals(path))
        .findFirst()
        .or(() -> snapshots.at(path));
  }

  /** What a volume builds upon, nearest first. */
  List<Volume.Layer> chain(VolumeId volume) {
    List<Volume.Layer> chain = new ArrayList<>();
    Optional<String> below = Optional.ofNullable(volumes.get(volume)).flatMap(Volume::backing);
    while (below.isPresent() && chain.size() < volumes.size()) {
      Optional<Volume> base = at(below.get());
      chain.add(new Volume.Layer(below.get(), base.map(Volume::id)));
      below = base.flatMap(Volume::backing);
    }
    return chain;
  }

  /** The volumes that build upon a volume, or upon a snapshot of it. */
  List<Volume.User> upon(VolumeId volume) {
    return volumes.values().stream()
        .filter(other -> base(other).map(Volume::id).equals(Optional.of(volume)))
        .map(other -> new Volume.User(Volume.User.Kind.VOLUME, other.id().toString(), false))
        .toList();
  }

  /** How much was ever written to a volume and to what it builds upon. */
  Bytes written(Volume volume) {
    return base(volume)
        .map(base -> written(base).plus(volume.allocated().minusOrZero(FakeVolumes.EMPTY)))
        .orElse(volume.allocated());
  }

  /** That two volumes hold the same, for a person. */
  String compare(Volume one, Volume other) {
    if (!written(one).equals(written(other))) {
      throw new RefusedException(Reason.WRONG_STATE, "they differ, first at byte 0");
    }
    return "they hold the same";
  }

  /** As with a kernel, the next time all is well. */
  Volume lasting(Volume volume) {
    if (torn.remove(volume.id())) {
      throw new RefusedException(Reason.INVALID_IMAGE, volume.id() + " was lost on its way");
    }
    return volume;
  }

  void tear(VolumeId volume) {
    torn.add(volume);
  }

  /** The content of a fake is how much was written to it. */
  Volume.Content content(Volume volume, Optional<String> path) {
    return new Volume.Content(
        volume.id(),
        path.orElse("nowhere"),
        volume.format(),
        "%064x".formatted(volume.allocated().value()));
  }

  private Optional<Volume> base(Volume volume) {
    return volume.backing().flatMap(this::at);
  }
}
