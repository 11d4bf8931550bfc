package io.ballast.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ballast.agent.Handling;
import io.ballast.agent.Loop;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Berth;
import io.ballast.messages.Blank;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.StorageCommand.ConsiderDisks;
import io.ballast.messages.StorageCommand.HoldDisks;
import io.ballast.messages.StorageCommand.InspectBerth;
import io.ballast.messages.StorageCommand.InspectContents;
import io.ballast.messages.StorageCommand.InspectDisks;
import io.ballast.messages.StorageCommand.PrepareDisks;
import io.ballast.messages.StorageCommand.SettleDisks;
import io.ballast.messages.VmDisk;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes;
import io.ballast.storage.trade.Volumes.Found;
import io.ballast.storage.work.BerthPreconditions;
import io.ballast.storage.work.Berths;
import io.ballast.storage.work.Holds;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each command does about the disks that a move copies. Lives on one loop. */
final class DiskCommands {
  private static final Logger LOG = LoggerFactory.getLogger(DiskCommands.class);

  /** So long somebody waits who asks whether it lasts. */
  private static final Duration UNTIL_WRITTEN = Duration.ofSeconds(5);

  private final Volumes volumes;
  private final Berths berths;
  private final Holds holds;
  private final Consumer<String> untouched;
  private final Runnable changed;
  private final Loop loop;

  /**
   * @param untouched throws where something works on a volume or pool
   * @param changed is run when other volumes are kept than before
   */
  DiskCommands(
      Volumes volumes,
      Berths berths,
      Holds holds,
      Consumer<String> untouched,
      Runnable changed,
      Loop loop) {
    this.volumes = volumes;
    this.berths = berths;
    this.holds = holds;
    this.untouched = untouched;
    this.changed = changed;
    this.loop = loop;
  }

  Handling handling(InspectDisks asked) {
    return new Handling.Question(
        () ->
            volumes
                .disks(asked.vm().toString())
                .map(VmDisks::told)
                .compose(this::looked)
                .map(Reply.DisksInspected::new));
  }

  /** With what only a look at each of them tells, one after the other. */
  private Future<List<VmDisk>> looked(List<VmDisk> disks) {
    List<VmDisk> told = new ArrayList<>();
    Future<Void> looked = Future.succeededFuture();
    for (VmDisk disk : disks) {
      looked = looked.compose(before -> looked(disk)).onSuccess(told::add).mapEmpty();
    }
    return looked.map(told);
  }

  private Future<VmDisk> looked(VmDisk disk) {
    if (disk.shared() || disk.volume().isEmpty()) {
      return Future.succeededFuture(disk);
    }
    Volume volume = disk.volume().get();
    return volumes
        .fileSystem(volume.id())
        .compose(
            system ->
                system.isLocal()
                    ? snapshots(volume).compose(kept -> layered(disk.with(kept), volume))
                    : Future.succeededFuture(disk.reachedByOthers()));
  }

  private Future<VmDisk> layered(VmDisk disk, Volume volume) {
    return volume.backing().isPresent()
        ? volumes.find(volume.id()).map(found -> disk.upon(found.chain()))
        : Future.succeededFuture(disk);
  }

  private Future<List<String>> snapshots(Volume volume) {
    return volume.format().equals("qcow2")
        ? volumes
            .snapshots(volume.id())
            .map(all -> all.stream().map(Volume.Snapshot::name).toList())
        : Future.succeededFuture(List.of());
  }

  Handling handling(InspectBerth asked) {
    return new Handling.Question(
        () ->
            berths
                .inLine(() -> kept(asked.move()))
                .compose(
                    kept ->
                        asked.lasting().orElse(true)
                            ? lasting(asked.move(), kept)
                            : Future.succeededFuture(kept)));
  }

  private Future<Reply.BerthInspected> kept(OperationId move) {
    Optional<Berth> berth = berths.find(move);
    return look(berth.map(Berth::volumes).orElse(List.of()))
        .map(seen -> new Reply.BerthInspected(berth, there(seen.values())));
  }

  /**
   * The other copy may be deleted upon this answer: what is here has to outlast anything. That some
   * of it was lost is told once, maybe after nobody waits any more, and so is written down.
   */
  private Future<Reply.BerthInspected> lasting(OperationId move, Reply.BerthInspected kept) {
    Optional<String> broken = kept.berth().flatMap(Berth::broken);
    if (broken.isPresent()) {
      return Future.failedFuture(new RefusedException(Reason.INVALID_IMAGE, broken.get()));
    }
    Future<Void> written =
        Future.join(kept.volumes().stream().map(it -> lasting(move, it.id())).toList()).mapEmpty();
    return loop.here(written, UNTIL_WRITTEN, () -> notWritten(move)).map(kept);
  }

  private Future<Void> lasting(OperationId move, VolumeId volume) {
    return loop.here(volumes.lasting(volume)).recover(failure -> broken(move, failure));
  }

