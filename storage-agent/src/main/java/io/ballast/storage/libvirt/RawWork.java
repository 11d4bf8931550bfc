package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CompareVolumes;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.ballast.messages.VolumeOrder.ExportVolume;
import io.ballast.messages.VolumeOrder.FetchVolume;
import io.ballast.messages.VolumeOrder.ImportVolume;
import io.ballast.storage.tool.QemuAnswer;
import io.ballast.storage.tool.QemuImg;
import io.ballast.storage.tool.QemuImg.Image;
import io.ballast.storage.work.Preconditions;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.DoubleConsumer;

/**
 * Work on a raw disk that is no file: what is alike wherever such a disk lies.
 *
 * @param steps of this work
 */
record RawWork(Bench bench, Steps steps, QemuImg images, Sources sources, Exchange exchange) {
  /** How a new disk of some size gets the content of an image. */
  interface Filler {
    Future<String> fill(Image from, Bytes size);
  }

  /** Whether an order asks for a disk that is not raw. */
  static boolean isQcow2(VolumeOrder order) {
    Optional<Volume.Format> format =
        order instanceof CreateVolume create
            ? Optional.of(create.format())
            : order instanceof ImportVolume imported
                ? Optional.of(imported.format())
                : order instanceof FetchVolume fetched
                    ? Optional.of(fetched.format())
                    : order instanceof CloneVolume clone ? clone.format() : Optional.empty();
    return format.equals(Optional.of(Volume.Format.QCOW2));
  }

  /** Tells how far work on a disk is. */
  DoubleConsumer share(Bytes total) {
    return share -> bench.progress().at(new Bytes(Math.round(share * total.value())), total);
  }

  Future<String> imported(ImportVolume order, Filler filler) {
    return filled(exchange.brought(order.file()), filler);
  }

  Future<String> fetched(FetchVolume order, Filler filler) {
    return filled(
            steps
                .fetched(() -> exchange.fetch(bench.operation(), order, bench.progress()))
                .compose(exchange::image),
            filler)
        .eventually(() -> exchange.remove(exchange.part(bench.operation())));
  }

  private Future<String> filled(Future<Image> brought, Filler filler) {
    return brought.compose(
        image ->
            images
                .capacity(image)
                .map(size -> Preconditions.fitting(bench.shelf().pool(), size))
                .compose(size -> filler.fill(image, size)));
  }

  /** The content of a volume that lies elsewhere; of a file only the present one. */
  Future<Image> contentOf(CloneVolume order) {
    Shelf from = bench.shelf(order.source());
    Shelf.Item source = bench.item(order.source());
    return switch (from.kind()) {
      case RBD -> Future.succeededFuture(sources.image(from, source, order.snapshot()));
      case FOLDER, GROUP, OTHER ->
          order.snapshot().isEmpty()
              ? Future.succeededFuture(sources.image(from, source))
              : Future.failedFuture(
                  new RefusedException(
                      Reason.NOT_ALLOWED,
                      "a snapshot that lies there is copied within its own kind of pool only; clone"
                          + " it there first, then that clone"));
    };
  }

  Future<String> exported(ExportVolume order) {
    Shelf.Item item = bench.item(order.volume());
    Image file = new Image(exchange.part(bench.operation()), order.form().word());
    return exchange
        .roomFor(bench)
        .compose(
            room ->
                exchange.named(
                    bench.operation(),
                    order.file(),
                    steps.then(
                        () ->
                            images.convert(
                                sources.image(bench.shelf(), item),
                                file,
                                new QemuImg.Copy(Optional.empty(), order.compressed()),
                                share(item.capacity())))));
  }

  Future<String> compared(CompareVolumes order) {
    Shelf.Item item = bench.item(order.volume());
    return steps
        .then(
            () ->
                images.compare(
                    sources.image(bench, order.volume()),
                    sources.image(bench, order.other()),
                    share(item.capacity())))
        .map(QemuAnswer::same);
  }
}
