package io.ballast.storage.work;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Outcome;
import io.ballast.messages.Reason;
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
import io.vertx.core.Future;

/**
 * What can be done with an order that was cut off with its agent, before that could write down how
 * it ended. It may have come to its end long ago, and what it left may have been used since.
 */
public enum CutOff {
  /** It makes a volume: done unless one of that name is there, which may be another's. */
  MAKES,
  /** It changes nothing that a guest could read, or can't be told from never having been done. */
  REPEATED,
  /** It gives a name to something that is no volume: as that, but its name may be there. */
  NAMES,
  /** It removes a volume: done if that is gone; what is there may be a new one of that name. */
  REMOVES,
  /** It throws away what a guest wrote, and must not throw away what one wrote since. */
  LOSES;

  /** What an order is of these. */
  public static CutOff of(VolumeOrder order) {
    return switch (order) {
      case CreateVolume create -> MAKES;
      case CloneVolume clone -> MAKES;
      case ImportVolume imported -> MAKES;
      case FetchVolume fetched -> MAKES;
      case RestoreVolume restore -> MAKES;
      case FlattenVolume flatten -> REPEATED;
      case RebaseVolume rebase -> REPEATED;
      case CommitVolume commit -> REPEATED;
      case CheckVolume check -> REPEATED;
      case CompareVolumes compare -> REPEATED;
      case ResizeVolume resize -> REPEATED;
      case DeleteSnapshot delete -> REPEATED;
      case ProtectSnapshot kept -> REPEATED;
      case UnprotectSnapshot freed -> REPEATED;
      case SnapshotVolume snapshot -> NAMES;
      case ExportVolume exported -> NAMES;
      case ExportDifference exported -> NAMES;
      case DeleteVolume delete -> REMOVES;
      case TrashVolume trash -> REMOVES;
      case WipeVolume wipe -> LOSES;
      case RevertVolume revert -> LOSES;
    };
  }

  /** The end of an order of which it is not known whether it was carried out. */
  public static Outcome maybe(String why) {
    return new Outcome.Unknown(
        "the agent was cut off, and it is not known whether this was done: %s; look, and ask for it again if it is still wanted"
            .formatted(why));
  }

  /** The end of one that failed when it was repeated. */
  public static Future<Outcome> named(VolumeId volume, Throwable failure) {
    return failure instanceof RefusedException refused && refused.reason() == Reason.NAME_TAKEN
        ? Future.succeededFuture(maybe("for %s, %s".formatted(volume, refused.getMessage())))
        : Future.failedFuture(failure);
  }
}