  private Future<Void> broken(OperationId move, Throwable failure) {
    boolean lost =
        failure instanceof RefusedException refused && refused.reason() == Reason.INVALID_IMAGE;
    return (lost
            ? berths.inLine(() -> broken(move, String.valueOf(failure.getMessage())))
            : Future.<Void>succeededFuture())
        .transform(marked -> Future.failedFuture(failure));
  }

  private Future<Void> broken(OperationId move, String why) {
    LOG.error("What is kept for move {} can't be relied on: {}", move, why);
    return berths
        .find(move)
        .map(berth -> keep(berth.broken(why)))
        .orElseGet(Future::succeededFuture);
  }

  private static RefusedException notWritten(OperationId move) {
    return new RefusedException(
        Reason.NOT_READY,
        "what was written for move %s is not on its device yet; try again in a while"
            .formatted(move));
  }

  Handling handling(InspectContents asked) {
    return new Handling.Question(() -> contents(asked.volumes()).map(Reply.ContentsInspected::new));
  }

  /** All are begun to be read, whatever becomes of one. */
  private Future<List<Volume.Content>> contents(List<VolumeId> all) {
    return Future.join(all.stream().map(volume -> loop.here(volumes.content(volume))).toList())
        .map(CompositeFuture::list);
  }

  Handling handling(ConsiderDisks asked) {
    return new Handling.Question(
        () ->
            berths
                .inLine(() -> missing(asked.preparation(), false))
                .map(
                    made -> {
                      undisturbed(asked.preparation().berth());
                      return new Reply.DisksConsidered(Optional.empty());
                    })
                .recover(DiskCommands::considered));
  }

  private static Future<Reply.DisksConsidered> considered(Throwable failure) {
    return failure instanceof RefusedException refused
        ? Future.succeededFuture(new Reply.DisksConsidered(Optional.of(refused.reply())))
        : Future.failedFuture(failure);
  }

  Handling handling(HoldDisks asked) {
    return deed(asked.berth().move(), () -> hold(asked.berth()));
  }

  Handling handling(PrepareDisks asked) {
    return deed(asked.move(), () -> prepare(asked));
  }

  Handling handling(SettleDisks asked) {
    return deed(asked.move(), () -> settle(asked));
  }

  private Handling deed(OperationId move, Supplier<Future<Void>> doing) {
    return new Handling.Deed(() -> berths.inLine(doing).map(done -> new Reply.Accepted(move)));
  }

  private Future<Void> hold(Berth berth) {
    if (berths.has(berth)) {
      return Future.succeededFuture();
    }
    return look(berth.volumes())
        .compose(
            seen -> {
              BerthPreconditions.hold(berth, seen);
              return alone(there(seen.values()));
            })
        .compose(
            alone -> {
              undisturbed(berth);
              return keep(berth);
            });
  }

  /** What is copied is what the guest sees now, and nothing that is kept beside that. */
  private Future<Void> alone(List<Volume> all) {
    Future<Void> alone = Future.succeededFuture();
    for (Volume volume : all) {
      alone =
          alone
              .compose(before -> loop.here(snapshots(volume)))
              .map(
                  kept -> {
                    BerthPreconditions.withoutSnapshots(volume.id(), kept);
                    return null;
                  });
    }
    return alone;
  }

  /** Nothing else works on the volumes, on their pools, or on what they build upon. */
  private void undisturbed(Berth berth) {
    for (VolumeId layer : berth.layers()) {
      untouched.accept(layer.pool());
      untouched.accept(layer.toString());
      holds.untaken(layer);
    }
    for (VolumeId volume : berth.volumes()) {
      untouched.accept(volume.pool());
      untouched.accept(volume.toString());
      holds.untaken(volume);
      holds.free(volume);
    }
  }

  private Future<Void> keep(Berth berth) {
    return berths.keep(berth).onSuccess(kept -> changed.run());
  }

  private Future<Void> forget(OperationId move) {
    return berths.forget(move).onSuccess(forgotten -> changed.run());
  }

  /** Written down before the first is made, so that a crash leaves nothing that is unknown. */
  private Future<Void> prepare(PrepareDisks asked) {
    Berth berth = asked.berth();
    boolean again = berths.has(berth);
    return missing(asked, again)
        .compose(
            missing -> {
              Set<VolumeId> made = new TreeSet<>(berth.volumes());
              missing.forEach(blank -> made.remove(blank.volume()));
              if (missing.isEmpty()) {
                return Future.succeededFuture();
              }
              if (again) {
                return clear(berth.move(), berth.volumes())
                    .compose(cleared -> make(berth, missing, made));
              }
              undisturbed(berth);
              return keep(berth).compose(kept -> make(berth, missing, made));
            });
  }

