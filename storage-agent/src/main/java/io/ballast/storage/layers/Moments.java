package io.ballast.storage.layers;

import io.ballast.messages.VmSnapshot;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.trade.VmDisks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The snapshots of a virtual machine whose disks keep them themselves: each is a snapshot of every
 * disk, all under one name.
 */
public final class Moments {
  private final VmDisks machine;

  // By the moment, in the order of time: the disks that keep it.
  private final Map<Moment, List<VolumeId>> kept =
      new TreeMap<>(Comparator.comparing(Moment::at).thenComparing(Moment::snapshot));

  private Moments(VmDisks machine) {
    this.machine = machine;
    machine
        .kept()
        .forEach(
            (disk, snapshots) ->
                snapshots.stream()
                    .flatMap(snapshot -> Moment.of(snapshot.name()).stream())
                    .forEach(
                        moment ->
                            kept.computeIfAbsent(moment, none -> new ArrayList<>()).add(disk)));
  }

  /** The snapshots of a machine, as far as its disks keep them. */
  public static Moments of(VmDisks machine) {
    return new Moments(machine);
  }

  /** Whether any disk of a machine keeps snapshots itself. */
  public static boolean areOf(VmDisks machine) {
    return !machine.kept().isEmpty();
  }

  /** All snapshots of a machine, whatever keeps them; of each kind the oldest first. */
  public static List<VmSnapshot> all(VmDisks machine) {
    return Stream.concat(
            Tree.of(machine).snapshots().stream(), Moments.of(machine).snapshots().stream())
        .toList();
  }

  /** The disks that keep snapshots, in the order of their places. */
  public List<VolumeId> disks() {
    return machine.disks().stream()
        .flatMap(disk -> disk.volume().stream())
        .filter(machine.kept()::containsKey)
        .distinct()
        .toList();
  }

  /** All snapshots, oldest first. No disk tells which one it has come from. */
  public List<VmSnapshot> snapshots() {
    return kept.entrySet().stream()
        .map(
            one ->
                new VmSnapshot(
                    one.getKey().snapshot(),
                    one.getKey().at(),
                    Optional.empty(),
                    false,
                    one.getValue().containsAll(disks()) && disks().size() == machine.disks().size(),
                    disks().stream().filter(one.getValue()::contains).toList()))
        .toList();
  }

  /** A snapshot of a name; the whole one, if there is one. */
  public Optional<VmSnapshot> snapshot(String name) {
    return snapshots().stream()
        .filter(snapshot -> snapshot.name().equals(name))
        .min(Comparator.comparing(snapshot -> !snapshot.whole()));
  }

  /** The moments that bear a snapshot's name, oldest first. */
  public List<Moment> named(String name) {
    return kept.keySet().stream().filter(moment -> moment.snapshot().equals(name)).toList();
  }

  /** What a disk keeps of a moment. */
  public Optional<Volume.Snapshot> kept(VolumeId disk, Moment moment) {
    return machine.kept().getOrDefault(disk, List.of()).stream()
        .filter(snapshot -> snapshot.name().equals(moment.name()))
        .findFirst();
  }
}
