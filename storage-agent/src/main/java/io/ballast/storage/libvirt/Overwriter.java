package io.ballast.storage.libvirt;

import io.ballast.messages.Bytes;
import io.ballast.storage.trade.Task;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Overwrites files and devices, stretch by stretch, so that no call takes long. What is already as
 * it is to be is left alone: a sparse file stays sparse, and a device with snapshots writes nothing
 * to them for nothing. Where the file system copies on write, what is overwritten may stay on the
 * device.
 */
record Overwriter(Disk disk) {
  private static final int STRETCH = 64 << 20;
  private static final int PIECE = 1 << 20;

  /** Fills all of a file with zeros; its size stays. Can be repeated. */
  Future<Void> erase(Path file, Task.Progress progress) {
    return all(new Work("the wiping of " + file, file, Optional.empty()), progress);
  }

  /** Has a file hold what another one of the same size holds. Can be repeated. */
  Future<Void> restore(Path file, Path from, Task.Progress progress) {
    return all(new Work("the restoring of " + file, file, Optional.of(from)), progress);
  }

  /** Whether a file holds nothing but zeros from some byte on. */
  Future<Boolean> isZero(Path file, Bytes from) {
    return disk.call("the look at " + file, () -> zeros(file, from.value()))
        .compose(
            look ->
                look.end() < look.size() && look.zero()
                    ? isZero(file, new Bytes(look.end()))
                    : Future.succeededFuture(look.zero()));
  }

  /**
   * Something that is overwritten.
   *
   * @param source what it is to hold; zeros if absent
   */
  private record Work(String what, Path file, Optional<Path> source) {}

  private Future<Void> all(Work work, Task.Progress progress) {
    Promise<Void> done = Promise.promise();
    next(work, 0, progress, done);
    return done.future();
  }

  private void next(Work work, long from, Task.Progress progress, Promise<Void> done) {
    disk.call(work.what(), () -> stretch(work, from))
        .onFailure(done::fail)
        .onSuccess(
            size -> {
              long end = Math.min(from + STRETCH, size);
              progress.at(new Bytes(end), new Bytes(size));
              if (end < size) {
                next(work, end, progress, done);
              } else {
                done.complete();
              }
            });
  }

  /** Overwrites one stretch; returns the size of the file. */
  private static long stretch(Work work, long from) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                work.file(),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        FileChannel source =
            FileChannel.open(
                work.source().orElse(work.file()),
                StandardOpenOption.READ,
                LinkOption.NOFOLLOW_LINKS)) {
      long size = channel.size();
      long end = Math.min(from + STRETCH, size);
      ByteBuffer held = ByteBuffer.allocate(PIECE);
      ByteBuffer wanted = ByteBuffer.allocate(PIECE);
      for (long at = from; at < end; at += held.limit()) {
        int length = (int) Math.min(PIECE, end - at);
        fill(channel, held.clear().limit(length), at);
        if (work.source().isPresent()) {
          fill(source, wanted.clear().limit(length), at);
        }
        if (!held.flip().equals(wanted.rewind().limit(length))) {
          write(channel, wanted, at);
        }
      }
      channel.force(true);
      return size;
    }
  }

  /**
   * A look at a stretch.
   *
   * @param end of the stretch
   */
  private record Look(boolean zero, long end, long size) {}

  private static Look zeros(Path file, long from) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long size = channel.size();
      long end = Math.min(from + STRETCH, size);
      ByteBuffer held = ByteBuffer.allocate(PIECE);
      ByteBuffer zeros = ByteBuffer.allocate(PIECE);
      for (long at = from; at < end; at += held.limit()) {
        fill(channel, held.clear().limit((int) Math.min(PIECE, end - at)), at);
        if (!held.flip().equals(zeros.clear().limit(held.limit()))) {
          return new Look(false, end, size);
        }
      }
      return new Look(true, end, size);
    }
  }

  private static void fill(FileChannel channel, ByteBuffer piece, long at) throws IOException {
    while (piece.hasRemaining()) {
      if (channel.read(piece, at + piece.position()) < 0) {
        throw new IOException("it became shorter");
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer piece, long at) throws IOException {
    while (piece.hasRemaining()) {
      channel.write(piece, at + piece.position());
    }
  }
}