  /** What of the disks is still to be made, if it can be. */
  private Future<List<Blank>> missing(PrepareDisks asked, boolean again) {
    Berth berth = asked.berth();
    return look(berth.layers())
        .compose(
            layers -> {
              BerthPreconditions.layered(layers);
              return look(berth.volumes());
            })
        .map(
            seen ->
                BerthPreconditions.prepare(
                    asked.disks(), seen, again, berths.promised(berth.move())));
  }

  private Future<Void> make(Berth berth, List<Blank> missing, Set<VolumeId> made) {
    Future<Void> all = Future.succeededFuture();
    for (Blank blank : missing) {
      all =
          all.compose(before -> carryOut(berth.move(), creation(blank)))
              .onSuccess(done -> made.add(blank.volume()));
    }
    return all.recover(
        failure ->
            (mayYetBeMade(failure)
                    ? Future.<Void>succeededFuture()
                    : undo(berth, List.copyOf(made)))
                .transform(undone -> Future.failedFuture(failure)));
  }

  /** What appears late is not to be forgotten before: it is kept as it was written down. */
  private static boolean mayYetBeMade(Throwable failure) {
    return !(failure instanceof RefusedException refused)
        || refused.reason() == Reason.MAY_YET_HAPPEN
        || refused.reason() == Reason.INTERNAL;
  }

  private static VolumeOrder creation(Blank blank) {
    return blank
        .base()
        .<VolumeOrder>map(
            base ->
                new CloneVolume(
                    base,
                    Optional.empty(),
                    blank.volume(),
                    true,
                    Optional.empty(),
                    false,
                    Optional.of(blank.size())))
        .orElseGet(
            () ->
                new CreateVolume(
                    blank.volume(),
                    blank.format(),
                    blank.size(),
                    Volume.Preallocation.OFF,
                    Optional.empty()));
  }

  /** Deletes what was made; what can't be is kept on, and nothing else: that may be another's. */
  private Future<Void> undo(Berth berth, List<VolumeId> made) {
    return remove(berth.move(), made)
        .compose(removed -> forget(berth.move()))
        .recover(
            failure -> {
              LOG.warn(
                  "What was made for move {} is not removed yet: {}",
                  berth.move(),
                  failure.getMessage());
              return made.isEmpty() ? Future.failedFuture(failure) : keep(berth.with(made));
            });
  }

  private Future<Void> settle(SettleDisks asked) {
    List<VolumeId> kept = berths.find(asked.move()).map(Berth::volumes).orElse(List.of());
    if (kept.isEmpty()) {
      return Future.succeededFuture();
    }
    Future<Void> settled =
        asked.stays()
            ? Future.succeededFuture()
            : clear(asked.move(), kept).compose(cleared -> remove(asked.move(), kept));
    return settled.compose(done -> forget(asked.move()));
  }

  /** Deletes those volumes that are there; none where anything uses one. */
  private Future<Void> remove(OperationId move, List<VolumeId> all) {
    return look(all)
        .compose(
            seen -> {
              List<Volume> there = there(seen.values());
              there.forEach(BerthPreconditions::remove);
              Future<Void> removed = Future.succeededFuture();
              for (Volume volume : there) {
                removed = removed.compose(before -> carryOut(move, new DeleteVolume(volume.id())));
              }
              return removed;
            });
  }

  private static List<Volume> there(Collection<Found> seen) {
    List<Volume> there = new ArrayList<>();
    seen.forEach(found -> found.volume().ifPresent(there::add));
    return there;
  }

  /** Removes what an earlier life has left half made. */
  private Future<Void> clear(OperationId move, List<VolumeId> all) {
    Set<String> pools = new TreeSet<>();
    all.forEach(volume -> pools.add(volume.pool()));
    Future<Void> cleared = Future.succeededFuture();
    for (String pool : pools) {
      cleared = cleared.compose(before -> loop.here(volumes.clear(workOn(move), pool)));
    }
    return cleared;
  }

  private Future<Void> carryOut(OperationId move, VolumeOrder order) {
    return loop.here(volumes.carryOut(workOn(move), order, (done, total) -> {}).end()).mapEmpty();
  }

  /** The operation of all work for a move; in line, so that there is only one at a time. */
  private static OperationId workOn(OperationId move) {
    return new OperationId("disks-" + UUID.nameUUIDFromBytes(move.value().getBytes(UTF_8)));
  }

  /** All volumes as the storage has them now, one look after the other. */
  private Future<Map<VolumeId, Found>> look(List<VolumeId> all) {
    Map<VolumeId, Found> seen = new TreeMap<>();
    Future<Void> looked = Future.succeededFuture();
    for (VolumeId volume : all) {
      looked =
          looked
              .compose(before -> loop.here(volumes.find(volume)))
              .onSuccess(found -> seen.put(volume, found))
              .mapEmpty();
    }
    return looked.map(seen);
  }
}
