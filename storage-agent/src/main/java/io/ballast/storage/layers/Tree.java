package io.ballast.storage.layers;

import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The snapshots of a virtual machine, as the layers of its disks tell of them. */
public final class Tree {
  private final VmDisks machine;
  private final List<Lineage> lineages;

  private Tree(VmDisks machine) {
    this.machine = machine;
    lineages =
        machine.disks().stream()
            .flatMap(disk -> Lineage.of(disk, machine.volumes()).stream())
            .toList();
  }

  /** The tree of a machine's snapshots. */
  public static Tree of(VmDisks machine) {
    return new Tree(machine);
  }

  /** The disks of the machine. */
  public List<Lineage> lineages() {
    return lineages;
  }

  /** The volumes that the snapshots and the present state of the machine lie on. */
  public Set<VolumeId> volumes() {
    Set<VolumeId> volumes = new LinkedHashSet<>();
    for (Lineage lineage : lineages) {
      lineage.layers().forEach(layer -> volumes.add(layer.id()));
      lineage.chain().forEach(layer -> volumes.add(layer.id()));
    }
    return volumes;
  }

  /** All snapshots, oldest first. */
  public List<VmSnapshot> snapshots() {
    Map<String, Mark> marks = new TreeMap<>();
    for (Lineage lineage : lineages) {
      lineage.snapshots().forEach(marks::putIfAbsent);
    }
    return marks.values().stream()
        .sorted(
            Comparator.comparing(Mark::at)
                .thenComparingInt(mark -> depth(mark.snapshot()))
                .thenComparing(Mark::snapshot))
        .map(mark -> snapshot(mark, marks.keySet()))
        .toList();
  }

  /** How many layers lie below what a snapshot keeps. */
  private int depth(String snapshot) {
    return lineages.stream()
        .flatMap(lineage -> lineage.kept(snapshot).stream().map(lineage::depth))
        .findFirst()
        .orElse(0);
  }

  private VmSnapshot snapshot(Mark mark, Set<String> all) {
    String name = mark.snapshot();
    List<Volume> kept = lineages.stream().flatMap(lineage -> lineage.kept(name).stream()).toList();
    return new VmSnapshot(
        name,
        mark.at(),
        kept.stream()
            .flatMap(layer -> Lineage.cameFrom(layer).stream())
            .filter(all::contains)
            .findFirst(),
        lineages.stream().anyMatch(it -> Lineage.cameFrom(it.top()).equals(Optional.of(name))),
        kept.size() == machine.disks().size() && lineages.stream().noneMatch(it -> it.going(name)),
        kept.stream().map(Volume::id).toList());
  }

  /** A snapshot of a name. */
  public Optional<VmSnapshot> snapshot(String name) {
    return snapshots().stream().filter(it -> it.name().equals(name)).findFirst();
  }

  /**
   * A new layer upon another.
   *
   * @param target the disk that is to lie on it
   */
  public record Overlay(String target, Volume base, VolumeId layer) {}

  /** The layers that a new snapshot needs, one for each disk. */
  public List<Overlay> layersFor(String snapshot, Instant at) {
    return lineages.stream()
        .map(it -> new Overlay(it.target(), it.top(), it.branch(new Mark("", snapshot, at, 1), 1)))
        .toList();
  }

  /** Whether the machine came last from a snapshot, with all its disks. */
  public boolean stands(String snapshot) {
    return !lineages.isEmpty()
        && lineages.stream()
            .allMatch(it -> Lineage.cameFrom(it.top()).equals(Optional.of(snapshot)));
  }

  /** The layers that it takes to go back to a snapshot, under names that nothing bears. */
  public List<Overlay> layersBackTo(String snapshot) {
    int number = 1;
    while (borne(snapshot, number)) {
      number++;
    }
    List<Overlay> overlays = new ArrayList<>();
    for (Lineage lineage : lineages) {
      Optional<Volume> kept = lineage.kept(snapshot);
      Mark mark = lineage.snapshots().get(snapshot);
      if (kept.isPresent() && mark != null) {
        overlays.add(new Overlay(lineage.target(), kept.get(), lineage.branch(mark, number)));
      }
    }
    return overlays;
  }

  private boolean borne(String snapshot, int number) {
    return lineages.stream()
        .anyMatch(
            lineage -> {
              Mark mark = lineage.snapshots().get(snapshot);
              return mark != null && lineage.has(lineage.branch(mark, number));
            });
  }

