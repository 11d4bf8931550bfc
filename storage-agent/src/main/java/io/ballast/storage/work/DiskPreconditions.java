package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.DiskOrder.AttachDisk;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.storage.trade.Volumes.Found;
import java.util.Set;

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
    format(order, volume);
  }

  private static boolean isInTheWay(Volume.User user, AttachDisk order) {
    return switch (user.kind()) {
      case VM -> !user.name().equals(order.vm());
      case VOLUME -> order.writes();
      case READER -> order.writes();
      case CLIENT -> true;
    };
  }

  /** Raw can be anything; what is none would be damaged as another form. */
  private static void format(AttachDisk order, Volume volume) {
    order
        .format()
        .filter(format -> format != Format.RAW && !format.word().equals(volume.format()))
        .ifPresent(
            format -> {
              throw refused(
                  Reason.INVALID_IMAGE,
                  "volume %s is of the form %s and not %s"
                      .formatted(volume.id(), volume.format(), format.word()));
            });
  }

  private static RefusedException refused(Reason reason, String message) {
    return new RefusedException(reason, message);
  }
}
