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

  private QemuLock() {}

  /**
   * Takes it until the channel is closed.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU has the file open
   */
  static void take(FileChannel channel, Path file) throws IOException {
    try {
      require(channel.tryLock(FROM, LENGTH, false), file);
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
   * Removes or replaces a file while no guest can be started on it. Where the file system has no
   * locks, QEMU goes without, and so does this.
   *
   * @throws RefusedException as {@code IN_USE} where a QEMU has the file open
   */
  static <T> T held(Path file, Disk.Call<T> deed) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return deed.run();
    }
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
      try {
        take(channel, file);
      } catch (IOException e) {
        LOG.info("{} can't be locked: {}", file, e.getMessage());
      }
      return deed.run();
    }
  }
}
