package io.ballast.storage.testing;

import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskLimits;
import io.ballast.messages.DiskOrder;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.VmId;
import io.ballast.messages.VmOrder;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.storage.layers.Moment;
import io.ballast.storage.layers.Moments;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.trade.VmDisks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** A fake: virtual machines in memory, whose disks lie on fake volumes. */
final class FakeMachines {
  private static final Pattern UUID = Pattern.compile("[0-9a-f-]{36}");

  private final Map<String, Machine> machines = new TreeMap<>();
  private final Map<VolumeId, Volume> volumes;
  private final Function<VolumeId, String> sources;
  private final Set<OperationId> resting = new HashSet<>();
  private final Map<String, DiskLimits> limits = new TreeMap<>();

  /**
   * @param sources tells what a disk lies on, in the words of libvirt
   */
  FakeMachines(Map<VolumeId, Volume> volumes, Function<VolumeId, String> sources) {
    this.volumes = volumes;
    this.sources = sources;
  }

  /** A machine, and what its disks lie on by the places of the disks. */
  private record Machine(boolean active, Map<String, VolumeId> disks) {}

  void put(String name, boolean active, List<VolumeId> disks) {
    Map<String, VolumeId> places = new TreeMap<>();
    for (VolumeId disk : disks) {
      places.put("vd" + (char) ('a' + places.size()), disk);
    }
    machines.put(name, new Machine(active, places));
  }

  /**
   * The machines that use a volume.
   *
   * @param chains tells what a volume builds upon
   */
  List<Volume.User> users(VolumeId volume, Function<VolumeId, List<Volume.Layer>> chains) {
    List<Volume.User> users = new ArrayList<>();
    machines.forEach(
        (name, machine) -> {
          if (machine.disks().containsValue(volume)) {
            users.add(new Volume.User(Volume.User.Kind.VM, name, machine.active()));
          } else if (machine.active()
              && machine.disks().values().stream().anyMatch(it -> upon(it, volume, chains))) {
            users.add(new Volume.User(Volume.User.Kind.READER, name, true));
          }
        });
    return users;
  }

  private static boolean upon(
      VolumeId top, VolumeId volume, Function<VolumeId, List<Volume.Layer>> chains) {
    return chains.apply(top).stream().anyMatch(it -> it.volume().equals(Optional.of(volume)));
  }

  /** Has a disk lie on another volume. */
  private void use(String name, String target, VolumeId volume) {
    known(name).disks().put(target, volume);
  }

  private Machine known(String name) {
    Machine machine = machines.get(name);
    if (machine == null) {
      throw new RefusedException(Reason.UNKNOWN_VM, "this host has no VM " + name);
    }
    return machine;
  }

  /**
   * Does at once what an order says.
   *
   * @param seen looks at its machine
   */
  String carryOut(VmOrder order, Instant at, Supplier<VmDisks> seen) {
    Tree tree = Tree.of(seen.get());
    switch (order) {
      case VmOrder.SnapshotVm snapshot -> {
        layer(order.vm(), tree.layersFor(snapshot.snapshot(), at));
        return known(order.vm()).active() ? "crash-consistent" : "the VM was off";
      }
      case VmOrder.RevertVm revert -> {
        layer(order.vm(), tree.layersBackTo(revert.snapshot()));
        cut(Tree.of(seen.get()), tree.leftFor(revert.snapshot()));
      }
      case VmOrder.DeleteVmSnapshot delete -> {
        tree.idleUpon(delete.snapshot()).forEach(idle -> volumes.remove(idle.id()));
        tree.merges(delete.snapshot()).forEach(merge -> merge(order.vm(), merge));
      }
    }
    return "";
  }

  /** Does at once what an order on one disk says. */
  String carryOut(DiskOrder order) {
    Map<String, VolumeId> disks = known(order.vm()).disks();
    switch (order) {
      case DiskOrder.AttachDisk attach -> {
        String place = attach.target().orElseGet(() -> "vd" + (char) ('a' + disks.size()));
        disks.put(place, attach.volume());
        return "as " + place;
      }
      case DiskOrder.DetachDisk detach -> {
        there(detach.vm(), detach.target());
        disks.remove(detach.target());
      }
      case DiskOrder.MoveDisk move -> {
        there(move.vm(), move.target());
        use(move.vm(), move.target(), move.into());
      }
      case DiskOrder.LimitDisk limit ->
          limits.put(there(limit.vm(), limit.target()), limit.limits());
    }
    return "";
  }

  private String there(String vm, String target) {
    if (!known(vm).disks().containsKey(target)) {
      throw new RefusedException(
          Reason.WRONG_STATE,
          "there is no disk %s of VM %s; it has %s"
              .formatted(target, vm, String.join(", ", known(vm).disks().keySet())));
    }
    return vm + " " + target;
  }

