package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Rbd.Address;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The trash of a pool of Ceph, from where images can be restored. */
record RbdTrash(Rbd rbd, Steps steps) {
  /** Puts an image away that nobody has open; succeeds if it lies there already. */
  Future<String> discard(Address image, Duration keep) {
    // Ceph itself would put away what somebody has open.
    return rbd.watchers(image)
        .compose(watchers -> Removal.shut(image, watchers))
        .compose(shut -> steps.surely(() -> rbd.discard(image, keep)))
        .map("")
        .recover(
            failure ->
                failure instanceof RefusedException refused
                        && refused.reason() == Reason.UNKNOWN_VOLUME
                    ? found(image, Optional.empty()).map("")
                    : Future.failedFuture(failure));
  }

  /** Brings back what has an id, or else the only one of the image's name. */
  Future<String> restore(Address image, Optional<String> id) {
    return found(image, id)
        .compose(
            found ->
                found.size() == 1
                    ? steps.surely(
                        () ->
                            rbd.restore(
                                Address.of(image.pool(), found.getFirst().id()), image.image()))
                    : Future.failedFuture(
                        new RefusedException(
                            Reason.WRONG_STATE,
                            "%d volumes in the trash were called '%s'; name one by its id (--id)"
                                .formatted(found.size(), image.image()))))
        .map("");
  }

  /** At least one. */
  private Future<List<Volume.Trashed>> found(Address image, Optional<String> id) {
    return rbd.trash(image.pool())
        .map(all -> all.stream().filter(it -> means(it, image, id)).toList())
        .compose(
            found ->
                found.isEmpty()
                    ? Future.failedFuture(
                        new RefusedException(
                            Reason.UNKNOWN_VOLUME,
                            "there is no such volume in the trash; 'ballast pool trash' shows what"
                                + " is there"))
                    : Future.succeededFuture(found));
  }

  private static boolean means(Volume.Trashed trashed, Address image, Optional<String> id) {
    return id.map(trashed.id()::equals).orElseGet(() -> trashed.name().equals(image.image()));
  }
}
