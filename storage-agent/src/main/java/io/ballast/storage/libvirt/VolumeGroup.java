package io.ballast.storage.libvirt;

import io.ballast.agent.tool.Runner;
import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Reply;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CheckVolume;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CommitVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.DeleteSnapshot;
import io.ballast.messages.VolumeOrder.DeleteVolume;
import io.ballast.messages.VolumeOrder.ExportDifference;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.messages.VolumeOrder.FlattenVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.messages.VolumeOrder.ProtectSnapshot;
import io.ballast.messages.VolumeOrder.RebaseVolume;
import io.ballast.messages.VolumeOrder.ResizeVolume;
import io.ballast.messages.VolumeOrder.RestoreVolume;
import io.ballast.messages.VolumeOrder.RevertVolume;
import io.ballast.messages.VolumeOrder.SnapshotVolume;
import io.ballast.messages.VolumeOrder.TrashVolume;
import io.ballast.messages.VolumeOrder.UnprotectSnapshot;
import io.ballast.messages.VolumeOrder.WipeVolume;
import io.ballast.storage.tool.Lvm;
import io.ballast.storage.tool.Lvm.Logical;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Volumes that are logical volumes of a volume group.
 *
 * <p>One is made under a hidden name of its operation, and gets its own by being renamed, which
 * never replaces what is there. LVM gives new room as others left it: what a guest could read there
 * is overwritten before the volume has its name, or its size.
 */
