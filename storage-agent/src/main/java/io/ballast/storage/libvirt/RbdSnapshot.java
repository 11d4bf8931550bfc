package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.VolumeId;
import io.ballast.storage.tool.Rbd;
import io.ballast.storage.tool.Rbd.Address;
import io.ballast.storage.tool.RbdAnswer;
import io.vertx.core.Future;
import java.util.List;

/** A snapshot of an image of Ceph, which is there or not. */
record RbdSnapshot(Rbd rbd, Steps steps, Removal removal, Address address) {
  /** Makes it. */
  Future<String> keep() {
    return act(Rbd.Act.CREATE)
        .recover(
            failure ->
                RbdPool.unless(Reason.NAME_TAKEN, failure)
                    .compose(
                        there ->
                            Future.failedFuture(
                                new RefusedException(
                                    Reason.NAME_TAKEN,
                                    "there is a snapshot '%s' already; choose another name, or"
                                            .formatted(name())
                                        + " delete it first"))));
  }

  /** Gives the image the content that it has kept. */
  Future<String> revert() {
    return act(Rbd.Act.ROLLBACK);
  }

  /** Has it stay until it is freed; what is protected already is no error. */
  Future<String> protect() {
    return known()
        .compose(
            kept ->
                kept.guarded()
                    ? Future.succeededFuture("")
                    : act(Rbd.Act.PROTECT)
                        // another has done it since
                        .recover(e -> RbdPool.unless(Reason.IN_USE, e)));
  }

  /** Frees it, unless anything builds upon it; what is free already is no error. */
  Future<String> unprotect() {
    return known()
        .compose(
            kept ->
                kept.guarded()
                    ? removal.childless(rbd, address).compose(none -> act(Rbd.Act.UNPROTECT))
                    : Future.succeededFuture(""));
  }

  /**
   * Removes it, unless anything builds upon it or somebody has protected it; what is gone already
   * is no error.
   *
   * @param volume that the image is to people
   */
  Future<String> forget(VolumeId volume) {
    return found()
        .compose(
            found ->
                found.isEmpty()
                    ? Future.succeededFuture("")
                    : removal
                        .childless(rbd, address)
                        .map(none -> Removal.unguarded(volume, found).getFirst())
                        .compose(kept -> removal.of(rbd, address, kept)))
        .map("");
  }

  private String name() {
    return address.snapshot().orElseThrow();
  }

  private Future<String> act(Rbd.Act act) {
    return steps.surely(() -> rbd.snapshot(act, address)).map("");
  }

  /** This alone, if it is there. */
  private Future<List<RbdAnswer.Kept>> found() {
    return rbd.snapshots(address.whole())
        .map(all -> all.stream().filter(kept -> kept.name().equals(name())).toList());
  }

  private Future<RbdAnswer.Kept> known() {
    return found()
        .map(
            found ->
                found.stream()
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new RefusedException(
                                Reason.UNKNOWN_VOLUME,
                                "there is no snapshot '%s'; 'ballast volume snapshots' shows them"
                                    .formatted(name()))));
  }
}