  /** The layers that the machine leaves when it goes back to a snapshot. */
  public Set<VolumeId> leftFor(String snapshot) {
    Set<VolumeId> left = new LinkedHashSet<>();
    lineages.forEach(lineage -> left.add(lineage.top().id()));
    idleUpon(snapshot).forEach(layer -> left.add(layer.id()));
    return left;
  }

  /** Something that is done with a layer that nobody needs for what it holds. */
  public sealed interface Cut {
    /** The layer. */
    Volume layer();

    /** It goes. */
    record Remove(Volume layer) implements Cut {}

    /**
     * It is emptied, for no other layer has its snapshot's name.
     *
     * @param base what it builds upon
     */
    record Empty(Volume layer, Volume base) implements Cut {}
  }

  /** What is done with layers that the machine has left, as far as nothing needs them. */
  public List<Cut> cuts(Set<VolumeId> left) {
    List<Cut> cuts = new ArrayList<>();
    for (Lineage lineage : lineages) {
      for (Volume layer : lineage.layers()) {
        if (left.contains(layer.id()) && Lineage.idle(layer)) {
          cut(lineage, layer).ifPresent(cuts::add);
        }
      }
    }
    return cuts;
  }

  private static Optional<Cut> cut(Lineage lineage, Volume layer) {
    Optional<Volume> base = lineage.base(layer);
    Optional<String> snapshot = Lineage.cameFrom(layer);
    if (base.isEmpty() || snapshot.isEmpty()) {
      return Optional.empty();
    }
    boolean others = lineage.upon(snapshot.get()).size() > 1;
    return Optional.of(others ? new Cut.Remove(layer) : new Cut.Empty(layer, base.get()));
  }

  /** The files that say that a snapshot is being deleted. */
  public List<VolumeId> signs(String snapshot) {
    return lineages.stream()
        .flatMap(lineage -> lineage.layers().stream())
        .filter(
            layer ->
                Lineage.mark(layer)
                    .filter(it -> it.snapshot().equals(snapshot) && it.branch() == Mark.GOING)
                    .isPresent())
        .map(Volume::id)
        .toList();
  }

  /** The layers upon a snapshot that nothing builds upon and no machine uses. */
  public List<Volume> idleUpon(String snapshot) {
    return lineages.stream()
        .flatMap(lineage -> lineage.upon(snapshot).stream())
        .filter(Lineage::idle)
        .toList();
  }

  /**
   * A layer that is written into the one below, which then has the content of both.
   *
   * @param target the disk that it is of
   * @param sign the file that says that this goes on
   * @param above the layers that build upon the upper one, and are set upon the lower one
   * @param use of the upper one
   */
  public record Merge(
      String target, Volume upper, Volume lower, VolumeId sign, List<VolumeId> above, Use use) {
    public Merge {
      above = List.copyOf(above);
    }
  }

  /** How a machine uses a layer. */
  public enum Use {
    /** It writes to it. */
    TOP,
    /** It reads through it what it never changed since. */
    BELOW,
    /** Not at all: it went back from there. */
    NONE,
    /**
     * It did, and reads by now what was below: the layer was written into that, by work that was
     * cut off, and others still build upon it.
     */
    DONE
  }

  private static boolean done(Lineage lineage, Volume upper, Volume lower) {
    List<VolumeId> chain = lineage.chain().stream().map(Volume::id).toList();
    return chain.contains(lower.id()) && !chain.contains(upper.id());
  }

  private static Use use(Lineage lineage, Volume layer) {
    if (lineage.top().id().equals(layer.id())) {
      return Use.TOP;
    }
    return lineage.chain().stream().anyMatch(it -> it.id().equals(layer.id()))
        ? Use.BELOW
        : Use.NONE;
  }

  /** What has to be merged so that a snapshot goes, and its idle layers with it. */
  public List<Merge> merges(String snapshot) {
    List<Merge> merges = new ArrayList<>();
    for (Lineage lineage : lineages) {
      for (Volume upper : lineage.upon(snapshot)) {
        Optional<Volume> lower = lineage.base(upper);
        Optional<VolumeId> sign = lineage.sign(snapshot);
        if (!Lineage.idle(upper) && lower.isPresent() && sign.isPresent()) {
          merges.add(
              new Merge(
                  lineage.target(),
                  upper,
                  lower.get(),
                  sign.get(),
                  Lineage.children(upper),
                  lineage.going(snapshot) && done(lineage, upper, lower.get())
                      ? Use.DONE
                      : use(lineage, upper)));
        }
      }
    }
    return merges;
  }
}
