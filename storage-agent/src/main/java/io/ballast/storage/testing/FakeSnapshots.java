package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A fake: what was kept in volumes, and which of that is protected. */
final class FakeSnapshots {
  private final Map<VolumeId, Map<String, Kept>> snapshots = new TreeMap<>();
  private final Map<VolumeId, Volume> volumes;
  private final FakeTrash trash;

  FakeSnapshots(Map<VolumeId, Volume> volumes, FakeTrash trash) {
    this.volumes = volumes;
    this.trash = trash;
  }

  /** A content that a volume had. */
  record Kept(Volume content, boolean guarded) {}

  /** What a volume that builds upon a snapshot has for the path of that. */
  static String path(VolumeId volume, String name) {
    return volume + "@" + name;
  }

  /** What was kept in a volume, in the order in which it was. */
  Map<String, Kept> of(VolumeId volume) {
    return snapshots.computeIfAbsent(volume, none -> new LinkedHashMap<>());
  }

  List<Volume.Snapshot> listed(VolumeId volume, boolean ceph) {
    return of(volume).entrySet().stream()
        .map(
            it ->
                new Volume.Snapshot(
                    it.getKey(),
                    Instant.EPOCH,
                    Bytes.ZERO,
                    Optional.of(it.getValue().guarded()).filter(guarded -> ceph)))
        .toList();
  }

  void keep(Volume volume, String name) {
    if (of(volume.id()).putIfAbsent(name, new Kept(volume, false)) != null) {
      throw new RefusedException(Reason.NAME_TAKEN, "there is such a snapshot already");
    }
  }

  Volume content(VolumeId volume, String name) {
    Kept kept = of(volume).get(name);
    if (kept == null) {
      throw new RefusedException(Reason.UNKNOWN_VOLUME, "there is no snapshot " + name);
    }
    return kept.content();
  }

  /** What lies at the path of a snapshot. */
  Optional<Volume> at(String path) {
    return snapshots.entrySet().stream()
        .flatMap(
            all ->
                all.getValue().entrySet().stream()
                    .filter(one -> path(all.getKey(), one.getKey()).equals(path)))
        .map(one -> one.getValue().content())
        .findFirst();
  }

  void protect(VolumeId volume, String name) {
    of(volume).put(name, new Kept(content(volume, name), true));
  }

  void unprotect(VolumeId volume, String name) {
    Volume content = content(volume, name);
    childless(volume, name);
    of(volume).put(name, new Kept(content, false));
  }

  /** Forgets one; what is gone already is no error. */
  void forget(VolumeId volume, String name) {
    if (of(volume).containsKey(name)) {
      removable(volume, List.of(name));
      of(volume).remove(name);
    }
  }

  /** Forgets all of a volume. */
  void forget(VolumeId volume) {
    removable(volume, of(volume).keySet());
    take(volume);
  }

  /** Forgets all of a volume, whatever builds upon them. */
  Map<String, Kept> take(VolumeId volume) {
    Map<String, Kept> taken = of(volume);
    snapshots.remove(volume);
    return taken;
  }

  void bring(VolumeId volume, Map<String, Kept> kept) {
    snapshots.put(volume, new LinkedHashMap<>(kept));
  }

  /** What builds upon a snapshot, also in the trash. */
  private List<String> children(String path) {
    return Stream.concat(
            volumes.values().stream()
                .filter(child -> child.backing().equals(Optional.of(path)))
                .map(child -> child.id().toString()),
            trash.upon(path).map(child -> child.id() + " (in the trash)"))
        .toList();
  }

  private void removable(VolumeId volume, Iterable<String> names) {
    names.forEach(name -> childless(volume, name));
    for (String name : names) {
      Kept kept = of(volume).get(name);
      if (kept != null && kept.guarded()) {
        throw new RefusedException(
            Reason.WRONG_STATE,
            "snapshot '%s' of %s is protected; 'ballast volume unprotect %s %s' frees it"
                .formatted(name, volume, volume, name));
      }
    }
  }

  private void childless(VolumeId volume, String name) {
    List<String> users = children(path(volume, name));
    if (!users.isEmpty()) {
      throw new RefusedException(
          Reason.IN_USE,
          "snapshot %s is used by %s; flatten or delete them first"
              .formatted(path(volume, name), String.join(", ", users)));
    }
  }
}
