package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.StorageBeat.Pool;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeId;
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
import io.ballast.storage.layers.Mark;
import io.ballast.storage.trade.Volumes.Found;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What must hold before a volume is worked on; what does not is refused, and changes nothing. */
public final class Preconditions {
  /** What every tool, file system and cluster takes for a name. */
  private static final Pattern NEW_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");

  /** So many layers may a disk have at most; each is one more place to look for what is read. */
  static final int DEEPEST = 16;

  private Preconditions() {}

  /**
   * What an order needs.
   *
   * @param seen all volumes that it names, as the storage has them now
   * @throws RefusedException if it can't be carried out now
   */
  public static void of(VolumeOrder order, Map<VolumeId, Found> seen) {
    Found found = of(seen, order.volume());
    if (RbdPreconditions.areFor(found)) {
      RbdPreconditions.check(order, found, seen);
      return;
    }
    if (GroupPreconditions.areFor(found)) {
      GroupPreconditions.check(order, found, seen);
      return;
    }
    switch (order) {
      case CreateVolume create -> creatable(found, create);
      case CloneVolume clone -> cloneable(of(seen, clone.source()), found, clone);
      case FlattenVolume flatten -> flattenable(found, known(found, order.volume()));
      case RebaseVolume rebase -> rebasable(found, of(seen, rebase.base()), rebase);
      case CommitVolume commit -> committable(found, of(seen, commit.base()), commit);
      case CheckVolume check -> checkable(found, check);
      case ImportVolume imported -> importable(found, imported.volume());
      case FetchVolume fetched -> importable(found, fetched.volume());
      case ExportVolume exported -> {
        newName(exported.file());
        settled(found, order.volume());
      }
      case CompareVolumes compare -> {
        settled(found, order.volume());
        settled(of(seen, compare.other()), compare.other());
      }
      case ResizeVolume resize -> resizable(found, resize);
      case WipeVolume wipe -> {
        Volume volume = still(found, order.volume());
        unmarked(volume);
        layered(volume, "be wiped");
        notBuiltUpon(volume);
      }
      case SnapshotVolume snapshot -> {
        newName(snapshot.snapshot());
        Volume volume = still(found, order.volume());
        unmarked(volume);
        qcow2(volume, "keep snapshots");
      }
      case RevertVolume revert -> {
        Volume volume = still(found, order.volume());
        qcow2(volume, "keep snapshots");
        notBuiltUpon(volume);
      }
      case DeleteSnapshot delete -> qcow2(still(found, order.volume()), "keep snapshots");
      case DeleteVolume delete -> found.volume().ifPresent(Preconditions::unused);
      case ExportDifference exported ->
          throw cephOnly("export the whole disk with 'ballast image export'");
      case TrashVolume trash -> throw cephOnly("keep a copy, or delete the disk");
      case RestoreVolume restore -> throw cephOnly("there is no trash here");
      case ProtectSnapshot kept ->
          throw cephOnly("'ballast volume clone --snapshot' makes a copy that stands alone");
      case UnprotectSnapshot freed ->
          throw cephOnly("no snapshot is protected here, and each can be deleted");
    }
  }

  private static RefusedException cephOnly(String instead) {
    return refused(Reason.NOT_ALLOWED, "that is done with disks in pools of Ceph only; " + instead);
  }

  static Found of(Map<VolumeId, Found> seen, VolumeId volume) {
    Found found = seen.get(volume);
    if (found == null) {
      throw new IllegalStateException(volume + " was not looked at");
    }
    return found;
  }

  static Volume known(Found found, VolumeId volume) {
    return found
        .volume()
        .orElseThrow(
            () ->
                refused(
                    Reason.UNKNOWN_VOLUME,
                    "pool %s has no volume '%s'; 'ballast volume list %s' shows them"
                        .formatted(volume.pool(), volume.name(), volume.pool())));
  }

  private static void creatable(Found found, CreateVolume order) {
    newName(order.volume().name());
    absent(found, order.volume());
    Pool pool = found.pool();
    fits(pool, order.size());
    switch (order.preallocation()) {
      case METADATA -> {
        if (order.format() == Volume.Format.RAW) {
          throw refused(
              Reason.NOT_ALLOWED,
              "a raw disk has no metadata to make; leave --preallocate out, or take falloc or"
                  + " full");
        }
        room(pool, Bytes.ZERO);
      }
      case OFF -> room(pool, Bytes.ZERO);
      case FALLOC, FULL -> room(pool, order.size());
    }
  }

  static void fits(Pool pool, Bytes size) {
    if (size.compareTo(pool.capacity()) > 0) {
      throw refused(
          Reason.NO_ROOM,
          "a disk of %s does not fit into pool %s, which has %s in all"
              .formatted(size, pool.name(), pool.capacity()));
    }
  }

  /**
   * The size of a disk that an image brings, if it fits into the pool.
   *
   * @throws RefusedException as {@code NO_ROOM}
   */
  public static Bytes fitting(Pool pool, Bytes size) {
    fits(pool, size);
    return size;
  }

