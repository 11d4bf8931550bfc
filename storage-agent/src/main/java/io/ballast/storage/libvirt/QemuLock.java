package io.ballast.storage.libvirt;

import io.ballast.bus.RefusedException;
import io.ballast.messages.Reason;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock by which QEMU keeps others from an image: single bytes from 100 and from 200 on, one for
 * each permission (QEMU, {@code block/file-posix.c}). It goes by the file and not by its path, and
 * where the file system is a network's it holds on all hosts.
 */
final class QemuLock {
  private static final Logger LOG = LoggerFactory.getLogger(QemuLock.class);
  private static final long FROM = 100;
  private static final long LENGTH = 200;

  /** Held, shared, by each that may write. */
  private static final long WRITTEN = 101;

  private QemuLock() {}

  /**
   * Takes it until the channel is closed.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU has the file open
   */
  static void take(FileChannel channel, Path file) throws IOException {
    take(channel, file, FROM, LENGTH);
  }

  private static void take(FileChannel channel, Path file, long from, long length)
      throws IOException {
    try {
      require(channel.tryLock(from, length, false), file);
    } catch (OverlappingFileLockException e) {
      require(null, file); // this agent itself works on it
    }
  }

  private static void require(@Nullable FileLock lock, Path file) {
    if (lock == null) {
      throw new RefusedException(
          Reason.IN_USE,
          file + " is open to a QEMU, on this host or on another; shut its VM down first");
    }
  }

  /**
   * Looks whether anybody writes to a file; others may read it.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU does
   */
  static boolean unwritten(Path file) throws IOException {
    try (FileChannel channel = open(file)) {
      tried(channel, file, WRITTEN, 1);
      return true;
    }
  }

  /**
   * Takes it until the channel that is returned is closed. Where the file system has no locks, QEMU
   * goes without, and so does this.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU has the file open
   */
  static FileChannel hold(Path file) throws IOException {
    FileChannel channel = open(file);
    try {
      tried(channel, file, FROM, LENGTH);
      return channel;
    } catch (RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
  }

  private static void tried(FileChannel channel, Path file, long from, long length) {
    try {
      take(channel, file, from, length);
    } catch (IOException e) {
      LOG.info("{} can't be locked: {}", file, e.getMessage());
    }
  }

  /**
   * Removes or replaces a file while no guest can be started on it, as {@link #hold} does.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU has the file open
   */
  static <T> T held(Path file, Disk.Call<T> deed) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return deed.run();
    }
    try (FileChannel channel = hold(file)) {
      LOG.trace("{} is locked by {}", file, channel);
      return deed.run();
    }
  }
}
