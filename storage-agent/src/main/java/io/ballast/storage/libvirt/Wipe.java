package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.storage.tool.QemuImg;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How a disk that is a file is emptied, and what it held overwritten. */
record Wipe(QemuImg images, Exchange exchange) {
  /**
   * An empty disk of the same form and size takes the place of the old one at once, which is
   * overwritten under a hidden name and then removed: so whatever becomes of this, the disk is one.
   *
   * @param empty the hidden file of the operation
   */
  Future<Void> of(Bench bench, Path empty) {
    Shelf.Item item = bench.item(bench.order().volume());
    Path file = Path.of(item.path());
    Path old = old(empty);
    return exchange
        .remove(empty)
        .compose(gone -> images.create(empty, anew(bench, item)).output())
        .compose(
            made -> exchange.disk().call("the emptying of " + file, () -> swap(empty, file, old)))
        .compose(
            swapped ->
                new Overwriter(exchange.disk())
                    .erase(old, bench.progress())
                    .eventually(() -> exchange.remove(old))
                    .recover(Wipe::emptyAndNotWiped))
        .recover(failure -> exchange.remove(empty).transform(gone -> Future.failedFuture(failure)));
  }

  private static Future<Void> emptyAndNotWiped(Throwable failure) {
    return Future.failedFuture(
        new RefusedException(
            failure instanceof RefusedException refused ? refused.reason() : Reason.INTERNAL,
            failure.getMessage()
                + "; the disk is empty now, and what it held may be left on the device"));
  }

  /** Where a disk lies that was replaced, until it is overwritten. */
  static Path old(Path part) {
    return part.resolveSibling(part.getFileName() + Part.SUFFIX);
  }

  private static CreateVolume anew(Bench bench, Shelf.Item item) {
    return new CreateVolume(
        bench.order().volume(),
        item.format().equals("qcow2") ? Volume.Format.QCOW2 : Volume.Format.RAW,
        item.capacity(),
        Volume.Preallocation.OFF,
        Optional.empty());
  }

  private static Path swap(Path empty, Path file, Path old) throws IOException {
    Files.deleteIfExists(old);
    Files.createLink(old, file);
    try {
      return Exchange.put(empty, file);
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(old);
      throw e;
    }
  }
}
