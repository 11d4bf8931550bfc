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

/**
 * Overwrites files with zeros, stretch by stretch, so that no call takes long. What reads as zeros
 * is left alone: a sparse file stays sparse. Where the file system copies on write, what is
 * overwritten may stay on the device.
 */
record Eraser(Disk disk) {
  private static final int STRETCH = 64 << 20;
  private static final int PIECE = 1 << 20;

  /** Overwrites all of a file, whose size stays; can be repeated. */
  Future<Void> erase(Path file, Task.Progress progress) {
    Promise<Void> done = Promise.promise();
    next(file, 0, progress, done);
    return done.future();
  }

  private void next(Path file, long from, Task.Progress progress, Promise<Void> done) {
    disk.call("the wiping of " + file, () -> stretch(file, from))
        .onFailure(done::fail)
        .onSuccess(
            size -> {
              long end = Math.min(from + STRETCH, size);
              progress.at(new Bytes(end), new Bytes(size));
              if (end < size) {
                next(file, end, progress, done);
              } else {
                done.complete();
              }
            });
  }

  /** Overwrites one stretch; returns the size of the file. */
  private static long stretch(Path file, long from) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      long size = channel.size();
      long end = Math.min(from + STRETCH, size);
      ByteBuffer piece = ByteBuffer.allocate(PIECE);
      for (long at = from; at < end; at += piece.limit()) {
        piece.clear().limit((int) Math.min(PIECE, end - at));
        fill(channel, piece, at);
        if (!isZero(piece)) {
          overwrite(channel, piece.limit(), at);
        }
      }
      channel.force(true);
      return size;
    }
  }

  private static void fill(FileChannel channel, ByteBuffer piece, long at) throws IOException {
    while (piece.hasRemaining()) {
      if (channel.read(piece, at + piece.position()) < 0) {
        throw new IOException("it became shorter");
      }
    }
  }

  private static boolean isZero(ByteBuffer piece) {
    return ByteBuffer.allocate(piece.limit()).equals(piece.duplicate().flip());
  }

  private static void overwrite(FileChannel channel, int length, long at) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate(length);
    while (zeros.hasRemaining()) {
      channel.write(zeros, at + zeros.position());
    }
  }
}
