package io.ballast.storage.layers;

import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One disk of a virtual machine and all layers that snapshots made of it.
 *
 * <p>The layers are a tree: at its root the disk as it was at first, upon each layer those that
 * were made when a snapshot kept it, or when that was gone back to. So a snapshot <i>is</i> a layer
 * that never changes again, and its name stands in the names of the layers upon it.
 */
public final class Lineage {
  private final String target;
  private final Volume top;
  private final Map<VolumeId, Volume> all = new TreeMap<>();

  private Lineage(String target, Volume top, List<Volume> volumes) {
    this.target = target;
    this.top = top;
    volumes.forEach(volume -> all.put(volume.id(), volume));
  }

  /** The lineage of a disk; empty where that lies on no volume. */
  static Optional<Lineage> of(VmDisks.Disk disk, List<Volume> volumes) {
    return disk.volume()
        .flatMap(id -> volumes.stream().filter(it -> it.id().equals(id)).findFirst())
        .map(top -> new Lineage(disk.target(), top, volumes));
  }

  /** Where the disk is plugged in. */
  public String target() {
    return target;
  }

  /** The volume that the machine writes to, or would. */
  public Volume top() {
    return top;
  }

  private String stem() {
    return Mark.stem(top.id().name());
  }

  /** All layers of the disk, the lowest first. */
  public List<Volume> layers() {
    return all.values().stream()
        .filter(volume -> volume.id().pool().equals(top.id().pool()))
        .filter(volume -> Mark.stem(volume.id().name()).equals(stem()))
        .toList();
  }

  /** What a volume builds upon, if that is a volume. */
  public Optional<Volume> base(Volume volume) {
    return all.values().stream().filter(other -> children(other).contains(volume.id())).findFirst();
  }

  /** The volumes that build upon another. */
  static List<VolumeId> children(Volume volume) {
    return volume.users().stream()
        .filter(user -> user.kind() == Volume.User.Kind.VOLUME)
        .map(user -> VolumeId.of(user.name()))
        .toList();
  }

  /**
   * The volumes from the one that the machine writes to down to the lowest, as far as they are
   * volumes.
   */
  public List<Volume> chain() {
    return chain(top);
  }

  private List<Volume> chain(Volume highest) {
    List<Volume> chain = new ArrayList<>();
    Optional<Volume> layer = Optional.of(highest);
    while (layer.isPresent() && chain.size() < all.size()) {
      chain.add(layer.get());
      layer = base(layer.get());
    }
    return chain;
  }

  /** How many volumes lie below another. */
  int depth(Volume layer) {
    return chain(layer).size() - 1;
  }

  /** The layers that a snapshot's name is in: made with it, or when it was gone back to. */
  public List<Volume> upon(String snapshot) {
    return layers().stream()
        .filter(
            layer ->
                mark(layer)
                    .filter(it -> it.snapshot().equals(snapshot) && it.branch() != Mark.GOING)
                    .isPresent())
        .sorted(Comparator.comparingInt(layer -> mark(layer).map(Mark::branch).orElse(0)))
        .toList();
  }

  /** The mark in a layer's name; the lowest has none. */
  static Optional<Mark> mark(Volume layer) {
    return Mark.of(layer.id().name());
  }

  /** What a snapshot keeps of the disk; empty where it keeps none. */
  public Optional<Volume> kept(String snapshot) {
    return upon(snapshot).stream().flatMap(layer -> base(layer).stream()).findFirst();
  }

  /** The snapshot that a layer came from; empty for the lowest. */
  static Optional<String> cameFrom(Volume layer) {
    return mark(layer).map(Mark::snapshot);
  }

  /** All snapshots that keep something of the disk, by one of the layers upon each. */
  Map<String, Mark> snapshots() {
    Map<String, Mark> found = new TreeMap<>();
    for (Volume layer : layers()) {
      if (base(layer).isPresent()) {
        mark(layer).ifPresent(mark -> found.putIfAbsent(mark.snapshot(), mark));
      }
    }
    return found;
  }

  /** Whether nothing builds upon a layer, and no machine uses it. */
  public static boolean idle(Volume layer) {
    return layer.users().isEmpty();
  }

  /** The file that says of a snapshot that it is being deleted. */
  public Optional<VolumeId> sign(String snapshot) {
    return Optional.ofNullable(snapshots().get(snapshot)).map(mark -> branch(mark, Mark.GOING));
  }

  /** Whether the deletion of a snapshot was begun, so that what it kept may be gone. */
  public boolean going(String snapshot) {
    return sign(snapshot).filter(this::has).isPresent();
  }

  /** What the layer would be called that is made when a snapshot is gone back to. */
  VolumeId branch(Mark mark, int number) {
    return new VolumeId(
        top.id().pool(), new Mark(stem(), mark.snapshot(), mark.at(), number).name());
  }

  boolean has(VolumeId id) {
    return all.containsKey(id);
  }
}