final class VolumeGroup implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeGroup.class);

  /** Who only looks at a volume has it open for a moment. */
  private static final int LOOKS = 5;

  private final Runner runner;
  private final Sources sources;
  private final Exchange exchange;
  private final QemuImg images;
  private final Overwriter overwriter;

  VolumeGroup(Runner runner, Sources sources, Exchange exchange) {
    this.runner = runner;
    this.sources = sources;
    this.exchange = exchange;
    images = new QemuImg(runner);
    overwriter = new Overwriter(exchange.disk());
  }

  private Lvm lvm(Shelf shelf) {
    return new Lvm(runner, shelf.place());
  }

  /** An order in the group of its volume. */
  private record Site(RawWork work, Lvm lvm) {
    Bench bench() {
      return work.bench();
    }

    Steps steps() {
      return work.steps();
    }

    String volume() {
      return bench().order().volume().name();
    }

    String part() {
      return Part.name(bench().operation());
    }

    GroupSnapshots snapshots() {
      return new GroupSnapshots(lvm, volume());
    }
  }

  @Override
  public Task carryOut(Bench bench) {
    if (RawWork.isQcow2(bench.order())) {
      throw new RefusedException(
          Reason.NOT_ALLOWED, "a disk in a volume group is raw; say --format raw");
    }
    Steps steps = new Steps(Lvm::told);
    RawWork work = new RawWork(bench, steps, images, sources, exchange);
    Site site = new Site(work, lvm(bench.shelf()));
    return steps.task(sources.sound(bench).compose(sound -> end(site, bench.order())));
  }

  private Future<String> end(Site site, VolumeOrder order) {
    return switch (order) {
      case CreateVolume create ->
          made(site, part(site, create.size()).compose(done -> zeroed(site, create.size())));
      case CloneVolume clone -> clone(site, clone);
      case ImportVolume imported ->
          made(site, site.work().imported(imported, (image, size) -> filled(site, image, size)));
      case FetchVolume fetched ->
          made(site, site.work().fetched(fetched, (image, size) -> filled(site, image, size)));
      case ExportVolume exported -> site.work().exported(exported);
      case CompareVolumes compare -> site.work().compared(compare);
      case ResizeVolume resize -> resize(site, resize.size());
      case WipeVolume wipe -> wipe(site);
      case SnapshotVolume snapshot ->
          site.snapshots().keep(site.steps(), site.bench().operation(), snapshot.snapshot());
      case RevertVolume revert -> revert(site, revert.snapshot());
      case DeleteSnapshot delete -> site.snapshots().forget(site.steps(), delete.snapshot());
      case DeleteVolume delete -> delete(site);
      case FlattenVolume flatten -> flatten(site.bench().item(flatten.volume()));
      case RebaseVolume rebase -> never("make a copy of the other disk");
      case CommitVolume commit -> never("make a copy of it");
      case CheckVolume check -> never("a raw disk has no form that could be damaged");
      case TrashVolume trash -> never("keep a copy, or delete the disk");
      case RestoreVolume restore -> never("there is no trash here");
      case ExportDifference exported -> never("export the whole disk");
      case ProtectSnapshot kept -> never("make a copy of what the snapshot keeps");
      case UnprotectSnapshot freed -> never("no snapshot is protected there");
    };
  }

  private static Future<String> never(String instead) {
    return Future.failedFuture(
        new RefusedException(
            Reason.NOT_ALLOWED, "that is not done with a disk in a volume group; " + instead));
  }

  /** What LVM calls a device is a link to it. */
  private Future<Path> device(Lvm lvm, String name) {
    Path link = lvm.device(name);
    return exchange.disk().call("the look at " + link, link::toRealPath);
  }

  // ---- what makes a volume

  /** What was made under the hidden name gets its own, or is removed. */
  private Future<String> made(Site site, Future<?> part) {
    return part.compose(
            done -> site.steps().surely(() -> site.lvm().rename(site.part(), site.volume())))
        .map("")
        .recover(
            failure ->
                gone(site.lvm(), site.part())
                    .transform(gone -> Future.failedFuture(named(failure, site))));
  }

  private static Throwable named(Throwable failure, Site site) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.NAME_TAKEN
        ? new RefusedException(
            Reason.NAME_TAKEN,
            site.bench().order().volume()
                + " is there already; choose another name, or delete it first")
        : failure;
  }

  /** Removes what an operation made; what is gone already is no error. */
  static Future<Void> gone(Lvm lvm, String part) {
    return Lvm.told(lvm.remove(part))
        .recover(VolumeGroup::unlessGone)
        .onFailure(why -> LOG.warn("{} is left: {}", lvm.device(part), why.getMessage()))
        .mapEmpty();
  }

  private static Future<String> unlessGone(Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.UNKNOWN_VOLUME
        ? Future.succeededFuture("")
        : Future.failedFuture(failure);
  }

  private static Future<String> part(Site site, Bytes size) {
    return site.steps().surely(() -> site.lvm().create(site.part(), size));
  }

  private static Future<String> zeroed(Site site, Bytes size) {
    return site.steps()
        .then(() -> site.lvm().zero(site.part(), Bytes.ZERO, size, site.work().share(size)));
  }

  /** A new volume with the content of an image, and zeros beyond, for its size is rounded up. */
  private Future<String> filled(Site site, Image from, Bytes size) {
    Image part = new Image(site.lvm().device(site.part()), "raw");
    return part(site, size)
        .compose(done -> logical(site, site.part()))
        .compose(
            made ->
                made.size().compareTo(size) > 0
                    ? site.steps()
                        .then(
                            () ->
                                site.lvm()
                                    .zero(
                                        made.name(),
                                        made.size().minusOrZero(made.extent()),
                                        made.size(),
                                        end -> {}))
                    : Future.succeededFuture(""))
        .compose(
            done -> site.steps().then(() -> images.overwrite(from, part, site.work().share(size))));
  }

  private Future<String> clone(Site site, CloneVolume order) {
    if (order.linked()) {
      return never("make a copy that stands alone");
    }
    Shelf from = site.bench().shelf(order.source());
    Bytes size = site.bench().item(order.source()).capacity();
    Future<Image> content =
        order.snapshot().isPresent() && from.place().equals(site.bench().shelf().place())
            ? new GroupSnapshots(site.lvm(), order.source().name())
                .known(order.snapshot().get())
                .map(kept -> new Image(site.lvm().device(kept.name()), "raw"))
            : site.work().contentOf(order);
    return made(site, content.compose(image -> filled(site, image, size)));
  }

  // ---- what changes one

  private static Future<Logical> logical(Site site, String name) {
    return site.lvm()
        .all()
        .map(
            all ->
                all.stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new RefusedException(
                                Reason.UNKNOWN_VOLUME,
                                "there is no logical volume " + site.lvm().device(name))));
  }

  /** The volume, which nothing on this host has open; LVM's tools would not mind. */
  private static Future<Logical> shut(Site site) {
    return shut(site, LOOKS);
  }

  private static Future<Logical> shut(Site site, int looks) {
    return logical(site, site.volume())
        .compose(
            volume ->
                volume.open() && looks > 1 ? shut(site, looks - 1) : Future.succeededFuture(volume))
        .map(
            volume -> {
              if (volume.origin().isPresent()) {
                throw new RefusedException(
                    Reason.NOT_ALLOWED,
                    "%s is a snapshot that somebody made with LVM; make a copy of it"
                        .formatted(site.bench().order().volume()));
              }
              if (volume.open()) {
                throw new RefusedException(
                    Reason.IN_USE,
                    "%s is open on this host; 'fuser %s' shows to whom, close it there first"
                        .formatted(
                            site.bench().order().volume(), site.lvm().device(volume.name())));
              }
              return volume;
            });
  }

  private Future<String> resize(Site site, Bytes size) {
    return shut(site)
        .compose(now -> alone(site, now, "LVM gives no disk another size that has snapshots"))
        .compose(
            now -> {
              Bytes rounded = rounded(size, now.extent());
              int change = rounded.compareTo(now.size());
              return change > 0
                  ? grown(site, now, rounded)
                  : change < 0 ? shrunk(site, now, rounded) : Future.succeededFuture("");
            });
  }

  /** Fails where a volume has snapshots. */
  private static Future<Logical> alone(Site site, Logical volume, String why) {
    return site.snapshots()
        .all()
        .map(
            kept -> {
              if (!kept.isEmpty()) {
                throw new RefusedException(
                    Reason.WRONG_STATE,
                    "%s; delete those of %s first: %s"
                        .formatted(
                            why,
                            site.bench().order().volume(),
                            kept.stream()
                                .flatMap(one -> one.snapshot().stream())
                                .collect(Collectors.joining(", "))));
              }
              return volume;
            });
  }

  private static Bytes rounded(Bytes size, Bytes extent) {
    return new Bytes(
        Math.multiplyExact(Math.ceilDiv(size.value(), extent.value()), extent.value()));
  }

  /**
   * What is added was overwritten before, as a hidden volume of its own that then gives up its
   * place: so nobody ever reads there what others left.
   */
  private Future<String> grown(Site site, Logical now, Bytes size) {
    Bytes added = size.minusOrZero(now.size());
    return part(site, added)
        .compose(done -> zeroed(site, added))
        .compose(done -> site.lvm().ranges(site.part()))
        .compose(
            ranges ->
                site.steps()
                    .surely(() -> site.lvm().remove(site.part()))
                    .compose(
                        gone ->
                            site.steps().surely(() -> site.lvm().extend(now.name(), size, ranges))))
        .map("")
        .recover(
            failure ->
                gone(site.lvm(), site.part()).transform(gone -> Future.failedFuture(failure)));
  }

  private Future<String> shrunk(Site site, Logical now, Bytes size) {
    return device(site.lvm(), now.name())
        .compose(
            device ->
                overwriter.ifZero(
                    device,
                    size,
                    () -> site.steps().surely(() -> site.lvm().reduce(now.name(), size))))
        .compose(
            zero ->
                zero
                    ? Future.succeededFuture("")
                    : Future.failedFuture(
                        new RefusedException(
                            Reason.WRONG_STATE,
                            "%s has data beyond %s; shrink the file systems in it first"
                                .formatted(site.bench().order().volume(), size))));
  }

  private Future<String> wipe(Site site) {
    return shut(site)
        .compose(
            volume -> alone(site, volume, "snapshots keep what a disk held before it is wiped"))
        .compose(volume -> device(site.lvm(), volume.name()))
        .compose(device -> overwriter.erase(device, site.bench().progress()))
        .map("");
  }

  /** Libvirt lists no volume that is inactive, thin or a pool of such, and knows no user of it. */
  private static Future<String> delete(Site site) {
    return site.lvm()
        .all()
        .compose(
            all -> {
              boolean there = all.stream().anyMatch(one -> one.name().equals(site.volume()));
              boolean listed = site.bench().shelf().item(site.volume()).isPresent();
              return !there
                  ? Future.succeededFuture("")
                  : listed
                      ? site.steps().surely(() -> site.lvm().remove(site.volume())).map("")
                      : Future.failedFuture(
                          new RefusedException(
                              Reason.NOT_ALLOWED,
                              "libvirt does not list %s, so nobody knows whether a VM uses it: it"
                                      .formatted(site.bench().order().volume())
                                  + " is inactive or thin; look with 'lvs'"));
            })
        .recover(VolumeGroup::unlessGone);
  }

  private static Future<String> flatten(Shelf.Item item) {
    return item.backing().isEmpty()
        ? Future.succeededFuture("")
        : never("it is a snapshot that LVM keeps; make a copy of it");
  }

  /** All snapshots stay: what is overwritten goes to those that still need it. */
  private Future<String> revert(Site site, String snapshot) {
    return shut(site)
        .compose(shut -> site.snapshots().known(snapshot))
        .compose(kept -> device(site.lvm(), kept.name()))
        .compose(
            kept ->
                device(site.lvm(), site.volume())
                    .compose(volume -> overwriter.restore(volume, kept, site.bench().progress())))
        .map("");
  }

  // ---- looks

  @Override
  public Future<List<Volume.Snapshot>> snapshots(Shelf shelf, Shelf.Item item) {
    return new GroupSnapshots(lvm(shelf), item.name())
        .all()
        .map(
            all ->
                all.stream()
                    .map(
                        kept ->
                            new Volume.Snapshot(
                                kept.snapshot().orElseThrow(), kept.at(), Bytes.ZERO))
                    .toList());
  }

  @Override
  public Future<List<Volume.Trashed>> trash(Shelf shelf) {
    return never("there is no trash here").map(List.of());
  }

  @Override
  public Future<Reply.VolumeMeasured> measure(Shelf shelf, Shelf.Item item, Volume.Format format) {
    return images.measure(sources.image(shelf, item), format);
  }

  @Override
  public Future<Void> clear(Shelf shelf, OperationId operation) {
    return gone(lvm(shelf), Part.name(operation))
        .compose(gone -> exchange.remove(exchange.part(operation)));
  }
}
