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
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Overwrites files and devices, stretch by stretch, so that no call takes long. What is already as
 * it is to be is left alone: a sparse file stays sparse, and a device with snapshots writes nothing
 * to them for nothing. Where the file system copies on write, what is overwritten may stay on the
 * device.
 *
 * <p>Meanwhile it holds QEMU's lock: no guest can be started on what is overwritten, and where one
 * runs this fails as {@code IN_USE}.
 */
record Overwriter(Disk disk) {
  private static final int STRETCH = 16 << 20;
  private static final int PIECE = 1 << 20;

  /** Fills a file with zeros; its size stays. Can be repeated. */
  Future<Void> erase(Path file, Task.Progress progress) {
    return all("the wiping of " + file, file, Optional.empty(), progress);
  }

  /** Has a file hold what another one of the same size holds. Can be repeated. */
  Future<Void> restore(Path file, Path from, Task.Progress progress) {
    return all("the restoring of " + file, file, Optional.of(from), progress);
  }

  /**
   * Does something with a file that holds nothing but zeros from some byte on, while no guest can
   * be started on it; false where it holds more.
   */
  Future<Boolean> ifZero(Path file, Bytes from, Supplier<Future<?>> deed) {
    String what = "the look at " + file;
    return held(
        what,
        file,
        Optional.empty(),
        work -> {
          Promise<Boolean> zero = Promise.promise();
          look(what, work, from.value(), zero);
          return zero.future()
              .compose(is -> is ? deed.get().map(true) : Future.succeededFuture(false));
        });
  }

  private void look(String what, Work work, long from, Promise<Boolean> zero) {
    disk.call(what, () -> zeros(work.file(), from))
        .onFailure(zero::fail)
        .onSuccess(
            look -> {
              if (look.zero() && look.end() < look.size()) {
                look(what, work, look.end(), zero);
              } else {
                zero.complete(look.zero());
              }
            });
  }

  /**
   * Something that is open and held, to be overwritten.
   *
   * @param source what it is to hold; zeros if absent
   */
  private record Work(FileChannel file, Optional<FileChannel> source) {
    static Work open(Path file, Optional<Path> source) throws IOException {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      try {
        QemuLock.take(channel, file);
        return new Work(
            channel, source.isPresent() ? Optional.of(read(source.get())) : Optional.empty());
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }

    boolean close() throws IOException {
      file.close();
      if (source.isPresent()) {
        source.get().close();
      }
      return true;
    }
  }

  private static FileChannel read(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  private Future<Void> all(String what, Path file, Optional<Path> source, Task.Progress progress) {
    return held(
        what,
        file,
        source,
        work -> {
          Promise<Void> done = Promise.promise();
          next(what, work, 0, progress, done);
          return done.future();
        });
  }

  private <T> Future<T> held(
      String what, Path file, Optional<Path> source, Function<Work, Future<T>> deed) {
    return disk.call(what, () -> Work.open(file, source))
        .compose(
            work ->
                deed.apply(work)
                    .eventually(() -> disk.call("the closing of " + file, work::close)));
  }

  private void next(String what, Work work, long from, Task.Progress progress, Promise<Void> done) {
    disk.call(what, () -> stretch(work, from))
        .onFailure(done::fail)
        .onSuccess(
            size -> {
              long end = Math.min(from + STRETCH, size);
              progress.at(new Bytes(end), new Bytes(size));
              if (end < size) {
                next(what, work, end, progress, done);
              } else {
                done.complete();
              }
            });
  }

  /** Overwrites one stretch; returns the size of the file. */
  private static long stretch(Work work, long from) throws IOException {
    long size = work.file().size();
    long end = Math.min(from + STRETCH, size);
    ByteBuffer held = ByteBuffer.allocate(PIECE);
    ByteBuffer wanted = ByteBuffer.allocate(PIECE);
    for (long at = from; at < end; at += held.limit()) {
      int length = (int) Math.min(PIECE, end - at);
      fill(work.file(), held.clear().limit(length), at);
      if (work.source().isPresent()) {
        fill(work.source().get(), wanted.clear().limit(length), at);
      }
      if (!held.flip().equals(wanted.rewind().limit(length))) {
        write(work.file(), wanted, at);
      }
    }
    work.file().force(true);
    return size;
  }

  /**
   * A look at a stretch.
   *
   * @param end of the stretch
   */
  private record Look(boolean zero, long end, long size) {}

  private static Look zeros(FileChannel channel, long from) throws IOException {
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
