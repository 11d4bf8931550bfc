package io.ballast.storage.libvirt;

import io.ballast.agent.Lane;
import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.VmOrder;
import io.ballast.messages.VmOrder.DeleteVmSnapshot;
import io.ballast.messages.VmOrder.RevertVm;
import io.ballast.messages.VmOrder.SnapshotVm;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Tree;
import io.ballast.storage.layers.Tree.Merge;
import io.ballast.storage.layers.Tree.Overlay;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of virtual machines whose disks are files: layers of files, which are the only record
 * of them. Libvirt is told to remember nothing of its own, for it moves no machine of which it
 * remembers snapshots.
 */
final class Snapshots {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

  /** A guest may write for long before its file systems are at rest. */
  private static final Duration FREEZE = Duration.ofMinutes(2);

  private final Lane<Guests> lane;
  private final Layering layering;
  private final Function<String, Future<VmSeen>> looks;

  /**
   * @param looks looks at a machine anew
   */
  Snapshots(Lane<Guests> lane, Layering layering, Function<String, Future<VmSeen>> looks) {
    this.lane = lane;
    this.layering = layering;
    this.looks = looks;
  }

  private Future<VmSeen> look(String vm) {
    return looks.apply(vm).compose(layering::sound);
  }

  /** Has an order carried out. */
  Task carryOut(OperationId operation, VmOrder order, Instant at, Task.Progress progress) {
    return switch (order) {
      case SnapshotVm snapshot ->
          Task.telling(
              look(snapshot.vm()).compose(seen -> keep(operation, snapshot, at, seen)), () -> {});
      case RevertVm revert ->
          Task.telling(
              look(revert.vm()).compose(seen -> goBack(operation, revert, seen)).map(""), () -> {});
      case DeleteVmSnapshot delete -> {
        Chain chain = new Chain();
        yield Task.telling(forget(operation, delete, chain, progress).map(""), chain::cancel);
      }
    };
  }

  // ---- keep

  private Future<String> keep(OperationId operation, SnapshotVm order, Instant at, VmSeen seen) {
    Tree tree = Tree.of(seen.disks());
    List<Overlay> overlays = tree.layersFor(order.snapshot(), at);
    return layering
        .remove(seen, ids(tree.idleUpon(order.snapshot())))
        .compose(gone -> layering.make(operation, seen, overlays))
        .compose(
            made ->
                put(order, seen, overlays)
                    .recover(failure -> undone(order.vm(), overlays, failure)));
  }

  private Future<String> put(SnapshotVm order, VmSeen seen, List<Overlay> overlays) {
    Map<String, String> files = new TreeMap<>();
    overlays.forEach(overlay -> files.put(overlay.target(), seen.path(overlay.layer())));
    return lane.submit(
        "the snapshot of VM " + order.vm(),
        FREEZE,
        guests -> put(guests, order, seen.machine().active(), files));
  }

  private static String put(
      Guests guests, SnapshotVm order, boolean active, Map<String, String> files) {
    if (!active) {
      guests.layer(order.vm(), files, false);
      return "the VM was off";
    }
    return switch (order.quiesce()) {
      case REQUIRED -> frozen(guests, order.vm(), files);
      case NEVER -> {
        guests.layer(order.vm(), files, false);
        yield "crash-consistent, as after a cut of its power";
      }
      case AUTO -> {
        try {
          yield frozen(guests, order.vm(), files);
        } catch (RefusedException e) {
          if (e.reason() != Reason.HYPERVISOR_REFUSED) {
            throw e;
          }
          LOG.info("VM {} is kept without the help of its guest: {}", order.vm(), e.getMessage());
          guests.layer(order.vm(), files, false);
          yield "crash-consistent, as after a cut of its power: its guest agent did not help";
        }
      }
    };
  }

  private static String frozen(Guests guests, String vm, Map<String, String> files) {
    guests.layer(vm, files, true);
    return "its file systems were frozen for the moment";
  }

  /**
   * Removes what was made for work that failed, unless it may be used yet. Who looks later finds it
   * then.
   */
  private <T> Future<T> undone(String vm, List<Overlay> overlays, Throwable failure) {
    if (!(failure instanceof RefusedException refused)
        || refused.reason() == Reason.MAY_YET_HAPPEN) {
      return Future.failedFuture(failure);
    }
    return look(vm)
        .compose(
            seen -> {
              Set<VolumeId> made =
                  overlays.stream().map(Overlay::layer).collect(Collectors.toSet());
              return layering.remove(
                  seen,
                  seen.disks().volumes().stream()
                      .filter(it -> made.contains(it.id()) && it.users().isEmpty())
                      .map(Volume::id)
                      .toList());
            })
        .transform(
            gone -> {
              if (gone.failed()) {
                LOG.warn("Layers of VM {} are left: {}", vm, gone.cause().getMessage());
              }
              return Future.failedFuture(failure);
            });
  }

  private static List<VolumeId> ids(List<Volume> volumes) {
    return volumes.stream().map(Volume::id).toList();
  }