  private void layer(String vm, List<Tree.Overlay> overlays) {
    for (Tree.Overlay overlay : overlays) {
      Volume base = overlay.base();
      volumes.put(
          overlay.layer(),
          new Volume(
              overlay.layer(),
              "qcow2",
              base.capacity(),
              FakeVolumes.EMPTY,
              Optional.of(base.id().toString()),
              List.of()));
      use(vm, overlay.target(), overlay.layer());
    }
  }

  private void cut(Tree tree, Set<VolumeId> left) {
    for (Tree.Cut cut : tree.cuts(left)) {
      VolumeId layer = cut.layer().id();
      switch (cut) {
        case Tree.Cut.Remove it -> volumes.remove(layer);
        case Tree.Cut.Empty it ->
            change(layer, old -> FakeVolumes.with(old, FakeVolumes.EMPTY, old.backing()));
      }
    }
  }

  private void merge(String vm, Tree.Merge merge) {
    VolumeId lower = merge.lower().id();
    change(
        lower,
        old ->
            FakeVolumes.with(old, old.allocated().plus(merge.upper().allocated()), old.backing()));
    for (VolumeId above : merge.above()) {
      change(above, old -> FakeVolumes.with(old, old.allocated(), Optional.of(lower.toString())));
    }
    volumes.remove(merge.upper().id());
    if (merge.use() == Tree.Use.TOP) {
      use(vm, merge.target(), lower);
    }
  }

  private void change(VolumeId volume, UnaryOperator<Volume> how) {
    volumes.computeIfPresent(volume, (id, old) -> how.apply(old));
  }

  /** Does at once what an order on disks says that keep snapshots themselves. */
  String carryOut(
      OperationId operation, VmOrder order, Instant at, VmDisks seen, Consumer<VolumeOrder> each) {
    Moments moments = Moments.of(seen);
    List<Moment> named = moments.named(order.snapshot());
    switch (order) {
      case VmOrder.SnapshotVm snapshot -> {
        String name = new Moment(order.snapshot(), at).name();
        named.forEach(old -> each(moments, old.name(), DeleteSnapshot::new, each));
        rest(operation);
        each(moments, name, SnapshotVolume::new, each);
        wake(operation);
        return known(order.vm()).active() ? "crash-consistent" : "the VM was off";
      }
      case VmOrder.RevertVm revert ->
          named.forEach(old -> each(moments, old.name(), RevertVolume::new, each));
      case VmOrder.DeleteVmSnapshot delete ->
          named.forEach(old -> each(moments, old.name(), DeleteSnapshot::new, each));
    }
    return "";
  }

  private static void each(
      Moments moments,
      String name,
      BiFunction<VolumeId, String, VolumeOrder> order,
      Consumer<VolumeOrder> each) {
    moments.disks().forEach(disk -> each.accept(order.apply(disk, name)));
  }

  void rest(OperationId operation) {
    resting.add(operation);
  }

  Set<OperationId> resting() {
    return Set.copyOf(resting);
  }

  boolean wake(OperationId operation) {
    return resting.remove(operation);
  }

  int wakeAll() {
    int many = resting.size();
    resting.clear();
    return many;
  }

  /** What the disks of a machine lie on. */
  List<VolumeId> disks(String name) {
    return known(name).disks().values().stream().filter(volumes::containsKey).toList();
  }

  /** Those that are in memory, but for those whose name is no UUID. */
  Map<VmId, VmDisks> active(Function<String, VmDisks> seen) {
    Map<VmId, VmDisks> active = new TreeMap<>();
    machines.forEach(
        (name, machine) -> {
          if (machine.active() && UUID.matcher(name).matches()) {
            active.put(VmId.of(name), seen.apply(name));
          }
        });
    return active;
  }

  VmDisks seen(
      String name, List<Pool> pools, List<Volume> used, Map<VolumeId, List<Volume.Snapshot>> kept) {
    Machine machine = known(name);
    return new VmDisks(
        name,
        machine.active(),
        machine.disks().entrySet().stream()
            .map(
                disk ->
                    new VmDisks.Disk(
                        disk.getKey(),
                        sources.apply(disk.getValue()),
                        Optional.of(disk.getValue())
                            .filter(id -> used.stream().anyMatch(it -> it.id().equals(id))),
                        Optional.ofNullable(limits.get(name + " " + disk.getKey()))))
            .toList(),
        pools,
        used.stream().filter(it -> !kept.containsKey(it.id())).toList(),
        kept);
  }
}
