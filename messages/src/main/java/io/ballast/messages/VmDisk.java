package io.ballast.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * A disk of a virtual machine that its guest may write to, and what it lies on.
 *
 * @param target where it is plugged in, such as {@code vda}
 * @param source what it lies on, in libvirt's words: a path, or an address in the network
 * @param volume that this is; absent where it lies in no folder that is a pool of the host
 * @param shared whether other hosts reach it, too: a cluster's, a server's, or in the network
 * @param snapshots the names of those inside the volume, at most {@value #MOST_SNAPSHOTS} of them
 * @param layers what the volume builds upon, nearest first; told only where others don't reach it
 * @param limits to which it is held; absent = none
 */
public record VmDisk(
    String target,
    String source,
    Optional<Volume> volume,
    boolean shared,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> snapshots,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Volume.Layer> layers,
    Optional<DiskLimits> limits) {
  /** So many snapshots are named at most. */
  public static final int MOST_SNAPSHOTS = 8;

  public VmDisk {
    Fields.text(target, "target");
    Fields.text(source, "source");
    Fields.required(volume, "volume");
    snapshots = Fields.listOrNone(snapshots, "snapshots");
    layers = Fields.listOrNone(layers, "layers");
    Fields.required(limits, "limits");
    if (snapshots.size() > MOST_SNAPSHOTS) {
      throw new IllegalArgumentException(
          "field 'snapshots' has %d entries; it must have at most %d"
              .formatted(snapshots.size(), MOST_SNAPSHOTS));
    }
  }

  /** One that stands alone, without snapshots. */
  public VmDisk(String target, String source, Optional<Volume> volume, boolean shared) {
    this(target, source, volume, shared, List.of(), List.of(), Optional.empty());
  }

  /** This, which is held to some limits. */
  public VmDisk heldTo(Optional<DiskLimits> most) {
    return new VmDisk(target, source, volume, shared, snapshots, layers, most);
  }

  /** This, which other hosts reach, too. */
  public VmDisk reachedByOthers() {
    return new VmDisk(target, source, volume, true, snapshots, layers, limits);
  }

  /** This, with these snapshots, or the first of them. */
  public VmDisk with(List<String> all) {
    List<String> some = all.stream().limit(MOST_SNAPSHOTS).toList();
    return new VmDisk(target, source, volume, shared, some, layers, limits);
  }

  /** This, which builds upon that. */
  public VmDisk upon(List<Volume.Layer> chain) {
    return new VmDisk(target, source, volume, shared, snapshots, chain, limits);
  }
}
