package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.DiskOrder.MoveDisk;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.VolumeId;
import io.ballast.storage.layers.Mark;
import io.ballast.storage.trade.VmDisks;
import io.ballast.storage.trade.Volumes.Found;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What must hold before a volume is plugged into a machine; what does not is refused. */
public final class DiskPreconditions {
  private static final Set<String> KINDS = Set.of("dir", "fs", "netfs", "rbd", "logical");

  private DiskPreconditions() {}

  /**
   * What it needs that a volume is plugged in.
   *
   * @throws RefusedException as {@code UNKNOWN_VOLUME}, {@code NOT_ALLOWED}, {@code IN_USE}, or
   *     {@code INVALID_IMAGE}
   */
  public static void attach(AttachDisk order, Found found) {
    Volume volume = Preconditions.known(found, order.volume());
    if (!KINDS.contains(found.pool().type())) {
      throw refused(
          Reason.NOT_ALLOWED,
          "pool %s is of the kind '%s', and disks of that can't be plugged in"
              .formatted(volume.id().pool(), found.pool().type()));
    }
    volume.users().stream()
        .filter(user -> isInTheWay(user, order))
        .findFirst()
        .ifPresent(
            user -> {
              throw refused(
                  Reason.IN_USE,
                  "volume %s is used by %s; two that write to one disk destroy it%s"
                      .formatted(
                          volume.id(),
                          user,
                          user.kind() == Volume.User.Kind.VOLUME
                              ? ", and what builds upon it: clone it, or say that it is only read"
                              : ""));
            });
    found.chain().stream()
        .filter(layer -> layer.volume().isEmpty())
        .findFirst()
        .ifPresent(
            layer -> {
              throw refused(
                  Reason.INVALID_IMAGE,
                  "volume %s builds upon %s, which is no volume in a pool of this host; nothing is read through it"
                      .formatted(volume.id(), layer.path()));
            });
    format(order, volume, volume.backing().isEmpty() && found.chain().isEmpty());
  }

  /**
   * What it needs that a disk moves to another volume.
   *
   * @param machine whose disk it is
   * @param from what the disk lies on now
   * @param kept the snapshots in that
   * @param into where it is to lie
   * @return what it lies on
   * @throws RefusedException as {@code WRONG_STATE}, {@code NOT_ALLOWED}, {@code IN_USE}, {@code
   *     NAME_TAKEN}, {@code NO_ROOM}, or as {@code MALFORMED}
   */
  public static Volume move(
      MoveDisk order, VmDisks machine, Found from, List<Volume.Snapshot> kept, Found into) {
    Volume volume = Preconditions.known(from, lies(order, machine));
    if (form(volume).isEmpty()) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s is of the form %s; only raw and qcow2 disks are moved"
              .formatted(volume.id(), volume.format()));
    }
    volume.users().stream()
        .filter(user -> user.kind() != Volume.User.Kind.VM || !user.name().equals(order.vm()))
        .findFirst()
        .ifPresent(
            user -> {
              throw refused(
                  Reason.IN_USE, "volume %s is used by %s, too".formatted(volume.id(), user));
            });
    boolean ofSnapshots =
        Mark.of(volume.id().name()).isPresent()
            || from.chain().stream()
                .flatMap(layer -> layer.volume().stream())
                .anyMatch(layer -> Mark.of(layer.name()).isPresent());
    if (ofSnapshots || !kept.isEmpty()) {
      throw refused(
          Reason.WRONG_STATE,
          "disk %s of VM %s has snapshots, which a move would lose; delete them first"
              .formatted(order.target(), order.vm()));
    }
    place(order, into, volume);
    return volume;
  }

  /**
   * What a disk lies on.
   *
   * @throws RefusedException as {@code WRONG_STATE} where there is no such disk, or as {@code
   *     NOT_ALLOWED} where that is no volume
   */
  public static VolumeId lies(MoveDisk order, VmDisks machine) {
    VmDisks.Disk disk =
        machine.disks().stream()
            .filter(it -> it.target().equals(order.target()))
            .findFirst()
            .orElseThrow(
                () ->
                    refused(
                        Reason.WRONG_STATE,
                        "VM %s has no disk %s that it may write to"
                            .formatted(order.vm(), order.target())));
    return disk.volume()
        .orElseThrow(
            () ->
                refused(
                    Reason.NOT_ALLOWED,
                    "disk %s of VM %s lies on %s, which is no volume in a pool of this host"
                        .formatted(order.target(), order.vm(), disk.source())));
  }

  /** The form that a copy of a volume has; empty where it can't be copied. */
  public static Optional<Format> form(Volume volume) {
    return Stream.of(Format.values())
        .filter(format -> format.word().equals(volume.format()))
        .findFirst();
  }

  private static void place(MoveDisk order, Found into, Volume volume) {
    if (!VmDisks.isFolder(into.pool())) {
      throw refused(
          Reason.NOT_ALLOWED,
          "pool %s is of the kind '%s', and disks are moved into folders only"
              .formatted(into.pool().name(), into.pool().type()));
    }
    if (into.volume().isPresent()) {
      throw refused(Reason.NAME_TAKEN, "volume %s is there already".formatted(order.into()));
    }
    Preconditions.newName(order.into().name());
    Preconditions.fits(into.pool(), volume.capacity());
    Preconditions.room(into.pool(), volume.allocated());
  }

  private static boolean isInTheWay(Volume.User user, AttachDisk order) {
    return switch (user.kind()) {
      case VM -> !user.name().equals(order.vm());
      case VOLUME -> order.writes();
      case READER -> order.writes();
      case CLIENT -> true;
    };
  }

  /**
   * Raw can be anything. What looks like another form may have been written so by a guest that used
   * it as raw, to have its host open what is not its own: only who says the form vouches for it.
   */
  private static void format(AttachDisk order, Volume volume, boolean alone) {
    if (order.format().isPresent()) {
      Format format = order.format().get();
      if (format != Format.RAW && !format.word().equals(volume.format())) {
        throw refused(
            Reason.INVALID_IMAGE,
            "volume %s is of the form %s and not %s"
                .formatted(volume.id(), volume.format(), format.word()));
      }
    } else if (form(volume).isEmpty()) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s looks like the form %s, and only raw and qcow2 disks are plugged in; say --format raw if it is to be used byte by byte"
              .formatted(volume.id(), volume.format()));
    } else if (!alone) {
      throw refused(
          Reason.INVALID_IMAGE,
          "volume %s looks like one that builds upon %s, which also a guest may have written there; say --format %s if it does, and --format raw if a VM used it as that"
              .formatted(volume.id(), volume.backing().orElse("another"), volume.format()));
    }
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