  static void absent(Found found, VolumeId volume) {
    if (found.volume().isPresent()) {
      throw refused(
          Reason.NAME_TAKEN,
          "volume %s is there already; choose another name, or delete it first".formatted(volume));
    }
  }

  /**
   * A name that a new pool, volume or file may bear; those that others gave may be odder.
   *
   * @throws RefusedException as {@code MALFORMED}
   */
  public static void newName(String name) {
    if (!NEW_NAME.matcher(name).matches()) {
      throw refused(
          Reason.MALFORMED,
          "nothing can be called '%s': use 1 to 128 letters, digits and . _ + -, not beginning"
                  .formatted(name)
              + " with a sign");
    }
  }

  static void room(Pool pool, Bytes needed) {
    if (pool.available().compareTo(needed) < 0 || pool.available().equals(Bytes.ZERO)) {
      throw refused(
          Reason.NO_ROOM,
          "pool %s has %s left, and %s is needed; make room there"
              .formatted(pool.name(), pool.available(), needed));
    }
  }

  static void unused(Volume volume) {
    if (!volume.users().isEmpty()) {
      throw refused(
          Reason.IN_USE, "volume %s is used by %s".formatted(volume.id(), volume.usersText()));
    }
  }

  /** The volume is there, lies in pools altogether, and nobody writes to it now. */
  static Volume settled(Found found, VolumeId id) {
    Volume volume = known(found, id);
    inside(found, volume);
    volume
        .writer()
        .ifPresent(
            writer -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s; shut it down first".formatted(id, writer));
            });
    return volume;
  }

  /** The volume is there, lies in pools altogether, and no running guest uses it. */
  static Volume still(Found found, VolumeId id) {
    Volume volume = known(found, id);
    inside(found, volume);
    if (volume.active()) {
      throw refused(
          Reason.IN_USE,
          "volume %s is used by %s; shut it down first".formatted(id, volume.usersText()));
    }
    return volume;
  }

  /** As {@link #still}; or a running guest alone uses it, whose QEMU can work on it. */
  private static Volume stillOrOwn(Found found, VolumeId id) {
    Volume volume = known(found, id);
    if (!volume.active() || volume.users().size() > 1) {
      return still(found, id);
    }
    inside(found, volume);
    return volume;
  }

  /**
   * What a volume builds upon lies in pools. The header of an image names it, and who wrote that
   * may have been a guest that wants to read its host's files.
   */
  static void inside(Found found, Volume volume) {
    if (RbdPreconditions.areFor(found)) {
      return; // no guest can write there what it builds upon
    }
    found.chain().stream()
        .filter(layer -> layer.volume().isEmpty())
        .findFirst()
        .ifPresent(
            layer -> {
              throw refused(
                  Reason.INVALID_IMAGE,
                  "volume %s builds upon %s, which lies in no active pool of this host; nothing is"
                          .formatted(volume.id(), layer.path())
                      + " read through it");
            });
  }

  private static void importable(Found found, VolumeId volume) {
    newName(volume.name());
    absent(found, volume);
    room(found.pool(), Bytes.ZERO);
  }

  private static void cloneable(Found from, Found target, CloneVolume order) {
    Volume source = known(from, order.source());
    inside(from, source);
    if (order.linked() && (order.snapshot().isPresent() || RbdPreconditions.areFor(from))) {
      throw refused(
          Reason.NOT_ALLOWED,
          "a disk in a folder builds upon the present content of another one in a folder only; make"
              + " a copy that stands alone");
    }
    keptHere(from, target, order);
    boolean stays = order.snapshot().isPresent() && RbdPreconditions.areFor(from);
    source.users().stream()
        .filter(user -> user.kind() != Volume.User.Kind.READER)
        .filter(user -> order.linked() ? user.kind() == Volume.User.Kind.VM : user.active())
        .filter(user -> !stays)
        .findFirst()
        .ifPresent(
            user -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s, which would change it meanwhile; %s"
                      .formatted(
                          source.id(),
                          user,
                          order.linked()
                              ? "make a copy that stands alone, or take it from the VM first"
                              : "shut the VM down first"));
            });
    newName(order.volume().name());
    absent(target, order.volume());
    if (order.linked()) {
      if (order.size().filter(size -> size.compareTo(source.capacity()) < 0).isPresent()) {
        throw refused(
            Reason.NOT_ALLOWED,
            "volume %s is of %s, and what builds upon it is not made smaller; give it that size"
                .formatted(source.id(), source.capacity()));
      }
      layered(source, "be built upon");
      shallow(from, source);
      room(target.pool(), Bytes.ZERO);
    } else {
      fits(target.pool(), source.capacity());
      room(target.pool(), source.allocated());
    }
  }

  /** The content that a snapshot keeps can be read where it is copied to. */
  static void keptHere(Found from, Found target, CloneVolume order) {
    boolean here =
        GroupPreconditions.areFor(from)
            ? from.pool().name().equals(target.pool().name())
            : RbdPreconditions.areFor(from) || !GroupPreconditions.areFor(target);
    if (order.snapshot().isPresent() && !here) {
      throw refused(
          Reason.NOT_ALLOWED,
          "snapshot '%s' of %s can be copied within pool %s only; clone it there, then that clone"
              .formatted(order.snapshot().get(), order.source(), from.pool().name()));
    }
  }

  private static void layered(Volume volume, String what) {
    if (!volume.format().equals("raw") && !volume.format().equals("qcow2")) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s is of the form %s; only raw and qcow2 disks can %s"
              .formatted(volume.id(), volume.format(), what));
    }
  }

  private static void qcow2(Volume volume, String what) {
    if (!volume.format().equals("qcow2")) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s is of the form %s; only qcow2 disks can %s"
              .formatted(volume.id(), volume.format(), what));
    }
  }

  /** One more layer can be put upon the volume. */
  static void shallow(Found found, Volume base) {
    if (found.chain().size() + 2 > DEEPEST) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s builds upon %d others already, and reads get slow; flatten it first"
              .formatted(base.id(), found.chain().size()));
    }
  }

  private static void flattenable(Found found, Volume volume) {
    unmarked(volume);
    stillOrOwn(found, volume.id());
    if (volume.backing().isPresent()) {
      qcow2(volume, "be made to stand alone");
      room(found.pool(), Bytes.ZERO);
    }
  }

  private static void rebasable(Found found, Found below, RebaseVolume order) {
    Volume volume = still(found, order.volume());
    unmarked(volume);
    Volume base = known(below, order.base());
    inside(below, base);
    if (RbdPreconditions.areFor(below)) {
      throw refused(
          Reason.NOT_ALLOWED, "a disk in a folder can't build upon one in a pool of Ceph");
    }
    qcow2(volume, "build upon another");
    layered(base, "be built upon");
    shallow(below, base);
    if (base.users().stream().anyMatch(user -> user.kind() == Volume.User.Kind.VM)) {
      throw refused(
          Reason.IN_USE,
          "volume %s is used by %s, which would change it".formatted(base.id(), base.usersText()));
    }
    if (below.chain().stream().anyMatch(it -> it.volume().equals(Optional.of(volume.id())))) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s builds upon %s itself; name another base".formatted(base.id(), volume.id()));
    }
    room(found.pool(), Bytes.ZERO);
  }

  private static void committable(Found found, Found below, CommitVolume order) {
    Volume volume = still(found, order.volume());
    unmarked(volume);
    qcow2(volume, "be written into what they build upon");
    Volume base = still(below, order.base());
    if (!found.chain().stream()
        .findFirst()
        .flatMap(Volume.Layer::volume)
        .equals(Optional.of(order.base()))) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s does not build upon %s; 'ballast volume show' says what it builds upon"
              .formatted(volume.id(), base.id()));
    }
    base.users().stream()
        .filter(user -> !user.name().equals(volume.id().toString()))
        .findFirst()
        .ifPresent(
            other -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s too, which would see it change"
                      .formatted(base.id(), other));
            });
    room(below.pool(), Bytes.ZERO);
  }

  private static void checkable(Found found, CheckVolume order) {
    qcow2(still(found, order.volume()), "be checked");
  }

  private static void resizable(Found found, ResizeVolume order) {
    Volume volume = known(found, order.volume());
    inside(found, volume);
    layered(volume, "be resized");
    resizedTo(found, volume, order);
    if (order.size().compareTo(volume.capacity()) < 0) {
      still(found, order.volume());
    } else {
      stillOrOwn(found, order.volume());
    }
    notBuiltUpon(volume);
  }

  /** It fits, and is cut off only where that is said. */
  static void resizedTo(Found found, Volume volume, ResizeVolume order) {
    int change = order.size().compareTo(volume.capacity());
    if (change < 0 && !order.shrink()) {
      throw refused(
          Reason.WRONG_STATE,
          "volume %s has %s, more than %s; to cut off its end, say so (--shrink)"
              .formatted(volume.id(), volume.capacity(), order.size()));
    }
    if (change > 0) {
      fits(found.pool(), order.size());
    }
  }

  /** What a snapshot of a VM made of it a layer, only that VM's snapshots change. */
  private static void unmarked(Volume volume) {
    Mark.of(volume.id().name())
        .ifPresent(
            mark -> {
              throw refused(
                  Reason.WRONG_STATE,
                  "volume %s is a layer upon snapshot '%s' of a VM; 'ballast vm delete-snapshot'"
                          .formatted(volume.id(), mark.snapshot())
                      + " merges the two");
            });
  }

  static void notBuiltUpon(Volume volume) {
    if (volume.users().stream().anyMatch(user -> user.kind() == Volume.User.Kind.VOLUME)) {
      unused(volume);
    }
  }

  static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
