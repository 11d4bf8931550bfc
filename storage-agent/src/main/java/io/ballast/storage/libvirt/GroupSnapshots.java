package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.storage.tool.Lvm;
import io.ballast.storage.tool.Lvm.Logical;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * The snapshots of a logical volume: logical volumes of hidden names, to which a tag gives the name
 * by which people know them.
 */
record GroupSnapshots(Lvm lvm, String volume) {
  /** All of them, oldest first. */
  Future<List<Logical>> all() {
    return lvm.all()
        .map(
            all ->
                all.stream()
                    .filter(one -> one.origin().equals(Optional.of(volume)))
                    .filter(one -> one.snapshot().isPresent())
                    .toList());
  }

  private Future<Optional<Logical>> find(String snapshot) {
    return all()
        .map(
            all ->
                all.stream()
                    .filter(one -> one.snapshot().equals(Optional.of(snapshot)))
                    .findFirst());
  }

  /** One that has to be there, and to be whole. */
  Future<Logical> known(String snapshot) {
    return find(snapshot)
        .map(
            found ->
                found.orElseThrow(
                    () ->
                        new RefusedException(
                            Reason.UNKNOWN_VOLUME,
                            "there is no snapshot '%s'; 'ballast volume snapshots' shows them"
                                .formatted(snapshot))))
        .map(
            kept -> {
              if (!kept.whole()) {
                throw new RefusedException(
                    Reason.INVALID_IMAGE,
                    "snapshot '%s' lost what it kept, for its room was full; delete it"
                        .formatted(snapshot));
              }
              return kept;
            });
  }

  /** Makes one. What an earlier life of the operation made is taken for its own. */
  Future<String> keep(Steps steps, OperationId operation, String snapshot) {
    String name = Part.snapshot(operation);
    return lvm.all()
        .map(all -> all.stream().filter(one -> one.name().equals(name)).findFirst())
        .compose(
            own ->
                own.isEmpty()
                    ? make(steps, name, snapshot)
                    : own.get().origin().isPresent()
                        ? Future.succeededFuture("")
                        // It was cut off on the way, and keeps nothing.
                        : VolumeGroup.gone(lvm, name).compose(gone -> make(steps, name, snapshot)));
  }

  private Future<String> make(Steps steps, String name, String snapshot) {
    return find(snapshot)
        .compose(
            there ->
                there.isPresent()
                    ? Future.failedFuture(
                        new RefusedException(
                            Reason.NAME_TAKEN,
                            "there is a snapshot '%s' already; choose another name, or delete it"
                                    .formatted(snapshot)
                                + " first"))
                    : steps.surely(() -> lvm.keep(volume, name, snapshot)).map(""));
  }

  /** Removes one; what is gone already is no error. */
  Future<String> forget(Steps steps, String snapshot) {
    return find(snapshot)
        .compose(
            kept ->
                kept.isEmpty()
                    ? Future.succeededFuture("")
                    : steps.surely(() -> lvm.remove(kept.get().name())).map(""));
  }
}
