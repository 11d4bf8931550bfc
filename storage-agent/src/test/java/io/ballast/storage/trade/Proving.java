package io.ballast.storage.trade;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Bytes;
import io.ballast.messages.OperationId;
import io.ballast.messages.Reason;
import io.ballast.messages.Volume;
import io.ballast.messages.Volume.Format;
import io.ballast.messages.Volume.Preallocation;
import io.ballast.messages.VolumeId;
import io.ballast.messages.VolumeOrder;
import io.ballast.messages.VolumeOrder.CloneVolume;
import io.ballast.messages.VolumeOrder.CreateVolume;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** A storage that is put to the test, and how. */
public interface Proving {
  /** The storage. */
  Volumes volumes();

  /** An active pool of at least 64 MiB. */
  String pool();

  /** The forms in which this storage makes disks; the last is the one that has snapshots. */
  default List<Format> formats() {
    return List.of(Format.RAW, Format.QCOW2);
  }

  /** Whether a disk takes its room as it is written, and not all of it at once. */
  default boolean isThin() {
    return true;
  }

  /** The form that has snapshots, and in which others build upon it. */
  default Format best() {
    return formats().getLast();
  }

  /** Writes 512 bytes of 7 at a place of a volume, as a guest would. */
  void write(VolumeId volume, Bytes at);

  /** The byte at a place of a volume, as a guest would read it. */
  int read(VolumeId volume, Bytes at);

  /** A name that nothing bears yet. */
  default VolumeId fresh() {
    return new VolumeId(pool(), "disk-" + UUID.randomUUID());
  }

  static OperationId operation() {
    return new OperationId(UUID.randomUUID().toString());
  }

  static CreateVolume order(VolumeId volume, Format format, long mib) {
    return new CreateVolume(volume, format, Bytes.ofMiB(mib), Preallocation.OFF, Optional.empty());
  }

  static <T> T answer(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(120, SECONDS).join();
  }

  static Reason refusal(Future<?> future) {
    return refused(future).reason();
  }

  static RefusedException refused(Future<?> future) {
    CompletionException failure = assertThrows(CompletionException.class, () -> answer(future));
    return assertInstanceOf(RefusedException.class, failure.getCause());
  }

  /** The end of an order. */
  default Future<String> done(VolumeOrder order) {
    return volumes().carryOut(operation(), order, (done, total) -> {}).end();
  }

  default VolumeId created(Format format, long mib) {
    VolumeId volume = fresh();
    answer(done(order(volume, format, mib)));
    return volume;
  }

  default Optional<Volume> found(VolumeId volume) {
    return answer(volumes().find(volume)).volume();
  }

  /** A disk of 8 MiB with something at 3 MiB. */
  default VolumeId written(Format format) {
    VolumeId volume = created(format, 8);
    write(volume, Bytes.ofMiB(3));
    return volume;
  }

  /** A copy, or what builds upon its source. */
  default VolumeId copied(VolumeId source, boolean linked) {
    VolumeId copy = fresh();
    answer(done(new CloneVolume(source, Optional.empty(), copy, linked, Optional.empty(), false)));
    return copy;
  }

  /** What a volume builds upon, nearest first. */
  default List<Optional<VolumeId>> chain(VolumeId volume) {
    return answer(volumes().find(volume)).chain().stream().map(Volume.Layer::volume).toList();
  }
}