  // ---- go back

  private Future<Void> goBack(OperationId operation, RevertVm order, VmSeen seen) {
    Tree tree = Tree.of(seen.disks());
    List<Overlay> overlays = tree.layersBackTo(order.snapshot());
    Set<VolumeId> left = tree.leftFor(order.snapshot());
    Map<String, Definition.Source> sources = new TreeMap<>();
    overlays.forEach(
        overlay ->
            sources.put(
                overlay.target(), new Definition.Source(seen.path(overlay.layer()), "qcow2")));
    return layering
        .make(operation, seen, overlays)
        .compose(
            made ->
                use(order.vm(), sources)
                    .recover(failure -> this.<Void>undone(order.vm(), overlays, failure)))
        .compose(done -> cut(operation, order.vm(), left));
  }

  private Future<Void> use(String vm, Map<String, Definition.Source> sources) {
    return lane.run("the definition of VM " + vm, LiveJob.CALL, guests -> guests.use(vm, sources));
  }

  /** Removes or empties layers that the machine has left; what can't be is of no harm. */
  private Future<Void> cut(OperationId operation, String vm, Set<VolumeId> left) {
    return look(vm)
        .compose(seen -> layering.cut(operation, seen, Tree.of(seen.disks()).cuts(left)))
        .onFailure(e -> LOG.warn("Layers of VM {} are left: {}", vm, e.getMessage()))
        .otherwiseEmpty();
  }

  // ---- forget

  private Future<Void> forget(
      OperationId operation, DeleteVmSnapshot order, Chain chain, Task.Progress progress) {
    return look(order.vm())
        .compose(
            seen -> {
              Tree tree = Tree.of(seen.disks());
              Set<VolumeId> left =
                  tree.lineages().stream()
                      .flatMap(it -> it.kept(order.snapshot()).stream())
                      .map(Volume::id)
                      .collect(Collectors.toSet());
              Future<Void> done = layering.remove(seen, ids(tree.idleUpon(order.snapshot())));
              for (Merge merge : tree.merges(order.snapshot())) {
                done = done.compose(before -> merge(order.vm(), seen, merge, chain, progress));
              }
              return done.compose(merged -> layering.remove(seen, tree.signs(order.snapshot())))
                  .compose(clean -> cut(operation, order.vm(), left));
            });
  }

  private Future<Void> merge(
      String vm, VmSeen seen, Merge merge, Chain chain, Task.Progress progress) {
    return layering
        .sign(seen, merge.sign())
        .compose(signed -> chain.run(() -> written(vm, seen, merge, progress)))
        .compose(done -> look(vm))
        .compose(now -> layering.settle(now, merge))
        .compose(settled -> look(vm))
        .compose(now -> layering.finish(now, merge));
  }

  private Task written(String vm, VmSeen seen, Merge merge, Task.Progress progress) {
    return switch (merge.use()) {
      case TOP ->
          seen.machine().active()
              ? merging(vm, seen, merge, progress)
              : layering.commit(seen, merge, progress, () -> useLower(vm, seen, merge));
      case BELOW ->
          seen.machine().active()
              ? merging(vm, seen, merge, progress)
              : layering.commit(seen, merge, progress);
      case NONE -> layering.commit(seen, merge, progress);
      case DONE -> Task.of(Future.succeededFuture());
    };
  }

  private Future<Void> useLower(String vm, VmSeen seen, Merge merge) {
    Definition.Source source =
        new Definition.Source(seen.path(merge.lower().id()), merge.lower().format());
    return use(vm, Map.of(merge.target(), source));
  }

  private Task merging(String vm, VmSeen seen, Merge merge, Task.Progress progress) {
    Slot slot = new Slot(vm, merge.target());
    String upper = seen.path(merge.upper().id());
    String lower = seen.path(merge.lower().id());
    boolean top = merge.use() == Tree.Use.TOP;
    return layering.live(
        lane,
        slot,
        new LiveJob.Goal(
            "the merge of layers of " + slot,
            top ? Guests.Job.Kind.COMMIT_TOP : Guests.Job.Kind.COMMIT,
            guests -> guests.commit(slot, upper, lower, top),
            guests -> guests.pivot(slot),
            disk -> disk.lies(lower) && !disk.lies(upper),
            Layering.LONG),
        LiveJob.telling(progress, merge.upper().capacity()));
  }

  /** Tasks one after the other, of which one goes on at a time. */
  private static final class Chain {
    // Guarded by this.
    private boolean cancelled;
    private Task now = Task.of(Future.succeededFuture());

    Future<Void> run(Supplier<Task> next) {
      Task task;
      synchronized (this) {
        if (cancelled) {
          return Future.failedFuture(new RefusedException(Reason.CANCELLED, "it was cancelled"));
        }
        task = next.get();
        now = task;
      }
      return task.end().mapEmpty();
    }

    synchronized void cancel() {
      cancelled = true;
      now.cancel();
    }
  }
}
